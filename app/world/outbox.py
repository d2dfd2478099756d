"""From the signature to the offices: everything is stored before it is sent, and sent until it is acknowledged.

Each case carries its own idempotency key, so that sending it again after a crash or a lost answer files nothing twice.
What waits for another procedure is released by itself when that one is finished.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engine.lifecycle import ENDS, CaseState, Event, EventType, State, reduce
from app.engine.planner import Plan, PlannedProcedure
from app.engine.values import to_json
from app.gateway.base import ServiceDown, ServiceRefused
from app.store import models
from app.world.context import Context
from app.world.journeys import Journey

SIGNED_FIELDS = ("procedure", "subject", "authority", "channel", "facts", "subjects", "attachments")
MAX_ROUNDS = 20


@dataclass(frozen=True)
class Package:
    """Everything that one signature covers. ``digest`` is base64 SHA-256 over the manifest of the applications' digests,
    so that each office can check its own part without seeing the others'."""

    applications: tuple[dict[str, Any], ...]
    manifest: tuple[str, ...]
    digest: str


def fileable(plan: Plan) -> list[PlannedProcedure]:
    """What a signature files: every required procedure, the automatic ones included (they are followed, not sent)."""
    return plan.by_verdict["required"]


def pack(journey: Journey) -> Package:
    """The applications of a journey, each with its own facts only."""
    plan = journey.plan
    applications = tuple(_application(journey, planned) for planned in fileable(plan))
    manifest = tuple(_digest({name: a[name] for name in SIGNED_FIELDS if a.get(name) is not None}) for a in applications)
    return Package(applications, manifest, _digest(list(manifest)))


def _application(journey: Journey, planned: PlannedProcedure) -> dict[str, Any]:
    plan, definition = journey.plan, planned.compiled.definition
    authority = planned.authority
    roles: dict[str, Any] = {role: list(members) for role in plan.event.lists if (members := plan.subjects(role, None)) is not None}
    return {
        "procedure": planned.id,
        "subject": planned.subject,
        "authority": authority.id if authority else definition.authority,
        "channel": planned.channel[0],
        "facts": {f"{key[0]}.{key[1]}": to_json(plan.facts.by_key[key].value) for key in planned.sent},
        "subjects": {**dict(plan.facts.roles), **roles, **({"each": planned.subject} if planned.subject else {})},
        "after": list(planned.after),
        "private": definition.private,
    }


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return base64.b64encode(hashlib.sha256(text).digest()).decode()


def prepare(context: Context, journey: Journey, transaction: str, package: Package) -> None:
    """Keep what is about to be signed, so that exactly that is filed afterwards."""
    sealed = {"digest": package.digest, "manifest": list(package.manifest), "applications": list(package.applications), "version": journey.version}
    with context.database.write() as session:
        row = session.get(models.Submission, (journey.world, journey.n))
        if row is None:
            row = models.Submission(world=journey.world, journey=journey.n)
            session.add(row)
        row.transaction, row.at = transaction, ""
        row.sealed = context.database.seal.close(_submission_row(journey), sealed)


def file(context: Context, journey: Journey, transaction: str, signature: dict[str, str]) -> bool:
    """Turn a signed package into cases, once. Returns False when this or another signature has filed already, or when the
    answers changed between preparing and signing."""
    seal = context.database.seal
    with context.database.write() as session:
        row = session.get(models.Submission, (journey.world, journey.n))
        if row is None or row.transaction != transaction or row.at:
            return False
        package = seal.open(_submission_row(journey), row.sealed)
        if package["version"] != journey.version:
            return False
        row.at = journey.now.isoformat()
        row.sealed = seal.close(_submission_row(journey), {**package, **signature})
        _make_cases(session, context, journey, package["applications"], journey.now)
        return True


def _submission_row(journey: Journey) -> str:
    return f"submissions/{journey.world}/{journey.n}"


def _make_cases(session: Session, context: Context, journey: Journey, applications: Sequence[dict[str, Any]], now: datetime) -> None:
    first = (session.scalar(select(func.max(models.Case.n)).where(models.Case.world == journey.world)) or 0) + 1
    numbers: dict[str, list[int]] = {}
    for place, application in enumerate(applications):
        numbers.setdefault(application["procedure"], []).append(first + place)
    rows_by_key = {f"{entry.subject}.{entry.item}": entry.seq for entry in journey.entries}
    for place, application in enumerate(applications):
        n = first + place
        row = models.Case(
            world=journey.world, n=n, journey=journey.n, procedure=application["procedure"], subject=application["subject"],
            authority=application["authority"], channel=application["channel"], state=State.QUEUED.value,
            idempotency_key=uuid.uuid4().hex, sent=[rows_by_key[key] for key in application["facts"] if key in rows_by_key],
            waits_for=[number for id_ in application["after"] for number in numbers.get(id_, ())],
        )  # fmt: skip
        row.sealed = context.database.seal.close(f"cases/{journey.world}/{n}", application)
        session.add(row)


def deliver(context: Context, world: str, now: datetime) -> None:
    """Release what may go, send what is released, read what the offices did; until nothing moves any more."""
    for _ in range(MAX_ROUNDS):
        moved = _release(context, world, now)
        moved = _send(context, world, now) or moved
        moved = sync(context, world, now) or moved
        if not moved:
            return


