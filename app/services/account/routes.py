"""Registrations that come by other ways than the portal: a tax return, the counter of a bank, a claim of a pension.

They take their time, and count from the moment at which they are completed: the registration that is completed last wins, whichever was
handed in first. What was checked when it came in is checked again then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from app.services.account import bank
from app.services.account.banks import Account
from app.services.account.book import Book, Registration
from app.services.account.people import Person
from app.services.account.rules import refusal
from app.services.account.tables import pending
from app.services.simcore.problems import not_found

OtherRoute = Literal["tax_return", "bank_counter", "pension_claim"]
# Days until a registration is completed. Assumed: a tax return waits for its assessment.
DAYS: dict[OtherRoute, int] = {"tax_return": 21, "bank_counter": 7, "pension_claim": 30}


@dataclass(frozen=True, slots=True)
class Pending:
    """One on its way. `state`: pending | completed | refused."""

    n: int
    person: str
    route: str
    received: str
    due: str
    state: str
    reason: str | None
    account: Account


def _read(row: Any) -> Pending:
    account = Account(row.bank, row.branch, row.type, row.number)
    return Pending(row.n, row.person, row.route, row.received, row.due, row.state, row.reason, account)


def receive(book: Book, person: Person, route: OtherRoute, account: Account, days: int | None) -> Pending:
    """Take one in. `days`: until it is completed, in place of what is usual on that route."""
    due = book.now + timedelta(days=DAYS[route] if days is None else days)
    n = book.next(pending)
    row = {
        "world": book.world, "n": n, "person": person.id, "route": route, "received": book.now.isoformat(), "due": due.isoformat(),
        "state": "pending",
    }  # fmt: skip
    book.connection.execute(insert(pending).values(**row, **bank.columns(account)))
    book.audit.append(book.connection, book.world, book.now, route, "received", person=person.id, route=route)
    return find(book.connection, book.world, n)


def find(connection: Connection, world: str, n: int) -> Pending:
    """One by its number; `Problem` 404."""
    row = connection.execute(select(pending).where(pending.c.world == world, pending.c.n == n)).first()
    if row is None:
        raise not_found("There is no such registration.")
    return _read(row)


def waiting(connection: Connection, world: str, now: datetime) -> list[Pending]:
    """Those that are due by now."""
    p = pending
    query = select(p).where(p.c.world == world, p.c.state == "pending", p.c.due <= now.isoformat())
    return [_read(row) for row in connection.execute(query)]


def complete(book: Book, one: Pending) -> None:
    """Register it, or refuse it."""
    person = book.person(one.person)
    reason = refusal(book, person, one.account)
    where = (pending.c.world == book.world, pending.c.n == one.n)
    state = "refused" if reason else "completed"
    book.connection.execute(update(pending).where(*where).values(state=state, reason=reason))
    if reason is None:
        book.put(person, one.account, one.route, one.route)
        return
    refused = Registration(person.id, 0, "none", reason, one.account, None, None, book.now.isoformat())
    book.note(refused, "refused", one.route, one.route, silent=person.dead)
