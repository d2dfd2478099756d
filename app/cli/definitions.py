"""`hitomado lint`, `schema`, `graph`, `texts`: the definitions and what is made of them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.cli import common
from app.cli.common import EXISTING, PROCEDURES, fail, library
from app.engine import schema
from app.engine.documents import DefinitionErrors
from app.engine.personas import load_households


@click.command()
@click.argument("folder", type=EXISTING, default=PROCEDURES)
def lint(folder: Path) -> None:
    """Check every definition and household: all problems at once, with file, line, column and a hint.

    Example: hitomado lint procedures
    """
    found = library(folder)
    try:
        load_households(folder, found)
    except DefinitionErrors as errors:
        fail(errors)
    procedures = sum(len(event.procedures) for event in found.events.values())
    click.echo(
        f"問題はありません（手続 {procedures}、台帳 {len(found.vocabulary.registers)}、提出先 {len(found.authorities)}）。"
    )


@click.command(name="schema")
@click.option("--check", is_flag=True, help="Only say whether the stored schemas are fresh.")
def schema_command(check: bool) -> None:
    """Write the JSON Schemas of the definition files, for completion in an editor.

    Example: hitomado schema --check
    """
    stale = [name for name, text in schema.texts().items() if _stored(name) != text]
    if check:
        if stale:
            click.echo(f"古くなっています: {', '.join(stale)}。「hitomado schema」で書き直してください。", err=True)
            sys.exit(1)
        return
    folder = PROCEDURES / "schema"
    folder.mkdir(exist_ok=True)
    for name, text in schema.texts().items():
        (folder / name).write_text(text, "utf-8")
        click.echo(f"procedures/schema/{name}")


def _stored(name: str) -> str:
    path = PROCEDURES / "schema" / name
    return path.read_text("utf-8") if path.exists() else ""


@click.command()
@click.argument("event", default="moving")
@click.option("--format", "form", type=click.Choice(["text", "mermaid"]), default="text", show_default=True)
def graph(event: str, form: str) -> None:
    """Show which procedure waits for which.

    Example: hitomado graph moving --format mermaid
    """
    found = common.event(library(), event)
    if form == "mermaid":
        click.echo("flowchart LR")
        for procedure in found.procedures:
            click.echo(f'  {procedure.id}["{procedure.definition.title}"]')
            for earlier in procedure.definition.after:
                click.echo(f"  {earlier} --> {procedure.id}")
        return
    for stage in found.definition.stages:
        click.echo(f"{stage.label}")
        for procedure in found.procedures:
            if procedure.definition.stage == stage.id:
                after = f"  ← {', '.join(procedure.definition.after)}" if procedure.definition.after else ""
                click.echo(f"  {procedure.id}  {procedure.definition.title}{after}")


@click.command()
def texts() -> None:
    """Bring the catalogues up to date and say what has no translation yet.

    Example: hitomado texts
    """
    from app import catalogues

    for tag, lacking in catalogues.update().items():
        click.echo(f"{tag}: 訳のない文 {lacking}")
