"""Cases in words: whose turn it is, what happened, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from app.engine.deadlines import add_working_days
from app.engine.definitions import Procedure
from app.engine.lifecycle import ENDS, Event, EventType, State
from app.formats import deadline_text, short_date
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web.words import office_name, who
from app.world.views import CaseView
from app.world.worlds import World

YOUR_TURN, VISIT, SIGNING, OFFICE, WAITING, DONE = "yours", "visit", "signing", "office", "waiting", "done"
GROUPS = {
    YOUR_TURN: "あなたの番です",
    VISIT: "窓口へ行く番です",
    SIGNING: "ほかの人の署名を待っています",
    OFFICE: "窓口が確かめています",
    WAITING: "先の手続を待っています",
    DONE: "終わりました",
}


def definition(world: World, case: CaseView) -> Procedure:
    """The definition of a case's procedure."""
    journey = world.journey(case.journey)
    assert journey is not None
    return journey.event.by_id[case.procedure].definition


def title(world: World, case: CaseView) -> str:
    """The procedure's title, with the person's name where it is for one of several."""
    journey = world.journey(case.journey)
    assert journey is not None
    name = gettext(definition(world, case).title)
    return _("{title}（{who}）", title=name, who=who(journey, case.subject)) if case.subject else name


def office(world: World, case: CaseView) -> str:
    """The office's name."""
    return office_name(world.context.library.authorities.get(case.authority), definition(world, case))


def group(case: CaseView) -> str:
    """In which part of the list a case stands."""
    state = case.state.state
    if state in (State.CORRECTION_REQUESTED, State.UNDELIVERED):
        return YOUR_TURN
    if state is State.NEEDS_VISIT:
        return VISIT
    if case.unsigned:
        return SIGNING
    if state in (State.QUEUED, State.FOLLOWS):
        return WAITING
    return DONE if state in ENDS else OFFICE


def state_words(case: CaseView) -> str:
    """The state in a word or two, for lists."""
    words = {
        State.QUEUED: "ほかの手続を待っています",
        State.SENDING: "送信待ち",
        State.UNDELIVERED: "送れませんでした",
        State.RECEIVED: "届きました",
        State.IN_REVIEW: "審査中",
        State.CORRECTION_REQUESTED: "訂正のお願い",
        State.NEEDS_VISIT: "窓口へ行く番",
        State.WAITING: "あきを待っています",
        State.APPROVED: "認められました",
        State.COMPLETED: "終わりました",
        State.REJECTED: "認められませんでした",
        State.WITHDRAWN: "取り下げました",
        State.EXPIRED: "期限が過ぎました",
        State.FOLLOWS: "自動で進みます",
    }
    return _("本人の署名を待っています") if case.unsigned else _(words[case.state.state])


def headline(case: CaseView, *, sending: bool = False) -> str:
    """The state and whose turn it is, as one page's h1. `sending`: what the office asked for is on its way."""
    if sending:
        return _("訂正を送っています。あなたがすることはありません")
    words = {
        State.QUEUED: "まだ送っていません。あなたがすることはありません",
        State.SENDING: "送信を待っています。あなたがすることはありません",
        State.UNDELIVERED: "送れませんでした。あなたの番です",
        State.RECEIVED: "届きました。あなたがすることはありません",
        State.IN_REVIEW: "審査中です。あなたがすることはありません",
        State.CORRECTION_REQUESTED: "訂正のお願いがあります。あなたの番です",
        State.NEEDS_VISIT: "窓口へ行ってください。あなたの番です",
        State.WAITING: "あきを待っています。あなたがすることはありません",
        State.APPROVED: "認められました。あなたがすることはありません",
        State.COMPLETED: "終わりました。あなたがすることはありません",
        State.REJECTED: "認められませんでした。次にできることを見てください",
        State.WITHDRAWN: "取り下げました。あなたがすることはありません",
        State.EXPIRED: "訂正の期限が過ぎて、終わりになりました。要るときは、もう一度出せます",
        State.FOLLOWS: "自動で進みます。あなたがすることはありません",
    }
    return _("まだ送っていません。本人が署名すると送ります") if case.unsigned else _(words[case.state.state])


MAKING = {
    EventType.REVIEW_STARTED: "{office}が作り始めました",
    EventType.APPROVED: "{office}が作りました",
    EventType.REJECTED: "{office}は作れないと答えました",
}
"""Of a company that makes a document: it decides nothing."""


