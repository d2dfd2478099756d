"""The tables of the service and the statements on them. Keyed by world first; moments are ISO text in simulated local time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

metadata = MetaData()


def _world() -> Column[str]:
    return Column("world", String(64), primary_key=True)


NOTICES = Table(
    "notice",
    metadata,
    _world(),
    Column("id", String(16), primary_key=True),
    Column("partner", String(40), nullable=False),
    Column("purpose", String(30), nullable=False),
    Column("consent_ref", String(80), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("contract", String(40)),
    Column("received_at", String(32), nullable=False),
    Column("done_at", String(32)),
    Column("appointment", JSON),
    Column("result", JSON),
    Index("notice_by_consent", "world", "partner", "consent_ref"),
)
STEPS = Table(
    "step",
    metadata,
    _world(),
    Column("notice", String(16), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("data", JSON, nullable=False),
)
KEYS = Table(
    "idempotency_key",
    metadata,
    _world(),
    Column("partner", String(40), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("notice", String(16), nullable=False),
)
DUES = Table(
    "due",
    metadata,
    _world(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("notice", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", String(32), nullable=False),
    Index("due_by_time", "world", "at", "id"),
)
CONTRACTS = Table(
    "contract",
    metadata,
    _world(),
    Column("partner", String(40), primary_key=True),
    Column("number", String(40), primary_key=True),
    Column("data", JSON, nullable=False),
)


@dataclass(slots=True)
class Notice:
    """One notice, or a request for a certificate. `rounds` counts answers; `done_at`: when its result is due."""

    world: str
    id: str
    partner: str
    purpose: str
    consent_ref: str
    state: str
    body: dict[str, Any]
    received_at: str
    version: int = 0
    rounds: int = 0
    contract: str | None = None
    done_at: str | None = None
    appointment: dict[str, str] | None = None
    result: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """What a partner knows of a customer. `family`: names of those who live with the holder; `former`: a name that the contract still bears
    is not the holder's any more, `name` is then the old one and `present` the new. `ended`: nothing is owed any more (retired, left)."""

    partner: str
    number: str
    name: str
    kana: str | None
    address: Mapping[str, str] | None
    present: str | None = None
    family: tuple[str, ...] = ()
    birth_date: str | None = None
    ended: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """Something a partner does by itself. `kind`: check, finish, confirm, attend, expire, or end."""

    world: str
    id: int
    notice: str
    kind: str
    at: datetime


def find(db: Connection, world: str, id_: str) -> Notice | None:
    """One notice."""
    row = db.execute(select(NOTICES).where(NOTICES.c.world == world, NOTICES.c.id == id_)).mappings().first()
    return Notice(**row) if row else None


def notices(db: Connection, world: str, partner: str, **where: Any) -> list[Notice]:
    """Notices of a partner whose columns have these values, in the order of their arrival."""
    query = select(NOTICES).where(NOTICES.c.world == world, NOTICES.c.partner == partner).order_by(NOTICES.c.id)
    for name, value in where.items():
        query = query.where(NOTICES.c[name] == value)
    return [Notice(**row) for row in db.execute(query).mappings()]


def count(db: Connection, world: str) -> int:
    """How many notices a world has."""
    return db.execute(select(func.count()).select_from(NOTICES).where(NOTICES.c.world == world)).scalar_one()


def save(db: Connection, notice: Notice) -> None:
    """Insert or replace."""
    values = asdict(notice)
    where = (NOTICES.c.world == notice.world, NOTICES.c.id == notice.id)
    if db.execute(update(NOTICES).where(*where).values(values)).rowcount == 0:
        db.execute(insert(NOTICES).values(values))


def append(db: Connection, notice: Notice, data: Mapping[str, Any]) -> None:
    """Keep a step under the notice's version."""
    db.execute(insert(STEPS).values(world=notice.world, notice=notice.id, version=notice.version, data=dict(data)))


def steps(db: Connection, world: str, id_: str) -> list[dict[str, Any]]:
    """All steps of a notice in order."""
    query = select(STEPS.c.data).where(STEPS.c.world == world, STEPS.c.notice == id_).order_by(STEPS.c.version)
    return [dict(row) for row in db.execute(query).scalars()]


def key_of(db: Connection, world: str, partner: str, key: str) -> tuple[str, str] | None:
    """(digest of the body, notice) under an idempotency key."""
    k = KEYS.c
    row = db.execute(
        select(k.digest, k.notice).where(k.world == world, k.partner == partner, k.key == key)
    ).first()  # fmt: skip
    return (row.digest, row.notice) if row else None


def keep_key(db: Connection, world: str, partner: str, key: str, digest: str, id_: str) -> None:
    """Remember what an idempotency key stands for."""
    db.execute(insert(KEYS).values(world=world, partner=partner, key=key, digest=digest, notice=id_))


def put_due(db: Connection, notice: Notice, kind: str, at: datetime) -> None:
    """Plan something."""
    last = db.execute(select(func.max(DUES.c.id)).where(DUES.c.world == notice.world)).scalar()
    db.execute(
        insert(DUES).values(world=notice.world, id=(last or 0) + 1, notice=notice.id, kind=kind, at=at.isoformat())
    )


def take_due(db: Connection, world: str, until: datetime) -> Due | None:
    """The earliest thing due by `until`, taken out; None where there is none."""
    query = select(DUES).where(DUES.c.world == world, DUES.c.at <= until.isoformat()).order_by(DUES.c.at, DUES.c.id)
    row = db.execute(query.limit(1)).mappings().first()
    if row is None:
        return None
    db.execute(delete(DUES).where(DUES.c.world == world, DUES.c.id == row["id"]))
    return Due(**{**row, "at": datetime.fromisoformat(row["at"])})


def cancel_dues(db: Connection, notice: Notice) -> None:
    """Nothing more happens by itself to this notice."""
    db.execute(delete(DUES).where(DUES.c.world == notice.world, DUES.c.notice == notice.id))


def next_moment(db: Connection, world: str) -> datetime | None:
    """When the next thing happens by itself."""
    at = db.execute(select(func.min(DUES.c.at)).where(DUES.c.world == world)).scalar()
    return datetime.fromisoformat(at) if at else None


def keep_contracts(db: Connection, world: str, contracts: list[Contract]) -> None:
    """Write the contracts of a new world."""
    rows = [{"world": world, "partner": one.partner, "number": one.number, "data": asdict(one)} for one in contracts]
    if rows:
        db.execute(insert(CONTRACTS), rows)


def contracts_of(db: Connection, world: str, partner: str) -> list[Contract]:
    """All contracts of a partner."""
    c = CONTRACTS.c
    query = select(c.data).where(c.world == world, c.partner == partner).order_by(c.number)
    return [Contract(**{**data, "family": tuple(data["family"])}) for data in db.execute(query).scalars()]


def any_contract(db: Connection, world: str) -> bool:
    """Whether the world has a household at all."""
    return db.execute(select(CONTRACTS.c.number).where(CONTRACTS.c.world == world).limit(1)).first() is not None
