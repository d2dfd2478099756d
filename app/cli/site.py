"""`hitomado serve` and `prepare`: the site."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the site with its services until stopped.

    Example: hitomado serve --port 8080
    """
    from app import factory  # heavy: only this command needs the web

    factory.serve(host, port)


@click.command()
def prepare() -> None:
    """Compile catalogues and bring the database up to date.

    Example: hitomado prepare
    """
    from app import factory

    factory.prepare()
