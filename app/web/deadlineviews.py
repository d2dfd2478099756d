"""Deadlines in words: letters before and after a last day, and what plan and case pages say once it has passed."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from app.engine.deadlines import Counted, Due
from app.engine.definitions import Procedure
from app.engine.lifecycle import State
from app.engine.planner import PlannedProcedure
from app.formats import full_date, short_date
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web.words import due_chip, office_name, who
from app.world.deadlines import CARD, Deadlines, Notice, lapsed_because, notices
from app.world.views import CaseView, LetterView
from app.world.worlds import World

KINDS = ("deadline_near", "deadline_passed", "card_lapsed")
CLOSED = {
    "saturday": "{day}は土曜日で窓口が閉まるため、次に開く日の{last}までです。",
    "sunday": "{day}は日曜日で窓口が閉まるため、次に開く日の{last}までです。",
    "holiday": "{day}は祝日で窓口が閉まるため、次に開く日の{last}までです。",
    "year_end": "{day}は年末年始で窓口が閉まるため、次に開く日の{last}までです。",
}


# --- letters ----------------------------------------------------------------------------------------------------------------
class DeadlineLetter:
    """A letter about deadlines, as inbox pages show it."""

    def __init__(self, letter: LetterView, notice: Notice, deadlines: Deadlines) -> None:
        self.world, self.journey = deadlines.world, deadlines.journey
        self.letter, self.notice, self._deadlines = letter, notice, deadlines

    @property
    def sender(self) -> str:
        """No office writes these."""
        return _("ひとまど（模擬）")

    @property
    def open(self) -> bool:
        """Whether something is still to be done about it."""
        return any(self._still_open(id_) for id_ in self.notice.procedures)

    @property
    def subject(self) -> str:
        """What it is about."""
        ids = self.notice.procedures
        if self.letter.kind == "card_lapsed":
            return _("マイナンバーカードが使えなくなりました")
        one = gettext(self._definition(ids[0]).title) if len(ids) == 1 else ""
        if self.letter.kind == "deadline_passed":
            return _("{title}の期限を過ぎました", title=one) if one else _("{n}つの手続の期限を過ぎました", n=len(ids))
        days = (self.notice.last - self.letter.at.date()).days
        if days == 0:
            return _("{title}の期限は今日です", title=one) if one else _("{n}つの手続の期限が今日です", n=len(ids))
        day = short_date(self.notice.last, current_tag())
        if one:
            return _("{title}の期限まであと{n}日です（{day}）", title=one, n=days, day=day)
        return _("{m}つの手続の期限まであと{n}日です（{day}）", m=len(ids), n=days, day=day)

    @property
    def meaning(self) -> str:
        """In a sentence."""
        if self.letter.kind == "card_lapsed":
            return _("カードの手続が、決まった日までに終わらなかったためです。")
        if not self.open:
            return _("もう済みました。することはありません。")
        if self.letter.kind == "deadline_passed":
            return _("まだ出していないものがあります。いまできることを、下に書きました。")
        return _("まだ出していないものがあります。期限までに出してください。")

    def page(self) -> str:
        """The whole letter."""
        return render_template(
            "inbox/deadline.html",
            letter=self.letter,
            subject=self.subject,
            sender=self.sender,
            meaning=self.meaning,
            date=full_date(self.letter.at.date(), current_tag()),
            parts=[self._part(id_) for id_ in self.notice.procedures],
            lapsed=self.letter.kind == "card_lapsed",
            passed=self.letter.kind != "deadline_near",
            n=self.notice.journey,
        )

    def _part(self, id_: str) -> dict[str, Any]:
        definition = self._definition(id_)
        planned = [one for one in self.journey.plan.by_verdict["required"] if one.id == id_]
        lead = next((one for one in planned if one.due and one.due.last == self.notice.last), None)
        still = self._still_open(id_)
        lapsed = self.notice.mark == CARD
        case = _case(self.world, self.notice.journey, id_)
        return {
            "title": gettext(definition.title),
            "href": url_for("cases.one", n=case.n) if case else url_for("plan.one", n=self.notice.journey, procedure=id_),
            "due": due_chip(lead.due, self.world.today) if lead and still and not lapsed else None,
            "people": _("、").join(who(self.journey, one.subject) for one in planned if one.subject),
            "lost": gettext(lapsed_because(self.journey, definition, self.notice.last) if lapsed else definition.due.lost),
            "todo": self._todo(definition, planned, case) if still or lapsed else _("もう済みました。"),
            "counting": counting(definition, lead.due if lead else None),
            "law": definition.law,
            "library": url_for("library.one_procedure", id=id_),
        }  # fmt: skip

    def _todo(self, definition: Procedure, planned: list[PlannedProcedure], case: CaseView | None) -> str:
        if self.notice.mark == CARD:
            return _("{text}。", text=gettext(definition.due.remedy)) if definition.due.remedy else _(ASK)
        lead = next((one for one in planned if self._deadlines.is_open(one)), planned[0] if planned else None)
        return todo(lead, definition, case) if lead else _(ASK)

    def _definition(self, id_: str) -> Procedure:
        return self.journey.event.by_id[id_].definition

    def _still_open(self, id_: str) -> bool:
        found = self._deadlines.find(id_)
        return found is not None and (self.notice.mark == CARD or found.last == self.notice.last)


def letters(world: World) -> dict[int, DeadlineLetter]:
    """The letters about deadlines by number."""
    told = notices(world)
    by_journey = {
        journey.n: Deadlines(world, journey)
        for n in {notice.journey for notice in told.values()}
        if (journey := world.journey(n)) is not None
    }
    return {
        one.n: DeadlineLetter(one, told[one.n], by_journey[told[one.n].journey])
        for one in world.letters()
        if one.n in told
    }


# --- what to do ---------------------------------------------------------------------------------------------------------------
ASK = "住んでいる市の窓口に、できることを聞いてください。"


def todo(planned: PlannedProcedure, definition: Procedure, case: CaseView | None) -> str:
    """What the person does now about an open deadline."""
    office = office_name(planned.authority, definition)
    if planned.too_late and case is None:
        return closed_text(definition)
    state = case.state.state if case else None
    if state is State.UNDELIVERED:
        return _("まだ届いていません。もう一度送るか、{office}へ聞いてください。", office=office)
    if state in (State.QUEUED, State.SENDING):
        return _("署名は済んでいます。まだ{office}に届いていません。急ぐときは、窓口で出してください。", office=office)
    mode = planned.channel[0]
    if state is State.NEEDS_VISIT or mode == "visit":
        return _("{office}の窓口で出してください。", office=office)
    if mode == "mail":
        return _("{office}へ郵便で送ってください。", office=office)
    return _("答えを確かめて、{office}へ出してください。", office=office)


def closed_text(definition: Procedure) -> str:
    """That it cannot be filed any more, and what there is instead."""
    remedy = _("{text}。", text=gettext(definition.due.remedy)) if definition.due.remedy else _(ASK)
    return _("期限を過ぎたため、もう出せません。{remedy}", remedy=remedy)


def late_text(planned: PlannedProcedure, case: CaseView | None) -> str:
    """What plan and case pages say about an open procedure whose last day has passed; the caller knows that it has."""
    definition = planned.compiled.definition
    if planned.too_late and case is None:
        return closed_text(definition)
    if definition.due.kind == "advice":
        return _("めやすの日を過ぎています。今からでもできます。早めにしてください。")
    return _("期限を過ぎています。今からでも出せます。早めに出してください。")


def late_note(world: World, case: CaseView) -> dict[str, Any] | None:
    """What a case's page says once the last day has passed and its office does not have it yet; None otherwise."""
    journey = world.journey(case.journey)
    assert journey is not None
    planned = journey.plan.find(case.procedure, case.subject)
    due = planned.due if planned is not None else None
    if planned is None or due is None or due.last is None or due.last >= world.today:
        return None
    if not Deadlines(world, journey).is_open(planned):
        return None
    definition = planned.compiled.definition
    return {
        "text": late_text(planned, case),
        "lost": gettext(definition.due.lost),
        "chip": due_chip(due, world.today, ""),
        "counting": counting(definition, due),
        "law": definition.law,
    }


def counting(definition: Procedure, due: Due | None) -> str:
    """How the last day was counted, with the day on which the count ended where offices were closed then."""
    sentences = [_("{text}。", text=gettext(definition.due.counting))] if definition.due.counting else []
    counted: Counted | None = due.counted if due else None
    if due is not None and due.last is not None and counted is not None and counted.rolled and counted.closed:
        tag = current_tag()
        day, last = short_date(counted.nominal, tag), short_date(due.last, tag)
        sentences.append(_(CLOSED[counted.closed], day=day, last=last))
    return (" " if current_tag() == "en" else "").join(sentences)


def _case(world: World, journey: int, procedure: str) -> CaseView | None:
    some = [one for one in world.cases() if one.journey == journey and one.procedure == procedure]
    return next((one for one in some if one.turn != "nobody"), some[-1] if some else None)
