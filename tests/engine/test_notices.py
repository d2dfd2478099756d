"""On which days a deadline is spoken of."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.engine.notices import DAYS, days_of, mark_on, next_day

LAST = date(2027, 4, 12)
LONG_AGO = date(2027, 1, 1)


def test_fourteen_seven_and_one_day_before_and_the_day_after() -> None:
    assert days_of(LAST, LONG_AGO) == {
        "14": date(2027, 3, 29),
        "7": date(2027, 4, 5),
        "1": date(2027, 4, 11),
        "passed": date(2027, 4, 13),
    }


def test_only_what_was_still_ahead_when_the_journey_began() -> None:
    assert list(days_of(LAST, date(2027, 4, 5))) == ["1", "passed"]
    assert days_of(LAST, date(2027, 4, 13)) == {}
    assert mark_on(LAST, date(2027, 4, 5), date(2027, 4, 10)) is None


@given(began=st.integers(-40, 20), today=st.integers(-40, 20))
def test_the_newest_notice_stands_and_the_next_is_later(began: int, today: int) -> None:
    first, now = LAST + timedelta(days=began), LAST + timedelta(days=today)
    mark, coming = mark_on(LAST, first, now), next_day(LAST, first, now)
    if mark is not None:
        assert first < LAST + timedelta(days=DAYS[mark]) <= now
    if coming is not None:
        assert coming > max(now, first)
        assert mark_on(LAST, first, coming) not in (None, mark)
    else:
        assert now > LAST or first > LAST
