"""Chance without chance: numbers that depend on nothing but a person and what is asked, and steps through the calendar."""

from __future__ import annotations

import hashlib
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seed:
    """One person's chance: the same for the same subject id and birth date in every world and process."""

    text: str

    def share(self, *what: object) -> float:
        """A number from 0 up to 1, the same for the same question."""
        digest = hashlib.sha256("|".join([self.text, *map(str, what)]).encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2**64

    def between(self, low: int, high: int, *what: object) -> int:
        """A whole number, both ends counted."""
        return low + int(self.share(*what) * (high - low + 1))

    def pick(self, choices: Sequence[T], *what: object) -> T:
        """One of several."""
        return choices[int(self.share(*what) * len(choices))]

    def bell(self, *what: object) -> float:
        """About a standard normal number, between -2.4 and 2.4."""
        return (sum(self.share(*what, n) for n in range(4)) - 2) * 1.2


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def open_day(day: date) -> date:
    """The day itself, or the next on which clinics are open: no Sunday, not 29 December to 3 January."""
    while day.weekday() == 6 or (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        day += timedelta(days=1)
    return day


def fiscal_year(day: date) -> int:
    """年度: from 1 April."""
    return day.year - (day.month < 4)


def age_on(birth: date, day: date) -> int:
    """Completed years; the birthday counts."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def first_grade_year(birth: date) -> int:
    """The fiscal year in which a child enters elementary school: after the sixth birthday, and one of 1 April counts as March's
    (学校教育法 第17条: 満6歳に達した日の翌日以後; an age is reached the day before the birthday)."""
    return fiscal_year(birth - timedelta(days=1)) + 7
