"""For whom a procedure is filed beside the applicant, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from app.engine.capacity import ActingFor, Capacity, acting_for, everybody
from app.engine.library import load
from app.engine.personas import Household, load_households
from app.engine.planner import Plan, make_plan

PROCEDURES = Path(__file__).parents[2] / "procedures"
LIBRARY = load(PROCEDURES)
HOUSEHOLDS: Mapping[str, Household] = load_households(PROCEDURES, LIBRARY)


def plan_of(persona: str, today: date | None = None) -> Plan:
    household = HOUSEHOLDS[persona]
    facts = household.facts(LIBRARY.vocabulary)
    return make_plan(LIBRARY.events[household.persona.event], facts, today or household.persona.today)


def test_a_child_by_its_parent_and_an_adult_by_a_mandate() -> None:
    plan = plan_of("yamashina")
    people = {one.subject: one.capacity for one in everybody(plan)}
    assert people
    for subject, capacity in people.items():
        born = plan.facts.by_key[subject, "birth_date"].value
        assert capacity is (Capacity.PARENT if plan.today.year - born.year < 18 else Capacity.DELEGATE)
    assert plan.facts.roles["applicant"] not in people


def test_one_who_comes_of_age_today_is_no_child_any_more() -> None:
    plan = plan_of("yamashina")
    child = next(one for one in everybody(plan) if one.capacity is Capacity.PARENT)
    born = plan.facts.by_key[child.subject, "birth_date"].value
    eighteenth = born.replace(year=born.year + 18)
    for day, expected in (
        (eighteenth.fromordinal(eighteenth.toordinal() - 1), Capacity.PARENT),
        (eighteenth, Capacity.DELEGATE),
    ):
        later = Plan(plan.event, plan.facts, day, plan.procedures)
        planned = next(one for one in plan.procedures if child in acting_for(plan, one))
        assert ActingFor(child.subject, expected) in acting_for(later, planned)


@pytest.mark.parametrize("persona", sorted(HOUSEHOLDS))
def test_nothing_is_filed_for_others_with_companies_and_nobody_acts_for_themselves(persona: str) -> None:
    plan = plan_of(persona)
    for planned in plan.procedures:
        acting = acting_for(plan, planned)
        assert not (planned.compiled.definition.private and acting)
        assert plan.facts.roles["applicant"] not in {one.subject for one in acting}
        if planned.subject not in (None, plan.facts.roles["applicant"]) and not planned.compiled.definition.private:
            person = plan.facts.kinds[planned.subject] == "person"
            assert (planned.subject in {one.subject for one in acting}) is person
