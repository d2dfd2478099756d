"""Heirs as items of a plan: worked out from what the family register and the citizen say of each person."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from app.engine.compiling import CompiledEvent
from app.engine.conditions import UNKNOWN
from app.engine.conditions.computed import COMPUTED, family_of
from app.engine.conditions.truth import Env
from app.engine.heirs import Relative, from_kin, inherit
from app.engine.planner import make_plan
from tests.engine.heirs import passing
from tests.engine.heirs.passing import DIED, answers

LATE = {"kin": "self"}
SPOUSE = {"kin": "spouse"}
CHILD = {"kin": "child"}
DEAD = {"died_first": True}

FAMILIES: dict[str, tuple[dict[str, dict[str, Any]], dict[str, str], int]] = {
    "spouse and two children": (
        {"late": LATE, "s": SPOUSE, "a": CHILD, "b": CHILD},
        {"s": "1/2", "a": "1/4", "b": "1/4"},
        3,
    ),
    "a grandchild stands in": (
        {"late": LATE, "s": SPOUSE, "a": CHILD, "b": CHILD | DEAD, "x": {"kin": "grandchild", "kin_through": "b"}},
        {"s": "1/2", "a": "1/4", "x": "1/4"},
        3,
    ),
    "a great-grandchild stands in": (
        {
            "late": LATE,
            "a": CHILD | DEAD,
            "b": {"kin": "grandchild", "kin_through": "a", **DEAD},
            "c": {"kin": "grandchild", "kin_through": "b"},
        },
        {"c": "1"},
        1,
    ),
    "who lost the right is replaced": (
        {"late": LATE, "a": CHILD | {"disqualified": True}, "x": {"kin": "grandchild", "kin_through": "a"}, "b": CHILD},
        {"x": "1/2", "b": "1/2"},
        2,
    ),
    "who renounced is not": (
        {"late": LATE, "a": CHILD | {"renounced": True}, "x": {"kin": "grandchild", "kin_through": "a"}, "b": CHILD},
        {"b": "1"},
        2,
    ),
    "all children renounce: the parents": (
        {"late": LATE, "s": SPOUSE, "a": CHILD | {"renounced": True}, "m": {"kin": "parent"}},
        {"s": "2/3", "m": "1/3"},
        2,
    ),
    "grandparents without the parents": (
        {"late": LATE, "g": {"kin": "grandparent"}, "h": {"kin": "grandparent"}},
        {"g": "1/2", "h": "1/2"},
        2,
    ),
    "grandparents beside a parent": (
        {"late": LATE, "f": {"kin": "parent"} | DEAD, "m": {"kin": "parent"}, "g": {"kin": "grandparent"}},
        {"m": "1"},
        1,
    ),
    "brothers and sisters, whole and half": (
        {
            "late": LATE,
            "s": SPOUSE,
            "f": {"kin": "parent"} | DEAD,
            "m": {"kin": "parent"} | DEAD,
            "x": {"kin": "sibling"},
            "y": {"kin": "half_sibling"} | DEAD,
            "n": {"kin": "nephew_niece", "kin_through": "y"},
        },
        {"s": "3/4", "x": "1/6", "n": "1/12"},
        3,
    ),
    "brothers and sisters without parents": (
        {"late": LATE, "x": {"kin": "sibling"}, "y": {"kin": "half_sibling"}},
        {"x": "2/3", "y": "1/3"},
        2,
    ),
    "adopted children beside one by birth": (
        {
            "late": LATE,
            "a": CHILD,
            "b": {"kin": "adopted_child"},
            "c": {"kin": "adopted_child"},
            "d": {"kin": "special_adopted_child"},
        },
        {"a": "1/4", "b": "1/4", "c": "1/4", "d": "1/4"},
        3,
    ),
    "an adopted child's child": (
        {"late": LATE, "a": {"kin": "adopted_child"} | DEAD, "x": {"kin": "grandchild", "kin_through": "a"}},
        {"x": "1"},
        1,
    ),
    "an unborn child": ({"late": LATE, "s": SPOUSE, "u": {"kin": "unborn"}}, {"s": "1/2", "u": "1/2"}, 1),
    "only a partner": ({"late": LATE, "p": {"kin": "partner"}, "o": {"kin": "other"}}, {}, 0),
    "the deceased is not named": ({"s": SPOUSE, "a": CHILD}, {"s": "1/2", "a": "1/2"}, 2),
}


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> CompiledEvent:
    """The small event."""
    return passing.library(tmp_path_factory.mktemp("definitions") / "procedures").events["passing"]


def run(rule: str, values: dict[Any, Any], subject: str = "death") -> tuple[Any, set[Any]]:
    """A rule's value, and what it read."""
    env = Env(values, {"death": "death"}, DIED)
    return COMPUTED[rule].run(env, subject), set(env.reads)


