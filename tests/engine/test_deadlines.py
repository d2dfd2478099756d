"""Legal day counting: worked examples of moving house, and properties that hold for every rule."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.engine.deadlines import (
    ClosedDay,
    Due,
    FirstDay,
    Rule,
    add_working_days,
    closure,
    compute,
    is_open_day,
    next_open_day,
    state,
)

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
ONE = timedelta(days=1)
FOURTEEN = Rule("duty", days=14)


def last(rule: Rule, start: date) -> date:
    """The last day of a rule that has one."""
    found = compute(rule, start).last
    assert found is not None
    return found


# --- moving house -----------------------------------------------------------------------------------------------------


def test_moving_in_notice_rolls_from_sunday_and_keeps_the_steps() -> None:
    due = compute(FOURTEEN, date(2027, 3, 28))
    assert due.last == date(2027, 4, 12)
    counted = due.counted
    assert counted is not None
    assert (counted.start, counted.first_day, counted.nominal) == (
        date(2027, 3, 28),
        date(2027, 3, 29),
        date(2027, 4, 11),
    )
    assert (counted.closed, counted.holiday, counted.rolled) == ("sunday", None, True)


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        (date(2027, 4, 14), date(2027, 4, 28)),  # the day before 昭和の日
        (date(2027, 4, 15), date(2027, 4, 30)),  # 昭和の日 (Thursday) to Friday
        (date(2027, 4, 17), date(2027, 5, 6)),  # Saturday 1 May, then Sunday and three holidays
        (date(2027, 4, 21), date(2027, 5, 6)),  # こどもの日
        (date(2026, 4, 22), date(2026, 5, 7)),  # 6 May 2026 is 振替休日 of Sunday 3 May
        (date(2026, 9, 8), date(2026, 9, 24)),  # 22 September 2026 is 国民の休日 between two holidays
        (date(2026, 12, 14), date(2026, 12, 28)),  # the last open day of the year
        (date(2026, 12, 15), date(2027, 1, 4)),
        (date(2026, 12, 20), date(2027, 1, 4)),  # 3 January
        (date(2027, 12, 17), date(2028, 1, 4)),  # 31 December
        (date(2026, 12, 25), date(2027, 1, 8)),
        (date(2026, 12, 28), date(2027, 1, 12)),  # 11 January: 成人の日
    ],
)
def test_fourteen_day_duty_over_holidays(moved: date, expected: date) -> None:
    assert last(FOURTEEN, moved) == expected


def test_the_name_of_the_holiday_is_kept_for_the_words() -> None:
    counted = compute(FOURTEEN, date(2027, 4, 21)).counted
    assert counted is not None
    assert (counted.closed, counted.holiday) == ("holiday", "こどもの日")


def test_moving_out_online_window_opens_before_the_move_and_does_not_roll() -> None:
    rule = Rule("window", days=10, opens_days=-30, closed_day="none")
    due = compute(rule, date(2027, 3, 28))
    assert (due.opens, due.last) == (date(2027, 2, 26), date(2027, 4, 7))
    saturday = compute(rule, date(2027, 3, 31))
    assert saturday.last == date(2027, 4, 10)
    assert saturday.counted is not None
    assert (saturday.counted.closed, saturday.counted.rolled) == ("saturday", False)


def test_moving_in_notice_is_not_accepted_before_the_move() -> None:
    due = compute(Rule("duty", days=14, opens_days=0), date(2027, 3, 28))
    assert state(due, date(2027, 3, 27)).level == "not_open"
    assert state(due, date(2027, 3, 27)).opens_in == 1
    assert state(due, date(2027, 3, 28)).level == "ample"


def test_card_lapse_traps() -> None:
    """The earlier of: 30 days after the planned move-out date, 14 days after the real move. Neither is extended."""
    until_planned = Rule("window", days=30, closed_day="none")
    until_moved = Rule("window", days=14, closed_day="none")
    planned = date(2027, 3, 28)
    assert last(until_planned, planned) == date(2027, 4, 27)
    # moved as planned: the 14 days end first
    assert min(last(until_planned, planned), last(until_moved, planned)) == date(2027, 4, 11)
    # moved three weeks later than planned: the 30 days end first, although the 14-day duty still runs
    moved = date(2027, 4, 18)
    assert min(last(until_planned, planned), last(until_moved, moved)) == date(2027, 4, 27)
    assert last(FOURTEEN, moved) == date(2027, 5, 6)


def test_card_continuation_counts_ninety_days_from_the_day_of_the_notice() -> None:
    rule = Rule("window", days=90, first_day="included")
    assert last(rule, date(2027, 4, 12)) == date(2027, 7, 12)  # nominal 10 July is a Saturday
    due = compute(rule, date(2027, 4, 13))
    assert due.counted is not None
    assert (due.counted.first_day, due.counted.nominal) == (date(2027, 4, 13), date(2027, 7, 11))


def test_child_allowance_fifteen_days_from_the_day_after_the_planned_move_out() -> None:
    rule = Rule("window", days=15)
    assert last(rule, date(2026, 4, 30)) == date(2026, 5, 15)
    assert last(rule, date(2027, 4, 30)) == date(2027, 5, 17)  # 15 May 2027 is a Saturday
    assert last(rule, date(2027, 3, 28)) == date(2027, 4, 12)


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        (date(2027, 3, 28), date(2029, 3, 28)),
        (date(2026, 4, 1), date(2028, 4, 3)),  # 1 April 2028 is a Saturday
        (date(2028, 2, 28), date(2030, 2, 28)),  # day 1 is 29 February: the last month has none
        (date(2028, 2, 29), date(2030, 2, 28)),
        (date(2026, 2, 28), date(2028, 2, 29)),  # day 1 is 1 March: two whole years
    ],
)
def test_owner_address_two_years(moved: date, expected: date) -> None:
    assert last(Rule("duty", years=2), moved) == expected


# --- days, months, years ----------------------------------------------------------------------------------------------


def test_family_register_counts_the_first_day() -> None:
    """Birth on 1 June: the notice is due on the fourteenth day, the birth day being the first."""
    assert last(Rule("duty", days=14, first_day="included"), date(2027, 6, 1)) == date(2027, 6, 14)
    assert last(Rule("duty", days=14), date(2027, 6, 1)) == date(2027, 6, 15)


@pytest.mark.parametrize(
    ("start", "first_day", "expected"),
    [
        (date(2027, 1, 15), "excluded", date(2027, 2, 15)),
        (date(2027, 1, 30), "excluded", date(2027, 2, 28)),  # no 31 February
        (date(2027, 1, 31), "excluded", date(2027, 2, 28)),  # the whole of February
        (date(2028, 1, 31), "excluded", date(2028, 2, 29)),
        (date(2028, 1, 28), "excluded", date(2028, 2, 28)),
        (date(2027, 1, 28), "excluded", date(2027, 2, 28)),
        (date(2027, 2, 28), "excluded", date(2027, 3, 31)),  # day 1 is 1 March
        (date(2027, 1, 15), "included", date(2027, 2, 14)),
        (date(2027, 1, 31), "included", date(2027, 2, 28)),
        (date(2027, 12, 1), "included", date(2027, 12, 31)),
    ],
)
def test_one_month(start: date, first_day: FirstDay, expected: date) -> None:
    rule = Rule("window", months=1, first_day=first_day, closed_day="none")
    assert last(rule, start) == expected


def test_periods_before_the_event_are_not_moved() -> None:
    """Ten days before 8 May 2027 is a holiday: no law moves it, in either direction."""
    due = compute(Rule("duty", days=-9), date(2027, 5, 8))
    assert due.last == date(2027, 4, 29)
    assert due.counted is not None
    assert (due.counted.first_day, due.counted.closed, due.counted.rolled) == (None, "holiday", False)
    assert last(Rule("duty", days=-10), date(2027, 3, 28)) == date(2027, 3, 18)
    assert last(Rule("duty", days=-10, first_day="included"), date(2027, 3, 28)) == date(2027, 3, 19)
    assert last(Rule("duty", months=-1), date(2027, 3, 31)) == date(2027, 2, 28)
    assert last(Rule("window", years=-1), date(2028, 2, 29)) == date(2027, 2, 28)


def test_by_the_day_itself() -> None:
    assert last(Rule("window", days=0), date(2027, 3, 28)) == date(2027, 3, 28)  # a Sunday, and it stays


def test_a_rule_without_a_number_has_no_last_day() -> None:
    due = compute(Rule("duty", opens_days=0), date(2027, 3, 28))
    assert due == Due("duty", date(2027, 3, 28), None, None)
    assert (state(due, date(2027, 3, 27)).level, state(due, date(2027, 3, 27)).opens_in) == ("not_open", 1)
    assert (state(due, date(2030, 1, 1)).level, state(due, date(2030, 1, 1)).days_left) == ("undated", None)


def test_impossible_rules_are_refused() -> None:
    with pytest.raises(ValueError, match="one of"):
        Rule("duty", days=1, months=1)
    with pytest.raises(ValueError, match="length 0"):
        Rule("duty", days=0, first_day="included")
    with pytest.raises(ValueError, match="opens on"):
        compute(Rule("window", days=-10, opens_days=-9), date(2027, 3, 28))


# --- urgency ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "level", "left"),
    [
        (date(2027, 2, 25), "not_open", 41),
        (date(2027, 2, 26), "ample", 40),
        (date(2027, 3, 23), "ample", 15),
        (date(2027, 3, 24), "within_two_weeks", 14),
        (date(2027, 3, 30), "within_two_weeks", 8),
        (date(2027, 3, 31), "this_week", 7),
        (date(2027, 4, 7), "this_week", 0),
        (date(2027, 4, 8), "overdue", -1),
    ],
)
def test_levels(today: date, level: str, left: int) -> None:
    due = compute(Rule("window", days=10, opens_days=-30, closed_day="none"), date(2027, 3, 28))
    found = state(due, today)
    assert (found.level, found.days_left) == (level, left)
    assert found.opens_in == (1 if level == "not_open" else None)


# --- open days --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 12, 28), None),
        (date(2026, 12, 29), "year_end"),
        (date(2027, 1, 1), "year_end"),
        (date(2027, 1, 3), "year_end"),
        (date(2027, 1, 4), None),
        (date(2027, 3, 20), "saturday"),
        (date(2027, 3, 21), "holiday"),
        (date(2027, 3, 22), "holiday"),
        (date(2027, 3, 28), "sunday"),
        (date(2027, 3, 29), None),
    ],
)
def test_closures(day: date, expected: str | None) -> None:
    assert closure(day) == expected


def test_working_days() -> None:
    friday = date(2027, 4, 30)
    assert add_working_days(friday, 0) == friday
    assert add_working_days(friday, 1) == date(2027, 5, 6)
    assert add_working_days(date(2027, 5, 1), 0) == add_working_days(date(2027, 5, 1), 1) == date(2027, 5, 6)
    with pytest.raises(ValueError, match="forward"):
        add_working_days(friday, -1)


# --- properties -------------------------------------------------------------------------------------------------------

LENGTHS = st.integers(1, 800)
FIRST = st.sampled_from(["excluded", "included"])
CLOSED = st.sampled_from(["next_open_day", "none"])
UNITS = st.sampled_from(["days", "months", "years"])


def build(unit: str, length: int, first_day: FirstDay, closed_day: ClosedDay) -> Rule:
    """A window of `length` units; years stay few so that dates stay in the calendar."""
    length = 1 + length % 30 if unit == "years" else length
    return Rule("window", **{unit: length}, first_day=first_day, closed_day=closed_day)


@given(DAYS, UNITS, LENGTHS, FIRST, CLOSED)
def test_a_period_never_ends_before_it_starts_and_rolls_only_forward_to_an_open_day(
    start: date, unit: str, length: int, first_day: FirstDay, closed_day: ClosedDay
) -> None:
    due = compute(build(unit, length, first_day, closed_day), start)
    assert due.last is not None
    assert due.counted is not None
    assert start <= due.counted.nominal <= due.last
    assert due.counted.rolled == (due.last != due.counted.nominal)
    if closed_day == "next_open_day":
        assert is_open_day(due.last)
        assert due.last == next_open_day(due.counted.nominal)
    else:
        assert due.last == due.counted.nominal


@given(DAYS, LENGTHS)
def test_counting_the_first_day_ends_one_day_earlier(start: date, length: int) -> None:
    included = last(Rule("duty", days=length, first_day="included", closed_day="none"), start)
    excluded = last(Rule("duty", days=length, closed_day="none"), start)
    assert included == excluded - ONE
    assert (included - start).days + 1 == length


@given(DAYS, UNITS, LENGTHS)
def test_leaving_out_the_first_day_equals_counting_from_the_next(start: date, unit: str, length: int) -> None:
    excluded = build(unit, length, "excluded", "none")
    included = build(unit, length, "included", "none")
    assert last(excluded, start) == last(included, start + ONE)


@given(DAYS, st.integers(1, 600))
def test_months_never_skip(start: date, months: int) -> None:
    """The end of a month period lies in the month it should, and consecutive ends are one month apart."""
    first = start + ONE
    end = last(Rule("duty", months=months, closed_day="none"), start)
    # The day after the end is the corresponding day, or the first of the month that follows a month without one.
    after = end + ONE
    passed = (after.year - first.year) * 12 + after.month - first.month
    assert (passed, after.day) == (months, first.day) or (passed, after.day, first.day > 28) == (months + 1, 1, True)
    following = last(Rule("duty", months=months + 1, closed_day="none"), start)
    assert 28 <= (following - end).days <= 31


@given(DAYS, UNITS, LENGTHS, FIRST, CLOSED)
def test_a_later_event_never_has_an_earlier_deadline(
    start: date, unit: str, length: int, first_day: FirstDay, closed_day: ClosedDay
) -> None:
    rule = build(unit, length, first_day, closed_day)
    assert last(rule, start) <= last(rule, start + ONE)


@given(DAYS, st.integers(-400, 400))
def test_years_are_twelve_months(start: date, years: int) -> None:
    years = years % 41 - 20
    assume(years != 0)
    assert last(Rule("duty", years=years), start) == last(Rule("duty", months=12 * years), start)


@given(DAYS, st.integers(0, 40))
def test_working_days_are_open_and_counted(start: date, count: int) -> None:
    end = add_working_days(start, count)
    assert is_open_day(end)
    if count:
        between = sum(is_open_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
        assert between == count


@given(DAYS, st.integers(-60, 60), st.integers(-60, 60))
def test_state_agrees_with_the_days(start: date, days: int, offset: int) -> None:
    due = compute(Rule("window", days=days, opens_days=min(days, 0) - 5), start)
    assert due.last is not None
    assert due.opens is not None
    today = start + timedelta(days=offset)
    found = state(due, today)
    assert found.days_left == (due.last - today).days
    assert (found.level == "overdue") == (today > due.last)
    assert (found.level == "not_open") == (today < due.opens)
