"""Places that are given by points (利用調整): what an application comes to, and whether there is a place for it. Pure.

The office counts by itself what the application and its enclosures say; what they leave open (hours of work on a paper that nobody here
can read) counts as the least that it can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from . import facts
from .facts import Facts, Subjects

YEAR_ENDS = (3, 31)  # places are given for a school year


@dataclass(frozen=True, slots=True)
class Facility:
    """Where there are places. `free` now, `monthly` more each month; `others`: points of those who wait there already."""

    free: int
    monthly: int
    others: tuple[int, ...]

    def place(self, points: int, months: int) -> int:
        """How many are served before, itself included, once the places of so many months are given; 0 or less: there is a place.

        Who has as many points applied before.
        """
        return 1 + sum(other >= points for other in self.others) - self.free - months * self.monthly


@dataclass(frozen=True, slots=True)
class Offer:
    """A place. `wish`: the item that names the facility (`each.care_second`); `number` counts from 1."""

    wish: str
    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The office's answer: an offer, or the places on the lists."""

    points: int
    offer: Offer | None
    wishes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file of `procedures/allocations`."""

    id: str
    each: str
    basic: tuple[Mapping[str, Any], ...]
    adjustments: tuple[Mapping[str, Any], ...]
    wishes: tuple[str, ...]
    begins: str
    facilities: Mapping[str, Facility]
    elsewhere: Facility

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Table:
        """From the file's data. `KeyError` where something is missing."""
        return cls(
            row["id"],
            row["each"],
            tuple(row["basic"]),
            tuple(row.get("adjustments") or ()),
            tuple(row["wishes"]),
            row["begins"],
            {one["name"]: _facility(one) for one in row.get("facilities") or ()},
            _facility(row["elsewhere"]),
        )

    def points(self, subjects: Subjects, known: Facts) -> int:
        """What an application comes to, at least."""
        basic = sum(
            min(_fitting(self.basic, {**subjects, "each": one}, known))
            for one in facts.named(self.each, subjects, known)
        )
        return basic + sum(
            line["points"]
            for line in self.adjustments
            if (passes := _passes(line, subjects, known)) or (passes is None and line["points"] < 0)
        )

    def decide(self, subjects: Subjects, known: Facts, months: int) -> Decision:
        """The first wish with a place, `months` after it was looked at first."""
        points = self.points(subjects, known)
        lists: list[tuple[str, int]] = []
        for number, wish in enumerate(self.wishes, 1):
            name = str(facts.value_of(wish, subjects, known) or "").strip()
            if not name:
                continue
            place = self.facilities.get(name, self.elsewhere).place(points, months)
            if place <= 0:
                return Decision(points, Offer(wish, number, name), ())
            lists.append((name, place))
        return Decision(points, None, tuple(lists))


def _facility(row: Mapping[str, Any]) -> Facility:
    return Facility(int(row["free"]), int(row["monthly"]), tuple(row.get("others") or ()))


def _fitting(lines: Iterable[Mapping[str, Any]], subjects: Subjects, known: Facts) -> list[int]:
    """Points of the first line that passes, and of those before it that may."""
    found = []
    for line in lines:
        passes = _passes(line, subjects, known)
        if passes is not False:
            found.append(int(line["points"]))
        if passes:
            break
    return found or [0]


def _passes(line: Mapping[str, Any], subjects: Subjects, known: Facts) -> bool | None:
    """Whether all tests of a line pass; None where the application does not say."""
    told = [_test(reference, test, subjects, known) for reference, test in line["when"].items()]
    return False if False in told else None if None in told else True


def _test(reference: str, test: Any, subjects: Subjects, known: Facts) -> bool | None:
    ((how, wanted),) = (test if isinstance(test, Mapping) else {"is": test}).items()
    role, _, item = reference.partition(".")
    people = facts.named(role, subjects, known)
    if how == "count":
        return len(people) == wanted
    values = [known.get((one, item)) for one in people]
    if any(value is not None and _holds(how, wanted, value) for value in values):
        return True
    return None if None in values else False


def _holds(how: str, wanted: Any, value: Any) -> bool:
    if how == "has":
        return isinstance(value, Sequence) and wanted in value
    if how == "at_least":
        return bool(value >= wanted)
    return bool((value == wanted) is (how == "is"))


def months_between(first: date, now: date) -> int:
    """How many first days of a month lie after `first`, up to `now`."""
    return (now.year - first.year) * 12 + now.month - first.month


def next_month(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def year_end(day: date) -> date:
    """The last day of the school year in which a day lies."""
    return date(day.year + ((day.month, day.day) > YEAR_ENDS), *YEAR_ENDS)
