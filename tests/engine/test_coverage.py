"""Everything that the definitions say can happen does happen; and what cannot is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.engine.coverage import Coverage, measure
from app.engine.library import Library, load
from tests.engine.test_roles import LEAVE, folder

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


def test_the_first_and_the_last_day_of_a_law(tmp_path: Path) -> None:
    found = changed(tmp_path, "channel:", "valid: {from: 2026-04-01, to: 2028-03-31}\nchannel:")
    assert found.counts["boundary"] == (4, 4)
    ended = changed(tmp_path / "ended", "channel:", "valid: {to: 2026-03-31}\nchannel:")
    assert names(ended) == []


def test_it_says_the_same_each_time(tmp_path: Path) -> None:
    library = load(folder(tmp_path))
    assert measure(library.events["birth"], TODAY).counts == measure(library.events["birth"], TODAY).counts
