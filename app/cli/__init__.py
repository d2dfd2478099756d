"""The `hitomado` command: serve the site, run its services, check definitions, plan for a household."""

from __future__ import annotations

import click

from app.cli import definitions, designing, households, services, site
from app.cli.heirs import heirs
from app.cli.people import people


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Hitomado: a simulator of Japan's My Number one-stop procedures."""


for _part in (site, services, definitions, designing, households):
    for _command in vars(_part).values():
        if isinstance(_command, click.Command):
            main.add_command(_command)
main.add_command(people)
main.add_command(heirs)
