"""Moves every case of a world as far as it goes now: releases, sends, reads what the offices did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.engine.lifecycle import Event, EventType, State
from app.gateway.authorities import CaseEvent
from app.gateway.base import ServiceError
from app.points import reach
from app.store import models
from app.world.context import Context
from app.world.outbox import enclosing, inviting
from app.world.outbox.correcting import send_corrections
from app.world.outbox.recording import record, standing_of
from app.world.outbox.sending import send

MAX_ROUNDS = 20


def deliver(context: Context, world: str, now: datetime) -> None:
    """Release what may go, send what is released, read what the offices did; until nothing moves any more."""
    tried: set[int] = set()
    corrected: set[int] = set()
    for _ in range(MAX_ROUNDS):
        moved = _release(context, world, now)
        moved = send(context, world, now, tried) or moved
        moved = sync(context, world, now) or moved
        moved = send_corrections(context, world, now, corrected) or moved
        if not moved:
            return


def _release(context: Context, world: str, now: datetime) -> bool:
    moved, seal = False, context.database.seal
    with context.database.write() as session:
        cases = {
            case.n: case
            for case in session.scalars(select(models.Case).where(models.Case.world == world).order_by(models.Case.n))
        }
        held = inviting.held(session, world)
        for case in cases.values():
            if case.state == State.QUEUED and case.n not in held and enclosing.may_go(seal, case, cases):
                moved = True
                enclosing.enclose(seal, case, cases.values())
                if case.channel == "automatic":
                    record(session, case, Event(EventType.FOLLOWED, now), "")
                    record(session, case, Event(EventType.COMPLETED, now), "")
                else:
                    record(session, case, Event(EventType.RELEASED, now), "")
        if moved:
            session.flush()
            reach("release.before-commit")
    if moved:
        reach("release.after-commit")
    return moved


def sync(context: Context, world: str, now: datetime) -> bool:
    """Read the offices' events and enter them. Returns whether any was new. A service that is down is read later.

    An event of an arrival number that is not known here may belong to a case whose answer was lost: as long as there is such a case, the
    reading begins before that event the next time too. Each case knows its own last event, so that none is entered twice.
    """
    with context.database.read() as session:
        after = session.get_one(models.World, world).event_seq
    try:
        events = context.authorities.events_after(world, now, after)
    except ServiceError:  # nothing can be read now; the next time reads it
        return False
    if not events:
        return False
    reach("events.after-read")
    moved = False
    with context.database.write() as session:
        row = session.get_one(models.World, world)
        cases = list(session.scalars(select(models.Case).where(models.Case.world == world)))
        by_number = {case.arrival_number: case for case in cases if case.arrival_number}
        for told in events:
            case = by_number.get(told.arrival_number)
            if case is not None and told.seq > case.office_seq:
                if told.paper is not None:
                    enclosing.keep(context, session, case, told.paper, told.at)
                record(session, case, _event(told), told.actor)
                case.office_seq = told.seq
                moved = True
        row.event_seq = max(row.event_seq, _read_up_to(events, cases))
        session.flush()
        reach("events.before-commit")
    reach("events.after-commit")
    return moved


def _read_up_to(events: list[CaseEvent], cases: list[models.Case]) -> int:
    """The last event that never needs to be read again."""
    numbers = {case.arrival_number for case in cases}
    if any(case.state in (State.SENDING, State.UNDELIVERED) and not case.arrival_number for case in cases):
        for told in events:
            if told.arrival_number not in numbers:
                return told.seq - 1
    return events[-1].seq


def _event(told: CaseEvent) -> Event:
    return Event(
        EventType(told.type),
        told.at,
        note=told.note,
        arrival_number=told.arrival_number,
        item=told.item,
        opens=told.opens,
        until=told.until,
        signed=told.signed,
        standing=standing_of(told.standing),
    )
