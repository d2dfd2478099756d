"""A world with the real definitions and a real store; offices and registers are played by small objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.engine.facts import Key
from app.engine.library import Library, load
from app.engine.personas import Household, load_households
from app.engine.values import to_json
from app.gateway.authorities import CaseEvent, ClockAnswer, Receipt
from app.gateway.mynumber import Answer
from app.store.database import Database
from app.world import outbox
from app.world.context import Context
from app.world.journeys import Journey
from app.world.worlds import World

PROCEDURES = Path(__file__).parents[3] / "procedures"


@dataclass
class Offices:
    """Takes each application once a key. ``fails``: raised instead of an answer; ``loses``: raised after it was stored all the same;
    ``silent``: its events cannot be read."""

    fails: Exception | None = None
    loses: Exception | None = None
    silent: bool = False
    asked: list[str] = field(default_factory=list)
    filed: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    events: list[CaseEvent] = field(default_factory=list)

    def create_world(self, world: str, now: datetime) -> None:
        """Nothing to prepare."""

    def submit(self, world: str, now: datetime, body: dict[str, Any], key: str) -> Receipt:
        self.asked.append(key)
        if self.fails:
            raise self.fails
        if key not in self.numbers:
            self.filed[key] = body
            self.numbers[key] = f"SIM-0000-{len(self.numbers) + 1:04}"
            self.tell(self.numbers[key], "received", now)
        if self.loses:
            raise self.loses
        return Receipt(self.numbers[key], "received")

    def tell(self, number: str, type_: str, now: datetime, actor: str = "authority") -> None:
        """Something happened to an application."""
        self.events.append(CaseEvent(len(self.events) + 1, number, type_, now, actor))

    def events_after(self, world: str, now: datetime, seq: int) -> list[CaseEvent]:
        return [] if self.silent else self.events[seq:]

    def look_up(self, world: str, now: datetime, number: str) -> tuple[str, str | None, str]:
        body = self.filed[next(key for key, one in self.numbers.items() if one == number)]
        return body["procedure"], body["subject"], body["authority"]

    def withdraw(self, world: str, now: datetime, number: str) -> Receipt:
        self.tell(number, "withdrawn", now, "citizen")
        return Receipt(number, "withdrawn")

    def advance_clock(self, world: str, now: datetime) -> ClockAnswer:
        return ClockAnswer(now, (), None)

    def next_moment(self, world: str, now: datetime) -> datetime | None:
        """Nothing happens by itself."""
        return None


@dataclass
class Registers:
    """Answers from the household's true facts."""

    library: Library
    household: Household

    def inquire(self, world: str, now: datetime, register: str, token: str, *, items: Any, **more: Any) -> Answer:
        told: dict[str, Any] = {}
        for kind, _dot, name in (path.partition(".") for path in items):
            item = self.library.vocabulary.item(kind, name)
            assert item is not None
            for subject in (id_ for id_, its in self.household.kinds.items() if its == kind):
                value = self.household.held.get((subject, name), item.absent)
                answer = {"reason": "not_registered"} if value is None else {"value": to_json(value)}
                told.setdefault(subject, {"kind": kind, "items": {}})["items"][name] = answer
        return Answer(register, "complete", now.date().isoformat(), told)


@dataclass
class Filing:
    """A household's world, ready to file."""

    world: World
    offices: Offices

    @property
    def journey(self) -> Journey:
        """The only one."""
        found = self.world.journey(1)
        assert found is not None
        return found

    def file(self) -> None:
        """As after a signature, delivered once."""
        journey = self.journey
        outbox.prepare(self.world.context, journey, "transaction", outbox.pack(journey))
        assert outbox.file(self.world.context, journey, "transaction", {"signature": "c2lnbmVk"})
        self.world.deliver()

    def states(self) -> dict[str, str]:
        """State by procedure and subject."""
        return {f"{case.procedure}/{case.subject}": case.state.state.value for case in self.world.cases()}


@pytest.fixture(scope="session")
def library() -> Library:
    """The real definitions."""
    return load(PROCEDURES)


@pytest.fixture(scope="session")
def households(library: Library) -> dict[str, Household]:
    """The real households."""
    return load_households(PROCEDURES, library)


def triage(journey: Journey, household: Household) -> list[Key]:
    """What is asked first, as far as the household has an answer."""
    paths = (path.split(".") for path in journey.event.definition.triage)
    return [key for role, item in paths if (key := (household.roles[role], item)) in household.answers]


@pytest.fixture
def settle(tmp_path: Path, library: Library, households: dict[str, Household]) -> Iterator[Callable[[str], Filing]]:
    """`settle("kudo")`: a world in which everything is known and answered, and nothing is filed."""
    database = Database(f"sqlite:///{tmp_path / 'site.sqlite3'}", "00" * 32)
    database.upgrade()

    def make(persona: str) -> Filing:
        offices, household = Offices(), households[persona]
        simulation = SimpleNamespace(create_world=lambda *_: None, restore_card=lambda *_: None)
        mynumber = SimpleNamespace(registers=Registers(library, household), simulation=simulation)
        context = Context(library, households, database, mynumber, offices)  # type: ignore[arg-type]
        world = World.make(context, persona)
        journey = world.start_journey(household.persona.event)
        journey.answer({key: household.answers[key] for key in triage(journey, household)})
        journey.decide_consents({one.register.id: True for one in journey.consent_choices.registers})
        journey.look_up("token")
        journey.answer(dict(household.answers))
        world.forget()
        return Filing(world, offices)

    yield make
    database.close()
