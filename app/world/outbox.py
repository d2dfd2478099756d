"""From the signature to the offices: everything is stored before it is sent, and sent until it is acknowledged.

Each case carries its own idempotency key, so that sending it again after a crash or a lost answer files nothing twice.
What waits for another procedure is released by itself when that one is finished.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
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

SIGNED_FIELDS = ("procedure", "subject", "authority", "channel", "facts", "noted", "subjects", "attachments")
MAX_ROUNDS = 20


@dataclass(frozen=True)
class Package:
    """Everything that one signature covers. ``digest`` is base64 SHA-256 over the manifest of the applications' digests,
    so that each office can check its own part without seeing the others'."""

    applications: tuple[dict[str, Any], ...]
    manifest: tuple[str, ...]
    digest: str


def _held(plan: Plan) -> set[str]:
    """Ids of required procedures that cannot go yet: an answer is missing, or they follow one that cannot go."""
    required = plan.by_verdict["required"]
    held = {planned.id for planned in required if planned.missing}
    while more := {planned.id for planned in required if planned.id not in held and held & set(planned.after)}:
        held |= more
    return held


def incomplete(journey: Journey) -> list[PlannedProcedure]:
    """Required procedures, not filed yet, that the next signature leaves out."""
    held = _held(journey.plan)
    return [planned for planned in _unfiled(journey) if planned.id in held]


def fileable(journey: Journey) -> list[PlannedProcedure]:
    """What the next signature files: required, complete, not filed before. The automatic ones are followed, not sent."""
    held = _held(journey.plan)
    return [planned for planned in _unfiled(journey) if planned.id not in held]


def _unfiled(journey: Journey) -> list[PlannedProcedure]:
    with journey.context.database.read() as session:
        filed = _filed(session, journey)
    return [one for one in journey.plan.by_verdict["required"] if (one.id, one.subject) not in filed]


def _filed(session: Session, journey: Journey) -> set[tuple[str, str | None]]:
    query = select(models.Case).where(models.Case.world == journey.world, models.Case.journey == journey.n)
    return {(case.procedure, case.subject) for case in session.scalars(query)}


def pack(journey: Journey, *, signed: bool = True) -> Package:
    """The applications of a journey, each with its own facts only.

    Without a signature nothing that a public office takes goes online: it is prepared for the counter. Private notices need none.
    """
    applications = tuple(_application(journey, planned, signed) for planned in fileable(journey))
    manifest = tuple(
        _digest({name: a[name] for name in SIGNED_FIELDS if a.get(name) is not None}) for a in applications
    )
    return Package(applications, manifest, _digest(list(manifest)))


def count(package: Package) -> int:
    """How many procedures a package files; one that is for several people counts once, an automatic one not."""
    return len(
        {application["procedure"] for application in package.applications if application["channel"] != "automatic"}
    )


def _application(journey: Journey, planned: PlannedProcedure, signed: bool) -> dict[str, Any]:
    plan, definition = journey.plan, planned.compiled.definition
    authority, channel = planned.authority, planned.channel[0]
    if channel == "online" and not signed and not definition.private:
        channel = "visit"
    noted = {f"{key[0]}.{key[1]}": value for key in planned.sent if (value := journey.told(key)) is not None}
    roles: dict[str, Any] = {
        role: list(members) for role in plan.event.lists if (members := plan.subjects(role, None)) is not None
    }
    return {
        "procedure": planned.id,
        "subject": planned.subject,
        "authority": authority.id if authority else definition.authority,
        "channel": channel,
        "facts": {f"{key[0]}.{key[1]}": to_json(plan.facts.by_key[key].value) for key in planned.sent},
        **({"noted": noted} if noted else {}),
        "subjects": {**dict(plan.facts.roles), **roles, **({"each": planned.subject} if planned.subject else {})},
        "after": list(planned.after),
        "private": definition.private,
    }


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return base64.b64encode(hashlib.sha256(text).digest()).decode()


def prepare(context: Context, journey: Journey, transaction: str, package: Package) -> None:
    """Keep what is about to be signed, so that exactly that is filed afterwards."""
    sealed = {
        "digest": package.digest,
        "manifest": list(package.manifest),
        "applications": list(package.applications),
        "version": journey.version,
    }
    with context.database.write() as session:
        row = session.get(models.Submission, (journey.world, journey.n))
        if row is None:
            row = models.Submission(world=journey.world, journey=journey.n)
            session.add(row)
        row.transaction, row.at = transaction, row.at or ""
        row.sealed = context.database.seal.close(_submission_row(journey), sealed)


def file(context: Context, journey: Journey, transaction: str, proof: Mapping[str, str] | None) -> bool:
    """Turn a prepared package into cases, once. ``proof``: signature, certificate, signed_at; None without a signature.

    Returns False when it was filed already, or when the answers changed between preparing and signing.
    """
    seal = context.database.seal
    with context.database.write() as session:
        row = session.get(models.Submission, (journey.world, journey.n))
        if row is None or not transaction or row.transaction != transaction:
            return False
        package = seal.open(_submission_row(journey), row.sealed)
        if package["version"] != journey.version:
            return False
        row.transaction, row.at = "", row.at or journey.now.isoformat()
        if proof is not None:
            proof = {**proof, "manifest": package["manifest"], "signed_digest": package["digest"]}
        filed = _filed(session, journey)
        new = [one for one in package["applications"] if (one["procedure"], one["subject"]) not in filed]
        _make_cases(session, context, journey, new, proof)
        return True


