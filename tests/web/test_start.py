"""Choosing whom to be, the card, and what can go wrong with it."""

from __future__ import annotations

from typing import Any


def test_every_household_can_be_chosen_and_none_is_chosen_before(site: Any, households: Any) -> None:
    page = site.get("/start")
    radios = page.document.all("input", where=lambda node: node.get("type") == "radio")
    assert {node.get("value") for node in radios} < {*households, "others", "own"}
    assert len(radios) <= 7
    assert not any(node.has("checked") for node in radios)
    page = site.post("/start", persona="others")
    buttons = page.document.all("button", where=lambda node: node.get("name") == "persona")
    assert {node.get("value") for node in buttons} == set(households)


def test_choosing_nobody_says_so_at_the_field_and_above(site: Any) -> None:
    page = site.post("/start")
    assert page.status == 422
    assert page.html.count("だれとして試すか選んでください") == 2


def test_a_new_choice_removes_the_world_before(site: Any) -> None:
    site.enter("yamashina")
    first = site.world.id
    site.enter("kudo")
    assert site.world.persona_id == "kudo"
    assert list(site.services.simulation.worlds) == [site.world.id] != [first]


def test_a_silent_service_makes_no_world(site: Any) -> None:
    site.services.simulation.down = True
    page = site.post("/start", persona="kudo")
    assert page.status == 503
    with site.client.session_transaction() as session:
        assert "world" not in session


def test_the_browser_is_sent_away_with_a_handle_only(site: Any) -> None:
    site.post("/start", persona="yamashina", follow=False)
    answer = site.post("/start/sign-in", follow=False)
    assert answer.status == 303
    assert site.world.id not in answer.location


def test_the_card_page_comes_before_personal_pages(site: Any) -> None:
    site.post("/start", persona="yamashina", follow=False)
    assert site.get("/journeys/1/plan", follow=False).location == "/settings/session/ended"


def test_another_state_or_a_second_return_signs_nobody_in(site: Any) -> None:
    site.post("/start", persona="yamashina", follow=False)
    site.post("/start/sign-in", follow=False)
    page = site.get("/start/return?code=it&state=other&iss=us")
    assert page.h1 == "この画面は古くなりました"
    assert site.get("/start/return?code=it&state=the-state&iss=us").h1 == "この画面は古くなりました"
    with site.client.session_transaction() as session:
        assert "until" not in session


def test_refusals_say_what_happened_and_offer_ways_on(site: Any) -> None:
    site.post("/start", persona="yamashina", follow=False)
    for query, heading in (
        ("error=access_denied&state=the-state", "カードで示すのをやめました"),
        ("error=server_error&state=the-state", "カードで示せませんでした"),
    ):
        site.post("/start/sign-in", follow=False)
        page = site.get(f"/start/return?{query}")
        assert page.h1 == heading
        assert "カードを使わずに続ける" in page.html
    site.services.identity.refuses = True
    site.post("/start/sign-in", follow=False)
    assert site.get("/start/return?code=it&state=the-state&iss=us").h1 == "カードで示せませんでした"


def test_a_silent_provider_is_a_503_with_a_way_on(site: Any) -> None:
    site.post("/start", persona="yamashina", follow=False)
    site.services.identity.down = True
    assert site.post("/start/sign-in").status == 503


def test_without_the_card_one_is_in_but_has_no_token(site: Any) -> None:
    site.post("/start", persona="kurose", follow=False)
    assert "この人は、カードを持っていません" in site.get("/start/sign-in").html
    site.post("/start/without-card", follow=False)
    with site.client.session_transaction() as session:
        assert "until" in session
        assert "token" not in session


def test_the_language_survives_the_way_to_the_card_and_back(site: Any) -> None:
    site.post("/ja-simple/start", persona="yamashina", follow=False)
    site.post("/ja-simple/start/sign-in", follow=False)
    assert site.get("/start/return?code=it&state=the-state&iss=us", follow=False).location == "/ja-simple/"
