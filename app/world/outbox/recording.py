"""What happened to a case: its events, the state that follows from them, and the letters that offices write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engine.lifecycle import Event, EventType, Standing, reduce
from app.points import reach
from app.store import models

LETTERS = frozenset(
    {
        EventType.CORRECTION_REQUESTED,
        EventType.VISIT_NEEDED,
        EventType.COMPLETED,
        EventType.REJECTED,
        EventType.REFUSED,
        EventType.EXPIRED,
        EventType.PAID,
        EventType.WAITLISTED,
    }
)


def record(session: Session, case: models.Case, event: Event, actor: str) -> None:
    """Enter one event of a case: its history, its state, and a letter where an office writes one.

    What an office did before the last thing that is known here (its answer was lost) counts from when it is known: time goes forward.
    """
    session.flush()
    history = events_of(session, case)
    if history and event.at < history[-1].at:
        event = replace(event, at=history[-1].at)
    case.state = reduce([*history, event]).state.value
    detail: dict[str, Any] = {
        "item": event.item,
        "opens": _iso(event.opens),
        "until": _iso(event.until),
        "signed": event.signed,
    } | {"standing": _told(event.standing)}
    session.add(
        models.CaseEvent(
            world=case.world,
            case=case.n,
            seq=len(history) + 1,
            type=event.type.value,
            at=event.at.isoformat(),
            actor=actor,
            note=event.note or "",
            detail={name: value for name, value in detail.items() if value is not None},
        )
    )
    if event.type in LETTERS:
        action = event.type in (EventType.CORRECTION_REQUESTED, EventType.VISIT_NEEDED)
        at = event.at.isoformat()
        write(session, case.world, case.n, at, case.authority, event.type.value, event.note or "", needs_action=action)
        reach("letter.before-commit")


def write(
    session: Session, world: str, case: int, at: str, sender: str, kind: str, body: str = "", *, needs_action: bool
) -> int:
    """A letter to the person whose world this is; its number. ``sender``: an office, a subject of the case, or the site itself.
    ``case``: 0 where it is about none."""
    n = (session.scalar(select(func.max(models.Letter.n)).where(models.Letter.world == world)) or 0) + 1
    letter = models.Letter(world=world, n=n, case=case, at=at, sender=sender, kind=kind, body=body)
    letter.needs_action = needs_action
    session.add(letter)
    session.flush()
    return n


def asked(session: Session, case: models.Case) -> int:
    """How often an office has asked to correct something in a case."""
    return sum(1 for event in events_of(session, case) if event.type is EventType.CORRECTION_REQUESTED)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def events_of(session: Session, case: models.Case) -> list[Event]:
    """The history of a case as the lifecycle's events."""
    query = (
        select(models.CaseEvent)
        .where(models.CaseEvent.world == case.world, models.CaseEvent.case == case.n)
        .order_by(models.CaseEvent.seq)
    )
    return [as_event(row) for row in session.scalars(query)]


def as_event(row: models.CaseEvent) -> Event:
    """A stored event as the lifecycle's."""
    return Event(
        EventType(row.type),
        datetime.fromisoformat(row.at),
        note=row.note or None,
        item=row.detail.get("item"),
        opens=_day(row.detail.get("opens")),
        until=_day(row.detail.get("until")),
        signed=row.detail.get("signed"),
        standing=standing_of(row.detail.get("standing")),
    )


def standing_of(told: Mapping[str, Any] | None) -> Standing | None:
    """Where something stands on waiting lists, from the shape that offices tell and the store keeps."""
    if told is None:
        return None
    wishes = tuple((str(one["name"]), int(one["place"])) for one in told["wishes"])
    return Standing(int(told["points"]), wishes, date.fromisoformat(told["again"]))


def _told(standing: Standing | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    wishes = [{"name": name, "place": place} for name, place in standing.wishes]
    return {"points": standing.points, "wishes": wishes, "again": standing.again.isoformat()}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
