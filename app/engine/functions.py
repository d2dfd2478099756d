"""The functions that conditions may call. All are pure and total over values of their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


def age_on(birth: date, on: date) -> int:
    """Age in completed years on a day (年齢計算ニ関スル法律: a year is complete at the end of the day before the birthday,
    which for whole days counts as the birthday itself)."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def school_year(birth: date, on: date) -> int:
    """School year on a day: 1 to 6 primary, 7 to 9 lower secondary, 10 to 12 the years to the 18th birthday's April;
    0 or less before school. The year runs from 2 April of birth to 1 April (学校教育法 第17条)."""
    fiscal = on.year - (on.month < 4)
    cohort = birth.year - ((birth.month, birth.day) < (4, 2))
    return fiscal - cohort - 6


def days_between(first: date, second: date) -> int:
    """Days from the first to the second day; negative when the second is earlier."""
    return (second - first).days


def municipality(address: Mapping[str, Any]) -> str:
    """The six-digit code of the municipality of an address."""
    return str(address["municipality"])


def prefecture(address: Mapping[str, Any]) -> str:
    """The two-digit code of the prefecture of an address."""
    return municipality(address)[:2]


@dataclass(frozen=True)
class Function:
    """A callable with the names of its argument types and of its result type (see ``conditions.Type``)."""

    call: Callable[..., Any]
    takes: tuple[str, ...]
    gives: str


FUNCTIONS: Mapping[str, Function] = {
    "age_on": Function(age_on, ("date", "date"), "number"),
    "school_year": Function(school_year, ("date", "date"), "number"),
    "days_between": Function(days_between, ("date", "date"), "number"),
    "municipality": Function(municipality, ("address",), "text"),
    "prefecture": Function(prefecture, ("address",), "text"),
}
