"""The choice before the look-up, and each way in which a register may answer."""

from __future__ import annotations

from typing import Any

import pytest


def test_the_page_names_every_register_items_and_cost_and_prefers_no_button(site: Any) -> None:
    choices = site.start().consent_choices
    page = site.get("/journeys/1/consent")
    assert page.h1 == f"{len(choices.registers)}つの台帳に問い合わせますか"
    for cost in choices.registers:
        assert cost.register.label in page.html
        assert cost.register.basis in page.html
    assert f"多くて{choices.without_registers}問" in page.html
    buttons = page.document.all("button", where=lambda node: node.get("name") == "consent")
    assert [node.get("value") for node in buttons] == ["all", "choose", "none"]
    assert len({node.get("class") for node in buttons}) == 1
    assert "在留カード" in page.html  # what nothing needs is named under what is not looked at


def test_refusing_everything_asks_nobody_and_leads_to_the_plan(site: Any) -> None:
    site.start()
    assert site.post("/journeys/1/consent", consent="none").path == "/journeys/1/plan"
    assert site.services.registers.asked == []
    assert {consent["decision"] for consent in site.journey.consents.values()} == {"refused"}


def test_choosing_asks_only_what_was_allowed_and_presets_nothing(site: Any) -> None:
    journey = site.start()
    page = site.get("/journeys/1/consent/choose")
    assert not page.document.all("input", where=lambda node: node.has("checked"))
    ids = [cost.register.id for cost in journey.consent_choices.registers]
    answers = {f"register-{id_}": "no" for id_ in ids}
    missing = site.post(
        "/journeys/1/consent/choose", **{name: value for name, value in answers.items() if name != "register-tax"}
    )
    assert missing.status == 422
    assert missing.html.count("税に問い合わせるかどうかを選んでください") == 2
    site.post("/journeys/1/consent/choose", **(answers | {"register-resident": "yes"}))
    assert site.services.registers.asked == ["resident"]


def test_decisions_can_be_seen_with_their_date_and_changed(site: Any) -> None:
    site.look_up()
    page = site.get("/journeys/1/consent")
    assert "問い合わせる（令和9年（2027年）3月15日（月））" in page.html
    assert "/journeys/1/consent/choose" in page.links()


def test_without_the_card_registers_cannot_be_asked(site: Any) -> None:
    site.start()
    site.post("/start/without-card", follow=False)
    page = site.get("/journeys/1/consent")
    assert page.h1 == "台帳に問い合わせずに進みます"
    assert site.post("/journeys/1/consent", consent="all", follow=False).location == "/start/sign-in"
    assert site.post("/journeys/1/consent", consent="none").path == "/journeys/1/plan"
    assert site.services.registers.asked == []


WORDS = {
    "": "受け取りました",
    "partial": "受け取りました",
    "none": "登録がありません",
    "unsupported": "この市はまだ対応していません",
    "stale": "古いかもしれません",
    "mismatch": "台帳の氏名と一致しませんでした",
    "slow": "まだ返事がありません",
    "down": "返事がありません",
}


@pytest.mark.parametrize("fault", WORDS)
def test_every_outcome_is_said_in_words_and_the_journey_goes_on(site: Any, fault: str) -> None:
    site.start()
    site.services.registers.faults["resident"] = fault
    page = site.post("/journeys/1/consent", consent="all")
    assert page.path == "/journeys/1/lookup"
    assert WORDS[fault] in page.html
    if fault in ("slow", "down"):
        assert "1つは返事がありません" in page.html
        assert "住民票をどうしますか" in page.html
        page = site.post("/journeys/1/lookup", **{"register-resident": "type"})
        assert page.path == "/journeys/1/plan"
    else:
        assert "/journeys/1/plan" in page.links()
    assert site.get("/journeys/1", follow=False).location == "/journeys/1/plan"


def test_a_silent_register_can_be_put_off_and_asked_again(site: Any) -> None:
    site.start()
    site.services.registers.faults["school"] = "down"
    site.post("/journeys/1/consent", consent="all")
    wrong = site.post("/journeys/1/lookup")
    assert wrong.status == 422
    plan = site.post("/journeys/1/lookup", **{"register-school": "later"})
    assert plan.path == "/journeys/1/plan"
    assert "返事がない台帳：学齢簿" in plan.html
    del site.services.registers.faults["school"]
    before = len(site.services.registers.asked)
    page = site.post("/journeys/1/lookup", again="1")
    assert site.services.registers.asked[before:] == ["school"]
    assert "返事がありません" not in page.html


def test_looking_at_the_page_asks_nobody(site: Any) -> None:
    site.look_up()
    asked = list(site.services.registers.asked)
    site.get("/journeys/1/lookup")
    assert site.services.registers.asked == asked
