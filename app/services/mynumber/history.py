"""やりとり履歴: who asked for what, why and on what ground, out of the audit log. Values of facts never stand in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Connection

from app.services.mynumber.tables import audit

ANSWERED = "inquiry"
REFUSED = "inquiry-refused"
CHANGED = "change"


class HistoryRow(BaseModel):
    """One contact. `outcome`: the status of the answer, or why it was refused; for a change: `changed`."""

    seq: int
    at: str = Field(description="simulated local time")
    who: str
    what: str = Field(description="inquiry | inquiry-refused | change")
    register_id: str
    items: list[str]
    subject: str | None
    procedures: list[str]
    purpose: str
    legal_basis: str
    consent: str | None
    outcome: str


class History(BaseModel):
    """All rows of a world in order."""

    entries: list[HistoryRow]
    intact: bool


def inquiry(
    register: str, procedures: list[str], items: list[str], purpose: str, legal_basis: str, consent: str | None
) -> dict[str, Any]:
    """The detail of an inquiry's row, without its outcome."""
    return {
        "register_id": register, "procedures": procedures, "items": items, "purpose": purpose,
        "legal_basis": legal_basis, "consent": consent, "subject": None,
    }  # fmt: skip


def changed(
    connection: Connection, world: str, at: datetime, office: str, register: str, subject: str, item: str, reason: str
) -> None:
    """Add the row of a change."""
    detail = inquiry(register, [], [item], reason, "", None) | {"subject": subject, "outcome": "changed"}
    audit.append(connection, world, at, office, CHANGED, **detail)


def read(connection: Connection, world: str) -> History:
    """The history of a world."""
    rows = audit.entries(connection, world, ANSWERED, REFUSED, CHANGED)
    entries = [HistoryRow(seq=row.seq, at=row.at, who=row.actor, what=row.action, **row.detail) for row in rows]
    return History(entries=entries, intact=audit.intact(connection, world))
