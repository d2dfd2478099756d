"""Places by points: the line that fits, what is open leaves a range, and the office comes to the same."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.engine.allocation import Allocation, Values, Worked, work_out
from app.engine.conditions import UNKNOWN
from app.engine.documents import DefinitionErrors
from app.engine.library import load
from app.services.authorities import allocating
from app.services.simcore.personas import read_yaml
from tests.engine.real import library, plan_of

PROCEDURES = Path(__file__).parents[2] / "procedures"
(DATA,) = read_yaml(PROCEDURES / "allocations/nursery.yaml")
TABLE, OFFICE = Allocation.model_validate(DATA), allocating.Table.read(DATA)

Household = Mapping[str, Mapping[str, Any]]
"""Subject -> item -> value; what is absent is not known."""


def counted(people: Sequence[str], known: Household) -> Worked:
    """By the engine."""
    subjects = {"guardians": people, "members": people, "household": ["household"], "birth": ["birth"]}

    def look(reference: str, each: str | None) -> Values:
        role, _, item = reference.partition(".")
        whom = [each] if role == "each" and each else subjects[role]
        return [((one, item), known.get(one, {}).get(item, UNKNOWN)) for one in whom]

    worked = work_out(TABLE, look)
    assert worked is not None
    return worked


def at_the_office(people: Sequence[str], known: Household) -> int:
    """By the office, from what an application says."""
    facts = {(one, item): value for one, items in known.items() for item, value in items.items()}
    roles = {"guardians": list(people), "members": list(people), "household": "household", "birth": "birth"}
    return OFFICE.points(roles, facts)


FULL = {"care_reason": "work", "work_hours": 160, "disability_handbook": "none"}
HOME = {"household": {"livelihood_assistance": False}, "birth": {"care_points": []}}


def test_each_guardian_counts_by_the_first_line_that_fits() -> None:
    worked = counted(["a", "b"], {"a": FULL, "b": {**FULL, "work_hours": 119}, **HOME})
    assert [row.low for row in worked.rows] == [20, 15]
    assert (worked.low, worked.high) == (35, 35)


def test_a_single_guardian_and_what_the_household_says_add_to_it() -> None:
    worked = counted(["a"], {"a": FULL, **HOME, "birth": {"care_points": ["sibling", "relatives"]}})
    assert [line.label for row in worked.rows for line in row.lines][1:] == [
        "保護者が1人", "きょうだいが、希望する園に通っている", "近くに住む祖父母などに、世話を頼むことができる",
    ]  # fmt: skip
    assert worked.low == worked.high == 20 + 22 + 4 - 2


def test_hours_that_only_the_employer_knows_leave_a_range_and_say_so() -> None:
    worked = counted(["a"], {"a": {"care_reason": "work", "disability_handbook": "none"}, **HOME})
    assert (worked.low, worked.high) == (12 + 22, 20 + 22)
    assert worked.rows[0].open == (("a", "work_hours"),)


REASONS = ("work", "birth", "illness", "care", "disaster", "study", "job_search", "able")
PERSON = st.fixed_dictionaries(
    {"care_reason": st.sampled_from(REASONS), "disability_handbook": st.sampled_from(("none", "physical"))},
    optional={"work_hours": st.sampled_from((0, 79, 80, 119, 120, 159, 160, 200))},
)
POINTS = st.lists(st.sampled_from(("sibling", "returning", "away", "relatives")), unique=True)


@given(people=st.lists(PERSON, min_size=1, max_size=3), points=st.none() | POINTS, assisted=st.none() | st.booleans())
def test_the_office_comes_to_what_the_site_says_at_least(
    people: list[dict[str, Any]], points: list[str] | None, assisted: bool | None
) -> None:
    known: dict[str, dict[str, Any]] = {f"p{n}": person for n, person in enumerate(people)}
    names = tuple(known)
    known["birth"] = {} if points is None else {"care_points": points}
    known["household"] = {} if assisted is None else {"livelihood_assistance": assisted}
    worked = counted(names, known)
    assert worked.low == at_the_office(names, known) <= worked.high
    if all("work_hours" in person for person in people) and None not in (points, assisted):
        assert worked.low == worked.high


def test_the_plan_counts_a_household() -> None:
    plan = plan_of("hoshino")
    worked = work_out(library().allocations["nursery"], plan.values)
    assert worked is not None
    assert (worked.low, worked.high) == (2 * 12 + 2, 2 * 20 + 2)
    assert {key for row in worked.rows for key in row.open} == {("kanae", "work_hours"), ("yohei", "work_hours")}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"basic": DATA["basic"][:-1]}, "どれにも当てはまらない人の点数がありません"),
        ({"adjustments": [{"points": 1, "label": "x", "when": {"guardians": {}}}]}, "調べ方が1つに決まりません"),
        ({"adjustments": [{"points": 1, "label": "x", "when": {"guardians": {"count": 1, "has": "a"}}}]}, "調べ方が1つに"),
    ],
)  # fmt: skip
def test_a_table_that_does_not_hold_together_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Allocation.model_validate({**DATA, **change})


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("allocations/nursery.yaml", "birth.care_points: {has: away}", "birth.care_matters: {has: away}", "提出先に送られません"),
        ("allocations/nursery.yaml", "each: guardians", "each: household", "一覧の役ではありません"),
        ("allocations/nursery.yaml", "birth.care_points: {has: away}", "birth.care_pints: {has: away}", "がありません"),
        ("allocations/nursery.yaml", "begins: each.care_from", "begins: each.care_until", "提出先に送られません"),
        ("childcare/nursery-use-application.yaml", "allocation: nursery", "allocation: nurseri", "という点数の表はありません"),
        ("childcare/employment-certificate.yaml", "each.work_form:", "each.care_hours:", "この手続の書類が知らせる項目ではありません"),
        ("childcare/after-school-club.yaml", "after: [employment-certificate]", "after: []", "を待つことになっていません"),
        ("childcare/after-school-club.yaml", "  - guardians.care_reason", "  - guardians.work_hours", "質問して聞くことができません"),
        ("vocabulary/nursery.yaml", "told_by: employment-certificate}", "told_by: employment-certificate, register: tax}", "2つあります"),
    ],
)  # fmt: skip
def test_definitions_that_do_not_fit_together_are_told(
    tmp_path: Path, file: str, old: str, new: str, words: str
) -> None:
    folder = tmp_path / "procedures"
    shutil.copytree(PROCEDURES, folder, ignore=shutil.ignore_patterns("personas", "moving", "bereavement"))
    for name in ("moving", "bereavement"):
        (folder / f"life_events/{name}.yaml").unlink()
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionErrors, match=words):
        load(folder)
