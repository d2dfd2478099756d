"""Places that an office gives by points (利用調整): the declared table, and what a household comes to by it, line by line.

The table is data (``procedures/allocations``): tests of single items, no expressions, so that the offices read the same file. What is not
known yet leaves a range: a certificate of work tells its hours only when the employer has made it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field, model_validator

from app.engine.conditions import UNKNOWN
from app.engine.facts import Key
from app.engine.vocabulary import Model, wrong

Values = Sequence[tuple[Key, Any]]
"""What an item is for each subject of a role: (key, value or UNKNOWN)."""
Look = Callable[[str, str | None], Values | None]
"""(`role.item` or `role`, subject of `each`) -> values; None while it is not known whom the role stands for."""


class Test(Model):
    """One test of an item, of any of the role's subjects. ``count``: of a role itself, how many subjects it stands for."""

    __test__ = False  # not a test case
    equals: bool | int | str | None = Field(default=None, alias="is")
    other_than: str | None = None
    has: str | None = None
    at_least: int | None = None
    count: int | None = None

    @model_validator(mode="after")
    def _one(self) -> Test:
        if len(self.model_fields_set) != 1:
            raise wrong("調べ方が1つに決まりません", "is・other_than・has・at_least・count の1つだけを書いてください")
        return self

    def holds(self, value: Any) -> bool:
        """Whether a known value passes."""
        if self.equals is not None:
            return bool(value == self.equals)
        if self.other_than is not None:
            return bool(value != self.other_than)
        if self.has is not None:
            return self.has in (value or ())
        return value is not None and value >= self.at_least


class Line(Model):
    """Points, and when: all tests must pass. A plain value stands for `{is: value}`."""

    points: int
    label: str
    when: Mapping[str, bool | int | str | Test]

    def tests(self) -> Iterator[tuple[str, Test]]:
        """Reference and test."""
        for reference, test in self.when.items():
            yield reference, test if isinstance(test, Test) else Test.model_validate({"is": test})


class Facility(Model):
    """Where there are places. ``free`` now, ``monthly`` more each month; ``others``: points of those who wait there already."""

    free: int = Field(ge=0)
    monthly: int = Field(ge=0)
    others: tuple[int, ...] = ()


class NamedFacility(Facility):
    """One that the table knows by name."""

    name: str


class Allocation(Model):
    """The table. ``each``: the list role for whom the first fitting line of ``basic`` counts. ``wishes``: items with a facility's name, in
    order; in the procedure's effects the first stands for the wish that was granted. ``begins``: the date item from which a place is
    wanted; places are given until the end of that school year. ``elsewhere``: facilities that are not listed."""

    id: str
    title: str
    law: str
    note: str
    each: str
    basic: tuple[Line, ...] = Field(min_length=1)
    adjustments: tuple[Line, ...] = ()
    wishes: tuple[str, ...] = Field(min_length=1)
    begins: str
    facilities: tuple[NamedFacility, ...] = ()
    elsewhere: Facility

    @model_validator(mode="after")
    def _whole(self) -> Allocation:
        if self.basic[-1].when:
            raise wrong("どれにも当てはまらない人の点数がありません", "basic の最後に、when: {} の行を書いてください")
        return self

    def references(self) -> frozenset[str]:
        """Every `role.item` and `role` that the lines speak of; of ``each`` by that word."""
        return frozenset(reference for line in (*self.basic, *self.adjustments) for reference in line.when)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what was worked out: for whom (None: the household), which lines it may be, between which points, what would tell."""

    who: str | None
    lines: tuple[Line, ...]
    low: int
    high: int
    open: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Worked:
    """What a household comes to. ``low`` and ``high`` differ while something is open."""

    rows: tuple[Row, ...]

    @property
    def low(self) -> int:
        """The least that it can be."""
        return sum(row.low for row in self.rows)

    @property
    def high(self) -> int:
        """The most that it can be."""
        return sum(row.high for row in self.rows)


def work_out(table: Allocation, look: Look) -> Worked | None:
    """The points of a household; None while it is not known who is counted."""
    people = look(table.each, None)
    if people is None:
        return None
    basic = [_basic(table, look, subject) for (subject, _), _value in people]
    return Worked((*basic, *_adjustments(table, look)))


def _basic(table: Allocation, look: Look, subject: str) -> Row:
    found: list[Line] = []
    open_: list[Key] = []
    for line in table.basic:
        passes, unknown = _passes(line, look, subject)
        if passes is False:
            continue
        found.append(line)
        if passes:
            break
        open_ += unknown
    points = [line.points for line in found]
    return Row(subject, tuple(found), min(points), max(points), tuple(dict.fromkeys(open_)))


def _adjustments(table: Allocation, look: Look) -> Iterator[Row]:
    for line in table.adjustments:
        passes, unknown = _passes(line, look, None)
        if passes:
            yield Row(None, (line,), line.points, line.points)
        elif passes is None:
            yield Row(None, (line,), min(line.points, 0), max(line.points, 0), tuple(unknown))


def _passes(line: Line, look: Look, subject: str | None) -> tuple[bool | None, list[Key]]:
    """Whether all tests pass (None: not known), and the keys that would tell."""
    unknown: list[Key] = []
    open_ = False
    for reference, test in line.tests():
        values = look(reference, subject)
        if values is None:
            open_ = True
        elif test.count is not None:
            if len(values) != test.count:
                return False, []
        elif not any(value is not UNKNOWN and test.holds(value) for _, value in values):
            missing = [key for key, value in values if value is UNKNOWN]
            if not missing:
                return False, []
            unknown += missing
    return (None if open_ or unknown else True), unknown
