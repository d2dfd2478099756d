"""Places by points at the office: the first wish with a place, the list without one, month by month until the year is over."""

from __future__ import annotations

from datetime import date

import pytest

from app.services.authorities.allocating import Facility, Table, months_between, next_month, year_end

ROW = {
    "id": "x", "each": "guardians", "wishes": ["each.first", "each.second"], "begins": "each.begins",
    "basic": [{"points": 20, "when": {"each.hours": {"at_least": 160}}}, {"points": 10, "when": {}}],
    "adjustments": [{"points": 5, "when": {"guardians": {"count": 1}}}, {"points": -2, "when": {"birth.help": True}}],
    "facilities": [
        {"name": "A", "free": 1, "monthly": 1, "others": [50, 30, 25, 20]},
        {"name": "B", "free": 0, "monthly": 1, "others": [40]},
    ],
    "elsewhere": {"free": 1, "monthly": 0, "others": []},
}  # fmt: skip
TABLE = Table.read(ROW)
SUBJECTS = {"each": "child", "guardians": ["p"], "birth": "birth"}
FACTS = {("p", "hours"): 160, ("birth", "help"): False, ("child", "first"): "A", ("child", "second"): "B"}


def test_without_a_place_it_is_told_where_it_stands_and_each_month_brings_it_nearer() -> None:
    assert TABLE.points(SUBJECTS, FACTS) == 25
    first, second, third = (TABLE.decide(SUBJECTS, FACTS, months) for months in range(3))
    assert (first.offer, first.wishes) == (None, (("A", 3), ("B", 2)))  # who has as many points applied before
    assert (second.offer, second.wishes) == (None, (("A", 2), ("B", 1)))
    assert third.offer
    assert (third.offer.wish, third.offer.number, third.offer.name) == ("each.second", 2, "B")


def test_the_earlier_wish_wins_and_one_left_empty_is_passed_over() -> None:
    offer = TABLE.decide(SUBJECTS, FACTS, 9).offer
    assert offer
    assert offer.number == 1
    alone = {**FACTS, ("child", "first"): None}
    assert TABLE.decide(SUBJECTS, alone, 0).wishes == (("B", 2),)


def test_a_nursery_that_is_not_listed_has_places_too() -> None:
    offer = TABLE.decide(SUBJECTS, {**FACTS, ("child", "first"): "どこか"}, 0).offer
    assert offer
    assert offer.name == "どこか"


def test_what_the_application_leaves_open_counts_as_the_least() -> None:
    assert TABLE.points(SUBJECTS, {}) == 10 + 5 - 2


def test_a_place_is_what_is_free_now_and_every_month_after() -> None:
    assert [Facility(1, 2, (9, 8, 7)).place(7, months) for months in range(3)] == [3, 1, -1]


@pytest.mark.parametrize(
    ("day", "following", "ends"),
    [
        (date(2027, 3, 31), date(2027, 4, 1), date(2027, 3, 31)),
        (date(2027, 4, 1), date(2027, 5, 1), date(2028, 3, 31)),
        (date(2027, 12, 31), date(2028, 1, 1), date(2028, 3, 31)),
    ],
)
def test_months_and_school_years(day: date, following: date, ends: date) -> None:
    assert (next_month(day), year_end(day)) == (following, ends)
    assert months_between(day, following) == 1
