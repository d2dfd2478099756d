"""Days of payment."""

from __future__ import annotations

from datetime import date

import pytest

from app.services.simcore.calendar import first_payday, last_open

EVEN = (2, 4, 6, 8, 10, 12)
PUBLIC = "weekends_and_holidays"


@pytest.mark.parametrize(
    ("received", "day", "why"),
    [
        (date(2027, 3, 30), date(2027, 6, 10), "April is the first month, and it is paid for in June"),
        (date(2027, 4, 1), date(2027, 6, 10), "May is the first month"),
        (date(2027, 5, 31), date(2027, 8, 10), "June is the first month"),
        (date(2026, 12, 31), date(2027, 2, 10), "over the year's end"),
        (date(2027, 7, 1), date(2027, 10, 8), "the 10th of October 2027 is a Sunday"),
    ],
)
def test_the_first_payment(received: date, day: date, why: str) -> None:
    assert first_payday(EVEN, 10, received, PUBLIC) == day, why


def test_the_last_open_day_is_the_day_itself_or_one_before() -> None:
    assert last_open(date(2027, 3, 15), PUBLIC) == date(2027, 3, 15)
    assert last_open(date(2027, 5, 5), PUBLIC) == date(2027, 4, 30), "three holidays and a weekend"
