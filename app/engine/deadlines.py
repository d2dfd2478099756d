"""Legal time: from which day, how long, and on which open day a period ends.

The rules that are built in:

* Civil Code art. 140: the day of the event is not counted (`first_day="excluded"`). Family Register Act art. 43 and
  periods that say 起算して count it (`first_day="included"`).
* Civil Code art. 143: months and years follow the calendar. The period ends on the day before the day that corresponds
  to the first counted day; where the last month has no such day, on the last day of that month.
* Act on Holidays of Administrative Organs art. 1 and 2 (cities: Local Autonomy Act art. 4-2): offices are closed on
  Saturdays, Sundays, national holidays and from 29 December to 3 January. A period that ends on such a day ends on the
  next open day.

All functions are pure. Dates near year 9999 raise `OverflowError` or `ValueError`, as `datetime.date` does.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import jpholiday

Kind = Literal["duty", "window", "prescription", "advice"]
FirstDay = Literal["excluded", "included"]
ClosedDay = Literal["next_open_day", "none"]
Closure = Literal["saturday", "sunday", "holiday", "year_end"]
Level = Literal["not_open", "ample", "within_two_weeks", "this_week", "overdue", "undated"]

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """How one deadline is counted from its event.

    At most one of `days`, `months`, `years` is given; none of them means that the law names no number (「速やかに」).
    A negative number counts back from the event, 0 is the day of the event itself.
    `opens_days` is the first day on which one can file, relative to the event (-30 = thirty days before).
    `closed_day` says what happens when a counted period ends on a day on which offices are closed.
    Raises `ValueError` for two lengths, or for a length of 0 whose first day is to be counted.
    """

    kind: Kind
    days: int | None = None
    months: int | None = None
    years: int | None = None
    first_day: FirstDay = "excluded"
    opens_days: int | None = None
    closed_day: ClosedDay = "next_open_day"

    def __post_init__(self) -> None:
        lengths = [n for n in (self.days, self.months, self.years) if n is not None]
        if len(lengths) > 1:
            raise ValueError("a rule has one of days, months, years")
        if lengths == [0] and self.first_day == "included":
            raise ValueError("a period of length 0 has no first day to count")


@dataclass(frozen=True, slots=True)
class Counted:
    """The steps of the count, for the words of 「数え方」.

    `first_day`: day 1 (None when counting back or when the length is 0). `nominal`: where the count ends.
    `closed`, `holiday`: why that day is closed, and the name of the holiday; `closed` is given also where the
    rule does not roll, so that a page can warn. `rolled`: the deadline moved to the next open day.
    """

    start: date
    first_day: date | None
    nominal: date
    closed: Closure | None
    holiday: str | None
    rolled: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline on the calendar. `opens` and `last` are both days on which one can file; None = no such limit."""

    kind: Kind
    opens: date | None
    last: date | None
    counted: Counted | None


@dataclass(frozen=True, slots=True)
class State:
    """Where a day stands towards a deadline.

    `days_left`: days from today to the last day, 0 on the last day, negative after it, None without a last day.
    `opens_in`: days until one can file, None when that is possible already.
    """

    level: Level
    days_left: int | None
    opens_in: int | None


def compute(rule: Rule, start: date) -> Due:
    """The deadline of `rule` for an event on `start`.

    Raises `ValueError` when the rule opens after its own last day.
    """
    opens = None if rule.opens_days is None else start + timedelta(days=rule.opens_days)
    counted = _count(rule, start)
    if counted is None:
        return Due(rule.kind, opens, None, None)
    last = next_open_day(counted.nominal) if counted.rolled else counted.nominal
    if opens is not None and opens > last:
        raise ValueError(f"opens on {opens}, after its last day {last}")
    return Due(rule.kind, opens, last, counted)


def _count(rule: Rule, start: date) -> Counted | None:
    months = rule.months if rule.years is None else rule.years * 12
    length = rule.days if months is None else months
    if length is None:
        return None
    first: date | None = None
    if length > 0:
        first = start + ONE_DAY if rule.first_day == "excluded" else start
        end = first + timedelta(days=length) if months is None else _month_period_end(first, months)
        nominal = end - ONE_DAY if months is None else end
    else:
        nominal = start + timedelta(days=length) if months is None else shift_months(start, months)
        if rule.first_day == "included":
            nominal += ONE_DAY
    # Only a period that runs forward is extended: a day before the event, or the day of the event, is a date and no
    # law moves it; moving it back would shorten the citizen's time without a basis, moving it on would be too late.
    closed = closure(nominal)
    rolled = length > 0 and rule.closed_day == "next_open_day" and closed is not None
    name = _holiday_name(nominal) if closed == "holiday" else None
    return Counted(start, first, nominal, closed, name, rolled)


def _month_period_end(first: date, months: int) -> date:
    """Last day of a period of `months` whose day 1 is `first` (Civil Code art. 143)."""
    corresponding = shift_months(first, months)
    # Clamped: the last month has no corresponding day, and the period ends on the last day of that month.
    return corresponding if corresponding.day != first.day else corresponding - ONE_DAY


def shift_months(day: date, months: int) -> date:
    """The same day of the month `months` away, or the last day of that month where it has no such day (民法 第143条)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def state(due: Due, today: date) -> State:
    """How urgent `due` is on `today`: two weeks means 14 days left or fewer, this week 7 or fewer."""
    opens_in = (due.opens - today).days if due.opens is not None and today < due.opens else None
    if due.last is None:
        return State("undated" if opens_in is None else "not_open", None, opens_in)
    left = (due.last - today).days
    level: Level
    if left < 0:
        level = "overdue"
    elif opens_in is not None:
        level = "not_open"
    elif left <= 7:
        level = "this_week"
    else:
        level = "within_two_weeks" if left <= 14 else "ample"
    return State(level, left, opens_in)


@lru_cache(maxsize=4096)
def _holiday_name(day: date) -> str | None:
    name = jpholiday.is_holiday_name(day)
    return None if name is None else str(name)


def closure(day: date) -> Closure | None:
    """Why offices are closed on `day`, or None. A year-end day or a holiday is named as such also on a weekend."""
    if (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return "year_end"
    if _holiday_name(day) is not None:
        return "holiday"
    if day.weekday() == calendar.SATURDAY:
        return "saturday"
    return "sunday" if day.weekday() == calendar.SUNDAY else None


def is_open_day(day: date) -> bool:
    """Whether administrative organs are open on `day`."""
    return closure(day) is None


def next_open_day(day: date) -> date:
    """`day` itself when offices are open, otherwise the first open day after it."""
    while not is_open_day(day):
        day += ONE_DAY
    return day


def add_working_days(day: date, count: int) -> date:
    """The `count`-th open day after `day`; for 0 the day itself, or the next open day.

    Raises `ValueError` for a negative count.
    """
    if count < 0:
        raise ValueError("working days are counted forward")
    if count == 0:
        return next_open_day(day)
    for _ in range(count):
        day = next_open_day(day + ONE_DAY)
    return day
