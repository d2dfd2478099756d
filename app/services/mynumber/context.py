"""What every view of the service works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import current_app
from sqlalchemy import Connection

from app.services.mynumber.certificates import Authority
from app.services.mynumber.config import Config
from app.services.mynumber.keys import ServiceKeys
from app.services.mynumber.oauth import Provider
from app.services.mynumber.people import People
from app.services.mynumber.places import address_line
from app.services.mynumber.tables import faults
from app.services.simcore.faults import enact
from app.services.simcore.personas import Items
from app.services.simcore.store import Store

EXTENSION = "mynumber"


@dataclass(frozen=True)
class Context:
    """One service process."""

    config: Config
    store: Store
    keys: ServiceKeys
    provider: Provider
    authority: Authority
    items: Items
    municipalities: Mapping[str, str]

    def address_of(self, connection: Connection, world: str, subject: str) -> str:
        """A person's registered address as one line."""
        return address_line(People(connection, world).value(subject, "person.address"), self.municipalities)

    def suffer(self, world: str, target: str) -> frozenset[str]:
        """Wait or fail by the faults of a world at a place; returns the kinds that shape the answer."""
        with self.store.read() as connection:
            found = faults.of(connection, world, target)
        return enact(found)


def service() -> Context:
    """The context of the application that serves this request."""
    return cast(Context, current_app.extensions[EXTENSION])