def event_text(event: Event, case: CaseView, world: World) -> str:
    """One event as a sentence with its actor."""
    name = office(world, case)
    if event.type is EventType.RESUBMITTED and event.signed is not None:
        return _("署名をして、訂正を出しました") if event.signed else _("署名をしないで、訂正を出しました")
    words = {
        EventType.RELEASED: "送りました",
        EventType.HELD: "送るのを止めました",
        EventType.GIVEN_UP: "{office}から返事がないため、送るのを止めました",
        EventType.SENT_AGAIN: "もう一度送ることにしました",
        EventType.FOLLOWED: "先の手続に続いて進みました",
        EventType.REFUSED: "{office}が受け取りませんでした",
        EventType.RECEIVED: "{office}に届きました",
        EventType.REVIEW_STARTED: "{office}で審査が始まりました",
        EventType.CORRECTION_REQUESTED: "{office}から訂正のお願いがありました",
        EventType.RESUBMITTED: "訂正を送りました",
        EventType.VISIT_NEEDED: "{office}の窓口へ行く番になりました",
        EventType.VISITED: "{office}の窓口へ行きました",
        EventType.WAITLISTED: "{office}が、保留にしました。いまは、あいている所がありません",
        EventType.LOOKED_AGAIN: "{office}がもう一度調べました。まだ、あいている所がありません",
        EventType.APPROVED: "{office}が認めました",
        EventType.REJECTED: "{office}が認めませんでした",
        EventType.COMPLETED: "終わりました",
        EventType.WITHDRAWN: "取り下げました",
        EventType.PAID: "{office}が最初の支払いをしました",
        EventType.EXPIRED: "訂正が届かないまま期限が過ぎたため、{office}が終わりにしました",
        **(MAKING if definition(world, case).makes else {}),
    }
    return _(words[event.type], office=name)


def timeline(world: World, case: CaseView) -> list[dict[str, Any]]:
    """What happened so far, for the timeline macro."""
    rows = []
    for event, _actor in case.history:
        text = short_date(event.at.date(), current_tag())
        rows.append(
            {
                "iso": event.at.date().isoformat(),
                "day": text,
                "weekday": None,
                "text": event_text(event, case, world),
                "actor": None,
            }
        )
    return rows


def expected(world: World, case: CaseView) -> tuple[date, date] | None:
    """Between which days the office usually finishes; None while nothing is counted (waiting, a visit, ended)."""
    state = case.state.state
    if state not in (State.RECEIVED, State.IN_REVIEW, State.SENDING):
        return None
    rules = definition(world, case).lifecycle
    start = next(
        (
            event.at.date()
            for event, _ in reversed(case.history)
            if event.type in (EventType.VISITED, EventType.RECEIVED, EventType.RESUBMITTED)
        ),
        world.today,
    )
    if rules.working_days:
        return add_working_days(start, rules.days[0]), add_working_days(start, rules.days[1])
    return start + timedelta(days=rules.days[0]), start + timedelta(days=rules.days[1])


def expected_text(world: World, case: CaseView) -> str:
    """The expected days in words, and what holds after they have passed; empty when nothing is expected."""
    between = expected(world, case)
    if between is None:
        return ""
    first, last = between
    tag = current_tag()
    late = (world.today - last).days
    if late > 0:
        return _("予定を{n}日過ぎています。{office}へ聞いてください", n=late, office=office(world, case))
    if first == last:
        return _("ふつう{day}に終わります", day=short_date(last, tag))
    return _("ふつう{first}から{last}に終わります", first=short_date(first, tag), last=short_date(last, tag))


def until_text(world: World, case: CaseView) -> str:
    """By when the person should act; empty when no day is set."""
    until = case.state.until
    return deadline_text(until, world.today, current_tag()).sentence if until else ""


def waiting_text(world: World, case: CaseView) -> str:
    """For whose signature or which procedures a case waits, and what to do where one of them came to nothing."""
    if case.state.state is not State.QUEUED:
        return ""
    if case.unsigned:
        journey = world.journey(case.journey)
        assert journey is not None
        return _("{who}の署名を待っています", who=who(journey, case.subject or ""))
    first = [one for one in world.cases() if one.n in case.waits_for and one.state.state is not State.COMPLETED]
    undone = [one for one in first if one.state.state in ENDS]
    if undone:
        return _("{names}が終わらなかったため、待っています。もう一度出すと進みます", names=_titles(world, undone))
    return _("先に終わる手続: {names}", names=_titles(world, first)) if first else ""


def _titles(world: World, cases: Sequence[CaseView]) -> str:
    return _("、").join(dict.fromkeys(title(world, one) for one in cases))
