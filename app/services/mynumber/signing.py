"""Signature transactions as the signing page sees them."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from sqlalchemy import select, update

from app.services.mynumber import cards
from app.services.mynumber.cards import Card
from app.services.mynumber.context import Context
from app.services.mynumber.interactions import Interaction
from app.services.mynumber.people import People
from app.services.mynumber.tables import audit, transactions

SIGNED = "signature"


@dataclass(frozen=True, slots=True)
class Transaction:
    """What is to be signed: the title, and the procedures of each office in the order in which they came."""

    id: str
    digest: bytes
    title: str
    offices: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def count(self) -> int:
        """How many procedures."""
        return sum(len(names) for _, names in self.offices)


def find_transaction(context: Context, world: str, id_: str) -> Transaction | None:
    """A transaction that waits for its signature, or that a quicker click has just signed."""
    with context.store.read() as connection:
        ours = (
            transactions.c.world == world,
            transactions.c.id == id_,
            transactions.c.state.in_(("pending", "signed")),
        )
        row = connection.execute(select(transactions).where(*ours)).first()
    if row is None:
        return None
    offices: dict[str, list[str]] = {}
    for line in row.lines:
        offices.setdefault(line["authority"], []).append(line["procedure"])
    grouped = tuple((office, tuple(names)) for office, names in offices.items())
    return Transaction(row.id, base64.b64decode(row.digest), row.title, grouped)


def sign_transaction(context: Context, interaction: Interaction, card: Card, transaction: Transaction) -> None:
    """Sign and keep the result; a second signature over the same transaction changes nothing."""
    world = interaction.world
    with context.store.write() as connection:
        address = context.address_of(connection, world, card.subject)
        people = People(connection, world)
        crl = context.crl_url(world)
        signed = cards.sign(connection, world, card, people, address, context.authority, crl, transaction.digest)
        values = {
            "state": "signed",
            "subject": card.subject,
            "signature": base64.b64encode(signed.signature).decode(),
            "certificate": base64.b64encode(signed.certificate).decode(),
            "signed_at": interaction.now.isoformat(),
        }
        pending = (
            transactions.c.world == world,
            transactions.c.id == transaction.id,
            transactions.c.state == "pending",
        )
        done = connection.execute(update(transactions).where(*pending).values(**values)).rowcount
        if done:
            audit.append(connection, world, interaction.now, card.subject, SIGNED, procedures=transaction.count)
