"""`hitomado lint`, `schema`, `graph`, `coverage`, `texts`: the definitions and what is made of them."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from app import graphs
from app.cli import common
from app.cli.common import EXISTING, PROCEDURES, fail, library
from app.engine import schema
from app.engine.coverage import measure
from app.engine.documents import DefinitionErrors
from app.engine.personas import load_households

WORDS = {"verdict": "判定", "branch": "分かれ道", "boundary": "境目", "option": "選択肢", "error": "誤り"}


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
@click.option("--format", "form", type=click.Choice(["text", "mermaid", "svg"]), default="text", show_default=True)
def graph(event: str, form: str) -> None:
    """Show which procedure waits for which.

    Example: hitomado graph moving --format svg > moving.svg
    """
    found = common.event(library(), event)
    titles = {one.id: one.definition.title for one in found.procedures}
    if form == "svg":
        click.echo(graphs.svg(graphs.whole(found), titles, f"手続の順番: {found.definition.title}"))
    elif form == "mermaid":
        click.echo("flowchart LR")
        for procedure in found.procedures:
            click.echo(f'  {procedure.id}["{titles[procedure.id]}"]')
            for earlier in procedure.definition.after:
                click.echo(f"  {earlier} --> {procedure.id}")
    else:
        for stage in found.definition.stages:
            click.echo(f"{stage.label}")
            for procedure in found.procedures:
                if procedure.definition.stage == stage.id:
                    after = f"  ← {', '.join(procedure.definition.after)}" if procedure.definition.after else ""
                    click.echo(f"  {procedure.id}  {titles[procedure.id]}{after}")


@click.command()
@click.argument("events", nargs=-1)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), default="2027-03-15", show_default=True)
def coverage(events: tuple[str, ...], today: datetime) -> None:
    """Try everything that the definitions of EVENTS (by default all) say can happen; fails where something cannot.

    Example: hitomado coverage childcare
    """
    found = library()
    missing = 0
    for name in events or tuple(found.events):
        measured = measure(common.event(found, name), today.date())
        counts = "、".join(f"{WORDS[sort]} {covered}/{count}" for sort, (covered, count) in measured.counts.items())
        click.echo(f"{name}: {measured.percent:.1f} %（{counts}）")
        for target in measured.missing:
            click.echo(f"  だれも来ない: {target.procedure}  {WORDS[target.sort]}  {target.name}")
        missing += len(measured.missing)
    if missing:
        sys.exit(1)


@click.command()
def texts() -> None:
    """Bring the catalogues up to date and say what has no translation yet.

    Example: hitomado texts
    """
    from app import catalogues

    for tag, lacking in catalogues.update().items():
        click.echo(f"{tag}: 訳のない文 {lacking}")
