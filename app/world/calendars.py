"""What a world's deadlines and visits are to a calendar: events with lasting names, counted changes, and a link to subscribe to."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID, uuid5

from sqlalchemy import select

from app.engine.lifecycle import EventType, State
from app.store import models
from app.world.context import Context
from app.world.deadlines import Deadlines
from app.world.journeys import Journey
from app.world.outbox.packing import UNDONE
from app.world.views import CaseView
from app.world.worlds import World

TOKEN_BYTES = 32


@dataclass(frozen=True)
class Entry:
    """One event. ``first`` and ``last`` are days, both included; ``done``: nothing is left to do, so nothing to be reminded of.

    ``sequence`` counts the changes of its days and of its cancellation since a calendar first got it.
    """

    key: str
    kind: Literal["deadline", "visit"]
    journey: int
    procedure: str
    first: date
    last: date
    case: int | None = None
    cancelled: bool = False
    done: bool = False
    sequence: int = 0

    @property
    def days(self) -> str:
        """As it is kept."""
        return f"{self.first.isoformat()}/{self.last.isoformat()}"

    def uid(self, world: str) -> str:
        """A name that no other event has and that this one keeps. The world cannot be worked out from it."""
        return str(uuid5(UUID(world), self.key))


def entries(world: World, journey: Journey) -> list[Entry]:
    """Last days and visits of a journey as of now, and what is no longer so as cancelled; changes are counted."""
    return _remembered(world, journey, [*_deadlines(world, journey), *_visits(world, journey)])


def _deadlines(world: World, journey: Journey) -> Iterable[Entry]:
    cases = {(case.procedure, case.subject): case for case in world.cases() if case.journey == journey.n}
    deadlines = Deadlines(world, journey)
    by_id: dict[str, list[date]] = {}
    for planned in journey.plan.by_verdict["required"]:
        due = planned.due
        if due is not None and due.last is not None and planned.channel[0] != "automatic":
            by_id.setdefault(planned.id, []).append(due.last)
    for id_, days in by_id.items():
        still_open = deadlines.find(id_)
        last = still_open.last if still_open else min(days)
        filed = [case for (procedure, _subject), case in cases.items() if procedure == id_]
        cancelled = bool(filed) and still_open is None and all(one.state.state is State.WITHDRAWN for one in filed)
        yield Entry(
            f"{journey.n}/deadline/{id_}", "deadline", journey.n, id_, last, last, None, cancelled, still_open is None
        )


def _visits(world: World, journey: Journey) -> Iterable[Entry]:
    for case in world.cases():
        window = _window(case)
        if case.journey == journey.n and window is not None:
            yield Entry(
                f"{journey.n}/visit/{case.n}", "visit", journey.n, case.procedure, *window, case.n,
                case.state.state in UNDONE, case.state.state is not State.NEEDS_VISIT,
            )  # fmt: skip


def _window(case: CaseView) -> tuple[date, date] | None:
    """First and last day of the visit that an office asked for last; None where no office asked."""
    asked = [event for event, _actor in case.history if event.type is EventType.VISIT_NEEDED]
    if not asked:
        return None
    first = asked[-1].opens or asked[-1].at.date()
    return first, max(asked[-1].until or first, first)


def _remembered(world: World, journey: Journey, found: list[Entry]) -> list[Entry]:
    """The entries with their sequence numbers, and those that a calendar may have from before."""
    row, prefix = models.CalendarEntry, f"{journey.n}/"
    query = select(row).where(row.world == world.id, row.key.startswith(prefix))
    with world.context.database.read() as session:
        kept = {one.key: (one.days, one.cancelled, one.sequence) for one in session.scalars(query)}
    for key, (days, _cancelled, _sequence) in kept.items():
        if all(entry.key != key for entry in found):
            _n, kind, rest = key.split("/")
            first, last = (date.fromisoformat(day) for day in days.split("/"))
            found.append(_gone(key, kind, journey.n, rest, first, last, world))
    result, changed = [], []
    for entry in found:
        before = kept.get(entry.key)
        same = before is not None and before[:2] == (entry.days, entry.cancelled)
        numbered = replace(entry, sequence=0 if before is None else before[2] if same else before[2] + 1)
        result.append(numbered)
        if not same:
            changed.append(numbered)
    if changed:
        with world.context.database.write() as session:
            for one in changed:
                kept_row = session.get(row, (world.id, one.key)) or row(world=world.id, key=one.key)
                kept_row.days, kept_row.cancelled, kept_row.sequence = one.days, one.cancelled, one.sequence
                session.add(kept_row)
    return sorted(result, key=lambda one: (one.first, one.kind, one.key))


def _gone(key: str, kind: str, journey: int, rest: str, first: date, last: date, world: World) -> Entry:
    case = world.case(int(rest)) if kind == "visit" else None
    procedure = case.procedure if case else rest
    return Entry(
        key, "visit" if kind == "visit" else "deadline", journey, procedure, first, last,
        case.n if case else None, True, True,
    )  # fmt: skip


# --- subscribing ------------------------------------------------------------------------------------------------------------
def link(world: World) -> str | None:
    """The token of the world's calendar; None where there is none."""
    with world.context.database.read() as session:
        row = session.get(models.CalendarLink, world.id)
        return str(world.context.database.seal.open(_row(world.id), row.sealed)) if row else None


def make_link(world: World) -> str:
    """A new token; an older one leads nowhere from now on."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with world.context.database.write() as session:
        row = session.get(models.CalendarLink, world.id) or models.CalendarLink(world=world.id)
        row.digest, row.sealed = _digest(token), world.context.database.seal.close(_row(world.id), token)
        session.add(row)
    return token


def end_link(world: World) -> None:
    """From now on the world's calendar cannot be read by a link."""
    with world.context.database.write() as session:
        row = session.get(models.CalendarLink, world.id)
        if row is not None:
            session.delete(row)


def world_of(context: Context, token: str) -> World | None:
    """Whose calendar a token opens."""
    with context.database.read() as session:
        query = select(models.CalendarLink.world).where(models.CalendarLink.digest == _digest(token))
        id_ = session.scalar(query)
    return World.find(context, id_) if id_ else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _row(world: str) -> str:
    return f"calendar_links/{world}"
