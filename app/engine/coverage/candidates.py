"""Values that an item may take and that matter: every choice, and numbers and days on both sides of what is compared."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from app.engine.compiled import CompiledEvent
from app.engine.functions import fiscal_year, plus_years
from app.engine.vocabulary import Item

PEOPLE = 5  # enough for a fourth child of one parent
THINGS = 2
FAR = 10**9
A_THOUSAND = 1000  # what is compared with an amount of money is larger, with a count or an age smaller


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
    """Values to try, from the constants of the event's own expressions."""

    def __init__(self, event: CompiledEvent, cast: Cast, today: date) -> None:
        self.event, self.cast, self.today = event, cast, today
        self._known: dict[tuple[str, str], Sequence[Any]] = {}

    def of(self, kind: str, name: str) -> Sequence[Any]:
        """What an item is tried with; never empty."""
        key = (kind, name)
        if key not in self._known:
            item = self.event.vocabulary.item(kind, name)
            assert item is not None, key
            self._known[key] = tuple(self._values(item))
        return self._known[key]

    def _values(self, item: Item) -> Iterable[Any]:
        match item.type:
            case "yes_no":
                return (True, False)
            case "choice":
                return item.choices
            case "choices":
                return ((), *((one,) for one in item.choices), tuple(item.choices))
            case "number" | "money":
                like = [n for n in self._numbers if (n >= A_THOUSAND) is (item.type == "money")]
                return sorted({0, 1, FAR, *(n + by for n in like for by in (-1, 0, 1) if n + by >= 0)})
            case "date":
                return self._days
            case "address":
                return [{"municipality": code} for code in self._codes]
            case "person":
                return self.cast.all("person")
            case "subjects":
                return _groups(self.cast.all(item.of or ""))
            case "document":
                return ({"name": "a.jpg", "media_type": "image/jpeg", "size": 1},)
        return ("x", *self._texts)

    @cached_property
    def _constants(self) -> frozenset[Any]:
        sources = [condition.source for one in self.event.procedures for condition in one.conditions]
        sources += [
            item.derived
            for kind in self.event.vocabulary.kinds.values()
            for item in kind.items.values()
            if item.derived
        ]
        nodes = (node for source in sources for node in ast.walk(ast.parse(source.strip(), mode="eval")))
        return frozenset(
            node.value for node in nodes if isinstance(node, ast.Constant) and type(node.value) in (int, str)
        )

    @cached_property
    def _numbers(self) -> list[int]:
        return sorted(value for value in self._constants if isinstance(value, int))

    @cached_property
    def _texts(self) -> list[str]:
        return sorted(value for value in self._constants if isinstance(value, str))

    @cached_property
    def _codes(self) -> list[str]:
        named = [code for code in self._texts if code.isdigit() and len(code) == 6]
        return sorted({*named, *(one.code for one in self.event.authorities.values() if one.code)})

    @cached_property
    def _days(self) -> list[date]:
        """Around today, around every age and number of days that is compared, and both ends of school years."""
        spans = [n for n in self._numbers if 0 < n <= 400]
        days = {
            self.today + timedelta(days=n * sign + by) for n in (0, *spans) for sign in (1, -1) for by in (-1, 0, 1)
        }
        for years in {*(n for n in spans if n <= 120), *range(0, 100, 9)}:
            day = plus_years(self.today, -years)
            days |= {day + timedelta(days=by) for by in (-1, 0, 1)} | {plus_years(self.today, years)}
            days.add(date(day.year, 1, 1))
        first = fiscal_year(self.today) - 6  # born in that year's cohort: 小学1年 is cohort - 1, and so on
        for grade in range(-6, 20):
            days |= {date(first - grade, 4, 2), date(first - grade + 1, 4, 1)}
        return sorted(days)


def _groups(subjects: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Nobody, each alone, the first so many, and all but the first."""
    yield ()
    yield from ((one,) for one in subjects)
    yield from (tuple(subjects[:n]) for n in range(2, len(subjects) + 1))
    yield from (tuple(subjects[1:n]) for n in range(3, len(subjects) + 1))
