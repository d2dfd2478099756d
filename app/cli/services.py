"""`hitomado services`, `service`, `client`, `openapi`: the mock government as processes of its own."""

from __future__ import annotations

import json
import sys

import click

from app.cli.common import PROCEDURES
from app.config import ROOT


@click.command()
@click.option(
    "--port-base",
    default=8100,
    show_default=True,
    help="Port of the first service; each next one has the next. 0: any that is free.",
)
def services(port_base: int) -> None:
    """Run all services, each as a process of its own, until stopped. The lines that are shown point the site at them.

    Example: hitomado services --port-base 8100
    """
    from app.config import from_environment
    from app.services import processes, running

    config = from_environment()
    own = [name for name in processes.available() if name not in config.services]
    ports = {name: port_base + processes.position(name) if port_base else running.free_port() for name in own}
    urls = {f"HITOMADO_{name.upper()}_URL": f"http://{running.HOST}:{port}" for name, port in ports.items()}
    children = running.Running({**urls, "HITOMADO_CONTROL_KEY": config.control_key, "HITOMADO_DATA": str(config.data)})
    try:
        with running.until_stopped() as stopped:
            children.start(ports)
            for name, url in urls.items():
                click.echo(f"{name}={url}")
            click.echo(
                f"# 鍵 HITOMADO_CONTROL_KEY は {config.data}/.hitomado_control_key にあります。止めるには Ctrl+C"
            )
            while not stopped.wait(1):
                if ended := children.ended():
                    raise click.ClickException(f"止まりました: {', '.join(ended)}")
    except running.NotStarted as error:
        raise click.ClickException(f"起動できません: {error}") from error
    finally:
        children.stop()


@click.command()
@click.argument("name")
@click.option("--port", required=True, type=int)
def service(name: str, port: int) -> None:
    """Run one service until stopped.

    Example: hitomado service mynumber --port 8100
    """
    from app.config import from_environment
    from app.factory import settings_of
    from app.services import processes, running

    config = from_environment()
    if name not in processes.available():
        raise click.BadParameter(f"使える名前: {'・'.join(processes.available())}", param_hint="NAME")
    urls = {name: f"http://{running.HOST}:{port}", **config.services}
    running.run(processes.make(name, settings_of(config, urls)), name, port)


@click.command()
def client() -> None:
    """Show how this site registers at an identity provider that runs elsewhere: a line for its HITOMADO_CLIENTS file.

    Example: hitomado client
    """
    from app.config import from_environment
    from app.services import processes

    click.echo(
        json.dumps([processes.registration(from_environment().data, processes.SITE)], ensure_ascii=False, indent=2)
    )


@click.command()
@click.option("--check", is_flag=True, help="Only say whether the stored documents are fresh.")
def openapi(check: bool) -> None:
    """Write the services' OpenAPI documents to docs/openapi.

    Example: hitomado openapi --check
    """
    from app.services import documented

    folder = ROOT / "docs" / "openapi"
    texts = documented.texts(PROCEDURES)
    stale = [
        name
        for name, text in texts.items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text
    ]
    if check:
        if stale:
            click.echo(f"古くなっています: {', '.join(stale)}。「hitomado openapi」で書き直してください。", err=True)
            sys.exit(1)
        return
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
        click.echo(f"docs/openapi/{name}")
