"""Faults that a facilitator or a test switches on for one world: `PUT /_sim/worlds/{world}/faults`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Column, Connection, Float, MetaData, String, Table, delete, insert, select

from app.services.simcore.problems import Problem

FaultKind = Literal["down", "slow", "partial", "unsupported", "mismatch", "stale", "refused"]
RETRY_AFTER = 30  # seconds, real time
SLOW = 3.0  # seconds where a slow fault does not say
LONGEST = 30.0


class FaultInput(BaseModel):
    """One fault as it is sent. `target` is a place of the service: `register:tax`, `sign`, `token`, or `*` for all of it."""

    model_config = ConfigDict(extra="forbid")

    target: str = Field(min_length=1, max_length=80)
    kind: FaultKind
    seconds: float | None = Field(default=None, ge=0, le=LONGEST)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is on."""

    target: str
    kind: str
    seconds: float | None


class Faults:
    """The faults of all worlds of one service, in its own table."""

    def __init__(self, metadata: MetaData) -> None:
        self._table = Table(
            "sim_fault",
            metadata,
            Column("world", String(64), primary_key=True),
            Column("target", String(80), primary_key=True),
            Column("kind", String(16), primary_key=True),
            Column("seconds", Float),
        )

    def replace(self, connection: Connection, world: str, faults: list[FaultInput]) -> None:
        """Make these the only faults of the world."""
        connection.execute(delete(self._table).where(self._table.c.world == world))
        rows = {(f.target, f.kind): {"world": world, **f.model_dump()} for f in faults}
        if rows:
            connection.execute(insert(self._table), list(rows.values()))

    def of(self, connection: Connection, world: str, target: str) -> list[Fault]:
        """The faults that are on at a target."""
        t = self._table
        query = select(t.c.target, t.c.kind, t.c.seconds).where(t.c.world == world, t.c.target.in_([target, "*"]))
        return [Fault(*row) for row in connection.execute(query.order_by(t.c.target, t.c.kind))]


def enact(faults: list[Fault]) -> frozenset[str]:
    """Wait and fail as the faults say (call it outside of a transaction); returns the kinds that shape the answer itself."""
    for fault in faults:
        if fault.kind == "slow":
            time.sleep(SLOW if fault.seconds is None else fault.seconds)
    if any(fault.kind == "down" for fault in faults):
        raise Problem(
            503,
            "service-down",
            "This service does not answer now.",
            headers={"Retry-After": str(RETRY_AFTER)},
            fault="down",
        )
    return frozenset(fault.kind for fault in faults) - {"slow", "down"}
