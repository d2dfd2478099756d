"""What the world layer works with: definitions, synthetic households, the store and the clients of the services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.engine.library import Library
from app.engine.personas import Household
from app.gateway.authorities import Authorities
from app.gateway.mynumber import MyNumber
from app.store.database import Database


@dataclass(frozen=True)
class Context:
    """One for each process; keeps no visitor's state. ``lookup_seconds`` is how long a page waits for registers."""

    library: Library
    households: Mapping[str, Household]
    database: Database
    mynumber: MyNumber
    authorities: Authorities
    lookup_seconds: float = 2.0
