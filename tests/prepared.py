"""Visitors in the middle of things, put there without opening a page: for browser tests and measurements of what comes later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from app.config import real_now
from app.engine.lifecycle import Event, EventType, State
from app.engine.planner import PlannedProcedure
from app.engine.values import to_json
from app.store import models
from app.world import ledger, outbox
from app.world.context import Context
from app.world.journeys import Journey
from app.world.ledger import NewFact
from app.world.outbox import packing
from app.world.worlds import World

COOKIE = "hitomado"


def looked_up(context: Context, persona: str = "yamashina") -> tuple[World, Journey]:
    """A household whose registers have answered and whose first questions are answered, in a world of its own."""
    world = World.make(context, persona)
    journey = world.start_journey("moving")
    household = world.household
    facts = household.facts(context.library.vocabulary, answered=False)
    with context.database.write() as session:
        stored = journey._row(session)
        stored.subjects = {subject: {"kind": kind, "source": "register"} for subject, kind in household.kinds.items()}
        stored.consents = {
            fact.register: {"decision": "granted", "at": world.now.isoformat()}
            for fact in facts.by_key.values()
            if fact.register
        }
        stored.lookups = {
            register: {"status": "complete", "count": 1, "as_of": world.today.isoformat(), "reasons": []}
            for register in stored.consents
        }
        known = [NewFact(f.subject, f.item, to_json(f.value), f.source, f.reuse) for f in facts.by_key.values()]
        ledger.enter(session, context.database.seal, world.id, 1, known, world.now)
    world.journeys()[0].answer({("move", name): household.answers[("move", name)] for name in ("kind", "who", "date")})
    world.forget()
    return world, world.journeys()[0]


def cookie(app: Flask, world: str, **more: Any) -> str:
    """The session cookie of a browser that is signed in to a world."""
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(
            world=world, until=int((real_now() + timedelta(hours=1)).timestamp()), browser=f"b-{world}", **more
        )
    found = client.get_cookie(COOKIE)
    assert found is not None
    return found.value


def planned_in(journey: Journey, procedure: str) -> PlannedProcedure:
    """A procedure of the plan that is for nobody in particular."""
    found = journey.plan.find(procedure)
    assert found is not None, procedure
    return found


def waiting_cases(world: World, *procedures: str) -> None:
    """Cases from 1: an office did not take the first yet, and it is not tried again for a while; the others wait for it."""
    journey = world.journeys()[0]
    packed = [packing._application(journey, planned_in(journey, procedure), signed=True) for procedure in procedures]
    with world.context.database.write() as session:
        for n, (procedure, body) in enumerate(zip(procedures, packed, strict=True), 1):
            row = models.Case(
                world=world.id, n=n, journey=1, procedure=procedure, subject=None, authority="shirakaba", channel="online",
                state=State.QUEUED.value, idempotency_key=f"{world.id}-{n}", tries=1, tried_at=world.now.isoformat(),
                not_before=(real_now() + timedelta(hours=1)).isoformat(), waits_for=[1] if n > 1 else [],
            )  # fmt: skip
            row.sealed = world.context.database.seal.close(f"cases/{world.id}/{n}", {**body, "proof": None})
            session.add(row)
            if n == 1:
                outbox.record(session, row, Event(EventType.RELEASED, world.now), "")
    world.forget()


def taken_and_done(world: World, n: int, at: datetime) -> None:
    """An office has received a case and finished it."""
    with world.context.database.write() as session:
        row = session.get_one(models.Case, (world.id, n))
        if row.state == State.QUEUED:
            outbox.record(session, row, Event(EventType.RELEASED, at), "")
        row.arrival_number = f"SIM-0000-{n:04d}"
        outbox.record(session, row, Event(EventType.RECEIVED, at, arrival_number=row.arrival_number), "shirakaba")
        outbox.record(session, row, Event(EventType.REVIEW_STARTED, at), "shirakaba")
        outbox.record(session, row, Event(EventType.APPROVED, at), "shirakaba")
        outbox.record(session, row, Event(EventType.COMPLETED, at), "shirakaba")
    world.forget()
