"""Deadlines come near and pass: what is written on which day, whatever the steps in which time goes by, and what lapses."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.world.deadlines import Deadlines, announce, notices
from app.world.outbox import fileable
from app.world.worlds import World
from tests.world.conftest import MakeWorld

Told = list[tuple[date, str, str, date, tuple[str, ...]]]
DAYS = 60


def told(world: World) -> Told:
    """Day, kind, mark, last day and procedures of every letter about deadlines."""
    letters = {letter.n: letter for letter in world.letters()}
    found = [
        (letters[n].at.date(), letters[n].kind, one.mark, one.last, one.procedures) for n, one in notices(world).items()
    ]
    return sorted(found)


def go(world: World, steps: list[int]) -> Told:
    for days in steps:
        world.advance(days)
    return told(world)


def test_each_open_deadline_is_spoken_of_before_and_after(make_world: MakeWorld) -> None:
    world = make_world()
    began = world.today
    journey = world.journey(1)
    assert journey is not None
    expected = {
        (one.id, one.last, shift)
        for one in Deadlines(world, journey).open
        for shift in (-14, -7, -1, 1)
        if began < one.last + timedelta(days=shift) <= began + timedelta(days=DAYS)
    }
    found = go(world, [DAYS])
    said = {
        (id_, last, (day - last).days) for day, kind, _mark, last, ids in found if kind != "card_lapsed" for id_ in ids
    }
    assert "moving-in-notice" in {id_ for id_, _last, _shift in said}
    assert said == expected
    once = [(id_, last, mark) for _day, _kind, mark, last, ids in found for id_ in ids]
    assert len(once) == len(set(once))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, DAYS - 1), max_size=12, unique=True))
def test_the_steps_make_no_difference(make_world: MakeWorld, cuts: list[int]) -> None:
    marks = [0, *sorted(cuts), DAYS]
    in_steps = make_world()
    steps = [after - before for before, after in itertools.pairwise(marks)]
    stepped, cards = go(in_steps, steps), list(in_steps.context.mynumber.simulation.cards)  # type: ignore[attr-defined]
    once = make_world()
    assert go(once, [DAYS]) == stepped
    assert once.context.mynumber.simulation.cards == cards  # type: ignore[attr-defined]


def test_day_by_day_is_the_same_as_at_once(make_world: MakeWorld) -> None:
    assert go(make_world(), [1] * 30) == go(make_world(), [30])


def test_saying_it_again_writes_nothing(make_world: MakeWorld) -> None:
    world = make_world()
    found = go(world, [30])
    announce(world)
    announce(world)
    assert told(world) == found


def test_the_next_event_is_the_next_notice(make_world: MakeWorld) -> None:
    world = make_world()
    days = set()
    for _ in range(4):
        world.advance(None)
        days.add(world.today)
        assert any(day == world.today for day, *_rest in told(world))
    assert len(days) == 4


def test_a_last_day_that_moves_is_spoken_of_anew(make_world: MakeWorld) -> None:
    world = make_world()
    go(world, [16])
    journey = world.journey(1)
    assert journey is not None
    before = {last for _day, _kind, _mark, last, ids in told(world) if "moving-in-notice" in ids}
    journey.answer({("move", "date"): date(2027, 4, 20)})
    world.forget()
    after = {last for _day, _kind, _mark, last, ids in go(world, [25]) if "moving-in-notice" in ids}
    assert after - before == {date(2027, 5, 6)}  # 4 May is a holiday, as are the days around it


def test_no_moving_in_notice_in_time_and_the_card_lapses_once(make_world: MakeWorld) -> None:
    world = make_world()
    found = [one for one in go(world, [120]) if one[1] == "card_lapsed"]
    # 28 March, 14 days from the next one: Sunday 11 April, so Monday 12 April is the last day.
    assert found == [(date(2027, 4, 13), "card_lapsed", "card", date(2027, 4, 12), ("mynumber-card-continuation",))]
    assert world.context.mynumber.simulation.cards == [(date(2027, 4, 13), "revoked")]  # type: ignore[attr-defined]


def test_the_card_lapses_later_when_the_service_is_down(make_world: MakeWorld) -> None:
    world = make_world()
    world.context.mynumber.simulation.down = True  # type: ignore[attr-defined]
    assert not [one for one in go(world, [31]) if one[1] == "card_lapsed"]
    world.context.mynumber.simulation.down = False  # type: ignore[attr-defined]
    assert [one[0] for one in go(world, [1]) if one[1] == "card_lapsed"] == [date(2027, 4, 15)]
    assert len(world.context.mynumber.simulation.cards) == 1  # type: ignore[attr-defined]


def test_what_has_ended_cannot_be_filed_any_more_and_what_is_late_can(make_world: MakeWorld) -> None:
    world = make_world()
    go(world, [120])
    journey = world.journey(1)
    assert journey is not None
    late = {one.id for one in Deadlines(world, journey).open if one.last < world.today}
    assert {"moving-in-notice", "mynumber-card-continuation"} <= late
    filed = {planned.id for planned in fileable(journey)}
    assert "moving-in-notice" in filed
    assert "mynumber-card-continuation" not in filed
