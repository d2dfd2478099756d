"""Home and the start page of an event."""

from __future__ import annotations

import re
from typing import Any

from app.engine.burden import measure
from app.engine.planner import make_plan


def test_first_visit_asks_what_happened_and_shows_nothing_open(site: Any) -> None:
    page = site.get("/")
    assert page.h1 == "何がありましたか"
    assert "続きがあります" not in page.html
    assert "本物の申請はできません" in page.html
    assert "/events/moving" in page.links()


def test_everyday_words_find_the_event_and_its_procedures(site: Any) -> None:
    assert "/events/moving" in site.get("/?q=ﾋｯｺｼ").links()
    page = site.get("/?q=犬")
    assert "/procedures/dog-registration-move" in page.links()
    none = site.get("/?q=宇宙旅行")
    assert "0件見つかりました" in none.html
    assert "ほかのことばで探す" in none.html


def test_the_start_page_shows_computed_numbers_and_every_reason_for_a_visit(
    site: Any, library: Any, households: Any
) -> None:
    page = site.get("/events/moving")
    household, event = households[library.events["moving"].definition.examples[0]], library.events["moving"]
    plan = make_plan(event, household.facts(event.vocabulary), household.persona.today)
    cost = measure(plan)
    for number in (cost.paper.fields, cost.here.fields, cost.paper.visits, cost.here.visits):
        assert f">{number}<" in page.html
    for planned in plan.by_verdict["required"]:
        if planned.channel[0] == "visit":
            assert planned.compiled.definition.title in page.html
            assert planned.channel[1] in page.html
    assert f"窓口へ行くところが{cost.here.visits}か所あります" in page.html


def test_starting_without_a_world_leads_back_to_the_event(site: Any) -> None:
    assert site.post("/events/moving", follow=False).location == "/start"
    site.enter()
    assert site.get("/").status == 200
    assert site.get("/start/sign-in").h1 == "カードで本人だと示す"


def test_after_signing_in_the_person_is_where_they_came_from(site: Any) -> None:
    site.post("/events/moving", follow=False)
    site.post("/start", persona="yamashina", follow=False)
    site.post("/start/sign-in", follow=False)
    assert site.get("/start/return?code=it&state=the-state&iss=us", follow=False).location == "/events/moving"
    assert site.post("/events/moving", follow=False).location == "/journeys/1/triage/move.kind"


def test_an_open_journey_stands_first_with_one_primary_button(site: Any) -> None:
    site.look_up()
    page = site.get("/")
    assert page.html.index("続きがあります") < page.html.index("<h1")
    assert "/journeys/1/plan" in page.links()
    assert len(re.findall("button-primary", page.html)) == 2  # the session dialog's own, and 「続ける」


def test_unknown_events_are_absent(site: Any) -> None:
    assert site.get("/events/nothing").status == 404
    assert site.post("/events/nothing").status == 404
