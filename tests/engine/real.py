"""The project's own definitions and households, read once for all tests of a process."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from app.engine.compiling import CompiledEvent
from app.engine.library import Library, load
from app.engine.personas import Household, household_files, load_household
from app.engine.plan import Plan
from app.engine.planner import make_plan

PROCEDURES = Path(__file__).parents[2] / "procedures"
EVENTS = ("moving", "childcare", "bereavement")
PERSONAS = household_files(PROCEDURES, EVENTS)


@cache
def library() -> Library:
    """All definitions."""
    return load(PROCEDURES)


def moving() -> CompiledEvent:
    """The moving event."""
    return library().events["moving"]


def event_of(name: str) -> CompiledEvent:
    """The event that a household is about."""
    return library().events[household(name).persona.event]


@cache
def household(name: str) -> Household:
    """A household by its id."""
    path = PROCEDURES / "personas" / f"{name}.yaml"
    found = next(id_ for id_ in EVENTS if household_files(PROCEDURES, (id_,)).count(path))
    return load_household(path, library().events[found])


def plan_of(name: str, refused: tuple[str, ...] = (), answered: bool = True, today: date | None = None) -> Plan:
    """The plan of a household."""
    found = household(name)
    facts = found.facts(library().vocabulary, refused, answered)
    return make_plan(event_of(name), facts, today or found.persona.today)
