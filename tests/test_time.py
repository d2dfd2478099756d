"""The simulated time over HTTP: by hours, by days, never back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.factory import Site
from tests.citizen import Citizen


@pytest.fixture(scope="module")
def citizen(site: Site) -> Iterator[Citizen]:
    found = Citizen(site, "kudo")
    found.file_everything()
    yield found
    found.close()


def test_an_hour_is_an_hour_everywhere(citizen: Citizen) -> None:
    before = citizen.world.now
    citizen.get("/time")
    page = citizen.post("/time", step="1h")
    after = citizen.world.now
    assert after == before + timedelta(hours=1)
    assert f"{after.hour}時{after.minute:02}分になりました" in page.h1
    told = citizen.site.context.authorities.advance_clock(citizen.world.id, after)
    assert told.now == after, "the offices' clock went as far"


def test_what_is_due_within_the_hours_happens_and_nothing_else(citizen: Citizen) -> None:
    world = citizen.world
    following = citizen.site.context.authorities.next_moment(world.id, world.now)
    assert following is not None
    hours = 0
    while citizen.world.now + timedelta(hours=4) < following:
        before = {case.n: len(case.history) for case in citizen.world.cases()}
        citizen.get("/time")
        citizen.post("/time", step="4h")
        hours += 4
        assert {case.n: len(case.history) for case in citizen.world.cases()} == before
        assert hours < 200
    citizen.get("/time")
    citizen.post("/time", step="4h")
    assert citizen.world.now >= following
    assert {case.n: len(case.history) for case in citizen.world.cases()} != before


@pytest.mark.parametrize("step", ["-1", "0", "day", "h", ""])
def test_no_other_step(citizen: Citizen, step: str) -> None:
    before = citizen.world.now
    citizen.get("/time")
    assert citizen.post("/time", step=step).status == 422
    assert citizen.world.now == before
