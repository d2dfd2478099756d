"""The plan: everything that is needed and why, what is not, and what is left."""

from __future__ import annotations

from typing import Any

import pytest

from app.web.planviews import tasks


def rows(page: Any) -> dict[str, str]:
    """Text of each row by procedure id."""
    return {
        node.get("id").removeprefix("row-"): node.text
        for node in page.document.all("li")
        if node.get("id").startswith("row-")
    }


def test_each_required_procedure_has_one_row_with_everybody_it_is_for(site: Any) -> None:
    journey = site.answer_all()
    page = site.get("/journeys/1/plan")
    found = rows(page)
    assert set(found) == {planned.id for planned in journey.plan.by_verdict["required"]}
    assert page.h1 == f"{len(found)}の手続が必要です"
    for name in ("あなた", "山科 蓮さん", "山科 みおさん"):
        assert name in found["mynumber-card-continuation"]
    assert "山科 そら" not in found["mynumber-card-continuation"]


def test_the_next_action_leads_to_the_questions_then_to_the_review(site: Any) -> None:
    site.look_up()
    page = site.get("/journeys/1/plan")
    assert f"質問に答える（{len(site.journey.plan.pages)}問）" in page.html
    assert "/journeys/1/questions" in page.links()


@pytest.mark.parametrize("persona", ["kudo", "minase", "sakuma", "takatsu"])
def test_before_filing_nothing_sounds_finished(site: Any, persona: str) -> None:
    site.answer_all(persona)
    page = site.get("/journeys/1/plan")
    for word in ("完了", "終わりました"):
        assert word not in page.html
    assert "そろいました。まだ出していません" in page.html


def test_what_is_not_needed_and_not_decided_stands_with_its_reason(site: Any) -> None:
    journey = site.look_up()
    page = site.get("/journeys/1/plan")
    for task in tasks(journey.plan, "not_required"):
        assert task.definition.title in page.html
        assert task.instances[0].reasons[0].text in page.html
    undecided = tasks(journey.plan, "undecided")
    assert undecided
    for task in undecided:
        assert task.definition.title in page.html


def test_visits_name_the_office_the_reason_and_what_to_bring(site: Any) -> None:
    journey = site.answer_all()
    page = site.get("/journeys/1/plan")
    for planned in journey.plan.by_verdict["required"]:
        if planned.channel[0] == "visit":
            assert planned.authority.name in page.html
            assert planned.channel[1] in page.html
    assert "まだ始められません：転出届が先です" in page.html
    assert "持ち物：" in page.html


def test_an_unknown_kind_of_move_leaves_the_plan_undecided_but_open(site: Any) -> None:
    site.enter()
    site.post("/events/moving", follow=False)
    for item, fields in (("kind", {"kind": "unknown"}), ("who", {"who": "unknown"}), ("date", {"unknown": "1"})):
        site.post(f"/journeys/1/triage/move.{item}", follow=False, **fields)
    site.post("/journeys/1/consent", consent="none", follow=False)
    page = site.get("/journeys/1/plan")
    assert page.status == 200
    assert "まだ決まらないもの" in page.html


def test_a_changed_answer_is_told_once(site: Any) -> None:
    journey = site.answer_all()
    site.get("/journeys/1/plan")
    journey.answer({(journey.facts.roles["move"], "kind"): "abroad"})
    page = site.get("/journeys/1/plan")
    assert "減った手続：転入届" in page.html
    assert page.document.ids["page"].get("data-status")
    assert "減った手続" not in site.get("/journeys/1/plan").html


def test_the_calendar_lists_deadlines_in_order(site: Any) -> None:
    site.answer_all()
    page = site.get("/journeys/1/plan/calendar")
    days = [node.get("datetime") for node in page.document.all("time") if node.within(("ol",))]
    assert days == sorted(days)
    assert "2027-04-12" in days
    assert "転入届の期限" in page.html


def test_one_procedure_shows_reasons_facts_law_and_what_would_change_it(site: Any) -> None:
    site.answer_all()
    page = site.get("/journeys/1/plan/moving-out-notice")
    assert page.h1 == "転出届"
    assert "住民基本台帳法 第24条" in page.html
    assert "住民票から 3月15日" in page.html
    assert "あなたの答え" in page.html
    assert "引っ越し先が「同じ市の中」か「海外から日本へ」なら、必要ありません" in page.html
    assert "確かめていない点" in page.html


def test_what_changes_if_an_answer_changes_is_true(site: Any) -> None:
    journey = site.answer_all()
    journey.answer({(journey.facts.roles["move"], "kind"): "within_city"})
    assert "必要ありません" in site.get("/journeys/1/plan/moving-out-notice").html


def test_a_withheld_address_is_named_but_not_sent(site: Any) -> None:
    journey = site.answer_all("hinata")
    kept = [planned for planned in journey.plan.by_verdict["required"] if planned.withheld]
    for planned in kept:
        page = site.get(f"/journeys/1/plan/{planned.id}")
        assert "送らない内容" in page.html
        sent = page.html[page.html.index("送る内容") : page.html.index("送らない内容")]
        for key in planned.withheld:
            value = journey.facts.get(key).value
            assert str(value.get("block") if isinstance(value, dict) else value) not in sent


def test_every_procedure_of_every_verdict_has_a_page(site: Any) -> None:
    journey = site.look_up("takatsu")
    for id_ in sorted({planned.id for planned in journey.plan.procedures}):
        assert site.get(f"/journeys/1/plan/{id_}").status == 200
    assert site.get("/journeys/1/plan/nothing").status == 404
