"""Append-only log of a service, chained by hashes, one chain a world: a row that was changed or taken out is found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import json
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text, insert, select

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `at` is simulated time (ISO); `detail` is plain JSON data without values of facts."""

    seq: int
    at: str
    actor: str
    action: str
    detail: Mapping[str, Any]
    hash: str


def _digest(world: str, seq: int, at: str, actor: str, action: str, detail: str, previous: str) -> str:
    text = json.dumps([world, seq, at, actor, action, detail, previous], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class AuditLog:
    """The log of all worlds of one service, in its own table."""

    def __init__(self, metadata: MetaData) -> None:
        found = metadata.tables.get("sim_audit")
        self._table = found if found is not None else _table(metadata)

    def append(self, connection: Connection, world: str, at: datetime, actor: str, action: str, **detail: Any) -> int:
        """Add a row in the caller's write transaction; returns its number within the world, from 1."""
        t = self._table
        last = connection.execute(
            select(t.c.seq, t.c.hash).where(t.c.world == world).order_by(t.c.seq.desc()).limit(1)
        ).first()
        seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
        text = json.dumps(detail, ensure_ascii=False, sort_keys=True)
        moment = at.isoformat()
        digest = _digest(world, seq, moment, actor, action, text, previous)
        row = {"world": world, "seq": seq, "at": moment, "actor": actor, "action": action}
        connection.execute(insert(t).values(**row, detail=text, previous=previous, hash=digest))
        return seq

    def entries(self, connection: Connection, world: str, *actions: str, after: int = 0) -> list[Entry]:
        """Rows of a world in order, of these actions only if any are named."""
        t = self._table
        query = select(t).where(t.c.world == world, t.c.seq > after).order_by(t.c.seq)
        if actions:
            query = query.where(t.c.action.in_(actions))
        return [Entry(r.seq, r.at, r.actor, r.action, json.loads(r.detail), r.hash) for r in connection.execute(query)]

    def intact(self, connection: Connection, world: str) -> bool:
        """Whether the chain of a world is whole."""
        t = self._table
        previous, expected = GENESIS, 1
        for r in connection.execute(select(t).where(t.c.world == world).order_by(t.c.seq)):
            right = _digest(world, r.seq, r.at, r.actor, r.action, r.detail, previous)
            if (r.seq, r.previous, r.hash) != (expected, previous, right):
                return False
            previous, expected = r.hash, expected + 1
        return True


def _table(metadata: MetaData) -> Table:
    return Table(
        "sim_audit",
        metadata,
        Column("world", String(64), primary_key=True),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("at", String(32), nullable=False),
        Column("actor", String(120), nullable=False),
        Column("action", String(40), nullable=False),
        Column("detail", Text, nullable=False),
        Column("previous", String(64), nullable=False),
        Column("hash", String(64), nullable=False),
    )
