"""Looks for facts that make several expressions come out as wanted: a random walk that changes what stands in the way."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle, islice
from typing import Any

from app.engine.conditions import UNKNOWN, Env
from app.engine.coverage.candidates import Candidates, Cast
from app.engine.facts import Key

STEPS = 400
GLANCES = 4  # values of one key that a step looks at before it takes one that helps no further
TRIES = 40  # of each case, every other one afresh
NEAR = 0.5  # how often a day is tried by how far it is from another day
NOISE = 0.5  # how often a step is taken that makes things worse for now

Values = dict[Key, Any]


@dataclass(frozen=True)
class Goal:
    """An expression that is to have a value, with the subject that `each` stands for."""

    run: Callable[[Env], Any]
    wanted: Any
    each: str | None = None


@dataclass(frozen=True)
class Case:
    """Goals that are to be met together, on a day."""

    goals: tuple[Goal, ...]
    today: date


class Walker:
    """Finds facts for one case after another. What it found for one is where it looks first for the next: cases of the
    same procedure have most of their goals in common."""

    def __init__(self, candidates: Candidates, cast: Cast) -> None:
        self._candidates, self._cast = candidates, cast
        self._found: list[Values] = []

    def find(self, cases: Sequence[Case], name: str) -> tuple[int, Values] | None:
        """The place of a case that can be, and facts under which each of its goals has its value; None where none were
        found. ``name`` seeds the walk."""
        dice = random.Random(name)
        for number, (place, case) in enumerate(islice(cycle(enumerate(cases)), TRIES * len(cases))):
            afresh = number // len(cases) % 2
            values = self._walk(case, {} if afresh else self._nearest(case), dice)
            if values is not None:
                return place, values
        return None

    def _nearest(self, case: Case) -> Values:
        """Facts found before that meet the most goals; none where no facts do as well."""
        known: list[Values] = [{}, *self._found]
        nearest = max(known, key=lambda values: _State(case, values, self._cast).met)
        return dict(nearest)

    def _walk(self, case: Case, start: Values, dice: random.Random) -> Values | None:
        state = _State(case, start, self._cast)
        for _ in range(STEPS):
            if state.met == len(case.goals):
                if state.values not in self._found:
                    self._found.append(state.values)
                return state.values
            keys = state.blame()
            if not keys:
                return None
            key = dice.choice(keys)
            before = state.save(key)
            best = state.met
            for _ in range(GLANCES):
                state.put(key, self._value(key, state.values, dice))
                if state.met > best:
                    break
            if state.met < best and dice.random() >= NOISE:
                state.restore(key, before)
        return None

    def _value(self, key: Key, values: Values, dice: random.Random) -> Any:
        """A value to try: a day as often by how far it is from another day among the facts as by itself."""
        kind = self._cast.kinds[key[0]]
        spans = self._candidates.spans(kind, key[1])
        days = [value for value in values.values() if isinstance(value, date)] if spans else []
        if days and dice.random() < NEAR:
            return dice.choice(days) + dice.choice(spans)
        return dice.choice(self._candidates.of(kind, key[1]))


class _State:
    """Facts and what the goals come out as under them. Only the goals that rest on a changed fact are worked out again:
    no other fact can turn a decided expression round, nor decide an undecided one."""

    def __init__(self, case: Case, values: Values, cast: Cast) -> None:
        self.values = values
        self._case = case
        self._env = Env(values, dict(cast.roles), case.today)
        self._results = [self._run(goal) for goal in case.goals]

    @property
    def met(self) -> int:
        """How many goals have their value."""
        return sum(met for met, _, _ in self._results)

    def blame(self) -> list[Key]:
        """The keys that the first goal that is not met rests on; where it is undecided, those that could decide it."""
        for met, undecided, reads in self._results:
            if not met:
                keys = [key for key in reads if key[0] is not None]
                return [key for key in keys if undecided and key not in self.values] or keys
        return []

    def put(self, key: Key, value: Any) -> None:
        """Change one fact."""
        self.values[key] = value
        self._env.memo = {}
        self._results = [
            self._run(goal) if key in result[2] else result
            for goal, result in zip(self._case.goals, self._results, strict=True)
        ]

    def save(self, key: Key) -> tuple[Any, list[tuple[bool, bool, list[Key]]]]:
        """What ``restore`` needs to take back changes of one fact."""
        return self.values.get(key, UNKNOWN), self._results

    def restore(self, key: Key, before: tuple[Any, list[tuple[bool, bool, list[Key]]]]) -> None:
        """Take back all changes of one fact."""
        value, self._results = before
        self._env.memo = {}
        if value is UNKNOWN:
            del self.values[key]
        else:
            self.values[key] = value

    def _run(self, goal: Goal) -> tuple[bool, bool, list[Key]]:
        """Whether a goal is met, whether it is undecided, and the keys it rests on."""
        env = self._env
        env.bound["each"] = goal.each
        env.reads = []
        value = goal.run(env)
        undecided = value is UNKNOWN
        return not undecided and value == goal.wanted, undecided, env.reads
