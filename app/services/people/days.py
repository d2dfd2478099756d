"""Arithmetic on ISO days and months. Days are 1 to 28, so that every month has them."""

from __future__ import annotations

import random

from app.services.people.view import age, fiscal_year, grade

__all__ = [
    "age",
    "any_day",
    "birthday",
    "day_between",
    "fiscal_year",
    "grade",
    "month_after",
    "month_before",
    "years_on",
]


def years_on(day: str, years: int) -> str:
    """The same day some years later (or, below 0, earlier); 29 February becomes the 28th."""
    rest = day[4:]
    return f"{int(day[:4]) + years:04d}{'-02-28' if rest == '-02-29' else rest}"


def month_after(month: str) -> str:
    """The month that follows ``2013-04`` (or the month of a day)."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def month_before(month: str) -> str:
    """The month that comes before."""
    year, number = int(month[:4]), int(month[5:7])
    return f"{year - (number == 1):04d}-{(number - 2) % 12 + 1:02d}"


def any_day(rng: random.Random, year: int) -> str:
    """A day of a year."""
    return f"{year:04d}-{int(rng.random() * 12) + 1:02d}-{int(rng.random() * 28) + 1:02d}"


def birthday(rng: random.Random, years: int, today: str) -> str:
    """A day of birth that makes somebody this old today."""
    born = any_day(rng, int(today[:4]) - years)
    return born if born[5:] <= today[5:] else years_on(born, -1)


def day_between(rng: random.Random, first: str, last: str) -> str:
    """A day from the first to the last; the first where there is none between."""
    day = any_day(rng, rng.randint(int(first[:4]), max(int(first[:4]), int(last[:4]))))
    return day if first <= day <= last else first
