"""What comes due on the clock of a world: registrations by other routes, and letters without an answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from app.services.account import letters, routes
from app.services.account.book import Book
from app.services.account.letters import Letter
from app.services.account.routes import Pending
from app.services.simcore.service import Service


def do_due(core: Service, connection: Connection, world: str, now: datetime) -> None:
    """Everything due by now, in the order of its moment and as if it were then: the one completed last wins."""
    waiting: list[Pending | Letter] = [
        *routes.waiting(connection, world, now),
        *letters.waiting(connection, world, now),
    ]
    for one in sorted(waiting, key=lambda one: (one.due, isinstance(one, Letter), one.n)):
        book = Book.of(core, connection, world, datetime.fromisoformat(one.due))
        if isinstance(one, Letter):
            letters.complete(book, one)
        else:
            routes.complete(book, one)
