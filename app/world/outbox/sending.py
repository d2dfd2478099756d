"""Sends released cases with their idempotency keys, tries again what failed, and gives up visibly what fails for too long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.config import real_now
from app.engine.lifecycle import Event, EventType, State
from app.gateway.authorities import Receipt
from app.gateway.base import ServiceDown, ServiceRefused
from app.points import reach
from app.store import models
from app.world.context import Context
from app.world.outbox import trying
from app.world.outbox.packing import carries_proof
from app.world.outbox.recording import record

OURS = ("after", "private", "proof", "corrections", "correction", "proofs", "papers", "paper")
"""What is kept with an application and is not part of what its office gets."""
REFUSALS = frozenset({409, 422})
"""Answers by which an office says no to this application. Any other refusal is a fault between the systems: to be tried again by hand."""


def send(context: Context, world: str, now: datetime, done: set[int]) -> bool:
    """Send every released case whose time has come, once; ``done`` holds those that were tried and grows. Returns whether any moved."""
    with context.database.read() as session:
        case, real = models.Case, real_now()
        query = select(case).where(case.world == world, case.state == State.SENDING, case.arrival_number.is_(None))
        waiting = [
            row.n
            for row in session.scalars(query.order_by(case.n))
            if row.n not in done and trying.may_try(row, now, real)
        ]
    moved = False
    for n in waiting:
        done.add(n)
        try:
            moved = _send_one(context, world, n, now) or moved
        except Unreachable:
            done.update(waiting)  # nobody listens: the others would only wait for nothing; they keep their turn
            break
    return moved


class Unreachable(Exception):
    """No connection at all: the failure is not of one office."""


def _send_one(context: Context, world: str, n: int, now: datetime) -> bool:
    with context.database.read() as session:
        case = session.get_one(models.Case, (world, n))
        application, key = context.database.seal.open(f"cases/{world}/{n}", case.sealed), case.idempotency_key
    body = {name: value for name, value in application.items() if name not in OURS}
    if carries_proof(application):
        body |= application["proof"] or {}
    reach("send.before-call")
    try:
        receipt = context.authorities.submit(world, now, body, key)
    except ServiceDown as error:
        given_up = _failed(context, world, n, now, error.retry_after)
        if error.problem is None and not error.maybe_done:
            raise Unreachable from error
        return given_up
    except ServiceRefused as error:
        if error.problem.status in REFUSALS:
            return _refused(context, world, n, now, error)
        return _failed(context, world, n, now, None, at_once=True)
    reach("send.after-answer")
    _acknowledged(context, world, n, receipt)
    return True


def _acknowledged(context: Context, world: str, n: int, receipt: Receipt) -> None:
    with context.database.write() as session:
        case = session.get_one(models.Case, (world, n))
        case.tries += 1
        case.arrival_number = receipt.arrival_number
        session.flush()
        reach("answer.before-commit")
    reach("answer.after-commit")


def _failed(
    context: Context, world: str, n: int, now: datetime, retry_after: int | None, *, at_once: bool = False
) -> bool:
    """Enter a failed try. Returns whether the case was given up."""
    with context.database.write() as session:
        case = session.get_one(models.Case, (world, n))
        if case.state != State.SENDING or case.arrival_number:  # another request was quicker
            return False
        given_up = trying.note_failure(case, now, real_now(), retry_after) or at_once
        if given_up:
            record(session, case, Event(EventType.GIVEN_UP, now), "")
        session.flush()
        reach("failure.before-commit")
    reach("failure.after-commit")
    if given_up:
        reach("given-up.after-commit")
    return given_up


def _refused(context: Context, world: str, n: int, now: datetime, error: ServiceRefused) -> bool:
    with context.database.write() as session:
        case = session.get_one(models.Case, (world, n))
        if case.state != State.SENDING or case.arrival_number:
            return False
        note = error.problem.detail or error.problem.title
        record(session, case, Event(EventType.REFUSED, now, note=note), case.authority)
        return True


# --- what was given up ----------------------------------------------------------------------------------------------------
def send_again(context: Context, world: str, n: int, now: datetime) -> bool:
    """The person wants a case that was given up sent after all. The key stays the same. False when it is in another state by now."""
    with context.database.write() as session:
        case = session.get_one(models.Case, (world, n))
        if case.state != State.UNDELIVERED:
            return False
        trying.start_over(case)
        record(session, case, Event(EventType.SENT_AGAIN, now), "")
    reach("again.after-commit")
    return True


def find_out(context: Context, world: str, n: int, now: datetime) -> bool:
    """Whether an office has a case whose answers were all lost; its arrival number is kept then. Raises `ServiceDown`.

    Asked before a case that was given up is withdrawn: what an office has must be withdrawn there.
    """
    with context.database.read() as session:
        case = session.get_one(models.Case, (world, n))
        wanted = (case.procedure, case.subject, case.authority)
        query = select(models.Case.arrival_number).where(models.Case.world == world)
        known = set(session.scalars(query))
    told = context.authorities.events_after(world, now, 0)
    for number in dict.fromkeys(event.arrival_number for event in told if event.type == EventType.RECEIVED):
        if number not in known and context.authorities.look_up(world, now, number) == wanted:
            _acknowledged(context, world, n, Receipt(number, State.RECEIVED.value))
            return True
    return False
