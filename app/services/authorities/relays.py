"""The tables of what goes to companies and comes back, in the offices' store. Keyed by world first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Connection, Integer, String, Table, delete, insert, select, update

from . import records

_RELAYS = Table(
    "relay",
    records.METADATA,
    Column("world", String(64), primary_key=True),
    Column("number", String(16), primary_key=True),
    Column("partner", String(80), nullable=False),
    Column("tried", Boolean, nullable=False),
    Column("notice", String(40), index=True),
    Column("version", Integer, nullable=False),
    Column("state", String(20)),
)
_STEPS = Table(
    "relay_step",
    records.METADATA,
    Column("world", String(64), primary_key=True),
    Column("notice", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("step", JSON, nullable=False),
)
_LINKS = Table(
    "relay_link",
    records.METADATA,
    Column("world", String(64), primary_key=True),
    Column("secret", String(200), nullable=False),
    Column("cursor", Integer, nullable=False),
)
_LOOK = "look"


@dataclass(slots=True)
class Relay:
    """A case and its notice. `tried`: it may have arrived there; `notice`: its id there, None until that is known; `version`, `state`: the
    company's last step that was used."""

    world: str
    number: str
    partner: str
    tried: bool = False
    notice: str | None = None
    version: int = 0
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A world that the companies know. `cursor`: the last event that was read; `secret`: of their webhooks to us."""

    secret: str
    cursor: int


def find(db: Connection, world: str, number: str) -> Relay | None:
    """The relay of a case."""
    return _one(db, world, _RELAYS.c.number == number)


def by_notice(db: Connection, world: str, notice: str) -> Relay | None:
    """The relay of a company's notice."""
    return _one(db, world, _RELAYS.c.notice == notice)


def _one(db: Connection, world: str, condition: Any) -> Relay | None:
    row = db.execute(select(_RELAYS).where(_RELAYS.c.world == world, condition)).mappings().first()
    return Relay(**row) if row else None


def save(db: Connection, relay: Relay) -> None:
    """Insert or replace."""
    values = asdict(relay)
    where = (_RELAYS.c.world == relay.world, _RELAYS.c.number == relay.number)
    if db.execute(update(_RELAYS).where(*where).values(values)).rowcount == 0:
        db.execute(insert(_RELAYS).values(values))


def keep(db: Connection, world: str, notice: str, told: Mapping[str, Any]) -> None:
    """Keep a step, once."""
    version = int(told["version"])
    if step(db, world, notice, version) is None:
        db.execute(insert(_STEPS).values(world=world, notice=notice, version=version, step=dict(told)))


def step(db: Connection, world: str, notice: str, version: int) -> dict[str, Any] | None:
    """One step of a notice that was told."""
    s = _STEPS.c
    return db.execute(select(s.step).where(s.world == world, s.notice == notice, s.version == version)).scalar()


def link(db: Connection, world: str) -> Link | None:
    """The world at the companies."""
    row = db.execute(select(_LINKS).where(_LINKS.c.world == world)).first()
    return Link(row.secret, row.cursor) if row else None


def make_link(db: Connection, world: str, secret: str) -> None:
    """Note that the companies know a world."""
    if link(db, world) is None:
        db.execute(insert(_LINKS).values(world=world, secret=secret, cursor=0))


def drop_link(db: Connection, world: str) -> None:
    """The companies do not know the world any more."""
    db.execute(delete(_LINKS).where(_LINKS.c.world == world))


def move_cursor(db: Connection, world: str, cursor: int) -> None:
    """Remember what was read; it only grows."""
    db.execute(update(_LINKS).where(_LINKS.c.world == world, _LINKS.c.cursor < cursor).values(cursor=cursor))


def plan_look(db: Connection, world: str, at: datetime | None) -> None:
    """Ask the companies again at this moment and at no other."""
    d = records.DUES.c
    db.execute(delete(records.DUES).where(d.world == world, d.kind == _LOOK))
    if at:
        records.put_due(db, world, "", _LOOK, at)
