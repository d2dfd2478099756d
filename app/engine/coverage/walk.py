"""Looks for facts that make several expressions come out as wanted: a random walk that changes what stands in the way."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.engine.conditions import UNKNOWN, Env
from app.engine.coverage.candidates import Candidates, Cast
from app.engine.facts import Key

STEPS = 400
GLANCES = 4  # values of one key that a step looks at before it takes one that helps no further
TRIES = 30
NOISE = 0.15  # how often a step is taken that makes things worse for now


@dataclass(frozen=True)
class Goal:
    """An expression that is to have a value, with the subject that `each` stands for."""

    run: Callable[[Env], Any]
    wanted: Any
    each: str | None = None


def find(goals: Sequence[Goal], candidates: Candidates, cast: Cast, today: date, name: str) -> dict[Key, Any] | None:
    """Facts under which every goal has its value, or None where none were found. ``name`` seeds the walk."""
    dice = random.Random(name)
    for _ in range(TRIES):
        found = _walk(goals, candidates, cast, today, dice)
        if found is not None:
            return found
    return None


def _walk(
    goals: Sequence[Goal], candidates: Candidates, cast: Cast, today: date, dice: random.Random
) -> dict[Key, Any] | None:
    values: dict[Key, Any] = {}
    best, blame = _judge(goals, values, cast, today)
    for _ in range(STEPS):
        if best == len(goals):
            return values
        keys = [key for key in blame if key[0] is not None]
        if not keys:
            return None
        key = dice.choice(keys)
        before = values.get(key, UNKNOWN)
        for _ in range(GLANCES):
            values[key] = dice.choice(candidates.of(cast.kinds[key[0]], key[1]))
            score, blamed = _judge(goals, values, cast, today)
            if score > best:
                break
        if score >= best or dice.random() < NOISE:
            best, blame = score, blamed
        elif before is UNKNOWN:
            del values[key]
        else:
            values[key] = before
    return None


def _judge(goals: Sequence[Goal], values: dict[Key, Any], cast: Cast, today: date) -> tuple[int, list[Key]]:
    """How many goals are met, and the keys that the first one that is not rests on."""
    met = 0
    blame: list[Key] = []
    for goal in goals:
        env = Env(values, {**cast.roles, "each": goal.each}, today)
        value = goal.run(env)
        if value is goal.wanted or (value is not UNKNOWN and value == goal.wanted):
            met += 1
        elif not blame:
            lacking = [key for key in env.reads if key not in values] if value is UNKNOWN else []
            blame = lacking or list(env.reads)
    return met, blame
