"""A family around one death, as the registers and the family court tell it: people, ties, acts. Immutable and free of order.

Nothing is worked out here. Mistakes that no law can answer (somebody who is their own ancestor, an adoption without a day) raise
``FamilyError`` when the family is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, time
from functools import cached_property
from typing import Literal

Nationality = Literal["japan", "other"]
TieKind = Literal["birth", "acknowledged", "adoption", "special_adoption", "presumed"]
ActKind = Literal["renounced", "disqualified", "disinherited", "lost_right"]
#: an adoption whose day is not told is taken to be older than everybody
DAY_NOT_TOLD = date.min
ADOPTIONS = frozenset({"adoption", "special_adoption"})


class FamilyError(ValueError):
    """A family that cannot be. ``code`` says how, ``people`` who: for words in any language."""

    def __init__(self, code: str, *people: str) -> None:
        self.code, self.people = code, people
        super().__init__(f"{code}: {', '.join(people)}")


@dataclass(frozen=True, slots=True, order=True)
class Death:
    """The day of a death, the time where the register has one, and whether a court declared it (失踪宣告)."""

    day: date
    at: time | None = None
    presumed: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody. ``unborn``: not born yet. No ``born``: the day is not known. ``died``: none while they live."""

    id: str
    born: date | None = None
    died: Death | None = None
    unborn: bool = False
    nationality: Nationality | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """``parent`` is a legal parent of ``child``.

    ``since``: the day of an adoption (needed), of an acknowledgement (it works from birth on: 民法 第784条).
    ``until``: the day on which an adoption was dissolved (離縁). ``presumed``: by birth, but it may be another of the parents.
    """

    parent: str
    child: str
    kind: TieKind = "birth"
    since: date | None = None
    until: date | None = None

    @property
    def adopted(self) -> bool:
        """Whether the tie was made by adoption."""
        return self.kind in ADOPTIONS


