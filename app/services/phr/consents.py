"""Consents: who lets which client read what of whom, until when. Simulated time alone counts."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from app.services.phr.tables import consents, tokens

LONGEST = 90  # days


@dataclass(frozen=True, slots=True)
class Consent:
    """`granter` let `client` read `categories` of `patient`. `until` is the last day."""

    world: str
    id: str
    client: str
    granter: str
    patient: str
    categories: tuple[str, ...]
    since: str
    until: date
    withdrawn: str | None

    def obstacle(self, now: datetime) -> str | None:
        """Why nothing may be read any more: consent-withdrawn | consent-expired; None while it holds."""
        if self.withdrawn:
            return "consent-withdrawn"
        return "consent-expired" if now.date() > self.until else None


def _consent(row: Row[Any]) -> Consent:
    return Consent(
        row.world, row.id, row.client, row.granter, row.patient, tuple(row.categories), row.since,
        date.fromisoformat(row.until), row.withdrawn,
    )  # fmt: skip


def give(
    connection: Connection,
    world: str,
    client: str,
    granter: str,
    patient: str,
    categories: Sequence[str],
    days: int,
    now: datetime,
) -> Consent:
    """Write a consent for so many days; raises `ValueError` outside of 1 to 90 days or with no category."""
    if not 1 <= days <= LONGEST or not categories:
        raise ValueError("1 to 90 days, and at least one category")
    id_, until = secrets.token_hex(12), now.date() + timedelta(days=days)
    row = {"world": world, "id": id_, "client": client, "granter": granter, "patient": patient}
    connection.execute(
        insert(consents).values(
            **row, categories=list(categories), since=now.isoformat(), until=until.isoformat(), withdrawn=None
        )
    )
    return Consent(world, id_, client, granter, patient, tuple(categories), now.isoformat(), until, None)


def find(connection: Connection, world: str, id_: str) -> Consent | None:
    """One consent."""
    row = connection.execute(select(consents).where(consents.c.world == world, consents.c.id == id_)).first()
    return _consent(row) if row else None


def of_granter(connection: Connection, world: str, granter: str) -> list[Consent]:
    """All that a person gave, the newest first."""
    query = select(consents).where(consents.c.world == world, consents.c.granter == granter)
    return [_consent(row) for row in connection.execute(query.order_by(consents.c.since.desc(), consents.c.id))]


def withdraw(connection: Connection, world: str, granter: str, id_: str, now: datetime) -> bool:
    """End a consent of this person at once, with every token made of it; False where there is none to end."""
    where = (
        consents.c.world == world,
        consents.c.id == id_,
        consents.c.granter == granter,
        consents.c.withdrawn.is_(None),
    )
    done = connection.execute(update(consents).where(*where).values(withdrawn=now.isoformat())).rowcount
    if done:
        # Access tokens stay, so that their bearer is told why; nothing new comes of them.
        kinds = (tokens.c.world == world, tokens.c.consent == id_, tokens.c.kind == "refresh")
        connection.execute(delete(tokens).where(*kinds))
    return bool(done)
