"""Whether conditions can hold together: False is always right, True may be too kind."""

from __future__ import annotations

import pytest

from app.engine.reachability import can_hold
from tests.engine.test_conditions import VOCABULARY, scope


@pytest.mark.parametrize(
    "sources",
    [
        ["move.where == 'near'", "move.where == 'far'"],
        ["move.where == 'near'", "move.where in ['far', 'abroad']"],
        ["move.where != 'near'", "move.where != 'far'", "move.where != 'abroad'"],
        ["move.where not in ['near', 'far', 'abroad']"],
        ["applicant.licence", "not applicant.licence"],
        ["applicant.licence == false", "applicant.licence"],
        ["applicant.licence != true", "applicant.licence == true"],
        ["each.age >= 65", "each.age < 18"],
        ["each.age > 64", "each.age <= 64"],
        ["applicant.income == 5", "applicant.income > 5"],
        ["applicant.name == 'a'", "applicant.name == 'b'"],
        ["(applicant.card or applicant.licence) and not applicant.card", "not applicant.licence"],
        ["any(m.card for m in movers)", "not any(m.card for m in movers)"],
    ],
)
def test_impossible(sources: list[str]) -> None:
    assert not can_hold(sources, VOCABULARY, scope())


@pytest.mark.parametrize(
    "sources",
    [
        [],
        ["move.where == 'near'", "applicant.licence"],
        ["applicant.licence != true"],
        ["applicant.licence == false"],
        ["applicant.income != 5"],
        ["applicant.income > 5", "applicant.income < 7"],
        ["applicant.name != 'a'"],
        ["each.age >= 65", "applicant.age < 18"],
        ["move.date > today", "not (move.date > today) or applicant.card"],
        ["any(m.card for m in movers)", "not all(m.card for m in movers)"],
        ["'gas' in move.services", "'power' not in move.services"],
    ],
)
def test_possible(sources: list[str]) -> None:
    assert can_hold(sources, VOCABULARY, scope())


def test_too_many_combinations_count_as_possible() -> None:
    many = [f"applicant.income != {n}" for n in range(0, 60, 3)] + [f"each.income != {n}" for n in range(0, 900, 3)]
    assert can_hold(
        [*many, "applicant.licence", "not applicant.licence", "each.card", "each.licence"], VOCABULARY, scope()
    )
