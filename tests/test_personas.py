"""The hand-made households: all of them can be true, and together they hold every situation that a life event asks about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.cli import main
from app.services.people.coherence import check, check_all
from app.services.people.view import View
from app.services.simcore.personas import read_items, read_yaml

PROCEDURES = Path(__file__).parents[1] / "procedures"
FILES = sorted((PROCEDURES / "personas").glob("*.yaml"))
HOUSEHOLDS: dict[str, dict[str, Any]] = {path.stem: read_yaml(path)[0] for path in FILES}


@pytest.mark.parametrize("name", HOUSEHOLDS)
def test_nothing_in_a_household_contradicts_itself(name: str) -> None:
    assert [str(one) for one in check(HOUSEHOLDS[name])] == []


@pytest.mark.parametrize("name", HOUSEHOLDS)
def test_a_household_has_its_file_name_and_only_items_of_the_vocabulary(name: str) -> None:
    household, items = HOUSEHOLDS[name], read_items(PROCEDURES)
    assert household["id"] == name
    unknown = [
        f"{subject['kind']}.{item}"
        for subject in household["subjects"].values()
        for item in subject["facts"]
        if f"{subject['kind']}.{item}" not in items.by_id or items.by_id[f"{subject['kind']}.{item}"].register is None
    ]
    assert unknown == []


@pytest.mark.parametrize("name", HOUSEHOLDS)
def test_every_member_has_records_in_every_register(name: str) -> None:
    view = View(HOUSEHOLDS[name])
    for id_ in view.members:
        assert id_ in view.records["numbers"], id_
        assert id_ in view.records["addresses"], id_
        assert id_ in view.records["insurance"], id_
        if view.age(id_) >= 20:
            assert id_ in view.records["tax"], id_
            assert id_ in view.records["pension"] or not view.people[id_].get("pension_category"), id_
    assert all(
        owned in view.records["owners"] for kind in ("vehicle", "dog", "property") for owned in view.of_kind[kind]
    )


def test_there_are_forty_of_them_and_no_number_stands_twice() -> None:
    assert len(HOUSEHOLDS) >= 40
    assert [str(one) for one in check_all(HOUSEHOLDS.values())] == []


def _records(key: str) -> list[Any]:
    return [entry for one in HOUSEHOLDS.values() for entry in one.get("records", {}).get(key, ())]


def _people(item: str, value: Any) -> list[str]:
    return [
        name
        for name, one in HOUSEHOLDS.items()
        if any(subject["facts"].get(item) == value for subject in one["subjects"].values())
    ]


def test_every_situation_is_there() -> None:
    views = {name: View(one) for name, one in HOUSEHOLDS.items()}
    assert {one["event"] for one in HOUSEHOLDS.values()} == {"moving", "childcare", "bereavement"}
    assert {one["card"]["state"] for one in HOUSEHOLDS.values()} >= {
        "valid",
        "expired",
        "locked",
        "none",
        "signing_expired",
    }
    assert {entry["reason"] for entry in _records("mismatches")} >= {"old_name", "reading", "alias", "latin"}
    assert {entry["kind"] for entry in _records("guardianship")} >= {"adult", "minor"}
    assert {entry["place"] for entry in _records("deaths") if "place" in entry} >= {
        "hospital",
        "home",
        "abroad",
        "unknown",
    }
    assert {entry["notified"] for entry in _records("deaths")} == {True, False}
    assert {entry["relation"] for entry in _records("family")} >= {
        "father", "mother", "adoptive_father", "adoptive_mother", "spouse", "partner", "sibling",
    }  # fmt: skip
    assert [entry for entry in _records("deaths") if entry.get("presumed")]
    assert [entry for entry in _records("births") if entry["weight"] <= 2000]
    assert [entry for entry in _records("estates") if entry.get("debts", 0) > entry.get("deposits", 0)]
    assert all(_records(key) for key in ("disasters", "missing", "estranged"))
    names = [entry for one in HOUSEHOLDS.values() for entry in one["records"].get("names", {}).values()]
    assert all(any(entry.get(key) for entry in names) for key in ("latin", "alias", "former"))
    assert any(entry.get("former") and entry.get("noted") for entry in names)
    assert _people("address_protected", True)
    assert _people("rearing_allowance_recipient", True)
    assert any(care.get("facility") for one in HOUSEHOLDS.values() for care in one["records"].get("care", {}).values())
    assert any(stay[-1].get("abroad") for one in HOUSEHOLDS.values() for stay in one["records"]["addresses"].values())
    minors = [
        name
        for name, view in views.items()
        for id_ in view.deaths
        for child in view.children(id_)
        if view.age(child) < 18
    ]
    assert len(set(minors)) >= 2


def test_the_command_makes_and_checks(tmp_path: Path) -> None:
    out = tmp_path / "people.jsonl"
    result = CliRunner().invoke(main, ["people", "--seed", "4", "--count", "30", "--out", str(out), "--check"])
    assert result.exit_code == 0, result.output
    assert "食い違いはありません" in result.output
    assert len(out.read_text("utf-8").splitlines()) > 5
    shown = CliRunner().invoke(main, ["people", "--seed", "4", "--count", "30"])
    assert shown.output == out.read_text("utf-8")
    assert CliRunner().invoke(main, ["people", str(PROCEDURES / "personas")]).exit_code == 0
    out.write_text(out.read_text("utf-8").replace('"kana":"', '"kana":"x', 1), "utf-8")
    wrong = CliRunner().invoke(main, ["people", str(out)])
    assert wrong.exit_code == 1
    assert "全角カタカナ" in wrong.output
