"""The command line: the documented shapes, and that every command explains itself."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.engine.coverage import measure
from app.engine.library import load
from tests.engine.real import PERSONAS, PROCEDURES, event_of, library


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args)


def plan_json(*args: str) -> dict[str, Any]:
    result = run("plan", "--format", "json", *args)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize("command", sorted(main.commands))
def test_help_has_an_example(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Example: hitomado {command}" in result.output


@pytest.mark.parametrize("path", PERSONAS[::6], ids=lambda path: path.stem)  # each reads all definitions anew
def test_plan_in_its_documented_shape(path: Path) -> None:
    event = event_of(path.stem).id
    plan = plan_json("--event", event, "--persona", str(path), "--today", "2026-11-23")
    assert set(plan) == {"procedures", "questions", "burden"}
    assert set(plan["burden"]) == {"paper", "here", "fetched", "typed"}
    known = {procedure.id for procedure in library().events[event].procedures}
    assert {row["id"] for row in plan["procedures"]} == known
    for row in plan["procedures"]:
        assert set(row) == {
            "id", "subject", "verdict", "reasons", "due", "authority", "channel", "after", "known", "missing",
        }  # fmt: skip
        assert row["verdict"] in ("required", "not_required", "undecided")
        assert row["reasons"]
        assert all(isinstance(reason, str) and "ため" in reason for reason in row["reasons"])
        assert (row["due"] is None) == (row["verdict"] == "not_required")
        if row["due"]:
            assert set(row["due"]) == {"kind", "opens", "last", "note"}
        assert all("." in key for key in (*row["known"], *row["missing"]))


def test_what_is_not_told_is_asked() -> None:
    persona = str(PROCEDURES / "personas" / "yamashina.yaml")
    everything = plan_json("--persona", persona)
    assert [one for one in everything["questions"] if not one["confirm"]] == []
    unanswered = plan_json("--persona", persona, "--unanswered")
    assert [one["item"] for one in unanswered["questions"]][:2] == ["move.kind", "move.who"]
    refused = plan_json("--persona", persona, "--refuse", "resident")
    assert "household.members" in {one["item"] for one in refused["questions"]}


def test_text_form_names_what_is_required() -> None:
    result = run("plan", "--persona", str(PROCEDURES / "personas" / "kudo.yaml"))
    assert result.exit_code == 0
    assert "moving-in-notice" in result.output


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--event", "birth"], "できごと「birth」はありません。使える値: bereavement・childcare・moving"),
        (["--refuse", "taxes"], "台帳「taxes」はありません"),
        (["--today", "tomorrow"], "'tomorrow' does not match"),
    ],
)
def test_what_plan_refuses(args: list[str], words: str) -> None:
    result = run("plan", "--persona", str(PERSONAS[0]), *args)
    assert result.exit_code == 2
    assert words in result.output


def test_a_broken_household_is_told_and_fails(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("id: x\n", "utf-8")
    result = run("plan", "--persona", str(path))
    assert result.exit_code == 1
    assert "broken.yaml:1:1: 「title」がありません" in result.output


def test_lint_tells_all_problems_and_fails() -> None:
    assert run("lint").exit_code == 0
    broken = Path(__file__).parent / "engine" / "broken" / "base"
    assert run("lint", str(broken)).exit_code == 0


def test_lint_fails(tmp_path: Path) -> None:
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "a.yaml").write_text("kind: person\nname: 人\n", "utf-8")
    result = run("lint", str(tmp_path))
    assert result.exit_code == 1
    assert "vocabulary/a.yaml:1:1: 「items」がありません" in result.output
    assert "2か所を直してください。" in result.output


def test_personas_and_their_table() -> None:
    listed = run("personas").output
    table = run("personas", "--table").output.splitlines()
    assert all(path.stem in listed for path in PERSONAS)
    assert len(table) == len(PERSONAS) + 2
    assert {line.count("|") for line in table} == {8}


@pytest.mark.parametrize(
    ("form", "words"),
    [("text", "引っ越した後"), ("mermaid", "moving-out-notice --> moving-in-notice"), ("svg", "<svg ")],
)
def test_graph(form: str, words: str) -> None:
    assert words in run("graph", "moving", "--format", form).output


def test_schema_is_fresh() -> None:
    assert run("schema", "--check").exit_code == 0


# --- tools of those who write definitions -------------------------------------------------------------------------------
@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the definitions that may be changed."""
    return Path(shutil.copytree(PROCEDURES, tmp_path / "procedures"))


def test_coverage_is_whole_and_says_so() -> None:
    result = run("coverage", "moving")
    assert result.exit_code == 0
    assert "moving: 100.0 %" in result.output


def test_diff_tells_what_each_household_notices(folder: Path) -> None:
    assert "0世帯で変わります" in run("diff", str(PROCEDURES), str(folder)).output
    (folder / "moving" / "mail-forwarding.yaml").unlink()
    told = run("diff", str(PROCEDURES), str(folder))
    assert told.exit_code == 1, "another procedure still waits for it"
    waiting = folder / "moving" / "credit-subscription-address.yaml"
    waiting.write_text(waiting.read_text("utf-8").replace("after: [mail-forwarding]", "after: []"), "utf-8")
    found = run("diff", str(PROCEDURES), str(folder)).output
    kudo = found.split("kudo\n")[1].split("\nku")[0]
    assert "手続: 17 → 16（-1）" in kudo
    assert "質問のページ: 19 → 18（-1）" in kudo
    assert "なくなる手続: mail-forwarding" in kudo


def test_diff_reads_commits_and_refuses_what_is_neither() -> None:
    result = run("diff", "no-such-commit", str(PROCEDURES))
    assert result.exit_code == 2
    assert "フォルダも、コミットもありません" in result.output


@pytest.mark.parametrize("event", library().events)
def test_a_new_procedure_is_sound_and_whole(folder: Path, event: str) -> None:
    made = run("new", event, "library-card", "--title", "図書館カードの住所変更", "--folder", str(folder))
    assert made.exit_code == 0, made.output
    assert run("lint", str(folder)).exit_code == 0
    assert "図書館カードの住所変更" in (folder / event / "library-card.yaml").read_text("utf-8")
    assert run("new", event, "library-card", "--folder", str(folder)).exit_code == 2, "there already"
    assert run("new", event, "../card", "--folder", str(folder)).exit_code == 2
    found = measure(load(folder).events[event], date(2027, 3, 15))
    assert [one.name for one in found.missing if one.procedure == "library-card"] == []


def test_blueprint_has_a_row_for_each_required_procedure() -> None:
    persona = PROCEDURES / "personas" / "kudo.yaml"
    rows = [
        line for line in run("blueprint", "moving", "--persona", str(persona)).output.splitlines() if "/cases" in line
    ]
    plan = plan_json("--persona", str(persona))
    assert len(rows) == len({row["id"] for row in plan["procedures"] if row["verdict"] == "required"})
    assert all(row.count("|") == 8 for row in rows)
