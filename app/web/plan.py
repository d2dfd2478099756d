"""The plan: the whole truth on one page, its dates as a list, and one procedure with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, render_template, url_for
from markupsafe import Markup

from app.engine.burden import measure
from app.formats import short_date
from app.i18n import current_tag, furigana_on, gettext
from app.i18n import gettext as _
from app.web import capacities, heirs, planviews, shell, signers, verdictviews
from app.web.journey_steps import present_page
from app.web.planviews import Task
from app.web.words import (
    day_parts,
    due_chip,
    office_name,
    questions_left,
    titles,
)
from app.world.journeys import Journey
from app.world.views import CaseView
from app.world.worlds import World

blueprint = Blueprint("plan", __name__)


@blueprint.get("/journeys/<int:n>/plan")
@shell.personal
def plan_page(n: int) -> Any:
    """What, by when, how, why, and what is left."""
    here, journey = _here(n)
    cases = _cases(here, n)
    notice = _difference(journey) if not cases else None
    standing = tuple((case.n, case.state.state, case.state.since) for case in cases.values())
    return render_template(
        "plan/plan.html",
        n=n,
        event_title=gettext(journey.event.definition.title),
        filed=bool(cases),
        **journey.part(("plan", current_tag(), furigana_on(), standing), lambda: _content(journey, cases)),
        notice=notice,
        status_text=notice["heading"] + _("。") if notice else None,
        go_on=_go_on(here, journey),
        silent=_silent(journey),
        signers=signers.summary(journey),
    )


def _content(journey: Journey, cases: Mapping[tuple[str, str | None], CaseView]) -> dict[str, Any]:
    """What follows from journey, day and cases alone, for one language: figures, and the long lists as HTML."""
    plan = journey.plan
    required = planviews.tasks(plan)
    rows = {task.id: planviews.row(journey, task, cases) for task in required}
    visits = planviews.visits(plan)
    near = planviews.near_dates(journey, {id_ for id_, row in rows.items() if row["state"] == "sent"})
    lists: dict[str, Any] = {
        "n": journey.n,
        "groups": _groups(journey, required, rows),
        "heirs": heirs.summary(journey),
        "visits": visits,
        "not_needed": _not_needed(journey),
        "undecided": _undecided(journey),
    }
    return {
        "count": len(required),
        "left": questions_left(plan),
        "online": sum(1 for task in required if task.lead.channel[0] == "online"),
        "pages": len(plan.pages),
        "more": plan.bounds[1] > plan.bounds[0],
        "visits": len(visits),
        "list": Markup(render_template("plan/list.html", count=len(required), near=near, **lists)),
        "beside": Markup(render_template("plan/beside.html", count=len(required), near=near, cost=measure(plan))),
    }


def _here(n: int) -> tuple[World, Journey]:
    here, journey = shell.world(), shell.journey_or_404(n)
    assert here is not None
    return here, journey


def _cases(here: World, n: int) -> dict[tuple[str, str | None], CaseView]:
    return {(case.procedure, case.subject): case for case in here.cases() if case.journey == n}


def _go_on(here: World, journey: Journey) -> tuple[str, str]:
    """The one next action: text and address."""
    if here.submitted_at(journey.n):
        return _("手続の状況を見る"), url_for("cases.list_cases")
    on = present_page(journey, here)
    if on != url_for("plan.plan_page", n=journey.n):
        return _("続きに答える"), on
    if journey.plan.pages:
        return _("質問に答える（{n}問）", n=len(journey.plan.pages)), url_for("questions.next_question", n=journey.n)
    return _("提出する内容を確かめる"), url_for("review.review_page", n=journey.n)


def _groups(journey: Journey, required: list[Task], rows: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows by stage of time; what has no hurry is folded."""
    stages = journey.event.definition.stages
    groups = []
    for stage in stages:
        some = [rows[task.id] for task in required if task.definition.stage == stage.id]
        some.sort(key=lambda row: row["due"]["iso"] if row["due"] else "9999")
        if some:
            groups.append({"id": stage.id, "label": _(stage.label), "rows": some, "folded": stage is stages[-1]})
    return groups


def _not_needed(journey: Journey) -> list[dict[str, str]]:
    """Title and reason. A procedure that is not needed for anybody has the first one's reason."""
    return [
        {
            "name": gettext(task.definition.title),
            "reason": _("{reason}です。", reason=gettext(reasons[0].text))
            if (reasons := task.instances[0].reasons)
            else "",
            "href": url_for("plan.one", n=journey.n, procedure=task.id),
        }
        for task in planviews.tasks(journey.plan, "not_required")
    ]


def _undecided(journey: Journey) -> list[dict[str, Any]]:
    """Title, and what would decide."""
    return [
        {
            "name": gettext(task.definition.title),
            "waits": verdictviews.item_labels(journey, [key for one in task.instances for key in one.open]),
            "href": url_for("plan.one", n=journey.n, procedure=task.id),
        }
        for task in planviews.tasks(journey.plan, "undecided")
    ]


