"""What every view of the service works with."""

from __future__ import annotations

import hashlib
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
from app.services.mynumber.providers import Providers
from app.services.mynumber.tables import faults
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
    providers: Providers

    def address_of(self, connection: Connection, world: str, subject: str) -> str:
        """A person's registered address as one line."""
        return address_line(People(connection, world).value(subject, "person.address"), self.municipalities)

    def crl_id(self, world: str) -> str:
        """By what name the revocation list of a world goes in addresses: it does not tell the world's id."""
        return hashlib.sha256(b"\0".join([self.keys.salt, b"revocation list", world.encode()])).hexdigest()[:32]

    def crl_url(self, world: str) -> str:
        """Where certificates say that their revocation list is."""
        return f"{self.config.base_url.rstrip('/')}/certificates/lists/{self.crl_id(world)}.crl"

    def suffer(self, world: str, target: str) -> frozenset[str]:
        """Wait or fail by the faults of a world at a place; returns the kinds that shape the answer."""
        return faults.suffer(self.store, world, target)


def service() -> Context:
    """The context of the application that serves this request."""
    return cast(Context, current_app.extensions[EXTENSION])