def _submission_row(journey: Journey) -> str:
    return f"submissions/{journey.world}/{journey.n}"


def _make_cases(
    session: Session,
    context: Context,
    journey: Journey,
    applications: Sequence[dict[str, Any]],
    proof: Mapping[str, Any] | None,
) -> None:
    first = (session.scalar(select(func.max(models.Case.n)).where(models.Case.world == journey.world)) or 0) + 1
    numbers: dict[str, dict[str | None, int]] = {}
    for place, application in enumerate(applications):
        numbers.setdefault(application["procedure"], {})[application["subject"]] = first + place
    rows_by_key = {f"{entry.subject}.{entry.item}": entry.seq for entry in journey.entries}
    for place, application in enumerate(applications):
        n = first + place
        row = models.Case(
            world=journey.world,
            n=n,
            journey=journey.n,
            procedure=application["procedure"],
            subject=application["subject"],
            authority=application["authority"],
            channel=application["channel"],
            state=State.QUEUED.value,
            idempotency_key=uuid.uuid4().hex,
            sent=[rows_by_key[key] for key in application["facts"] if key in rows_by_key],
            waits_for=_waits_for(application, numbers),
        )
        row.sealed = context.database.seal.close(f"cases/{journey.world}/{n}", {**application, "proof": proof})
        session.add(row)


def _waits_for(application: dict[str, Any], numbers: dict[str, dict[str | None, int]]) -> list[int]:
    """The cases that come first: of a procedure that each person has, only the same person's."""
    found: list[int] = []
    for id_ in application["after"]:
        by_subject = numbers.get(id_, {})
        same = by_subject.get(application["subject"])
        found += [same] if same is not None else by_subject.values()
    return found


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
        query = select(models.Case).where(
            models.Case.world == world, models.Case.state == State.SENDING, models.Case.arrival_number.is_(None)
        )
        waiting = [case.n for case in session.scalars(query.order_by(models.Case.n))]
    moved = False
    for n in waiting:
        moved = _send_one(context, world, n, now) or moved
    return moved


def _send_one(context: Context, world: str, n: int, now: datetime) -> bool:
    with context.database.read() as session:
        case = session.get_one(models.Case, (world, n))
        application, key = context.database.seal.open(f"cases/{world}/{n}", case.sealed), case.idempotency_key
    body = {name: value for name, value in application.items() if name not in ("after", "private", "proof")}
    body |= application["proof"] or {}
    try:
        receipt = context.authorities.submit(world, now, body, key)
    except ServiceDown:
        with context.database.write() as session:
            session.get_one(models.Case, (world, n)).tries += 1
        return False
    except ServiceRefused as error:
        with context.database.write() as session:
            case = session.get_one(models.Case, (world, n))
            record(
                session,
                case,
                Event(EventType.REFUSED, now, note=error.problem.detail or error.problem.title),
                case.authority,
            )
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
        cases = {
            c.arrival_number: c
            for c in session.scalars(select(models.Case).where(models.Case.world == world))
            if c.arrival_number
        }
        for told in events:
            case = cases.get(told.arrival_number)
            if told.seq <= row.event_seq or case is None:
                continue
            record(session, case, _event(told), told.actor)
            row.event_seq = told.seq
    return True


def _event(told: Any) -> Event:
    return Event(
        EventType(told.type),
        told.at,
        note=told.note,
        arrival_number=told.arrival_number,
        item=told.item,
        opens=told.opens,
        until=told.until,
    )


def record(session: Session, case: models.Case, event: Event, actor: str) -> None:
    """Enter one event of a case: its history, its state, and a letter where an office writes one."""
    session.flush()
    history = events_of(session, case)
    case.state = reduce([*history, event]).state.value
    detail = {"item": event.item, "opens": _iso(event.opens), "until": _iso(event.until)}
    session.add(
        models.CaseEvent(
            world=case.world,
            case=case.n,
            seq=len(history) + 1,
            type=event.type.value,
            at=event.at.isoformat(),
            actor=actor,
            note=event.note or "",
            detail={name: value for name, value in detail.items() if value},
        )
    )
    if event.type in LETTERS:
        n = (session.scalar(select(func.max(models.Letter.n)).where(models.Letter.world == case.world)) or 0) + 1
        letter = models.Letter(
            world=case.world,
            n=n,
            case=case.n,
            at=event.at.isoformat(),
            sender=case.authority,
            kind=event.type.value,
            body=event.note or "",
        )
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
    )


def _day(text: str | None) -> Any:
    return datetime.fromisoformat(text).date() if text else None


def present(session: Session, case: models.Case) -> CaseState:
    """Where a case stands, worked out from its whole history."""
    return reduce(events_of(session, case))


def all_ended(states: Sequence[str]) -> bool:
    """Whether nothing is left to happen."""
    return all(State(state) in ENDS for state in states)
