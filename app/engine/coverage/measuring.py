"""Runs the planner on facts for every target of every definition, and counts what came about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from app.engine.compiled import CompiledEvent, CompiledProcedure
from app.engine.coverage.candidates import Candidates, Cast
from app.engine.coverage.targets import Target, Targets
from app.engine.coverage.walk import Case, Walker
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
    # Two of a kind: what `each` must not be (the applicant) is what the first one is.
    subjects = cast.all(event.definition.roles[role].kind)[:2] if role else (None,)
    alone, walker = replace(event, procedures=(procedure,)), Walker(candidates, cast)
    # The day must be one on which the definition is law.
    valid = procedure.definition.valid
    day = today if valid.on(today) else (valid.last if valid.last and valid.last < today else valid.first) or today
    for ways in zip(*(Targets(event, procedure, each, day).all() for each in subjects), strict=True):
        yield Found(ways[0], _comes_about(alone, tuple(zip(subjects, ways, strict=True)), walker, cast))


def _comes_about(event: CompiledEvent, ways: Sequence[tuple[str | None, Target]], walker: Walker, cast: Cast) -> bool:
    """Whether one target comes about for any of the subjects that `each` may be."""
    tries = [(each, target, day) for each, target in ways for day in target.days]
    first = ways[0][1]
    cases = [Case(target.goals, day) for _, target, day in tries]
    found = walker.find(cases, f"{first.procedure} {first.sort} {first.name}")
    if found is None:
        return False
    place, values = found
    each, target, day = tries[place]
    facts = Facts.of(cast.roles, cast.kinds, (Fact(*key, value) for key, value in values.items()))
    plan = make_plan(event, facts, day)
    row = plan.find(target.procedure, each) or plan.find(target.procedure)
    return row is not None and target.shown(plan, row)
