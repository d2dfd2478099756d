"""Roles that an item tells, kinds in several documents, worked-out deadlines and amounts: an event of a birth in a small library."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.engine.compiling import CompiledEvent
from app.engine.conditions import UNKNOWN
from app.engine.documents import DefinitionErrors
from app.engine.facts import Fact, Facts
from app.engine.library import load
from app.engine.plan import Plan
from app.engine.planner import make_plan

BASE = Path(__file__).parent / "broken" / "base"
WORDS = """
kind: birth
label: 出産
items:
  mother: {label: 母, type: person, topic: people, question: 母は, why: 届け出るため}
  date: {label: 予定日, type: date, topic: people, question: いつ, why: 期限のため}
  begins: {label: 休みの初めの日, type: date, derived: "plus_days(self.date, -42)"}
  children: {label: 子ども, type: subjects, of: person, topic: people, question: 子は, why: 額が決まるため}
  allowance: {label: 手当の月額, type: money, derived: "sum(15000 if c.age < 3 else 10000 for c in self.children)"}
---
kind: person
items:
  worker: {label: 会社員, type: yes_no, topic: people, question: 会社員か, yes: はい, no: いいえ, why: 休みのため}
"""
EVENT = """
id: birth
title: 出産
summary: s
start_title: s
promise: p
roles:
  applicant: {kind: person}
  birth: {kind: birth}
  mother: {kind: person, item: birth.mother}
  children: {kind: person, list: birth.children}
places: {new: {item: mother.address}}
triage: [birth.date]
prepare: [カード]
stages: [{id: all, label: 全部}]
"""
LEAVE = """
id: leave
title: 休み
summary: s
event: birth
stage: all
authority: new_municipality
who: 母
law: 法律
applies:
  - {if: mother.worker, because: 会社員のため, otherwise: 会社員ではないため}
due: {kind: duty, from: birth.begins, days: 10, lost: 休めなくなります}
channel: {mode: online}
needs: [mother.name, birth.date]
effects:
  - {register: resident, subject: mother, set: {person.name: mother.name}}
amounts: [birth.allowance]
lifecycle: {days: [0, 0], done: 休めます}
paper: {fields: 1, documents: 0, visits: 0, minutes: 1}
sources: {checked: [S1]}
"""


def folder(tmp_path: Path, words: str = WORDS, event: str = EVENT, leave: str = LEAVE) -> Path:
    found = tmp_path / "procedures"
    shutil.copytree(BASE, found)
    (found / "vocabulary" / "birth.yaml").write_text(words, "utf-8")
    (found / "life_events" / "birth.yaml").write_text(event, "utf-8")
    (found / "birth").mkdir()
    (found / "birth" / "leave.yaml").write_text(leave, "utf-8")
    return found


@pytest.fixture
def event(tmp_path: Path) -> CompiledEvent:
    return load(folder(tmp_path)).events["birth"]


def plan(event: CompiledEvent, **values: Any) -> Plan:
    """A plan from facts by `subject__item`."""
    kinds = {"hana": "person", "taro": "person", "birth": "birth"}
    facts = [Fact(*name.split("__"), value) for name, value in values.items()]
    return make_plan(event, Facts.of({"applicant": "taro", "birth": "birth"}, kinds, facts), date(2027, 3, 15))


def asked(plan: Plan) -> list[tuple[str, str]]:
    return [ask.key for ask in plan.asks]


def test_who_is_asked_before_what_is_asked_of_them(event: CompiledEvent) -> None:
    assert asked(plan(event)) == [("birth", "mother")]
    assert ("hana", "worker") in asked(plan(event, birth__mother="hana"))


def test_a_told_role_stands_for_its_person_in_verdict_needs_and_trace(event: CompiledEvent) -> None:
    made = plan(event, birth__mother="hana", hana__worker=True)
    (row,) = made.procedures
    assert row.verdict is True
    assert row.needs == (("hana", "name"), ("birth", "date"))
    assert {("birth", "mother"), ("hana", "worker")} <= made.on_path
    assert plan(event, birth__mother="taro", hana__worker=True).procedures[0].verdict is UNKNOWN


def test_nobody_in_a_role_leaves_what_speaks_of_them_open(event: CompiledEvent) -> None:
    (row,) = plan(event, birth__mother=None).procedures
    assert row.verdict is UNKNOWN
    assert row.needs == (("birth", "date"),)


def test_the_office_is_that_of_the_person_who_is_told(event: CompiledEvent) -> None:
    address = {"municipality": "970018"}
    made = plan(
        event, birth__mother="hana", hana__worker=True, hana__address=address, taro__address={"municipality": "1"}
    )
    assert made._codes == {"new": "970018"}


def test_a_deadline_may_be_worked_out_and_rests_on_what_it_comes_from(event: CompiledEvent) -> None:
    made = plan(event, birth__mother="hana", hana__worker=True, birth__date=date(2027, 7, 10))
    (row,) = made.procedures
    assert row.due is not None
    assert row.due.last == date(2027, 6, 8)  # 42 days before, and ten days from the day after
    assert ("birth", "date") in made.on_path


def test_an_amount_is_worked_out_once_all_of_it_is_known(event: CompiledEvent) -> None:
    known = {"birth__mother": "hana", "hana__worker": True, "birth__children": ("hana", "taro")}
    births = {"hana__birth_date": date(2026, 1, 1), "taro__birth_date": date(2016, 1, 1)}
    (path,) = event.procedures[0].amounts
    assert plan(event, **known).one_value(path, None) is UNKNOWN
    assert plan(event, **known, **births).one_value(path, None) == 25000


def test_a_register_is_asked_for_what_amounts_and_deadlines_come_from(event: CompiledEvent) -> None:
    assert event.uses["person.birth_date"] == ("leave",)
    assert event.uses["birth.mother"] == ("leave",)
    assert "birth.date" in event.decisive


def test_an_expression_of_another_event_s_roles_is_left_to_that_event(tmp_path: Path) -> None:
    words = WORDS + "  near: {label: 近いか, type: yes_no, derived: \"move.where == 'near'\"}\n"
    library = load(folder(tmp_path, words=words))
    assert ("person", "near") in library.events["moving"].worked_out
    assert ("person", "near") not in library.events["birth"].worked_out


@pytest.mark.parametrize(
    ("words", "event", "message"),
    [
        (WORDS.replace("worker:", "name:"), EVENT, "項目「person.name」が2回書かれています"),
        (WORDS.replace("kind: person", "kind: cat"), EVENT, "「cat」という種類に名前がありません"),
        (WORDS, EVENT.replace("item: birth.mother", "item: birth.date"), "「birth.date」は「person」ではありません"),
        (WORDS, EVENT.replace("item: birth.mother", "item: birth.mother, list: birth.children"), "役の決まり方が2つあります"),
        (WORDS.replace("derived: \"sum(15000 if c.age < 3 else 10000 for c in self.children)\"", "computed: luck"), EVENT, "「luck」という計算はありません"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(tmp_path: Path, words: str, event: str, message: str) -> None:
    with pytest.raises(DefinitionErrors) as caught:
        load(folder(tmp_path, words=words, event=event))
    assert message in str(caught.value)
