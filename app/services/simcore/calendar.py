"""Days on which an office is open, and when it finishes what it received. No clock: every moment comes from the caller."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

import jpholiday

OPENS_AT = time(9, 0)  # the review of what came in earlier begins
FINISHES_AT = time(15, 0)
# Offices of the state and the municipalities are also closed from 29 December to 3 January
# (行政機関の休日に関する法律 第1条; 地方自治法 第4条の2).
YEAR_END = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


@cache
def _is_public_day(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in YEAR_END and not jpholiday.is_holiday(day)


def is_open(day: date, closed: str) -> bool:
    """Whether an office with this rule (`weekends_and_holidays` or `never`) is open on a day."""
    return closed == "never" or _is_public_day(day)


def next_open(day: date, closed: str) -> date:
    """The day itself, or the first one after it on which the office is open."""
    while not is_open(day, closed):
        day += timedelta(days=1)
    return day


def last_open(day: date, closed: str) -> date:
    """The day itself, or the last one before it on which the office is open."""
    while not is_open(day, closed):
        day -= timedelta(days=1)
    return day


def first_payday(months: Sequence[int], day: int, received: date, closed: str) -> date:
    """When the first regular payment comes. One is entitled from the month after the application came (児童手当法 第8条), and what is paid
    in a month is for those before it; where banks are closed on the day, the last open day before it counts."""
    month = (
        received.year * 12 + received.month - 1 + 2
    )  # counted from January of year 0: after the first month that is paid for
    while month % 12 + 1 not in months:
        month += 1
    return last_open(date(month // 12, month % 12 + 1, day), closed)


def after_days(start: date, days: int, closed: str, working_days: bool) -> date:
    """`days` after `start` (the first day is not counted), in opening days or in calendar days; always an open day."""
    if not working_days:
        return next_open(start + timedelta(days=days), closed)
    day = next_open(start, closed) if days == 0 else start
    for _ in range(days):
        day = next_open(day + timedelta(days=1), closed)
    return day


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an office begins and finishes, and the first and last day on which people usually hear from it."""

    review_at: datetime
    done_at: datetime
    usual_from: date
    usual_to: date


def schedule(received: datetime, days: tuple[int, int], working_days: bool, closed: str, seed: str) -> Schedule:
    """Choose the day between the minimum and the maximum from `seed` alone, so that a replay gives the same day.

    Zero days means at once, at the counter. Where the maximum falls on a closed day, the next open day counts.
    """
    low, high = days
    usual = [after_days(received.date(), n, closed, working_days) for n in range(low, high + 1)]
    done = usual[int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) % len(usual)]
    if done == received.date():
        return Schedule(received, received, usual[0], usual[-1])
    review = min(next_open(received.date() + timedelta(days=1), closed), done)
    return Schedule(datetime.combine(review, OPENS_AT), datetime.combine(done, FINISHES_AT), usual[0], usual[-1])
