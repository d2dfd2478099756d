"""The plan in rows: one row a procedure, whoever it is for; visits by office; dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from app.engine.deadlines import Due
from app.engine.definitions import Authority, Procedure
from app.engine.planner import Page, Plan, PlannedProcedure
from app.i18n import gettext
from app.i18n import gettext as _
from app.web import caseviews, deadlineviews
from app.web.words import channel_text, day_parts, due_chip, office_name, who
from app.world.deadlines import is_open
from app.world.journeys import Journey
from app.world.views import CaseView

NEAR = 4
REPLACED = {
    "register": "台帳の情報で代えます",
    "signature": "電子署名で代えます",
    "fact": "入力した内容で代えます",
    "photo": "写真で出します",
    "partner": "勤務先などが作り、このサイトが付けます",
    "stays": "紙のまま残ります",
    "none": "要りません",
}


@dataclass(frozen=True)
class Task:
    """One procedure of a plan with everybody it is for."""

    instances: tuple[PlannedProcedure, ...]

    @property
    def id(self) -> str:
        return self.instances[0].id

    @property
    def definition(self) -> Procedure:
        return self.instances[0].compiled.definition

    @property
    def authority(self) -> Authority | None:
        return self.instances[0].authority

    @property
    def lead(self) -> PlannedProcedure:
        """The instance that tells how it is filed: one that needs a visit, if any does."""
        return next((one for one in self.instances if one.channel[0] == "visit"), self.instances[0])

    @property
    def due(self) -> Due | None:
        """The earliest deadline."""
        dated = [due for one in self.instances if (due := one.due) is not None and due.last is not None]
        return min(dated, key=lambda due: due.last or date.max, default=None)


def tasks(plan: Plan, verdict: str = "required") -> list[Task]:
    """The procedures of a verdict (required, not_required, undecided), each once, in the plan's order."""
    found: dict[str, list[PlannedProcedure]] = {}
    for planned in plan.by_verdict[verdict]:
        found.setdefault(planned.id, []).append(planned)
    if verdict != "required":
        # What one child needs and another does not stands under what is needed.
        needed = {planned.id for planned in plan.by_verdict["required"]}
        found = {id_: some for id_, some in found.items() if id_ not in needed}
    return [Task(tuple(some)) for some in found.values()]


def names(journey: Journey, task: Task) -> str:
    """Whom the procedure is for, where it is for somebody in particular."""
    return _("、").join(who(journey, one.subject) for one in task.instances if one.subject is not None)


def title(journey: Journey, task: Task) -> str:
    """The procedure's title with the names of those it is for."""
    people = names(journey, task)
    text = gettext(task.definition.title)
    return _("{title}（{who}）", title=text, who=people) if people else text


def open_pages(plan: Plan, task: Task) -> list[Page]:
    """Question pages that this procedure still waits for."""
    missing = {key for one in task.instances for key in (*one.missing, *one.open)}
    return [page for page in plan.pages if any(ask.key in missing for ask in page.asks)]


def row(journey: Journey, task: Task, cases: Mapping[tuple[str, str | None], CaseView]) -> dict[str, Any]:
    """A procedure as the macro task_row takes it. ``cases``: what was filed, by procedure and subject."""
    lead, definition = task.lead, task.definition
    state, text = _state(journey, task, cases)
    reason = lead.channel[1]
    return {
        "id": f"row-{task.id}",
        "name": title(journey, task),
        "href": url_for("plan.one", n=journey.n, procedure=task.id),
        "office": office_name(task.authority, definition),
        "due": due_chip(task.due, journey.today, definition.due.counting),
        "channel": channel_text(lead),
        "late": late_text(journey, task, cases),
        "state": state,
        "state_text": text,
        "reason": _("{reason}です。", reason=gettext(reason)) if reason else None,
        "reason_heading": _reason_heading(lead.channel[0]),
    }


def late_text(journey: Journey, task: Task, cases: Mapping[tuple[str, str | None], CaseView]) -> str | None:
    """That the last day has passed while the procedure is still open, and what to do now; None otherwise."""
    for one in task.instances:
        due, case = one.due, cases.get((one.id, one.subject))
        if due is None or due.last is None or due.last >= journey.today or one.channel[0] == "automatic":
            continue
        if is_open(case):
            return deadlineviews.late_text(one, case)
    return None


def _reason_heading(mode: str) -> str:
    words = {"mail": "なぜ郵便で送るのですか", "automatic": "なぜ出さなくてよいのですか"}
    return _(words.get(mode, "なぜ窓口へ行くのですか"))


def _state(journey: Journey, task: Task, cases: Mapping[tuple[str, str | None], CaseView]) -> tuple[str, str]:
    filed = [case for one in task.instances if (case := cases.get((one.id, one.subject))) is not None]
    if filed:
        return "sent", _("、").join(dict.fromkeys(caseviews.state_words(case) for case in filed))
    if all(one.too_late for one in task.instances):
        return "blocked", _("もう出せません")
    if pages := open_pages(journey.plan, task):
        return "open", _("あと{n}問", n=len(pages))
    if any(one.missing for one in task.instances):
        return "open", _("まだ分からない答えがあります")
    mode = task.lead.channel[0]
    first = [gettext(journey.event.by_id[id_].definition.title) for id_ in required_before(journey.plan, task)]
    if mode == "visit" and first:
        return "blocked", _("まだ始められません：{names}が先です", names=_("、").join(first))
    if mode == "automatic":
        return "ready", _("あなたがすることはありません")
    return "ready", _("そろいました。まだ出していません")


def required_before(plan: Plan, task: Task) -> list[str]:
    """Ids of the required procedures that come first."""
    required = {planned.id for planned in plan.by_verdict["required"]}
    return [id_ for id_ in task.lead.after if id_ in required]


@dataclass(frozen=True)
class Visit:
    """One office that must be visited, and for what."""

    office: str
    authority: Authority | None
    tasks: tuple[Task, ...]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """(title, why the visit stays)."""
        return [
            (gettext(task.definition.title), _("{reason}です。", reason=gettext(task.lead.channel[1])))
            for task in self.tasks
        ]

    @property
    def bring(self) -> list[str]:
        """Papers that stay, each once."""
        papers = (document for task in self.tasks for one in task.instances for document in one.evidence)
        return list(dict.fromkeys(gettext(document.document) for document in papers if document.replaced_by == "stays"))


def visits(plan: Plan) -> list[Visit]:
    """The offices that must be visited."""
    found: dict[str, list[Task]] = {}
    for task in tasks(plan):
        if task.lead.channel[0] == "visit":
            found.setdefault(office_name(task.authority, task.definition), []).append(task)
    return [Visit(office, some[0].authority, tuple(some)) for office, some in found.items()]


def near_dates(journey: Journey, done: Iterable[str] = ()) -> list[tuple[str, str, str, str, str]]:
    """The next deadlines for the macro near_dates; ids in ``done`` are left out."""
    gone = set(done)
    dated = [
        (due.last, task)
        for task in tasks(journey.plan)
        if task.id not in gone and (due := task.due) and due.last and due.last >= journey.today
    ]
    dated.sort(key=lambda pair: pair[0])
    found: list[tuple[str, str, str, str, str]] = []
    for last, task in dated[:NEAR]:
        found.append(
            (
                last.isoformat(),
                *day_parts(last),
                gettext(task.definition.title),
                url_for("plan.one", n=journey.n, procedure=task.id),
            )
        )
    return found
