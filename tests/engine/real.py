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
PERSONAS = household_files(PROCEDURES, ("moving",))


@cache
def library() -> Library:
    """All definitions."""
    return load(PROCEDURES)


def moving() -> CompiledEvent:
    """The moving event."""
    return library().events["moving"]


@cache
def household(name: str) -> Household:
    """A household by its id."""
    return load_household(PROCEDURES / "personas" / f"{name}.yaml", moving())


def plan_of(name: str, refused: tuple[str, ...] = (), answered: bool = True, today: date | None = None) -> Plan:
    """The plan of a household."""
    found = household(name)
    return make_plan(moving(), found.facts(library().vocabulary, refused, answered), today or found.persona.today)
