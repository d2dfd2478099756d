"""Whether the store of a world is in itself true: what is kept for listing follows from what happened, and nothing is there twice.

For tests and for whoever looks after an installation; it changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.lifecycle import CaseState, ImpossibleEventError, reduce
from app.store import models
from app.world import ledger
from app.world.context import Context
from app.world.outbox.packing import UNDONE
from app.world.outbox.recording import LETTERS, as_event


def faults_of_all(context: Context) -> list[str]:
    """`faults_of` every world of the store."""
    with context.database.read() as session:
        worlds = list(session.scalars(select(models.World.id)))
    return [fault for world in worlds for fault in faults_of(context, world)]


def faults_of(context: Context, world: str) -> list[str]:
    """What is not as it must be, one sentence each; empty when replaying every history gives the stored state, each arrival number stands for
    one case, every letter has its event, and the ledger is whole. Sentences name cases and rows by number, never what is in them."""
    with context.database.read() as session:
        cases = list(session.scalars(select(models.Case).where(models.Case.world == world).order_by(models.Case.n)))
        found = [fault for case in cases for fault in _faults_of_case(session, case)]
        found += [
            f"arrival number {number} stands for {n} cases"
            for number, n in Counter(case.arrival_number for case in cases if case.arrival_number).items()
            if n > 1
        ]
        found += [f"case {n} was opened twice" for n in _opened_twice(cases)]
        found += _faults_of_letters(session, world)
        journeys = list(session.scalars(select(models.Journey.n).where(models.Journey.world == world)))
        return found + [fault for n in journeys for fault in _faults_of_ledger(session, context, world, n)]


def replay(session: Session, case: models.Case) -> CaseState:
    """Where a case stands by its stored events alone."""
    return reduce(as_event(row) for row in _events(session, case))


def _events(session: Session, case: models.Case) -> list[models.CaseEvent]:
    event = models.CaseEvent
    query = select(event).where(event.world == case.world, event.case == case.n).order_by(event.seq)
    return list(session.scalars(query))


def _faults_of_case(session: Session, case: models.Case) -> Iterator[str]:
    rows = _events(session, case)
    if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
        yield f"case {case.n}: an event is missing"
    try:
        state = replay(session, case).state
    except ImpossibleEventError as error:
        yield f"case {case.n}: {error}"
        return
    if state.value != case.state:
        yield f"case {case.n}: stored as {case.state}, its events say {state.value}"
    if any(row.type == "received" for row in rows) and not case.arrival_number:
        yield f"case {case.n}: received, but without an arrival number"


def _opened_twice(cases: list[models.Case]) -> Iterator[int]:
    """Cases beside another one that stands. What was taken back or refused may have been filed again."""
    seen: set[tuple[int, str, str | None]] = set()
    for case in (one for one in cases if one.state not in UNDONE):
        key = (case.journey, case.procedure, case.subject)
        if key in seen:
            yield case.n
        seen.add(key)


def _faults_of_letters(session: Session, world: str) -> list[str]:
    """Offices write one letter with each event that has one."""
    event, letter = models.CaseEvent, models.Letter
    kinds = [kind.value for kind in LETTERS]
    events = select(event.case, event.type, event.at).where(event.world == world, event.type.in_(kinds))
    letters = select(letter.case, letter.kind, letter.at).where(letter.world == world, letter.kind.in_(kinds))
    said, written = Counter(map(tuple, session.execute(events))), Counter(map(tuple, session.execute(letters)))
    lost = [f"case {case}: the letter of {kind} is missing" for case, kind, _ in said - written]
    return lost + [f"case {case}: a letter of {kind} too many" for case, kind, _ in written - said]


def _faults_of_ledger(session: Session, context: Context, world: str, journey: int) -> list[str]:
    """Rows are numbered without a gap, can be opened, and each key has at most one that stands."""
    rows = ledger.entries(session, context.database.seal, world, journey, current_only=False)
    found = (
        [] if [row.seq for row in rows] == list(range(1, len(rows) + 1)) else [f"journey {journey}: a row is missing"]
    )
    standing = Counter(row.key for row in rows if row.superseded_by is None)
    return found + [f"journey {journey}: {n} rows stand for one fact" for n in standing.values() if n > 1]
