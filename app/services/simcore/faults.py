"""Faults that a facilitator or a test switches on: for a world (`PUT /_sim/worlds/{world}/faults`), or for one call (`X-Sim-Fault`)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Literal, get_args

from flask import g, has_request_context, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Column, Connection, Float, Integer, MetaData, String, Table, delete, insert, select, update

from app.services.simcore.breaking import drop, pause, truncate
from app.services.simcore.problems import Problem
from app.services.simcore.store import Store
from app.services.simcore.world import current_client, has_control_key

FaultKind = Literal[
    "down", "slow", "latency", "too_many", "reset", "truncated", "stale", "partial", "unsupported", "mismatch", "refused",
    "consent_missing", "duplicate", "out_of_order", "clock_skew",
]  # fmt: skip
HEADER = "X-Sim-Fault"
RETRY_AFTER = 30  # seconds, real time
SLOW = 3.0  # seconds where a slow fault does not say
LATENCY = 0.3
LONGEST = 30.0
ENACTED = frozenset({"down", "slow", "latency", "too_many", "reset", "truncated"})


class FaultInput(BaseModel):
    """One fault as it is sent. `target` is a place of the service: `register:tax`, `sign`, `token`, or `*` for all of it.

    `seconds`: how long slow and latency wait, what too_many says in Retry-After, how far clock_skew is off. `client`, `citizen`: only
    for them. `probability`: of a call to suffer, drawn by `seed`. `count`: only the first so many times.
    """

    model_config = ConfigDict(extra="forbid")

    target: str = Field(min_length=1, max_length=80)
    kind: FaultKind
    seconds: float | None = Field(default=None, ge=0, le=LONGEST)
    client: str | None = Field(default=None, min_length=1, max_length=255)
    citizen: str | None = Field(default=None, min_length=1, max_length=64)
    probability: float = Field(default=1.0, ge=0, le=1)
    count: int | None = Field(default=None, ge=1, le=10**6)
    seed: int = Field(default=0, ge=0, lt=2**31)


class FaultShown(FaultInput):
    """A fault that is on. `calls`: how many calls it could have met; `hits`: how many it met."""

    calls: int = 0
    hits: int = 0


class Faults:
    """The faults of all worlds of one service, in its own table."""

    def __init__(self, metadata: MetaData) -> None:
        found = metadata.tables.get("sim_fault_rule")
        self._table = found if found is not None else _table(metadata)

    def replace(self, connection: Connection, world: str, faults: Sequence[FaultInput]) -> None:
        """Make these the only faults of the world."""
        connection.execute(delete(self._table).where(self._table.c.world == world))
        rows = [{"world": world, "n": n, "calls": 0, "hits": 0, **one.model_dump()} for n, one in enumerate(faults)]
        if rows:
            connection.execute(insert(self._table), rows)

    def all(self, connection: Connection, world: str) -> list[FaultShown]:
        """Every fault that is on, in the order in which they were sent."""
        t = self._table
        rows = connection.execute(select(t).where(t.c.world == world).order_by(t.c.n)).mappings()
        return [FaultShown(**{name: row[name] for name in FaultShown.model_fields}) for row in rows]

    def draw(
        self, store: Store, world: str, *targets: str, citizen: str | None = None, client: str | None = None
    ) -> list[FaultInput]:
        """The faults that meet a call at these places, counted. Nothing is written where none has a count or a probability."""
        client = client or current_client()
        with store.read() as connection:
            fitting = self._fitting(connection, world, targets, client, citizen)
        if any(row.probability < 1 or row.count is not None for row in fitting):
            with store.write(world) as connection:
                fitting = [
                    row
                    for row in self._fitting(connection, world, targets, client, citizen)
                    if self._met(connection, row)
                ]
        return [FaultInput(**{name: row._mapping[name] for name in FaultInput.model_fields}) for row in fitting]

    def suffer(
        self, store: Store, world: str, *targets: str, citizen: str | None = None, client: str | None = None
    ) -> frozenset[str]:
        """Draw, wait and fail; returns the kinds that shape the answer. Call it outside of a transaction."""
        return enact([*self.draw(store, world, *targets, citizen=citizen, client=client), *of_request(targets)])

    def _fitting(
        self, connection: Connection, world: str, targets: Sequence[str], client: str | None, citizen: str | None
    ) -> list[Any]:
        t = self._table
        query = select(t).where(t.c.world == world, t.c.target.in_([*targets, "*"])).order_by(t.c.n)
        return [
            row
            for row in connection.execute(query)
            if row.client in (None, client)
            and row.citizen in (None, citizen)
            and (row.count is None or row.hits < row.count)
        ]

    def _met(self, connection: Connection, row: Any) -> bool:
        if row.probability == 1 and row.count is None:
            return True
        drawn = random.Random(f"{row.seed}/{row.world}/{row.n}/{row.target}/{row.kind}/{row.calls}").random()
        met = drawn < row.probability
        where = (self._table.c.world == row.world, self._table.c.n == row.n)
        connection.execute(update(self._table).where(*where).values(calls=row.calls + 1, hits=row.hits + met))
        return met


def _table(metadata: MetaData) -> Table:
    return Table(
        "sim_fault_rule",
        metadata,
        Column("world", String(64), primary_key=True),
        Column("n", Integer, primary_key=True, autoincrement=False),
        Column("target", String(80), nullable=False),
        Column("kind", String(16), nullable=False),
        Column("seconds", Float),
        Column("client", String(255)),
        Column("citizen", String(64)),
        Column("probability", Float, nullable=False),
        Column("count", Integer),
        Column("seed", Integer, nullable=False),
        Column("calls", Integer, nullable=False),
        Column("hits", Integer, nullable=False),
    )


def of_request(targets: Iterable[str]) -> list[FaultInput]:
    """What the header of this call asks for at these places. Only a call with the control key may; others are not heard."""
    told = request.headers.get(HEADER) if has_request_context() else None
    if not told or not has_control_key():
        return []
    found = [_parsed(part) for part in told.split(",")]
    return [one for one in found if one.target in ("*", *targets)]


def _parsed(part: str) -> FaultInput:
    kind, *more = (piece.strip() for piece in part.split(";"))
    named = dict(piece.partition("=")[::2] for piece in more if piece)
    try:
        if kind not in get_args(FaultKind) or set(named) - {"seconds", "target"}:
            raise ValueError(kind)
        return FaultInput.model_validate({"target": "*", "kind": kind, **named})
    except (ValueError, ValidationError) as error:
        raise Problem(400, "invalid-fault", f"The header {HEADER} does not have the documented form.") from error


def enact(faults: Sequence[FaultInput]) -> frozenset[str]:
    """Wait and fail as the faults say; returns the kinds that shape the answer itself. `skew()` tells what clock_skew says."""
    for one in faults:
        if one.kind == "slow":
            pause(SLOW if one.seconds is None else one.seconds)
        elif one.kind == "latency":
            around = LATENCY if one.seconds is None else one.seconds
            pause(
                min(
                    LONGEST, random.Random(f"{one.seed}/{g.setdefault('sim_waits', 0)}").lognormvariate(0, 0.5) * around
                )
            )
        elif one.kind == "clock_skew" and has_request_context():
            g.sim_skew = one.seconds or 0.0
    for one in faults:
        wait = str(int(RETRY_AFTER if one.seconds is None else one.seconds))
        if one.kind == "reset":
            drop()
        elif one.kind == "down":
            title = "This service does not answer now."
            raise Problem(503, "service-down", title, headers={"Retry-After": str(RETRY_AFTER)}, fault="down")
        elif one.kind == "too_many":
            raise Problem(429, "too-many", "Too many requests.", headers={"Retry-After": wait}, fault="too_many")
    if any(one.kind == "truncated" for one in faults):
        truncate()
    return frozenset(one.kind for one in faults) - ENACTED


def skew() -> timedelta:
    """How far the clock of this service is off during this call."""
    return timedelta(seconds=g.get("sim_skew", 0.0))
