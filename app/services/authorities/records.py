"""The tables of the service and every statement on them. All rows are keyed by world first.

Moments and days are ISO text in simulated local time, so that the order of the text is the order of time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Connection, Index, Integer, MetaData, String, Table, delete, insert, select, update

METADATA = MetaData()


def _world() -> Column[str]:
    return Column("world", String(64), primary_key=True)


WORLDS = Table(
    "world",
    METADATA,
    _world(),
    Column("now", String(32), nullable=False),
    Column("applications", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Column("dues", Integer, nullable=False),
)
APPLICATIONS = Table(
    "application",
    METADATA,
    _world(),
    Column("number", String(16), primary_key=True),
    Column("procedure", String(80), nullable=False),
    Column("authority", String(80), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("state", String(32), nullable=False),
    Column("body", JSON, nullable=False),
    Column("received_at", String(32), nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("usual_from", String(10)),
    Column("usual_to", String(10)),
    Column("opens", String(10)),
    Column("until", String(10)),
    Column("item", String(120)),
)
KEYS = Table(
    "idempotency_key",
    METADATA,
    _world(),
    Column("key", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("number", String(16), nullable=False),
)
EVENTS = Table(
    "event",
    METADATA,
    _world(),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("number", String(16), nullable=False),
    Column("type", String(32), nullable=False),
    Column("at", String(32), nullable=False),
    Column("actor", String(16), nullable=False),
    Column("details", JSON, nullable=False),
)
DUES = Table(
    "due",
    METADATA,
    _world(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Index("due_by_time", "world", "at", "id"),
)


@dataclass(slots=True)
class Application:
    """One received application. `body` is what was sent, without the signature; `rounds` counts its reviews.

    `usual_from`, `usual_to`: days between which it usually ends; `opens`: first day at the counter; `until` and `item`:
    what a correction is asked for. Days are ISO text, None where they mean nothing.
    """

    world: str
    number: str
    procedure: str
    authority: str
    channel: str
    state: str
    body: dict[str, Any]
    received_at: str
    rounds: int = 0
    usual_from: str | None = None
    usual_to: str | None = None
    opens: str | None = None
    until: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """Something an office does by itself at a simulated moment. `kind`: review, decide or finish."""

    world: str
    id: int
    number: str
    kind: str
    at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Happening:
    """An event before it is numbered. `details`: note, item, opens, until; only those that are said."""

    type: str
    at: datetime
    actor: str
    details: Mapping[str, Any] = field(default_factory=dict)


def iso(day: date | None) -> str | None:
    """A day as it is stored."""
    return day.isoformat() if day else None


def clock(db: Connection, world: str) -> datetime | None:
    """Where the world's simulated time stands; None when the world is not known here."""
    now = db.execute(select(WORLDS.c.now).where(WORLDS.c.world == world)).scalar()
    return datetime.fromisoformat(now) if now else None


def set_clock(db: Connection, world: str, now: datetime) -> datetime:
    """Create the world at this moment, or move it forward, never back; returns where it stands."""
    before = clock(db, world)
    if before is None:
        db.execute(insert(WORLDS).values(world=world, now=now.isoformat(), applications=0, events=0, dues=0))
        return now
    if now > before:
        db.execute(update(WORLDS).where(WORLDS.c.world == world).values(now=now.isoformat()))
    return max(now, before)


def next_number(db: Connection, world: str, counter: str) -> int:
    """The next value, from 1, of one of the world's counters: `applications`, `events`, `dues`. It only grows."""
    column = WORLDS.c[counter]
    statement = update(WORLDS).where(WORLDS.c.world == world).values({counter: column + 1}).returning(column)
    return int(db.execute(statement).scalar_one())


def key_of(db: Connection, world: str, key: str) -> tuple[str, str] | None:
    """(digest of the body, arrival number) stored under an idempotency key."""
    row = db.execute(select(KEYS.c.digest, KEYS.c.number).where(KEYS.c.world == world, KEYS.c.key == key)).first()
    return (row.digest, row.number) if row else None


