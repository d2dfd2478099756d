"""Items that a rule of law works out which no expression can say: who inherits, and how much.

A rule reads facts through the environment, as expressions do, so that what it rests on is in every trace and what it
still lacks becomes a question. The law itself stands in ``app.engine.heirs``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from app.engine.conditions.truth import UNKNOWN, Env
from app.engine.heirs import (
    Family,
    FamilyError,
    Relative,
    from_kin,
    referrals,
    shares_at_opening,
    tax_count,
    unplaced,
)
from app.engine.heirs.kin_facts import OUTSIDE, STANDING_IN
from app.engine.heirs.referring import same_law


@dataclass(frozen=True)
class Rule:
    """``run(env, subject)`` gives the value or UNKNOWN; ``items`` are the ``kind.item`` it can ever read."""

    run: Callable[[Env, str], Any]
    items: frozenset[str]


class _LackingError(Exception):
    """A fact that the rule needs is not known yet; it has been read."""


_OF_KIN = ("kin", "kin_through", "died_first", "disqualified", "renounced")
_ITEMS = frozenset({"death.family", "death.date", *(f"person.{name}" for name in _OF_KIN)})
_KEPT = 4096  # families whose heirs are kept: the same one is asked about many times in a plan, and in the next


def family_of(env: Env, death: str) -> Family | None:
    """The family around a death as the facts tell it; None while facts are lacking (they have been read) or contradict each other."""
    try:
        return from_kin(*_known(env, death))
    except (_LackingError, FamilyError):
        return None


def _read(env: Env, subject: str, name: str) -> Any:
    env.reads.append((subject, name))
    value = env.values.get((subject, name), UNKNOWN)
    if value is UNKNOWN:
        raise _LackingError
    return value


def _known(env: Env, death: str) -> tuple[tuple[Relative, ...], date]:
    """The facts. Raises _LackingError after the first fact that is not known, with the like of it read of everybody."""
    found, lacking = [], False
    for person in _read(env, death, "family"):
        try:
            found.append(_relative(env, person))
        except _LackingError:
            lacking = True
    died = _read(env, death, "date")
    # a grandchild of nobody in particular, where somebody's place is to be taken: it is not known who takes it
    if lacking or unplaced(found):
        raise _LackingError
    return tuple(found), died


def _relative(env: Env, person: str) -> Relative:
    kin = _read(env, person, "kin")
    if kin in OUTSIDE:
        return Relative(person, kin)
    through = _read(env, person, "kin_through") if kin in STANDING_IN else None
    died_first = bool(_read(env, person, "died_first"))
    lost_right = not died_first and bool(_read(env, person, "disqualified"))
    renounced = not died_first and not lost_right and bool(_read(env, person, "renounced"))
    return Relative(person, kin, through, died_first, lost_right, renounced)


@dataclass(frozen=True)
class _Result:
    """Heirs and the number for tax. ``known``: not where another law may decide about shares."""

    shares: Mapping[str, Fraction]
    count: int
    known: bool


@lru_cache(_KEPT)
def _work_out(relatives: tuple[Relative, ...], died: date) -> _Result:
    family = from_kin(relatives, died)
    return _Result(shares_at_opening(family), tax_count(family).count, not referrals(family))


def _rule(answer: Callable[[_Result, Env, str], Any]) -> Rule:
    """A rule that is unknown while a fact is lacking or where the facts contradict each other."""

    def run(env: Env, subject: str) -> Any:
        try:
            relatives, died = _known(env, env.bound["death"])
            return answer(_work_out(relatives, same_law(died)), env, subject)
        except (_LackingError, FamilyError):
            return UNKNOWN

    return Rule(run, _ITEMS)


def _heirs(found: _Result, env: Env, subject: str) -> Any:
    """Everybody who inherits, in the order in which the family was told."""
    return tuple(one for one in env.values[env.bound["death"], "family"] if one in found.shares)


def _count(found: _Result, env: Env, subject: str) -> Any:
    """Heirs as the inheritance tax counts them (相続税法 第15条)."""
    return found.count if found.known else UNKNOWN


def _share(found: _Result, env: Env, subject: str) -> Any:
    """「1/4」; 「0」 of somebody who does not inherit."""
    return str(found.shares.get(subject, Fraction(0))) if found.known else UNKNOWN


COMPUTED: Mapping[str, Rule] = {"heirs": _rule(_heirs), "heir_count": _rule(_count), "inheritance_share": _rule(_share)}