def _silent(journey: Journey) -> list[str]:
    """Registers that were put off."""
    return [gettext(journey.event.vocabulary.registers[id_].label) for id_ in journey.pending_registers]


def _difference(journey: Journey) -> dict[str, Any] | None:
    """What changed since the plan was last looked at."""
    more, less = journey.take_difference()
    if not more and not less:
        return None
    if more and less:
        heading = _("答えによって、手続が{a}つ増え、{b}つ減りました", a=len(more), b=len(less))
    elif more:
        heading = _("答えによって、手続が{a}つ増えました", a=len(more))
    else:
        heading = _("答えによって、手続が{b}つ減りました", b=len(less))
    items = [_("増えた手続：{name}", name=name) for name in titles(journey, more)] + [
        _("減った手続：{name}", name=name) for name in titles(journey, less)
    ]
    return {"kind": "news", "heading": heading, "body": None, "items": items}


# --- dates ------------------------------------------------------------------------------------------------------------------
@blueprint.get("/journeys/<int:n>/plan/calendar")
@shell.personal
def calendar(n: int) -> Any:
    """All dates of the plan in order, by month."""
    here, journey = _here(n)
    found = sorted(set(_dates(journey)))
    months = [
        {
            "label": _("{year}年{month}月", year=year, month=month),
            "events": [
                {
                    "iso": day.isoformat(),
                    "day": day_parts(day)[0],
                    "weekday": day_parts(day)[1],
                    "text": text,
                    "actor": None,
                }
                for day, text in some
            ],
        }
        for (year, month), some in groupby(found, key=lambda one: (one[0].year, one[0].month))
    ]
    return render_template(
        "plan/calendar.html", n=n, event_title=gettext(journey.event.definition.title), months=months, today=here.today
    )


def _dates(journey: Journey) -> Iterator[tuple[date, str]]:
    """(day, what it is): when filing opens, the last day, and days after which something is lost."""
    yield journey.today, _("今日（模擬）")
    for task in planviews.tasks(journey.plan):
        name, due = gettext(task.definition.title), task.due
        if due is not None and due.opens and due.opens > journey.today:
            yield due.opens, _("{title}を出せるようになります", title=name)
        if due is not None and due.last:
            yield due.last, _("{title}の期限", title=name)
        for trap, day in _traps(journey, task):
            yield day, _("{title}：{lost}", title=name, lost=gettext(trap))


def _traps(journey: Journey, task: Task) -> Iterator[tuple[str, date]]:
    """What is lost after a day."""
    for trap in task.definition.traps:
        role, _dot, item = trap.start.partition(".")
        start = journey.facts.values().get((journey.facts.roles.get(role, ""), item))
        if isinstance(start, date):
            yield trap.lost, start + timedelta(days=trap.days)


# --- one procedure ----------------------------------------------------------------------------------------------------------
@blueprint.get("/journeys/<int:n>/plan/<procedure>")
@shell.personal
def one(n: int, procedure: str) -> Any:
    """A verdict with its reasons, what is sent to whom, and what would change it."""
    here, journey = _here(n)
    if procedure not in journey.event.by_id:
        abort(404)
    instances = tuple(planned for planned in journey.plan.procedures if planned.id == procedure)
    task = Task(instances)
    definition = task.definition
    lead = next((planned for planned in instances if planned.word == "required"), instances[0])
    mode, why = lead.channel
    known = journey.context.library.sources
    return render_template(
        "plan/one.html",
        n=n,
        event_title=gettext(journey.event.definition.title),
        definition=definition,
        verdicts=verdictviews.verdicts(journey, instances),
        capacities=[
            text for planned in instances if planned.verdict is True for text in capacities.texts(journey, planned)
        ],
        required=lead.word == "required",
        office=office_name(task.authority, definition),
        due=due_chip(task.due, journey.today, definition.due.counting),
        late=planviews.late_text(journey, task, _cases(here, n)) if lead.word == "required" else None,
        start=gettext(lead.compiled.start.item.label) if lead.compiled.start else "",
        points=verdictviews.points(journey, instances),
        amounts=verdictviews.amounts(journey, instances),
        mode=mode,
        why=why,
        counter=task.authority.counter if task.authority else None,
        first=titles(journey, planviews.required_before(journey.plan, Task((lead,)))),
        sent=verdictviews.sent(journey, instances),
        withheld=verdictviews.withheld(journey, instances),
        missing=verdictviews.missing(journey, instances),
        papers=verdictviews.papers(instances),
        traps=[(gettext(lost), short_date(day, current_tag())) for lost, day in _traps(journey, task)],
        sources=[known[id_] for id_ in definition.sources.checked if id_ in known],
        changes=verdictviews.what_if(journey, procedure, instances),
        case=next((case for case in reversed(here.cases()) if case.journey == n and case.procedure == procedure), None),
    )
