"""Items that a rule of law works out which no expression can say: who inherits, and how much.

A rule reads facts through the environment, as expressions do, so that what it rests on is in every trace and what it
still lacks becomes a question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.engine.conditions.truth import UNKNOWN, Env


@dataclass(frozen=True)
class Rule:
    """``run(env, subject)`` gives the value or UNKNOWN; ``items`` are the ``kind.item`` it can ever read."""

    run: Callable[[Env, str], Any]
    items: frozenset[str]


@dataclass(frozen=True)
class _Kin:
    kin: str
    through: str | None
    gone: bool  # died before or with the deceased, or lost the right: those who descend from them take their place
    renounced: bool


class _LackingError(Exception):
    """A fact that the rule needs is not known yet; it has been read."""


_OF_KIN = ("kin", "kin_through", "died_first", "disqualified", "renounced")
_ITEMS = frozenset({"death.family", *(f"person.{name}" for name in _OF_KIN)})
_CHILDREN = ("child", "adopted_child", "special_adopted_child", "unborn")
_SUBSTITUTED = ("grandchild", "nephew_niece")


def _read(env: Env, subject: str, name: str) -> Any:
    env.reads.append((subject, name))
    value = env.values.get((subject, name), UNKNOWN)
    if value is UNKNOWN:
        raise _LackingError
    return value


def _family(env: Env, as_if_nobody_renounced: bool) -> dict[str, _Kin]:
    """The family as the facts tell it. Raises _LackingError after the first fact that is not known, with the like of it read."""
    people: dict[str, _Kin] = {}
    lacking = False
    for person in _read(env, env.bound["death"], "family"):
        try:
            kin = _read(env, person, "kin")
            if kin in ("self", "partner", "other"):
                continue
            through = _read(env, person, "kin_through") if kin in _SUBSTITUTED else None
            gone = bool(_read(env, person, "died_first") or _read(env, person, "disqualified"))
            renounced = not as_if_nobody_renounced and not gone and bool(_read(env, person, "renounced"))
        except _LackingError:
            lacking = True
            continue
        people[person] = _Kin(kin, through, gone, renounced)
    if lacking:
        raise _LackingError
    return people


def _stirps(people: Mapping[str, _Kin], person: str) -> dict[str, Fraction]:
    """What becomes of one person's part: theirs, or shared by those who take their place (民法 第887条・第889条・第901条)."""
    one = people[person]
    if not one.gone:
        return {} if one.renounced else {person: Fraction(1)}
    parts = [found for id_, other in people.items() if other.through == person and (found := _stirps(people, id_))]
    return {id_: share / len(parts) for part in parts for id_, share in part.items()}


def _rank(people: Mapping[str, _Kin]) -> tuple[Fraction, dict[str, Fraction]]:
    """The spouse's share beside the rank that inherits, and how the rank divides the rest (民法 第887条・第889条・第900条)."""
    children = [found for id_, one in people.items() if one.kin in _CHILDREN and (found := _stirps(people, id_))]
    if children:
        return Fraction(1, 2), _divided([(part, Fraction(1)) for part in children])
    for degree in ("parent", "grandparent"):
        ascendants = [id_ for id_, one in people.items() if one.kin == degree and not one.gone and not one.renounced]
        if ascendants:
            return Fraction(2, 3), _divided([({id_: Fraction(1)}, Fraction(1)) for id_ in ascendants])
    weights = {"sibling": Fraction(1), "half_sibling": Fraction(1, 2)}
    siblings = [
        (found, weights[one.kin])
        for id_, one in people.items()
        if one.kin in weights and (found := _stirps(people, id_))
    ]
    return (Fraction(3, 4), _divided(siblings)) if siblings else (Fraction(1), {})


def _divided(parts: list[tuple[dict[str, Fraction], Fraction]]) -> dict[str, Fraction]:
    whole = sum(weight for _, weight in parts)
    found: dict[str, Fraction] = {}
    for part, weight in parts:
        for id_, share in part.items():
            found[id_] = found.get(id_, Fraction(0)) + share * weight / whole
    return found


def _shares(env: Env, as_if_nobody_renounced: bool = False) -> dict[str, Fraction]:
    people = _family(env, as_if_nobody_renounced)
    beside, rank = _rank(people)
    spouse = [id_ for id_, one in people.items() if one.kin == "spouse" and not one.gone and not one.renounced]
    own = {id_: beside if rank else Fraction(1) for id_ in spouse}
    left = 1 - sum(own.values())
    return own | {id_: share * left for id_, share in rank.items() if left}


def _known(rule: Callable[[Env, str], Any]) -> Rule:
    """A rule that is unknown while a fact is lacking."""

    def run(env: Env, subject: str) -> Any:
        try:
            return rule(env, subject)
        except _LackingError:
            return UNKNOWN

    return Rule(run, _ITEMS)


def _heir_count(env: Env, subject: str) -> int:
    """Heirs as the inheritance tax counts them: as if nobody had renounced, adopted children one beside a child by birth,
    else two (相続税法 第15条)."""
    people = _family(env, as_if_nobody_renounced=True)
    heirs = _shares(env, as_if_nobody_renounced=True)
    adopted = sum(people[id_].kin == "adopted_child" for id_ in heirs)
    by_birth = any(people[id_].kin in ("child", "special_adopted_child", "grandchild") for id_ in heirs)
    return len(heirs) - adopted + min(adopted, 1 if by_birth else 2)


def _share(env: Env, subject: str) -> str:
    """「1/4」; 「0」 of somebody who does not inherit."""
    return str(_shares(env).get(subject, Fraction(0)))


COMPUTED: Mapping[str, Rule] = {
    "heirs": _known(lambda env, subject: tuple(_shares(env))),
    "heir_count": _known(_heir_count),
    "inheritance_share": _known(_share),
}
