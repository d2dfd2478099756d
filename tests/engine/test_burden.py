"""The cost on paper and here: both sides are counted alike."""

from __future__ import annotations

import pytest

from app.engine.burden import MINUTES_A_VISIT, measure
from app.engine.facts import Fact
from app.engine.planner import make_plan
from tests.engine.real import PERSONAS, household, library, moving, plan_of


@pytest.mark.parametrize("name", [path.stem for path in PERSONAS])
def test_no_household_pays_more_here_than_on_paper(name: str) -> None:
    cost = measure(plan_of(name))
    assert 0 < cost.here.fields < cost.paper.fields
    assert cost.here.documents < cost.paper.documents
    assert 0 <= cost.here.visits <= cost.paper.visits
    assert cost.here.authorities == cost.paper.authorities
    assert cost.here.minutes < cost.paper.minutes
    assert cost.typed == cost.here.fields
    assert cost.fetched > 0


def test_paper_fields_are_those_of_the_definitions_once_an_instance() -> None:
    plan = plan_of("yamashina")
    required = plan.by_verdict["required"]
    assert measure(plan).paper.fields == sum(one.compiled.definition.paper.fields for one in required)
    assert len(required) > len({one.id for one in required})  # some are for each of several people


def test_one_trip_an_office_on_both_sides() -> None:
    plan = plan_of("yamashina")
    required = plan.by_verdict["required"]
    cost = measure(plan)
    to_visit = {one.authority.id for one in required if one.authority and one.channel[0] == "visit"}
    assert cost.here.visits == len(to_visit) < len([one for one in required if one.channel[0] == "visit"])
    on_paper = {one.authority.id for one in required if one.authority and one.compiled.definition.paper.visits}
    assert cost.paper.visits == len(on_paper)
    assert cost.paper.minutes >= cost.paper.visits * MINUTES_A_VISIT


def test_nothing_is_counted_twice_and_nothing_off_the_path() -> None:
    found = household("minase")
    facts = found.facts(library().vocabulary)
    before = measure(make_plan(moving(), facts, found.persona.today))
    idle = Fact("move", "gas_visit", "morning")
    assert ("move", "gas_visit") not in facts.by_key
    after = measure(make_plan(moving(), facts.and_(idle), found.persona.today))
    assert after == before


def test_what_a_register_does_not_tell_has_to_be_typed() -> None:
    all_told, refused = measure(plan_of("yamashina")), measure(plan_of("yamashina", refused=("resident",)))
    assert refused.typed > all_told.typed
    assert refused.fetched < all_told.fetched


def test_nothing_required_costs_nothing_but_the_look() -> None:
    plan = plan_of("kudo")
    plan.procedures = []
    cost = measure(plan)
    assert (cost.paper.fields, cost.paper.documents, cost.paper.visits, cost.paper.minutes) == (0, 0, 0, 0)
