"""The semantics of conditions, documented by data: each case is an expression, facts, its value and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.engine import documents
from app.engine.conditions import UNKNOWN, Condition, ConditionError, Env, Scope, footprint, parse
from app.engine.facts import Key
from app.engine.reading import Reader
from app.engine.values import from_json
from app.engine.vocabulary import Vocabulary

FOLDER = Path(__file__).parent / "cases"
WORDS = {True: "true", False: "false", UNKNOWN: "unknown"}


def read(name: str) -> list[documents.Document]:
    problems: list[documents.Problem] = []
    docs = list(documents.read(name, (FOLDER / name).read_text("utf-8"), problems))
    assert problems == []
    return docs


*WORD_DOCS, SETTING_DOC = read("words.yaml")
SETTING: Mapping[str, Any] = SETTING_DOC.value


def vocabulary() -> Vocabulary:
    problems: list[documents.Problem] = []
    found = Reader(problems).vocabulary(WORD_DOCS)
    assert problems == []
    return found


VOCABULARY = vocabulary()


def scope() -> Scope:
    kinds = SETTING["kinds"]
    ones = {role: kinds[subject] for role, subject in SETTING["roles"].items()}
    lists = {role: (*path.split("."), "person") for role, path in SETTING["lists"].items()}
    return Scope(VOCABULARY, ones, lists, frozenset({"each"}))


def environment(facts: Mapping[str, Any]) -> Env:
    values: dict[Key, Any] = {}
    for path, raw in facts.items():
        subject, _, name = path.partition(".")
        item = VOCABULARY.item(SETTING["kinds"][subject], name)
        assert item is not None, path
        values[(subject, name)] = from_json(item, raw)
    return Env(values, dict(SETTING["roles"]), date.fromisoformat(SETTING["today"]))


def cases(*names: str) -> list[Any]:
    """The cases of some files, each named by its file and line."""
    found = []
    for name in names:
        (doc,) = read(f"{name}.yaml")
        for place, case in enumerate(doc.value["cases"]):
            found.append(pytest.param(case, id=f"{name}-{doc.places[('cases', place)][0]}"))
    return found


@pytest.mark.parametrize("case", cases("logic", "comparison", "lists", "derived", "functions"))
def test_value_and_footprint(case: Mapping[str, Any]) -> None:
    value, keys = footprint(parse(case["expr"], scope()), environment(case["facts"]))
    expected = case["value"]
    assert WORDS[value] == (str(expected).lower() if isinstance(expected, bool) else expected)
    assert [".".join(key) for key in keys] == case["footprint"]


@pytest.mark.parametrize("case", cases("errors"))
def test_refused(case: Mapping[str, Any]) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(case["expr"], scope())
    assert (caught.value.message, caught.value.column + 1, caught.value.hint) == (
        case["message"],
        case["column"],
        case["hint"],
    )


def test_every_case_file_is_run() -> None:
    named = {"words", "logic", "comparison", "lists", "derived", "functions", "errors"}
    assert {path.stem for path in FOLDER.glob("*.yaml")} == named


def test_unknown_is_never_taken_for_false() -> None:
    with pytest.raises(TypeError):
        bool(UNKNOWN)


def test_a_value_may_be_asked_for_twice() -> None:
    """What a condition remembers of derived items does not change its footprint."""
    condition = parse("applicant.age > 10 and applicant.grown_up", scope())
    env = environment({"haruka.birth": "1992-05-03"})
    assert footprint(condition, env) == footprint(condition, env) == (True, (("haruka", "birth"),))


def test_items_say_all_that_can_ever_be_read() -> None:
    condition: Condition = parse("any(m.grown_up for m in movers) or move.date > today", scope())
    assert condition.items == {"person.birth", "move.who", "move.chosen", "household.members", "move.date"}
    assert not condition.uses_each
    assert parse("any(m == each for m in members)", scope()).uses_each
