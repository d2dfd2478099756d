"""Papers for the person, in their language: the receipt of a submission, and the plan to print.

Each is data for the template `sheet` (see `app/papers/sheet.typ`): a text is a string, or pieces with readings where furigana is on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for

from app.engine.lifecycle import State
from app.formats import deadline_text, full_date
from app.i18n import current_tag, gettext, pieces
from app.i18n import gettext as _
from app.papers.setting import set_pdf
from app.web import planviews, receipts
from app.web.papercodes import Code
from app.web.planviews import Task
from app.web.words import channel_text, office_name
from app.world.journeys import Journey
from app.world.views import CaseView
from app.world.worlds import World

Text = str | list[tuple[str, str | None]]
BOX = "□"


def part(heading: str, level: int = 1, **more: Any) -> dict[str, Any]:
    """One part of a sheet; what is not given is empty."""
    empty: dict[str, Any] = {"paragraphs": [], "items": [], "rows": [], "head": [], "widths": [], "table": []}
    return {"heading": heading, "level": level, **empty, **more}


def sheet(
    title: str,
    day: date,
    kind: str,
    *,
    lead: Sequence[Text],
    about: Sequence[tuple[str, str]],
    parts: Sequence[Mapping[str, Any]],
    code: tuple[str, str, Text] | None = None,
) -> bytes:
    """A PDF in the language of this request. `code`: address, what a screen reader says for it, the words beside it."""
    said = {
        "title": title,
        "author": _("ひとまど（模擬）"),
        "keywords": ["simulation", f"kind={kind}"],
        "header": _("模擬：この書類に法的な効力はありません"),
        "footer": title,
        "lead": list(lead),
        "about": list(about),
        "parts": list(parts),
        "qr": Code(code[0], code[1]).drawn([code[2], code[0]]) if code else None,
    }
    return set_pdf("sheet", said, day, current_tag().partition("-")[0])


# --- the receipt ---------------------------------------------------------------------------------------------------------
def receipt(here: World, journey: Journey) -> bytes:
    """All numbers of one submission, what comes, and what the person must do."""
    cases = [case for case in here.cases() if case.journey == journey.n]
    told = receipts.content(here, journey, cases)
    parts = [part(_("あなたがすること"), paragraphs=[] if told["visits"] else [pieces(NOTHING_TO_DO)])]
    parts += [_receipt_visit(visit) for visit in told["visits"]]
    parts += [_receipt_group(group) for group in told["groups"]]
    if told["automatic"]:
        parts.append(part(_("出さなくてよい手続"), items=told["automatic"]))
    if told["left_out"]:
        parts.append(part(_("まだ出していない手続"), items=[row["name"] for row in told["left_out"]]))
    about = [(_("手続をした人"), told["who"]), (_("できごと"), gettext(journey.event.definition.title))]
    about.append((_("提出した日"), told["filed"]))
    address = url_for("sign.receipt", n=journey.n, _external=True)
    day = (here.submitted_at(journey.n) or here.now).date()
    return sheet(
        _("提出の控え"), day, "submission", lead=[told["heading"], told["lead"]], about=about, parts=parts,
        code=(address, _("控えのページを開く二次元コード"), pieces("いまの状況は、このページで見られます。個人の情報は入っていません。")),
    )  # fmt: skip


NOTHING_TO_DO = "いまは、ありません。訂正のお願いが来たときは、お知らせに届きます。"


def _receipt_visit(visit: Mapping[str, Any]) -> dict[str, Any]:
    counter, due = visit["counter"], visit["due"]
    rows = [(_("手続"), visit["titles"])]
    if visit["opens"]:
        rows.append((_("いつから"), [visit["opens"]]))
    if due:
        last = date.fromisoformat(due["iso"])
        rows.append((_("いつまで"), [full_date(last, current_tag())]))
    rows += _counter(counter)
    rows.append((_("持ち物"), visit["papers"] or [_("ありません")]))
    return part(_("{office}の窓口へ行く", office=visit["office"]), 2, rows=rows)


def _counter(counter: Any) -> list[tuple[str, list[str]]]:
    if counter is None:
        return []
    return [
        (_("場所"), [gettext(counter.place)]),
        (_("受付時間"), [gettext(counter.hours)]),
        (_("電話"), [counter.phone]),
    ]


def _receipt_group(group: Mapping[str, Any]) -> dict[str, Any]:
    rows = [[[row["procedure"]], [row["office"]], [row["number"] or "—"], [_comes(row)]] for row in group["rows"]]
    head = [_("手続"), _("提出先"), _("受付番号"), _("このあと")]
    return part(group["heading"], head=head, widths=[3, 2, 2, 3], table=rows)


def _comes(row: Mapping[str, Any]) -> str:
    return str((row["expected"] if row["number"] else row["waiting"]) or row["state"])


# --- the plan ------------------------------------------------------------------------------------------------------------
def plan(here: World, journey: Journey) -> bytes:
    """What, where, by when, what to bring: with boxes to tick."""
    cases = {(case.procedure, case.subject): case for case in here.cases() if case.journey == journey.n}
    required = planviews.tasks(journey.plan)
    parts = []
    for stage in journey.event.definition.stages:
        some = [task for task in required if task.definition.stage == stage.id]
        if some:
            parts.append(_plan_stage(journey, gettext(stage.label), some, cases))
    parts += _plan_visits(journey)
    undecided = [planviews.title(journey, task) for task in planviews.tasks(journey.plan, "undecided")]
    if undecided:
        parts.append(part(_("まだ決まらないもの"), items=undecided))
    title = _("手続の計画：{event}", event=gettext(journey.event.definition.title))
    address = url_for("plan.plan_page", n=journey.n, _external=True)
    return sheet(
        title, here.today, "plan",
        lead=[pieces("{n}の手続が必要です。", n=len(required)), pieces("答えや日付が変わると、計画も変わります。")],
        about=[(_("この計画を作った日"), full_date(here.today, current_tag()))], parts=parts,
        code=(address, _("計画のページを開く二次元コード"), pieces("いまの計画は、このページで見られます。個人の情報は入っていません。")),
    )  # fmt: skip


def _plan_stage(
    journey: Journey, label: str, some: Iterable[Task], cases: Mapping[tuple[str, str | None], CaseView]
) -> dict[str, Any]:
    def last(task: Task) -> date:
        return (task.due.last if task.due else None) or date.max

    rows = []
    for task in sorted(some, key=last):
        row = planviews.row(journey, task, cases)
        where = [office_name(task.authority, task.definition), channel_text(task.lead)]
        filed = [case for one in task.instances if (case := cases.get((one.id, one.subject))) is not None]
        done = bool(filed) and all(case.state.state is State.COMPLETED for case in filed)
        rows.append([[_("済") if done else BOX], [row["name"], row["state_text"]], _by(journey, task), where])
    return part(
        label, head=[_("済み"), _("手続"), _("いつまで"), _("どこへ、どうやって")], widths=[2, 7, 6, 6], table=rows
    )


def _by(journey: Journey, task: Task) -> list[str]:
    """The last day with its year where it is another one, or what the law says instead of a day."""
    if task.due is not None and task.due.last is not None:
        text = deadline_text(task.due.last, journey.today, current_tag())
        return [text.by, text.left]
    note = task.definition.due.note
    return [gettext(note)] if note else [_("期限の日はありません")]


def _plan_visits(journey: Journey) -> list[dict[str, Any]]:
    visits = planviews.visits(journey.plan)
    if not visits:
        return []
    parts = [part(_("窓口へ行くところ（{n}）", n=len(visits)))]
    for visit in visits:
        rows = [
            (_("手続"), [title for title, _why in visit.reasons]),
            *_counter(visit.authority.counter if visit.authority else None),
            (_("持ち物"), [f"{BOX} {name}" for name in visit.bring] or [_("ありません")]),
        ]
        parts.append(part(visit.office, 2, rows=rows))
    return parts
