"""A world with the real definitions and a real store; the services are played by small objects that keep what they were told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from app.engine.library import Library, load
from app.engine.personas import Household, load_households
from app.gateway.base import ServiceDown
from app.store.database import Database
from app.world.context import Context
from app.world.worlds import World

PROCEDURES = Path(__file__).parents[2] / "procedures"


@dataclass
class Simulation:
    """The control plane of the identity provider."""

    cards: list[tuple[date, str]] = field(default_factory=list)
    down: bool = False

    def create_world(self, world: str, now: datetime, persona: str) -> None:
        """Nothing is needed."""

    def delete_world(self, world: str, now: datetime) -> None:
        """Nothing is kept."""

    def restore_card(self, world: str, now: datetime, state: str = "valid") -> None:
        if self.down:
            raise ServiceDown("mynumber", "503")
        self.cards.append((now.date(), state))


@dataclass
class MyNumber:
    simulation: Simulation


@dataclass(frozen=True)
class Clock:
    next: datetime | None = None


class Offices:
    """Offices at which nothing happens."""

    def create_world(self, world: str, now: datetime) -> None:
        """Nothing is needed."""

    def delete_world(self, world: str, now: datetime) -> None:
        """Nothing is kept."""

    def advance_clock(self, world: str, now: datetime) -> Clock:
        return Clock()

    def next_moment(self, world: str, now: datetime) -> datetime | None:
        return None

    def events_after(self, world: str, now: datetime, seq: int) -> list[Any]:
        return []


@pytest.fixture(scope="session")
def library() -> Library:
    return load(PROCEDURES)


@pytest.fixture(scope="session")
def households(library: Library) -> dict[str, Household]:
    return load_households(PROCEDURES, library)


@pytest.fixture(scope="session")
def context(
    tmp_path_factory: pytest.TempPathFactory, library: Library, households: dict[str, Household]
) -> Iterator[Context]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('store') / 'site.sqlite3'}", "00" * 32)
    database.upgrade()
    yield Context(library, households, database, MyNumber(Simulation()), Offices())  # type: ignore[arg-type]
    database.close()


MakeWorld = Callable[..., World]


@pytest.fixture
def make_world(context: Context) -> MakeWorld:
    """A new world in which a household moves and everything is answered; nothing is filed."""

    def make(persona: str = "yamashina") -> World:
        simulation = context.mynumber.simulation
        simulation.cards, simulation.down = [], False  # type: ignore[attr-defined]
        world = World.make(context, persona)
        journey = world.start_journey("moving")
        household = context.households[persona]
        known = {**household.held, **household.answers}
        for subject, kind in household.kinds.items():
            with context.database.write() as session:
                row = journey._row(session)
                row.subjects = {**row.subjects, subject: {"kind": kind, "source": "card"}}
        world.forget()
        world.journeys()[0].answer(known)
        world.forget()
        return world

    return make
