"""What the world layer works with: definitions, synthetic households, the store and the clients of the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.library import Library
from app.engine.personas import Household
from app.gateway.authorities import Authorities
from app.gateway.mynumber import MyNumber
from app.gateway.simulation import KnownClient, Simulation
from app.store.database import Database
from app.world.kept import Kept


@dataclass(frozen=True)
class Context:
    """One for each process. ``lookup_seconds`` is how long a page waits for registers; ``kept`` holds only what the store
    says anyway. ``services``: every service by name, for the developer's pages; ``clients``: those that the identity provider knows."""

    library: Library
    households: Mapping[str, Household]
    database: Database
    mynumber: MyNumber
    authorities: Authorities
    lookup_seconds: float = 2.0
    kept: Kept = field(default_factory=Kept)
    services: Mapping[str, Simulation] = field(default_factory=dict)
    clients: tuple[KnownClient, ...] = ()
