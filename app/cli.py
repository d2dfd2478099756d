"""The `hitomado` command: serve the site, check definitions, plan for a household, show what waits for what."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from app.config import ROOT
from app.engine import burden, schema
from app.engine.documents import DefinitionErrors
from app.engine.library import Library, load
from app.engine.personas import Household, load_household, load_households
from app.engine.planner import Plan, PlannedProcedure, make_plan
from app.people_cli import people

PROCEDURES = ROOT / "procedures"
EXISTING = click.Path(exists=True, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Hitomado: a simulator of Japan's My Number one-stop procedures."""


main.add_command(people)


def _library(folder: Path = PROCEDURES) -> Library:
    try:
        return load(folder)
    except DefinitionErrors as errors:
        _fail(errors)


def _fail(errors: DefinitionErrors) -> NoReturn:
    for problem in errors.problems:
        click.echo(str(problem), err=True)
    click.echo(f"{len(errors.problems)}か所を直してください。", err=True)
    sys.exit(1)


def _household(path: Path, library: Library, event: str) -> Household:
    if event not in library.events:
        raise click.BadParameter(
            f"できごと「{event}」はありません。使える値: {'・'.join(library.events)}", param_hint="--event"
        )
    try:
        return load_household(path, library.events[event])
    except DefinitionErrors as errors:
        _fail(errors)


