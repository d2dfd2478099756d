"""Values that an item may take and that matter: every choice, and numbers and days on both sides of what is compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from app.engine.compiled import CompiledEvent
from app.engine.coverage.constants import Constants
from app.engine.deadlines import ONE_DAY
from app.engine.functions import fiscal_year, plus_years
from app.engine.vocabulary import Item

PEOPLE = 5  # enough for a fourth child of one parent
THINGS = 2
FAR = 10**9
YEARS = range(1900, 2200)  # calendar years; a month is counted as 12 * year + month
MONTHS = range(12 * YEARS.start + 1, 12 * YEARS.stop + 1)


@dataclass(frozen=True)
class Cast:
    """The subjects that facts are tried on: five people, one or two of everything else. ``roles`` as a journey binds them."""

    roles: Mapping[str, str]
    kinds: Mapping[str, str]

    @classmethod
    def of(cls, event: CompiledEvent) -> Cast:
        """Everybody that an event's roles can speak of."""
        given = {name: role.kind for name, role in event.definition.roles.items() if role.given}
        single = {kind: name for name, kind in given.items() if kind != "person"}
        kinds: dict[str, str] = {name: kind for kind, name in single.items()}
        for kind in dict.fromkeys(role.kind for role in event.definition.roles.values()):
            if kind not in single:
                kinds |= {f"{kind}-{n}": kind for n in range(1, (PEOPLE if kind == "person" else THINGS) + 1)}
        return cls({name: name if name in kinds else "person-1" for name in given}, kinds)

    def all(self, kind: str) -> tuple[str, ...]:
        """Subjects of a kind."""
        return tuple(id_ for id_, one in self.kinds.items() if one == kind)


class Candidates:
    """Values to try, from the constants of the event's own expressions that read an item."""

    def __init__(self, event: CompiledEvent, cast: Cast, today: date) -> None:
        self.event, self.cast, self.today = event, cast, today
        self._known: dict[tuple[str, str], Sequence[Any]] = {}
        self._spans: dict[tuple[str, str], Sequence[timedelta]] = {}
        self._constants = Constants(event)

    def of(self, kind: str, name: str) -> Sequence[Any]:
        """What an item is tried with; never empty."""
        key = (kind, name)
        if key not in self._known:
            item = self.event.vocabulary.item(kind, name)
            assert item is not None, key
            self._known[key] = tuple(self._values(item, self._constants.of(f"{kind}.{name}")))
        return self._known[key]

    def spans(self, kind: str, name: str) -> Sequence[timedelta]:
        """How far a date may be from another one, around what is counted in days; empty for what is no date."""
        key = (kind, name)
        if key not in self._spans:
            item = self.event.vocabulary.item(kind, name)
            constants = self._constants.of(f"{kind}.{name}") if item is not None and item.type == "date" else None
            numbers = [0, *(n for n in constants or () if isinstance(n, int) and 0 < n <= 400)]
            days = {n * sign + by for n in numbers for sign in (1, -1) for by in range(-2, 3)}
            self._spans[key] = tuple(timedelta(n) for n in sorted(days)) if constants is not None else ()
        return self._spans[key]

    def _values(self, item: Item, constants: Sequence[int | str]) -> Iterable[Any]:
        numbers = [value for value in constants if isinstance(value, int)]
        match item.type:
            case "yes_no":
                return (True, False)
            case "choice":
                return item.choices
            case "choices":
                return ((), *((one,) for one in item.choices), tuple(item.choices))
            case "number" | "money":
                return sorted({0, 1, FAR, *(n + by for n in numbers for by in (-1, 0, 1) if n + by >= 0)})
            case "date":
                return sorted({*self._usual_days, *self._days(numbers)})
            case "address":
                return [{"municipality": code} for code in self._codes(constants)]
            case "person":
                return self.cast.all("person")
            case "subjects":
                return _groups(self.cast.all(item.of or ""))
            case "document":
                return ({"name": "a.jpg", "media_type": "image/jpeg", "size": 1},)
        return ("x", *(value for value in constants if isinstance(value, str)))

    def _codes(self, constants: Sequence[int | str]) -> list[str]:
        named = [value for value in constants if isinstance(value, str) and value.isdigit() and len(value) == 6]
        return sorted({*named, *(one.code for one in self.event.authorities.values() if one.code)})

    @cached_property
    def _usual_days(self) -> set[date]:
        """Around today, at all ages, and both ends of school years."""
        days = {self.today + by * ONE_DAY for by in (-1, 0, 1)}
        for years in range(0, 100, 9):
            days |= {*self._around(-years), plus_years(self.today, years)}
        first = fiscal_year(self.today) - 6  # born in that year's cohort: 小学1年 is cohort - 1, and so on
        for grade in range(-6, 20):
            days |= {date(first - grade, 4, 2), date(first - grade + 1, 4, 1)}
        return days

    def _days(self, numbers: Sequence[int]) -> Iterator[date]:
        """Around every age and number of days that is compared, and both sides of the years and months that are."""
        for n in numbers:
            if 0 < n <= 400:
                yield from (self.today + timedelta(days=n * sign + by) for sign in (1, -1) for by in (-1, 0, 1))
            if 0 < n <= 120:
                yield from (*self._around(-n), plus_years(self.today, n))
            first = date(n, 1, 1) if n in YEARS else date((n - 1) // 12, (n - 1) % 12 + 1, 1) if n in MONTHS else None
            if first is not None:
                yield from (first - ONE_DAY, first)

    def _around(self, years: int) -> Iterator[date]:
        day = plus_years(self.today, years)
        yield from (day - ONE_DAY, day, day + ONE_DAY, date(day.year, 1, 1))


def _groups(subjects: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Nobody, each alone, the first so many, and all but the first."""
    yield ()
    yield from ((one,) for one in subjects)
    yield from (tuple(subjects[:n]) for n in range(2, len(subjects) + 1))
    yield from (tuple(subjects[1:n]) for n in range(3, len(subjects) + 1))
