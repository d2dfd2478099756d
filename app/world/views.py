"""A world's cases and letters as they stand, and what every page shows: read from the store, never changed here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from app.engine.lifecycle import CaseState, Event, EventType, State, may, reduce, whose_turn
from app.store import models
from app.store.database import Database
from app.world.outbox.inviting import held
from app.world.outbox.recording import as_event


@dataclass(frozen=True)
class CaseView:
    """A case with its history and present state."""

    n: int
    journey: int
    procedure: str
    subject: str | None
    authority: str
    channel: str
    arrival_number: str | None
    state: CaseState
    history: tuple[tuple[Event, str], ...]  # event, who told it
    waits_for: tuple[int, ...]
    sent: tuple[int, ...]
    tries: int
    unsigned: bool = False
    """Whom it is about has not signed it yet, so that it may not go."""

    def may(self, event: str) -> bool:
        """Whether something can happen to the case now (`withdrawn`, `visited` …)."""
        return may(self.state.state, EventType(event))

    @property
    def turn(self) -> str:
        """citizen, site, authority or nobody."""
        return whose_turn(self.state.state).value


@dataclass(frozen=True)
class LetterView:
    """A letter of an office."""

    n: int
    case: int
    at: datetime
    sender: str
    kind: str
    body: str
    needs_action: bool
    read: bool


def cases_of(session: Session, world: str) -> list[CaseView]:
    """All cases of a world in order."""
    case, event = models.Case, models.CaseEvent
    histories: dict[int, list[tuple[Event, str]]] = {}
    for row in session.scalars(select(event).where(event.world == world).order_by(event.case, event.seq)):
        histories.setdefault(row.case, []).append((as_event(row), row.actor))
    rows = session.scalars(select(case).where(case.world == world).order_by(case.n))
    unsigned = held(session, world)
    return [_case(row, histories.get(row.n, []), row.n in unsigned) for row in rows]


def _case(row: models.Case, history: list[tuple[Event, str]], unsigned: bool) -> CaseView:
    return CaseView(
        row.n,
        row.journey,
        row.procedure,
        row.subject,
        row.authority,
        row.channel,
        row.arrival_number,
        reduce([event for event, _actor in history]),
        tuple(history),
        tuple(row.waits_for),
        tuple(row.sent),
        row.tries,
        unsigned and row.state == State.QUEUED,
    )


def letters_of(session: Session, world: str) -> list[LetterView]:
    """The inbox of a world, newest first."""
    rows = session.scalars(select(models.Letter).where(models.Letter.world == world).order_by(models.Letter.n.desc()))
    return [
        LetterView(r.n, r.case, datetime.fromisoformat(r.at), r.sender, r.kind, r.body, r.needs_action, r.read)
        for r in rows
    ]


SUBMITTED = (models.Submission.world == models.Journey.world) & (models.Submission.journey == models.Journey.n)


_JOURNEY = (  # a journey's own columns, and when it was filed
    models.Journey.n,
    models.Journey.event,
    models.Journey.version,
    models.Journey.consents,
    models.Journey.lookups,
    models.Journey.subjects,
    models.Journey.notice,
    models.Submission.at,
)
_WORLD = bindparam("world", type_=models.World.id.type)
_GLANCE = (  # built once: building it takes longer than running it
    select(
        models.World.id,
        models.World.persona,
        models.World.now,
        models.World.sealed,
        *_JOURNEY,
        select(func.count())
        .where(models.Letter.world == _WORLD, models.Letter.read.is_(False))
        .scalar_subquery()
        .label("unread"),
    )
    .outerjoin(
        models.Journey,
        (models.Journey.world == models.World.id)
        & (
            models.Journey.n
            == select(func.max(models.Journey.n)).where(models.Journey.world == _WORLD).scalar_subquery()
        ),
    )
    .outerjoin(models.Submission, SUBMITTED)
    .where(models.World.id == _WORLD)
)


def glance_at(database: Database, world: str) -> Row[Any] | None:
    """What every page shows: the columns of a world and of its newest journey (``n`` is None without one), ``at``: when that was filed,
    ``unread``: letters. None for a world that does not exist."""
    return database.ask(_GLANCE, {"world": world})


def journey_at(database: Database, world: str, n: int) -> Row[Any] | None:
    """The same columns of one journey."""
    query = select(*_JOURNEY).select_from(models.Journey).outerjoin(models.Submission, SUBMITTED)
    return database.ask(query.where(models.Journey.world == world, models.Journey.n == n), {})
