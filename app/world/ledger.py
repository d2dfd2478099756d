"""The ledger of a journey: append-only rows of facts, each with source, time, ground and purpose. Values are sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engine.compiling import CompiledEvent
from app.engine.facts import Fact, Key
from app.engine.values import from_json
from app.engine.vocabulary import Reuse
from app.store import models
from app.store.sealing import Seal

PARTNER = "partner:"
"""Before the id of a company, as the source of what its document told. Others: `register:<id>`, `citizen`."""


@dataclass(frozen=True)
class Entry:
    """One row of the ledger. ``value`` has its JSON shape; ``superseded_by`` is the row that took its place."""

    seq: int
    subject: str
    item: str
    value: Any
    source: str
    at: datetime
    basis: str
    purpose: tuple[str, ...]
    reuse: Reuse
    superseded_by: int | None

    @property
    def key(self) -> Key:
        return (self.subject, self.item)


@dataclass(frozen=True)
class NewFact:
    """A fact to be entered."""

    subject: str
    item: str
    value: Any
    source: str
    reuse: str = "share"
    basis: str = ""
    purpose: tuple[str, ...] = ()


def entries(session: Session, seal: Seal, world: str, journey: int, current_only: bool = True) -> list[Entry]:
    """The rows of a journey in order; only those that still stand, unless asked for all."""
    row = models.Fact
    columns = (
        row.seq,
        row.subject,
        row.item,
        row.sealed,
        row.source,
        row.at,
        row.basis,
        row.purpose,
        row.reuse,
        row.superseded_by,
    )
    query = select(*columns).where(row.world == world, row.journey == journey).order_by(row.seq)
    if current_only:
        query = query.where(row.superseded_by.is_(None))
    return [
        Entry(
            seq,
            subject,
            item,
            seal.open(f"facts/{world}/{journey}/{seq}", sealed),
            source,
            datetime.fromisoformat(at),
            basis,
            tuple(purpose),
            cast(Reuse, reuse),
            superseded_by,
        )
        for seq, subject, item, sealed, source, at, basis, purpose, reuse, superseded_by in session.execute(query)
    ]


def facts(event: CompiledEvent, kinds: Mapping[str, str], rows: Iterable[Entry]) -> list[Fact]:
    """Rows as the planner sees them. ``kinds``: the kind of each subject; a row about an item that the event does not know is left out."""
    return [
        Fact(*row.key, from_json(item, row.value), row.source, row.at.date(), row.reuse)
        for row in rows
        if (item := event.vocabulary.item(kinds.get(row.subject, ""), row.item)) is not None
    ]


def enter(session: Session, seal: Seal, world: str, journey: int, facts: Iterable[NewFact], at: datetime) -> int:
    """Append facts. What says the same as before adds nothing; what differs supersedes. Returns how many were added.

    A register's answer never takes the place of what the person said after it (they may have corrected it knowingly).
    """
    standing: Mapping[Key, Entry] = {entry.key: entry for entry in entries(session, seal, world, journey)}
    last = (
        session.scalar(
            select(func.max(models.Fact.seq)).where(models.Fact.world == world, models.Fact.journey == journey)
        )
        or 0
    )
    added = 0
    for fact in facts:
        before = standing.get((fact.subject, fact.item))
        if before is not None and before.value == fact.value and before.source == fact.source:
            continue
        added += 1
        row = models.Fact(
            world=world,
            journey=journey,
            seq=last + added,
            subject=fact.subject,
            item=fact.item,
            source=fact.source,
            at=at.isoformat(),
            basis=fact.basis,
            purpose=list(fact.purpose),
            reuse=fact.reuse,
        )
        row.sealed = seal.close(_name(row), fact.value)
        session.add(row)
        if before is not None:
            _supersede(session, world, journey, [before.seq], last + added)
    return added


def withdraw(session: Session, world: str, journey: int, seqs: Sequence[int]) -> None:
    """Take rows out of use without a successor (a consent withdrawn): they supersede themselves."""
    for seq in seqs:
        _supersede(session, world, journey, [seq], seq)


def _supersede(session: Session, world: str, journey: int, seqs: Sequence[int], by: int) -> None:
    for seq in seqs:
        row = session.get(models.Fact, (world, journey, seq))
        if row is not None:
            row.superseded_by = by


def _name(row: models.Fact) -> str:
    return f"facts/{row.world}/{row.journey}/{row.seq}"
