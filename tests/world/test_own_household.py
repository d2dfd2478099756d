"""A household of one's own: whatever is chosen, nothing in it contradicts itself, and it is a household file's data."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.library import Library, load
from app.engine.personas import household_of
from app.services.people.coherence import check
from app.services.people.view import View, age
from app.world.own_choices import ADULT, OLDEST, PENSION_FROM, Choices, Impossible, fits_child
from app.world.own_household import build

TODAY = date(2027, 3, 15)
PROCEDURES = Path(__file__).parents[2] / "procedures"


@st.composite
def chosen(draw: st.DrawFn) -> Choices:
    """Any choices that the form accepts."""
    years = draw(st.integers(ADULT, OLDEST))
    ages = [child for child in range(18) if fits_child(years, child)]
    works = ["employee", "self_employed", "none", *(["pension"] if years >= PENSION_FROM else [])]
    return Choices(
        age=years,
        partner=draw(st.booleans()),
        children=tuple(draw(st.lists(st.sampled_from(ages), max_size=3))) if ages else (),
        work=draw(st.sampled_from(works)),
        things=tuple(draw(st.lists(st.sampled_from(["car", "moped", "dog"]), unique=True))),
        nationality=draw(st.sampled_from(["japan", "other"])),
        card=draw(st.sampled_from(["valid", "signing_expired", "none"])),
    )


@pytest.fixture(scope="module")
def library() -> Library:
    return load(PROCEDURES)


def made(**changes: Any) -> dict[str, Any]:
    plain = {
        "age": 40, "partner": False, "children": (), "work": "employee", "things": (), "nationality": "japan", "card": "valid",
    }  # fmt: skip
    return build(Choices(**{**plain, **changes}), "moving", TODAY)


@given(chosen())
def test_nothing_contradicts_itself_and_everybody_is_as_old_as_was_chosen(choices: Choices) -> None:
    data = build(choices, "moving", TODAY)
    assert [str(one) for one in check(data)] == []
    view = View(data)
    adults = 2 if choices.partner else 1
    ages = [view.age(id_) for id_ in data["subjects"]["household"]["facts"]["members"]]
    assert ages == [choices.age] * adults + sorted(choices.children, reverse=True)
    assert json.loads(json.dumps(data)) == data


@given(chosen())
def test_it_is_a_household_of_the_vocabulary(library: Library, choices: Choices) -> None:
    household = household_of(build(choices, "moving", TODAY), library.events["moving"])
    assert (household.persona.id, household.persona.today) == ("own", TODAY)


@pytest.mark.parametrize(
    ("changes", "category", "insurance"),
    [
        ({"age": 18, "work": "none"}, "none", "nhi"),
        ({"age": 20, "work": "none"}, "first", "nhi"),
        ({"age": 59, "work": "self_employed"}, "first", "nhi"),
        ({"age": 60, "work": "pension"}, "none", "nhi"),
        ({"age": 69}, "second", "employee"),
        ({"age": 70}, "none", "employee"),
        ({"age": 75}, "none", "elderly"),
        ({"work": "none", "partner": True}, "third", "employee"),
    ],
)
def test_insurance_and_pension_follow_from_age_and_work(changes: dict[str, Any], category: str, insurance: str) -> None:
    facts = made(**changes)["subjects"]["aoi"]["facts"]
    assert (facts["pension_category"], facts["health_insurance"]) == (category, insurance)


def test_children_are_in_childcare_or_school_by_age_and_work() -> None:
    def where(work: str, *ages: int) -> list[str]:
        view = View(made(work=work, children=ages))
        return [
            facts.get("school") or facts.get("childcare") or "home"
            for facts in view.people.values()
            if age(facts["birth_date"], "2027-03-15") < 18
        ]

    assert where("employee", 7, 6, 0) == ["public", "nursery", "home"]
    assert where("none", 16, 15, 3) == ["home", "public", "kindergarten"]
    assert where("none", 2) == ["home"]


@pytest.mark.parametrize(
    "changes",
    [
        {"age": 17}, {"age": 99}, {"children": (18,)}, {"age": 20, "children": (5,)}, {"age": 80, "children": (3,)},
        {"children": (1, 2, 3, 4)}, {"age": 59, "work": "pension"},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Impossible):
        made(**changes)
