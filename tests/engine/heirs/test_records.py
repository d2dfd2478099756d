"""Families of the household files: their registers, and what the family register's service says of each person, agree."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import main
from app.engine.heirs import FamilyError, Relative, from_kin, from_records, inherit
from app.engine.heirs.family import Siblings
from app.services.people.kin import relatives
from app.services.simcore.personas import read_yaml
from tests.engine.heirs.passing import PROCEDURES

FILES = {
    path.stem: document
    for path in sorted((PROCEDURES / "personas").glob("*.yaml"))
    for document in read_yaml(path)
    if (document.get("records") or {}).get("deaths")
}


def opening(found: Any) -> dict[str, Fraction]:
    """Person to share."""
    return {heir.person: heir.share for heir in found.heirs}


def test_there_are_families() -> None:
    assert len(FILES) >= 15


@pytest.mark.parametrize("name", FILES)
def test_registers_and_relations_give_the_same_heirs(name: str) -> None:
    records = FILES[name]["records"]
    death = records["deaths"][0]
    by_records = inherit(from_records(records, FILES[name]["subjects"], death["person"]))
    told = [Relative(one.id, one.kin, one.through, one.died_first) for one in relatives(records)]
    by_kin = inherit(from_kin(told, date.fromisoformat(death["on"])))
    assert opening(by_records) == opening(by_kin)
    assert by_records.tax is not None
    assert by_kin.tax is not None
    assert by_records.tax.count == by_kin.tax.count


@pytest.mark.parametrize(
    "name, shares",
    [
        ("sugihara", {"fumie": "1/2", "kumiko": "1/4", "takuya": "1/4"}),
        ("murai", {"hiroshi": "1/7", "sumiko": "2/7", "sota": "2/7", "yumi": "2/7"}),  # a half brother, a nephew
        ("yoneda", {"mieko": "2/3", "kiku": "1/3"}),
        ("tokita", {}),
    ],
)
def test_heirs_of_households(name: str, shares: dict[str, str]) -> None:
    records = FILES[name]["records"]
    found = inherit(from_records(records, FILES[name]["subjects"], records["deaths"][0]["person"]))
    assert {person: str(share) for person, share in opening(found).items()} == shares


def test_records_in_their_forms() -> None:
    """A child born after the death, an adoption that was dissolved, siblings of siblings, the day of learning."""
    records = {
        "deaths": [{"person": "late", "on": "2027-03-01", "learned": "2027-03-04"}],
        "births": [{"mother": "s", "father": "late", "on": "2027-06-01"}, {"mother": "s", "on": "2030-01-01"}],
        "family": [
            {"person": "late", "relation": "spouse", "of": "s", "since": "2020-01-01"},
            {"person": "late", "relation": "adoptive_father", "of": "a", "since": "2021-01-01", "until": "2025-01-01", "ended": "dissolution"},
            {"person": "b", "relation": "sibling", "of": "late"},
            {"person": "c", "relation": "half_sibling", "of": "b"},
        ],
    }  # fmt: skip
    family = from_records(records, {}, "late")
    assert {one.id for one in family.people} == {"late", "s", "a", "b", "c", "s_child", "s_child2"}
    assert set(family.siblings) == {Siblings("late", "b"), Siblings("late", "c", half=True)}
    found = inherit(family)
    assert opening(found) == {"s": Fraction(1, 2), "s_child": Fraction(1, 2)}
    assert dict(family.knew) == {"s": date(2027, 3, 4), "s_child": date(2027, 3, 4)}
    assert [one.reasons[0].code for one in found.excluded if one.person == "a"] == ["adoption_dissolved"]
    with pytest.raises(FamilyError, match="not_dead"):
        from_records(records, {}, "s")


def test_the_command_says_who_inherits_and_why() -> None:
    file = str(PROCEDURES / "personas" / "sugihara.yaml")
    shown = CliRunner().invoke(main, ["heirs", file, "--renounce", "takuya"])
    assert shown.exit_code == 0
    assert "杉原 文枝（配偶者） 1/2  民法 第890条、民法 第900条第1号" in shown.output
    assert "杉原 卓也（亡くなった方の子） renounced  民法 第939条" in shown.output
    assert "相続税の人数 3" in shown.output
    assert CliRunner().invoke(main, ["heirs", file, "--renounce", "nobody"]).exit_code == 1
    assert CliRunner().invoke(main, ["heirs", str(PROCEDURES / "personas" / "yamashina.yaml")]).exit_code == 1