@dataclass(frozen=True, slots=True)
class Marriage:
    """Two people. ``until``: the day of a divorce or an annulment; a death is no end here. Not ``registered``: 事実婚, partners."""

    one: str
    other: str
    since: date | None = None
    until: date | None = None
    registered: bool = True

    def partner_of(self, person: str) -> str | None:
        """The other one, or None where the person is neither."""
        return {self.one: self.other, self.other: self.one}.get(person)

    def holds(self, day: date) -> bool:
        """Whether it had begun and had not been dissolved on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Siblings:
    """Brothers or sisters whose parents are not in the family. ``half``: one parent in common."""

    one: str
    other: str
    half: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """What takes somebody out of one estate: renunciation (放棄), disqualification (欠格), disinheritance (廃除).

    ``lost_right``: disqualified or disinherited, where nobody said which.
    ``estate``: whose. ``ground``: 1 to 5, the item of 民法 第891条. ``in_place_of``: an heir of the estate who died before choosing;
    the renunciation is made by that heir's own heir (民法 第916条).
    """

    person: str
    kind: ActKind
    estate: str
    ground: int | None = None
    in_place_of: str | None = None


@dataclass(frozen=True)
class Family:
    """Everybody and everything that bears on who inherits from ``deceased``.

    ``together``: groups in which the order of deaths cannot be shown, beside those that died on one day without known times.
    ``knew``: from when on somebody knew that they were an heir of ``deceased``. ``legatees``: who gets something by will.
    The order in which anything is given does not matter: it is put in order here. Raises ``FamilyError``.
    """

    deceased: str
    people: tuple[Person, ...]
    ties: tuple[Tie, ...] = ()
    marriages: tuple[Marriage, ...] = ()
    siblings: tuple[Siblings, ...] = ()
    acts: tuple[Act, ...] = ()
    together: tuple[frozenset[str], ...] = ()
    knew: tuple[tuple[str, date], ...] = ()
    legatees: frozenset[str] = field(default_factory=frozenset)
    will: bool = False

    def __post_init__(self) -> None:
        for name in ("people", "ties", "marriages", "siblings", "acts", "knew"):
            rows = tuple(getattr(self, name))
            object.__setattr__(self, name, rows if len(rows) < 2 else tuple(sorted(set(rows), key=repr)))
        groups = sorted({frozenset(group) for group in self.together}, key=sorted)
        object.__setattr__(self, "together", tuple(groups))
        object.__setattr__(self, "legatees", frozenset(self.legatees))
        self._check()

    def _check(self) -> None:
        ids = [person.id for person in self.people]
        if len(set(ids)) < len(ids):
            raise FamilyError("person_twice", *sorted({id_ for id_ in ids if ids.count(id_) > 1}))
        unknown = sorted(set(self._named()) - set(ids))
        if unknown:
            raise FamilyError("unknown_person", *unknown)
        if self.person(self.deceased).died is None:
            raise FamilyError("not_dead", self.deceased)
        adopted_by: set[str] = set()
        for tie in self.ties:
            if tie.adopted and tie.since is None:
                raise FamilyError("adoption_without_day", tie.parent, tie.child)
            adopted_by |= {tie.child} if tie.adopted else set()
        _acyclic(self)
        for tie in self.ties:
            child = self.person(tie.child)
            # whether a child was born before its parent's adoption decides who inherits (民法 第887条第2項ただし書)
            if not tie.adopted and tie.parent in adopted_by and child.born is None and not child.unborn:
                raise FamilyError("birth_day_needed", tie.child)

    def _named(self) -> Iterable[str]:
        yield self.deceased
        for tie in self.ties:
            yield from (tie.parent, tie.child)
        for marriage in self.marriages:
            yield from (marriage.one, marriage.other)
        for pair in self.siblings:
            yield from (pair.one, pair.other)
        for act in self.acts:
            yield from (act.person, act.estate, *([act.in_place_of] if act.in_place_of else ()))
        for group in self.together:
            yield from group
        yield from (person for person, _ in self.knew)
        yield from self.legatees

    @cached_property
    def _people(self) -> dict[str, Person]:
        return {person.id: person for person in self.people}

    def person(self, id_: str) -> Person:
        """Somebody by id. Raises ``KeyError``."""
        return self._people[id_]

    def order(self, ids: Iterable[str]) -> list[str]:
        """People from the eldest on; those whose birth is not known come last, by id."""
        return sorted(ids, key=lambda id_: (self.person(id_).born or date.max, id_))

    def outlived(self, later: str, earlier: str) -> bool:
        """Whether ``later`` was shown to live on after the death of ``earlier`` (otherwise 民法 第32条の2).

        Of two deaths on one day an order is known only where the register has the time of both.
        """
        one, other = self.person(earlier).died, self.person(later).died
        if one is None:
            raise FamilyError("not_dead", earlier)
        if other is None:
            return True
        if any({later, earlier} <= group for group in self.together):
            return False
        if one.day != other.day:
            return one.day < other.day
        return one.at is not None and other.at is not None and one.at < other.at

    def at_once(self, one: str, other: str) -> bool:
        """Whether two people are taken to have died at the same time."""
        if one == other or self.person(one).died is None or self.person(other).died is None:
            return False
        return not self.outlived(one, other) and not self.outlived(other, one)

    def for_estate(self, deceased: str) -> Family:
        """The same family, seen from another death. Days of knowledge, will and legacies belong to the first one only."""
        if deceased == self.deceased:
            return self
        return replace(self, deceased=deceased, knew=(), legatees=frozenset(), will=False)

    def without(self, *ids: str) -> Family:
        """The family as if these people had never been: an unborn child that is not born alive."""
        gone = set(ids)
        return replace(
            self,
            people=tuple(one for one in self.people if one.id not in gone),
            ties=tuple(tie for tie in self.ties if not {tie.parent, tie.child} & gone),
            marriages=tuple(one for one in self.marriages if not {one.one, one.other} & gone),
            siblings=tuple(one for one in self.siblings if not {one.one, one.other} & gone),
            acts=tuple(act for act in self.acts if not {act.person, act.estate, act.in_place_of} & gone),
            together=tuple(group - gone for group in self.together),
            knew=tuple(one for one in self.knew if one[0] not in gone),
            legatees=self.legatees - gone,
        )


def _acyclic(family: Family) -> None:
    parents: dict[str, set[str]] = {}
    for tie in family.ties:
        parents.setdefault(tie.child, set()).add(tie.parent)
    for start in parents:
        above, todo = set(), list(parents[start])
        while todo:
            one = todo.pop()
            if one == start:
                raise FamilyError("own_ancestor", start)
            if one not in above:
                above.add(one)
                todo += parents.get(one, ())
