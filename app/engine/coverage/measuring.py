"""Runs the planner on facts for every target of every definition, and counts what came about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from app.engine.compiled import CompiledEvent, CompiledProcedure
from app.engine.coverage.candidates import Candidates, Cast
from app.engine.coverage.targets import Target, Targets
from app.engine.coverage.walk import find
from app.engine.facts import Fact, Facts
from app.engine.planner import make_plan


@dataclass(frozen=True)
class Found:
    """A target and whether it came about."""

    target: Target
    covered: bool


@dataclass(frozen=True)
class Coverage:
    """What became of the targets of an event."""

    event: str
    found: tuple[Found, ...]

    @property
    def missing(self) -> tuple[Target, ...]:
        """What no facts brought about."""
        return tuple(one.target for one in self.found if not one.covered)

    @cached_property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Sort of target -> how many came about, of how many."""
        whole = Counter(one.target.sort for one in self.found)
        covered = Counter(one.target.sort for one in self.found if one.covered)
        return {sort: (covered[sort], count) for sort, count in whole.items()}

    @property
    def percent(self) -> float:
        """Share of the targets that came about, 0 to 100."""
        return 100 * (1 - len(self.missing) / len(self.found)) if self.found else 100.0


def measure(event: CompiledEvent, today: date) -> Coverage:
    """Everything that can happen in an event's procedures, tried on a day."""
    cast = Cast.of(event)
    candidates = Candidates(event, cast, today)
    found = tuple(one for procedure in event.procedures for one in _of(event, procedure, candidates, cast, today))
    return Coverage(event.id, found)


def _of(
    event: CompiledEvent, procedure: CompiledProcedure, candidates: Candidates, cast: Cast, today: date
) -> Iterator[Found]:
    role = procedure.definition.for_each
    each = cast.all(event.definition.roles[role].kind)[0] if role else None
    alone = replace(event, procedures=(procedure,))
    # The day must be one on which the definition is law.
    valid = procedure.definition.valid
    day = today if valid.on(today) else (valid.last if valid.last and valid.last < today else valid.first) or today
    for target in Targets(event, procedure, each, day).all():
        yield Found(target, _comes_about(alone, target, each, candidates, cast, day))


def _comes_about(
    event: CompiledEvent, target: Target, each: str | None, candidates: Candidates, cast: Cast, today: date
) -> bool:
    day = target.on or today
    values = find(target.goals, candidates, cast, day, f"{target.procedure} {target.sort} {target.name}")
    if values is None:
        return False
    facts = Facts.of(cast.roles, cast.kinds, (Fact(*key, value) for key, value in values.items()))
    plan = make_plan(event, facts, day)
    row = plan.find(target.procedure, each) or plan.find(target.procedure)
    return row is not None and target.shown(plan, row)
