"""やりとり履歴: who asked for what, why and on what ground, out of the audit log. Values of facts never stand in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import Connection

from app.services.mynumber.proxies import Sight
from app.services.mynumber.tables import audit
from app.services.simcore.audit import Entry

ANSWERED = "inquiry"
REFUSED = "inquiry-refused"
CHANGED = "change"
MANDATE = "mandate"


class HistoryRow(BaseModel):
    """One contact. `outcome`: the status of the answer, or why it was refused; for a change: `changed`; for a mandate: given or
    withdrawn."""

    seq: int
    at: str = Field(description="simulated local time")
    who: str
    what: str = Field(description="inquiry | inquiry-refused | change | mandate")
    register_id: str
    items: list[str]
    subject: str | None = Field(description="whose record was changed, or who got the mandate")
    person: str | None = Field(description="on whose sign-in; null: an office of its own")
    grounds: dict[str, str] = Field(
        description="whose records were answered: self | household | guardian | mandate | office"
    )
    procedures: list[str]
    purpose: str
    legal_basis: str
    consent: str | None
    outcome: str


class History(BaseModel):
    """Rows of a world in order."""

    entries: list[HistoryRow]
    intact: bool


def changed(
    connection: Connection, world: str, at: datetime, office: str, register: str, subject: str, item: str, reason: str
) -> None:
    """Add the row of a change."""
    detail = _own(register, [item], subject, None, reason)
    audit.append(connection, world, at, office, CHANGED, **detail, outcome="changed")


def mandated(
    connection: Connection, world: str, at: datetime, giver: str, delegate: str, name: str, outcome: str
) -> None:
    """Add the row of a mandate that was given or withdrawn. `name`: of the service in which that was done."""
    audit.append(connection, world, at, name, MANDATE, **_own("", [], delegate, giver, "委任"), outcome=outcome)


def _own(register: str, items: list[str], subject: str, person: str | None, purpose: str) -> dict[str, Any]:
    return {
        "register_id": register, "procedures": [], "items": items, "purpose": purpose, "legal_basis": "", "consent": None,
        "subject": subject, "person": person, "grounds": {},
    }  # fmt: skip


def _concerns(entry: Entry) -> set[str]:
    """Whose records a row speaks of, and who acted in it."""
    detail = entry.detail
    return {detail["person"], detail["subject"], *detail["grounds"]} - {None}


def _shown(entry: Entry, sight: Sight) -> bool:
    """A person's own rows, those of their household and its things, and of those whom they represent by law.

    A row is hidden where it also speaks of somebody whose whereabouts are kept from the reader: who asked may tell where they are.
    """
    concerned = _concerns(entry)
    if any(sight.people.kinds.get(one) == "person" and sight.kept_from(one) for one in concerned):
        return False
    if concerned & {sight.person, *sight.homes, *sight.things}:
        return True
    return any(sight.people.kinds.get(one) == "person" and sight.represents(one) for one in concerned)


def read(connection: Connection, world: str, sight: Sight | None = None) -> History:
    """The history of a world: all of it, or what concerns one person."""
    rows = audit.entries(connection, world, ANSWERED, REFUSED, CHANGED, MANDATE)
    shown = [row for row in rows if sight is None or _shown(row, sight)]
    entries = [HistoryRow(seq=row.seq, at=row.at, who=row.actor, what=row.action, **row.detail) for row in shown]
    return History(entries=entries, intact=audit.intact(connection, world))