@pytest.mark.parametrize("name", FAMILIES)
def test_heirs_shares_and_count(name: str) -> None:
    people, shares, count = FAMILIES[name]
    values = answers(people)
    heirs, reads = run("heirs", values)
    assert heirs == tuple(person for person in people if person in shares)  # in the order in which the family was told
    assert {person: run("inheritance_share", values, person)[0] for person in people} == {
        person: shares.get(person, "0") for person in people
    }
    assert run("heir_count", values)[0] == count
    read = {f"{'death' if subject == 'death' else 'person'}.{item}" for subject, item in reads}
    assert read <= COMPUTED["heirs"].items


@pytest.mark.parametrize(
    "people",
    [
        {"late": LATE, "a": {"kin": UNKNOWN}, "b": CHILD},
        {"late": LATE, "a": CHILD | {"died_first": UNKNOWN}},
        {"late": LATE, "a": CHILD | {"renounced": UNKNOWN}},
        {"late": LATE, "a": CHILD | DEAD, "x": {"kin": "grandchild", "kin_through": UNKNOWN}},
    ],
)
def test_unknown_facts_stay_unknown_and_are_asked_for(people: dict[str, dict[str, Any]]) -> None:
    values = answers(people)
    for rule in COMPUTED:
        value, reads = run(rule, values)
        assert value is UNKNOWN
        assert {key for key in reads if key not in values} == {
            (person, name) for person, row in people.items() for name, value in row.items() if value is UNKNOWN
        }


def test_nothing_is_read_of_whom_it_cannot_matter() -> None:
    """No question whether somebody renounced who died first, nor through whom a child descends."""
    people = {"late": LATE, "a": CHILD | DEAD, "o": {"kin": "other"}}
    _value, reads = run("heirs", answers(people))
    assert reads == {
        ("death", "family"), ("death", "date"), ("late", "kin"), ("a", "kin"), ("a", "died_first"), ("o", "kin"),
    }  # fmt: skip


def test_a_grandchild_of_nobody_in_particular() -> None:
    """Unknown where a place is to be taken; without one it does not matter whose child it is."""
    grandchild = {"kin": "grandchild", "kin_through": None}
    assert run("heirs", answers({"late": LATE, "a": CHILD | DEAD, "x": grandchild}))[0] is UNKNOWN
    assert run("heirs", answers({"late": LATE, "a": CHILD, "x": grandchild}))[0] == ("a",)
    nephew = {"kin": "nephew_niece", "kin_through": None}
    assert run("heirs", answers({"late": LATE, "z": {"kin": "half_sibling"} | DEAD, "n": nephew}))[0] is UNKNOWN


def test_people_below_each_other_are_a_contradiction() -> None:
    people = {
        "late": LATE,
        "a": CHILD,
        "x": {"kin": "grandchild", "kin_through": "y"},
        "y": {"kin": "grandchild", "kin_through": "x"},
    }
    values = answers(people)
    assert run("heirs", values)[0] is UNKNOWN
    assert family_of(Env(values, {"death": "death"}, DIED), "death") is None


def test_an_old_death_has_heirs_but_no_shares_here() -> None:
    people, _shares, _count = FAMILIES["spouse and two children"]
    values = answers(people, date=date(2005, 6, 1))
    assert run("heirs", values)[0] == ("s", "a", "b")
    assert run("inheritance_share", values, "a")[0] is UNKNOWN
    assert run("heir_count", values)[0] is UNKNOWN


def test_a_plan_rests_on_them(event: CompiledEvent) -> None:
    """One procedure for each heir; undecided, with the open question, while one answer is lacking."""
    people, shares, _count = FAMILIES["a grandchild stands in"]
    values = answers(people)
    plan = make_plan(event, passing.facts(values, ["s", *people]), DIED)
    assert {planned.subject for planned in plan.by_verdict["required"]} == set(shares)
    del values[("b", "died_first")]
    plan = make_plan(event, passing.facts(values, ["s", *people]), DIED)
    assert not plan.by_verdict["required"]
    assert ("b", "died_first") in [ask.key for ask in plan.asks]


def test_an_adoption_without_a_day_is_told() -> None:
    """Who was born before it would not stand in: said beside the result."""
    found = inherit(
        from_kin(
            [
                Relative("late", "self"),
                Relative("a", "adopted_child", died_first=True),
                Relative("x", "grandchild", "a"),
            ],
            DIED,
        )
    )
    assert found.shares == {"x": Fraction(1)}
    assert ("adoption_day_not_told", ("x", "a")) in [(remark.code, remark.people) for remark in found.remarks]
