"""Household files: the project's own are sound and complete, and what is wrong in one is told at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.documents import DefinitionErrors
from app.engine.personas import load_household
from tests.engine.real import PERSONAS, household, library, moving, plan_of

TEXT = """id: test
title: t
summary: s
event: moving
today: 2027-03-15
subjects:
  haruka:
    kind: person
    facts: {name: 山科 はるか, birth_date: 1992-05-03}
  household:
    kind: household
    facts: {members: [haruka], head: haruka}
roles: {applicant: haruka}
answers:
  move.kind: between_cities
  applicant.phone: 000-8000-0001
"""


@pytest.mark.parametrize("path", PERSONAS, ids=lambda path: path.stem)
def test_answers_are_enough_to_decide_and_fill_everything(path: Path) -> None:
    plan = plan_of(path.stem)
    assert household(path.stem).persona.id == path.stem
    assert plan.by_verdict["undecided"] == []
    assert [ask.key for ask in plan.asks if not ask.confirm] == []
    assert len(plan.by_verdict["required"]) >= 2


@pytest.mark.parametrize("path", PERSONAS, ids=lambda path: path.stem)
def test_without_answers_something_is_asked_and_no_register_is_asked_again(path: Path) -> None:
    plan = plan_of(path.stem, answered=False)
    kind, item = plan.event.definition.triage[0].split(".")
    assert plan.asks[0].key == (kind, item)
    assert all(plan.facts.get(ask.key) is None or ask.confirm for ask in plan.asks)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "test.yaml"
    path.write_text(text, "utf-8")
    return path


def test_registers_tell_answers_complete_and_silence_means_something(tmp_path: Path) -> None:
    facts = load_household(write(tmp_path, TEXT), moving()).facts(library().vocabulary)
    told = facts.by_key[("haruka", "name")]
    assert (told.value, told.source, told.register) == ("山科 はるか", "register:resident", "resident")
    assert facts.by_key[("haruka", "phone")].source == "citizen"
    assert facts.by_key[("haruka", "licence")].value == "none"  # no record: that says something
    assert facts.by_key[("household", "dogs")].value == ()
    assert ("haruka", "kana") not in facts.by_key  # no record: that says nothing


def test_refused_registers_and_answers_not_given(tmp_path: Path) -> None:
    found = load_household(write(tmp_path, TEXT), moving())
    assert ("haruka", "name") not in found.facts(library().vocabulary, refused=["resident"]).by_key
    assert ("haruka", "phone") not in found.facts(library().vocabulary, answered=False).by_key


def test_an_answer_does_not_replace_what_a_register_tells(tmp_path: Path) -> None:
    text = TEXT + "  applicant.name: 別の 名前\n"
    found = load_household(write(tmp_path, text), moving())
    assert found.facts(library().vocabulary).by_key[("haruka", "name")].value == "山科 はるか"
    refused = found.facts(library().vocabulary, refused=["resident"])
    assert refused.by_key[("haruka", "name")].value == "別の 名前"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: person", "kind: persn", "8:11: 「persn」という種類はありません"),
        (
            "birth_date: 1992-05-03",
            "birthdate: 1992-05-03",
            "9:38: 「person.birthdate」という項目はありません\n    → 「birth_date」のことですか",
        ),
        ("birth_date: 1992-05-03", "birth_date: 3.5.1992", "9:39: 「生年月日」は 2027-03-28 の形の日付で書きます"),
        ("birth_date: 1992-05-03", "age: 34", "9:32: 「person.age」という項目はありません"),
        (
            "birth_date: 1992-05-03",
            "phone: 000-0000-0000",
            "9:34: 「電話番号」を持つ台帳はありません\n    → answers: に haruka.phone: と書いてください",
        ),
        ("members: [haruka]", "members: [haruka, ren]", "12:13: 「ren」という person は subjects にありません"),
        ("head: haruka", "head: household", "12:38: 「household」という person は subjects にありません"),
        ("applicant: haruka", "applicant: haruko", "13:20: 「haruko」という対象は subjects にありません"),
        ("applicant: haruka", "applicants: haruka", "13:21: 「applicants」という役はありません"),
        ("applicant: haruka", "applicant: household", "13:20: 「household」は「household」です"),
        ("roles: {applicant: haruka}", "roles: {}", "13:1: 「applicant」がだれか分かりません"),
        (
            "between_cities",
            "far_away",
            "15:14: 「引っ越し先」は次のどれかです: between_cities・within_city・abroad・from_abroad",
        ),
        ("applicant.phone", "ren.phone", "16:14: 「ren」という対象はありません"),
        ("event: moving", "event: birth", "4:8: 「birth」というできごとはありません"),
        ("title: t", "titel: t", "2:8: 「titel」という項目はここには書けません\n    → 「title」のことですか"),
        ("today: 2027-03-15", "today: 15.3.2027", "5:8: 「15.3.2027」は日付ではありません"),
        ("answers:", "---\nanswers:", "1:1: 世帯のファイルには、文書が1つだけ入ります"),
        ("id: test", "id: 'test", "1:5: 引用符か、かっこが閉じていません"),
    ],
)
def test_what_is_wrong_is_told_at_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(DefinitionErrors) as caught:
        load_household(write(tmp_path, TEXT.replace(old, new)), moving())
    assert f"test.yaml:{expected}" in str(caught.value)
