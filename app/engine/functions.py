"""The functions that conditions may call. All are pure and total over values of their types."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.engine.deadlines import shift_months


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


def plus_days(day: date, count: int) -> date:
    """The day so many days later; earlier where the count is negative."""
    return day + timedelta(days=count)


def plus_months(day: date, count: int) -> date:
    """The same day of the month so many months later, or that month's last day (民法 第143条)."""
    return shift_months(day, count)


def plus_years(day: date, count: int) -> date:
    """The same day so many years later; 29 February becomes the 28th."""
    return plus_months(day, 12 * count)


def month_end(day: date) -> date:
    """The last day of its month; the day after it is the first of the next."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def year(day: date) -> int:
    """The calendar year."""
    return day.year


def month(day: date) -> int:
    """The month, 1 to 12."""
    return day.month


def fiscal_year(day: date) -> int:
    """The fiscal year (年度), which begins on 1 April (財政法 第11条)."""
    return day.year - (day.month < 4)


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
    "plus_days": Function(plus_days, ("date", "number"), "date"),
    "plus_months": Function(plus_months, ("date", "number"), "date"),
    "plus_years": Function(plus_years, ("date", "number"), "date"),
    "month_end": Function(month_end, ("date",), "date"),
    "year": Function(year, ("date",), "number"),
    "month": Function(month, ("date",), "number"),
    "fiscal_year": Function(fiscal_year, ("date",), "number"),
    "min": Function(min, ("number", "number"), "number"),
    "max": Function(max, ("number", "number"), "number"),
    "municipality": Function(municipality, ("address",), "text"),
    "prefecture": Function(prefecture, ("address",), "text"),
}