def keep_key(db: Connection, world: str, key: str, digest: str, number: str) -> None:
    """Remember which application an idempotency key stands for."""
    db.execute(insert(KEYS).values(world=world, key=key, digest=digest, number=number))


def find(db: Connection, world: str, number: str) -> Application | None:
    """One application."""
    t = APPLICATIONS.c
    row = db.execute(select(APPLICATIONS).where(t.world == world, t.number == number)).mappings().first()
    return Application(**row) if row else None


def save(db: Connection, case: Application) -> None:
    """Insert or replace an application."""
    t = APPLICATIONS.c
    values = asdict(case)
    where = (t.world == case.world, t.number == case.number)
    if db.execute(update(APPLICATIONS).where(*where).values(values)).rowcount == 0:
        db.execute(insert(APPLICATIONS).values(values))


def append(db: Connection, world: str, number: str, happening: Happening) -> None:
    """Give an event the world's next sequence number and store it."""
    values = asdict(happening) | {"at": happening.at.isoformat()}
    db.execute(insert(EVENTS).values(world=world, number=number, seq=next_number(db, world, "events"), **values))


def events_after(db: Connection, world: str, seq: int, limit: int, number: str | None = None) -> list[dict[str, Any]]:
    """Events of a world (or of one application) with a greater sequence number, in order, in the shape of the wire."""
    query = select(EVENTS).where(EVENTS.c.world == world, EVENTS.c.seq > seq).order_by(EVENTS.c.seq).limit(limit)
    if number is not None:
        query = query.where(EVENTS.c.number == number)
    return [
        {"seq": r.seq, "arrival_number": r.number, "type": r.type, "at": r.at, "actor": r.actor, **r.details}
        for r in db.execute(query)
    ]


def last_moment(db: Connection, world: str, number: str) -> datetime:
    """When the latest event of an application happened."""
    t = EVENTS.c
    query = select(t.at).where(t.world == world, t.number == number).order_by(t.seq.desc()).limit(1)
    return datetime.fromisoformat(db.execute(query).scalar_one())


def put_due(db: Connection, world: str, number: str, kind: str, at: datetime) -> None:
    """Plan something."""
    id_ = next_number(db, world, "dues")
    db.execute(insert(DUES).values(world=world, id=id_, number=number, kind=kind, at=at.isoformat(), attempts=0))


def next_due(db: Connection, world: str, until: datetime, *, tried: bool, passed: Collection[int] = ()) -> Due | None:
    """The earliest thing due by `until`, apart from `passed` ids; with `tried`, what failed before as well."""
    t = DUES.c
    query = select(DUES).where(t.world == world, t.at <= until.isoformat(), t.id.not_in(passed)).order_by(t.at, t.id)
    row = db.execute((query if tried else query.where(t.attempts == 0)).limit(1)).mappings().first()
    return Due(**{**row, "at": datetime.fromisoformat(row["at"])}) if row else None


def next_moment(db: Connection, world: str) -> datetime | None:
    """When the next thing of a world happens by itself; None when nothing is planned."""
    query = select(DUES.c.at).where(DUES.c.world == world, DUES.c.attempts == 0).order_by(DUES.c.at).limit(1)
    at = db.execute(query).scalar()
    return datetime.fromisoformat(at) if at else None


def take_due(db: Connection, due: Due) -> bool:
    """Remove it; False when somebody else did so first (two requests may drain one world)."""
    return db.execute(delete(DUES).where(DUES.c.world == due.world, DUES.c.id == due.id)).rowcount == 1


def count_failure(db: Connection, due: Due) -> None:
    """It stays due and is tried again at the next drain."""
    t = DUES.c
    db.execute(update(DUES).where(t.world == due.world, t.id == due.id).values(attempts=t.attempts + 1))


def cancel_dues(db: Connection, world: str, number: str) -> None:
    """Nothing more happens by itself to this application."""
    db.execute(delete(DUES).where(DUES.c.world == world, DUES.c.number == number))


def undelivered(db: Connection, world: str) -> list[str]:
    """Arrival numbers whose changes could not be delivered yet."""
    t = DUES.c
    return list(
        db.execute(select(t.number).distinct().where(t.world == world, t.attempts > 0).order_by(t.number)).scalars()
    )
