"""On which days a deadline is spoken of: 14, 7 and 1 days before its last day, and on the day after it.

Pure, and told in days only, so that it makes no difference in what steps somebody goes through time.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

Mark = Literal["14", "7", "1", "passed"]

DAYS: dict[Mark, int] = {"14": -14, "7": -7, "1": -1, "passed": 1}
"""Days from the last day, in the order in which they come."""


def days_of(last: date, began: date) -> dict[Mark, date]:
    """The day of each notice about a last day, as far as it was still ahead when the journey began."""
    days = {mark: last + timedelta(days=shift) for mark, shift in DAYS.items()}
    return {mark: day for mark, day in days.items() if day > began}


def mark_on(last: date, began: date, today: date) -> Mark | None:
    """The notice that stands on a day: the newest whose day has come. None before the first."""
    return next((mark for mark, day in reversed(days_of(last, began).items()) if day <= today), None)


def next_day(last: date, began: date, today: date) -> date | None:
    """The next day after today on which this deadline is spoken of. None when nothing is left to say."""
    return next((day for day in days_of(last, began).values() if day > today), None)
