"""What every view of the service works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, request

from app.services.account.book import Book
from app.services.account.config import Config
from app.services.simcore.personas import Items
from app.services.simcore.service import Service
from app.services.simcore.world import NOW_HEADER, parse_now

EXTENSION = "account"


@dataclass(frozen=True)
class Context:
    """One service process. `core`: what every service has."""

    config: Config
    core: Service
    items: Items

    def moment(self, world: str) -> datetime:
        """The time of this call: what it tells, where that is later than the world's clock; what is due by then is done first."""
        told = request.headers.get(NOW_HEADER)
        if told:
            return self.core.advance(world, parse_now(told), strict=False)
        with self.core.store.read() as connection:
            return self.core.worlds.get(connection, world).now

    @contextmanager
    def writing(self, world: str) -> Iterator[Book]:
        """The register in a write transaction."""
        now = self.moment(world)
        with self.core.store.write(world) as connection:
            yield Book.of(self.core, connection, world, now)

    @contextmanager
    def reading(self, world: str) -> Iterator[Book]:
        """The register as it is now."""
        now = self.moment(world)
        with self.core.store.read() as connection:
            yield Book.of(self.core, connection, world, now)


def service() -> Context:
    """The context of the application that serves this request."""
    return cast(Context, current_app.extensions[EXTENSION])
