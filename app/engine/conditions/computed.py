"""Items that a rule of law works out which no expression can say: who inherits, and how much.

A rule reads facts through the environment, as expressions do, so that what it rests on is in every trace and what it
still lacks becomes a question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Rule:
    """``run(env, subject)`` gives the value or UNKNOWN; ``items`` are the ``kind.item`` it can ever read."""

    run: Callable[[Any, str], Any]
    items: frozenset[str]


COMPUTED: Mapping[str, Rule] = {}
