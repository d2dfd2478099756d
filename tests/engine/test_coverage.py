"""Everything that the definitions say can happen does happen; and what cannot is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.engine.coverage import Coverage, measure
from app.engine.library import Library, load
from tests.engine.test_roles import LEAVE, WORDS, folder

TODAY = date(2027, 3, 15)
PROCEDURES = Path(__file__).parents[2] / "procedures"
REAL = load(PROCEDURES)


@pytest.mark.parametrize("event", REAL.events)
def test_every_definition_can_happen_in_all_its_parts(event: str) -> None:
    found = measure(REAL.events[event], TODAY)
    assert [(one.procedure, one.sort, one.name) for one in found.missing] == []
    assert found.percent == 100
    assert {"verdict", "branch", "boundary", "option", "error"} <= found.counts.keys()


def changed(tmp_path: Path, old: str, new: str) -> Coverage:
    assert old in LEAVE
    library: Library = load(folder(tmp_path, leave=LEAVE.replace(old, new)))
    return measure(library.events["birth"], TODAY)


WEIGHT = "  weight: {label: 体重, type: number, topic: people, question: 何グラムか, why: 届のため}\n"
EACH = "for_each: children\nneeds: [mother.name, birth.date]"


def clause(condition: str) -> str:
    return f'  - {{if: "{condition}", because: あてはまるため, otherwise: あてはまらないため}}\n'


def more(tmp_path: Path, condition: str, each: bool = False) -> Coverage:
    """The small event with one more clause."""
    leave = LEAVE.replace(CLAUSE, CLAUSE + clause(condition))
    leave = leave.replace("needs: [mother.name, birth.date]", EACH) if each else leave
    return measure(load(folder(tmp_path, words=WORDS + WEIGHT, leave=leave)).events["birth"], TODAY)


def names(found: Coverage) -> list[str]:
    return [f"{one.sort} {one.name}" for one in found.missing]


CLAUSE = "  - {if: mother.worker, because: 会社員のため, otherwise: 会社員ではないため}\n"


def test_a_sound_definition_is_covered(tmp_path: Path) -> None:
    found = changed(tmp_path, "id: leave", "id: leave")
    assert names(found) == []
    assert found.counts["boundary"] == (2, 2), "in time, and too late"


def test_a_clause_that_nobody_can_meet_with_the_others(tmp_path: Path) -> None:
    """Each can hold; together they cannot, which only facts can show."""
    more = (
        "  - {if: any(c.age >= 18 for c in children), because: 大人のため, otherwise: 大人ではないため}\n"
        "  - {if: all(c.age < 18 for c in children), because: 子どものため, otherwise: 子どもではないため}\n"
    )
    assert "verdict 必要" in names(changed(tmp_path, CLAUSE, CLAUSE + more))


def test_a_reason_that_is_never_given(tmp_path: Path) -> None:
    more = "  - {if: mother.worker or mother.age < 120, because: 働くため, otherwise: 働かないため}\n"
    assert names(changed(tmp_path, CLAUSE, CLAUSE + more)) == ["verdict 必要ない: 働かないため"]


def test_a_branch_that_nobody_comes_to(tmp_path: Path) -> None:
    needs = "needs: [mother.name, {item: birth.date, when: len(children) < 0}]"
    assert "branch 項目 birth.date: はい" in names(changed(tmp_path, "needs: [mother.name, birth.date]", needs))


def test_a_bound_that_nothing_reaches(tmp_path: Path) -> None:
    more = "  - {if: birth.allowance != 1, because: 額のため, otherwise: 額がないため}\n"
    found = names(changed(tmp_path, CLAUSE, CLAUSE + more))
    assert "boundary birth.allowance == 1" in found


@pytest.mark.parametrize(
    ("condition", "bounds"),
    [
        ("mother.weight < 2500", {"mother.weight == 2500", "mother.weight == 2499"}),
        ("12 * year(birth.date) + month(birth.date) >= 24319", {"12 * year(birth.date) + month(birth.date) == 24318"}),
        ("month(today) in [2, 3]", {"month(today) == 2", "month(today) == 3"}),
    ],
)
def test_what_an_item_is_measured_by_is_reached(tmp_path: Path, condition: str, bounds: set[str]) -> None:
    """Large numbers that are no money, months counted from year 0, and months other than this one."""
    found = more(tmp_path, condition)
    assert bounds <= {one.target.name for one in found.found if one.covered}
    assert not [name for name in names(found) if not name.startswith("verdict")]


def test_one_of_a_list_who_is_not_the_applicant(tmp_path: Path) -> None:
    """Neither of the two sides can be tried on the same person."""
    assert names(more(tmp_path, "each != applicant", each=True)) == []


def test_the_first_and_the_last_day_of_a_law(tmp_path: Path) -> None:
    found = changed(tmp_path, "channel:", "valid: {from: 2026-04-01, to: 2028-03-31}\nchannel:")
    assert found.counts["boundary"] == (4, 4)
    ended = changed(tmp_path / "ended", "channel:", "valid: {to: 2026-03-31}\nchannel:")
    assert names(ended) == []


def test_it_says_the_same_each_time(tmp_path: Path) -> None:
    library = load(folder(tmp_path))
    assert measure(library.events["birth"], TODAY).counts == measure(library.events["birth"], TODAY).counts
