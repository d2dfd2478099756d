"""The worlds of a service and how far their clocks have come. A clock never goes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, select, update

from app.services.simcore.problems import Problem, not_found


@dataclass(frozen=True, slots=True)
class Place:
    """A world. `household`: id of the household that lives in it, empty where the service needs none; `now`: simulated local time."""

    world: str
    household: str
    began: datetime
    now: datetime


class Worlds:
    """All worlds of one service, in their own table."""

    def __init__(self, metadata: MetaData) -> None:
        found = metadata.tables.get("sim_world")
        self._table = (
            found
            if found is not None
            else Table(
                "sim_world",
                metadata,
                Column("world", String(64), primary_key=True),
                Column("household", String(80), nullable=False),
                Column("began", String(32), nullable=False),
                Column("now", String(32), nullable=False),
            )
        )

    def find(self, connection: Connection, world: str) -> Place | None:
        """The world, or None where it is not known."""
        row = connection.execute(select(self._table).where(self._table.c.world == world)).first()
        if row is None:
            return None
        return Place(row.world, row.household, datetime.fromisoformat(row.began), datetime.fromisoformat(row.now))

    def get(self, connection: Connection, world: str) -> Place:
        """The world; `Problem` 404."""
        found = self.find(connection, world)
        if found is None:
            raise not_found("There is no such world here.")
        return found

    def make(self, connection: Connection, world: str, household: Mapping[str, Any], now: datetime) -> None:
        """Note a world that did not exist."""
        moment, id_ = now.isoformat(), str(household.get("id", ""))
        connection.execute(insert(self._table).values(world=world, household=id_, began=moment, now=moment))

    def move(self, connection: Connection, world: str, now: datetime) -> datetime:
        """Bring the clock forward to `now`; `Problem` 409 where it is later already, 404 where the world is not known."""
        place = self.get(connection, world)
        if now < place.now:
            title = "The clock of a world only goes forward."
            raise Problem(409, "clock-backward", title, now=place.now.isoformat())
        if now > place.now:
            connection.execute(update(self._table).where(self._table.c.world == world).values(now=now.isoformat()))
        return now