# --- the site -----------------------------------------------------------------------------------------------------------
@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the site with its services until stopped.

    Example: hitomado serve --port 8080
    """
    from app import factory  # heavy: only this command needs the web

    factory.serve(host, port)


@main.command()
def prepare() -> None:
    """Compile catalogues and bring the database up to date.

    Example: hitomado prepare
    """
    from app import factory

    factory.prepare()


# --- the services -------------------------------------------------------------------------------------------------------
@main.command()
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


@main.command()
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


@main.command()
def client() -> None:
    """Show how this site registers at an identity provider that runs elsewhere: a line for its HITOMADO_CLIENTS file.

    Example: hitomado client
    """
    from app.config import from_environment
    from app.services import processes

    click.echo(
        json.dumps([processes.registration(from_environment().data, processes.SITE)], ensure_ascii=False, indent=2)
    )


@main.command()
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


# --- definitions --------------------------------------------------------------------------------------------------------
@main.command()
@click.argument("folder", type=EXISTING, default=PROCEDURES)
def lint(folder: Path) -> None:
    """Check every definition and household: all problems at once, with file, line, column and a hint.

    Example: hitomado lint procedures
    """
    library = _library(folder)
    try:
        load_households(folder, library)
    except DefinitionErrors as errors:
        _fail(errors)
    procedures = sum(len(event.procedures) for event in library.events.values())
    click.echo(
        f"問題はありません（手続 {procedures}、台帳 {len(library.vocabulary.registers)}、提出先 {len(library.authorities)}）。"
    )


@main.command(name="schema")
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


@main.command()
@click.argument("event", default="moving")
@click.option("--format", "form", type=click.Choice(["text", "mermaid"]), default="text", show_default=True)
def graph(event: str, form: str) -> None:
    """Show which procedure waits for which.

    Example: hitomado graph moving --format mermaid
    """
    found = _library().events.get(event)
    if found is None:
        raise click.BadParameter(f"できごと「{event}」はありません")
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


@main.command()
def texts() -> None:
    """Bring the catalogues up to date and say what has no translation yet.

    Example: hitomado texts
    """
    from app import catalogues

    for tag, lacking in catalogues.update().items():
        click.echo(f"{tag}: 訳のない文 {lacking}")


# --- households ---------------------------------------------------------------------------------------------------------
@main.command()
@click.option("--table", is_flag=True, help="What each household needs, on paper and here, as a Markdown table.")
def personas(table: bool) -> None:
    """List the synthetic households.

    Example: hitomado personas --table
    """
    library = _library()
    households = list(load_households(PROCEDURES, library).values())
    if not table:
        for household in households:
            click.echo(f"{household.persona.id}  {household.persona.title}\n    {household.persona.summary}")
        return
    click.echo(
        "| household | procedures | fields on paper | fetched | typed | documents: paper → here | visits: paper → here |"
    )
    click.echo("|---|---|---|---|---|---|---|")
    for household in households:
        click.echo(_table_row(library, household))


def _table_row(library: Library, household: Household) -> str:
    event = library.events[household.persona.event]
    plan = make_plan(event, household.facts(library.vocabulary), household.persona.today)
    cost = burden.measure(plan)
    cells = [
        f"`{household.persona.id}` {household.persona.title}",
        len({planned.id for planned in plan.by_verdict["required"]}),
        cost.paper.fields,
        cost.fetched,
        cost.typed,
        f"{cost.paper.documents} → {cost.here.documents}",
        f"{cost.paper.visits} → {cost.here.visits}",
    ]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


@main.command(name="plan")
@click.option("--event", default="moving", show_default=True)
@click.option("--persona", type=EXISTING, required=True, help="A household file (docs/personas.md).")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day of the plan; else the household's own.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--answered/--unanswered", default=True, show_default=True, help="Whether the household's answers are given."
)
@click.option("--refuse", multiple=True, help="A register that is not asked; may be given several times.")
def plan_command(
    event: str, persona: Path, today: datetime | None, form: str, answered: bool, refuse: tuple[str, ...]
) -> None:
    """Plan an event for a household: what applies and why, by when, what is known and what is asked.

    Example: hitomado plan --event moving --persona procedures/personas/kudo.yaml --today 2026-11-23 --format json
    """
    library = _library()
    household = _household(persona, library, event)
    unknown = set(refuse) - set(library.vocabulary.registers)
    if unknown:
        raise click.BadParameter(f"台帳「{'・'.join(sorted(unknown))}」はありません", param_hint="--refuse")
    day = today.date() if today else household.persona.today
    plan = make_plan(library.events[event], household.facts(library.vocabulary, refuse, answered), day)
    click.echo(
        json.dumps(as_json(plan), ensure_ascii=False, indent=2) if form == "json" else "\n".join(_as_text(plan, day))
    )


def as_json(plan: Plan) -> dict[str, Any]:
    """A plan in its documented shape."""
    cost = burden.measure(plan)
    return {
        "procedures": [_procedure(planned) for planned in plan.procedures],
        "questions": [
            {
                "item": ".".join(ask.key),
                "page": page.id,
                "confirm": ask.confirm,
                "decides": ask.decides,
                "needed_by": list(ask.needed_by),
            }
            for page in plan.pages
            for ask in page.asks
        ],
        "burden": {"paper": vars(cost.paper), "here": vars(cost.here), "fetched": cost.fetched, "typed": cost.typed},
    }


def _procedure(planned: PlannedProcedure) -> dict[str, Any]:
    required = planned.word == "required"
    authority = planned.authority
    mode, reason = planned.channel
    return {
        "id": planned.id,
        "subject": planned.subject,
        "verdict": planned.word,
        "reasons": [reason.text for reason in planned.reasons],
        "due": _due(planned) if planned.word != "not_required" else None,
        "authority": authority.id if authority else planned.compiled.definition.authority,
        "channel": {"mode": mode, "reason": reason},
        "after": list(planned.after),
        "known": _keys(planned.known) if required else [],
        "missing": _keys(planned.missing) if required else [],
    }


def _keys(keys: Iterable[tuple[str, str]]) -> list[str]:
    return [".".join(key) for key in keys]


def _due(planned: PlannedProcedure) -> dict[str, Any]:
    """The deadline; without days where the law names none, or where the day it is counted from is not known."""
    stated, due = planned.compiled.definition.due, planned.due
    opens, last = (due.opens, due.last) if due else (None, None)
    return {"kind": stated.kind, "opens": _iso(opens), "last": _iso(last), "note": stated.note or stated.counting}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _as_text(plan: Plan, day: date) -> list[str]:
    groups = plan.by_verdict
    lines = [
        f"{day}の計画: 必要 {len(groups['required'])}、まだ決まらない {len(groups['undecided'])}、必要ない {len(groups['not_required'])}"
    ]
    for word, heading in (("required", "必要です"), ("undecided", "まだ決まりません")):
        lines.append(f"\n{heading}")
        for planned in groups[word]:
            due = planned.due
            last = f"  {due.last}まで" if due and due.last else ""
            subject = f"（{planned.subject}）" if planned.subject else ""
            lines.append(f"  {planned.id}{subject}  {planned.compiled.definition.title}{last}  {planned.channel[0]}")
            lines += [f"      {reason.text}" for reason in planned.reasons]
    lines.append(f"\n質問 {len(plan.pages)}")
    lines += [f"  {page.id}: {', '.join('.'.join(ask.key) for ask in page.asks)}" for page in plan.pages]
    return lines


if __name__ == "__main__":
    main()
