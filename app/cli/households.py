"""`hitomado personas`, `plan`, `once-only`: what households need."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from app.cli import common, plans
from app.cli.common import EXISTING, PROCEDURES, library
from app.engine import burden, once_only
from app.engine.library import Library
from app.engine.personas import Household, load_households
from app.engine.planner import make_plan


@click.command()
@click.option("--table", is_flag=True, help="What each household needs, on paper and here, as a Markdown table.")
def personas(table: bool) -> None:
    """List the synthetic households.

    Example: hitomado personas --table
    """
    found = library()
    households = list(load_households(PROCEDURES, found).values())
    if not table:
        for household in households:
            click.echo(f"{household.persona.id}  {household.persona.title}\n    {household.persona.summary}")
        return
    click.echo(
        "| household | procedures | fields on paper | fetched | typed | documents: paper → here | visits: paper → here |"
    )
    click.echo("|---|---|---|---|---|---|---|")
    for household in households:
        click.echo(_table_row(found, household))


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


@click.command(name="once-only")
@click.argument("event")
def once_only_command(event: str) -> None:
    """Count how often each item is asked on paper, and here, over all households of an event: a Markdown table.

    Example: hitomado once-only childcare
    """
    found = library()
    compiled = common.event(found, event)
    households = load_households(PROCEDURES, found).values()
    plans = [
        (
            make_plan(compiled, one.facts(found.vocabulary), one.persona.today),
            one.facts(found.vocabulary, answered=False).by_key.keys(),
        )
        for one in households
        if one.persona.event == event
    ]
    rows = once_only.count(plans)
    click.echo("| item | asked on paper | fetched here | typed here |\n|---|---|---|---|")
    for row in rows:
        click.echo(f"| `{row.path}` {row.label} | {row.paper} | {row.fetched} | {row.typed} |")
    total = [sum(getattr(row, name) for row in rows) for name in ("paper", "fetched", "typed", "typed_though_held")]
    click.echo(f"| {len(plans)} households, {len(rows)} items | {total[0]} | {total[1]} | {total[2]} |")
    click.echo(f"\nTyped although a register told it: {total[3]}.")


@click.command(name="plan")
@click.option("--event", help="A life event; else the household's own.")
@click.option("--persona", type=EXISTING, required=True, help="A household file (docs/personas.md).")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day of the plan; else the household's own.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--answered/--unanswered", default=True, show_default=True, help="Whether the household's answers are given."
)
@click.option("--refuse", multiple=True, help="A register that is not asked; may be given several times.")
def plan_command(
    event: str | None, persona: Path, today: datetime | None, form: str, answered: bool, refuse: tuple[str, ...]
) -> None:
    """Plan an event for a household: what applies and why, by when, what is known and what is asked.

    Example: hitomado plan --persona procedures/personas/kudo.yaml --today 2026-11-23 --format json
    """
    found = library()
    household = common.household(persona, found, event or common.event_of(persona))
    unknown = set(refuse) - set(found.vocabulary.registers)
    if unknown:
        raise click.BadParameter(f"台帳「{'・'.join(sorted(unknown))}」はありません", param_hint="--refuse")
    day = today.date() if today else household.persona.today
    plan = make_plan(found.events[household.persona.event], household.facts(found.vocabulary, refuse, answered), day)
    click.echo(
        json.dumps(plans.as_json(plan), ensure_ascii=False, indent=2)
        if form == "json"
        else "\n".join(plans.as_text(plan, day))
    )