def _release(context: Context, world: str, now: datetime) -> bool:
    moved = False
    with context.database.write() as session:
        cases = {case.n: case for case in session.scalars(select(models.Case).where(models.Case.world == world))}
        for case in cases.values():
            if case.state == State.QUEUED and all(cases[n].state == State.COMPLETED for n in case.waits_for):
                moved = True
                if case.channel == "automatic":
                    record(session, case, Event(EventType.FOLLOWED, now), "")
                    record(session, case, Event(EventType.COMPLETED, now), "")
                else:
                    record(session, case, Event(EventType.RELEASED, now), "")
    return moved


def _send(context: Context, world: str, now: datetime) -> bool:
    with context.database.read() as session:
        query = select(models.Case).where(models.Case.world == world, models.Case.state == State.SENDING, models.Case.arrival_number.is_(None))
        waiting = [(case.n, case.journey) for case in session.scalars(query.order_by(models.Case.n))]
    moved = False
    for n, journey in waiting:
        moved = _send_one(context, world, n, journey, now) or moved
    return moved


def _send_one(context: Context, world: str, n: int, journey: int, now: datetime) -> bool:
    seal = context.database.seal
    with context.database.read() as session:
        case = session.get_one(models.Case, (world, n))
        submission = session.get_one(models.Submission, (world, journey))
        application = seal.open(f"cases/{world}/{n}", case.sealed)
        signed = seal.open(f"submissions/{world}/{journey}", submission.sealed)
        key, signed_at = case.idempotency_key, submission.at
    body = {name: value for name, value in application.items() if name not in ("after", "private")}
    body |= {name: signed[name] for name in ("signature", "certificate", "manifest")}
    body |= {"signed_digest": signed["digest"], "signed_at": signed_at}
    try:
        receipt = context.authorities.submit(world, now, body, key)
    except ServiceDown:
        with context.database.write() as session:
            session.get_one(models.Case, (world, n)).tries += 1
        return False
    except ServiceRefused as error:
        with context.database.write() as session:
            case = session.get_one(models.Case, (world, n))
            record(session, case, Event(EventType.REFUSED, now, note=error.problem.detail or error.problem.title), case.authority)
        return True
    with context.database.write() as session:
        case = session.get_one(models.Case, (world, n))
        case.arrival_number = receipt.arrival_number
        case.tries += 1
    return True


def sync(context: Context, world: str, now: datetime) -> bool:
    """Read the offices' events and enter them. Returns whether there were any. A service that is down is read later."""
    with context.database.read() as session:
        after = session.get_one(models.World, world).event_seq
    try:
        events = context.authorities.events_after(world, now, after)
    except ServiceDown:
        return False
    if not events:
        return False
    with context.database.write() as session:
        row = session.get_one(models.World, world)
        cases = {c.arrival_number: c for c in session.scalars(select(models.Case).where(models.Case.world == world)) if c.arrival_number}
        for told in events:
            case = cases.get(told.arrival_number)
            if told.seq <= row.event_seq or case is None:
                continue
            record(session, case, _event(told), told.actor)
            row.event_seq = told.seq
    return True


def _event(told: Any) -> Event:
    return Event(
        EventType(told.type), told.at, note=told.note, arrival_number=told.arrival_number, item=told.item, opens=told.opens, until=told.until
    )


def record(session: Session, case: models.Case, event: Event, actor: str) -> None:
    """Enter one event of a case: its history, its state, and a letter where an office writes one."""
    session.flush()
    history = events_of(session, case)
    case.state = reduce([*history, event]).state.value
    detail = {"item": event.item, "opens": _iso(event.opens), "until": _iso(event.until)}
    session.add(
        models.CaseEvent(
            world=case.world, case=case.n, seq=len(history) + 1, type=event.type.value, at=event.at.isoformat(), actor=actor,
            note=event.note or "", detail={name: value for name, value in detail.items() if value},
        )  # fmt: skip
    )
    if event.type in LETTERS:
        n = (session.scalar(select(func.max(models.Letter.n)).where(models.Letter.world == case.world)) or 0) + 1
        letter = models.Letter(world=case.world, n=n, case=case.n, at=event.at.isoformat(), sender=case.authority, kind=event.type.value, body=event.note or "")
        letter.needs_action = event.type in (EventType.CORRECTION_REQUESTED, EventType.VISIT_NEEDED)
        session.add(letter)
        session.flush()


LETTERS = frozenset(
    {EventType.CORRECTION_REQUESTED, EventType.VISIT_NEEDED, EventType.COMPLETED, EventType.REJECTED, EventType.REFUSED}
)


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


def events_of(session: Session, case: models.Case) -> list[Event]:
    """The history of a case as the lifecycle's events."""
    query = select(models.CaseEvent).where(models.CaseEvent.world == case.world, models.CaseEvent.case == case.n).order_by(models.CaseEvent.seq)
    return [
        Event(
            EventType(row.type), datetime.fromisoformat(row.at), note=row.note or None, item=row.detail.get("item"),
            opens=_day(row.detail.get("opens")), until=_day(row.detail.get("until")),
        )
        for row in session.scalars(query)
    ]  # fmt: skip


def _day(text: str | None) -> Any:
    return datetime.fromisoformat(text).date() if text else None


def present(session: Session, case: models.Case) -> CaseState:
    """Where a case stands, worked out from its whole history."""
    return reduce(events_of(session, case))


def all_ended(states: Sequence[str]) -> bool:
    """Whether nothing is left to happen."""
    return all(State(state) in ENDS for state in states)
