"""The review: each fact once, its source, where it goes, and what to do when a register is wrong."""

from __future__ import annotations

from typing import Any

from app.world import outbox
from tests.web.walking import walk


def ready(site: Any, persona: str = "yamashina") -> Any:
    """A journey with everything answered by the pages."""
    site.look_up(persona)
    walk(site, site.context.households[persona].answers)
    return site.get("/journeys/1/review")


def test_each_fact_stands_once_with_its_uses(site: Any) -> None:
    page = ready(site)
    ids = [node.get("id") for node in page.document.all("div") if (node.get("id") or "").startswith("row-")]
    assert ids
    assert len(ids) == len(set(ids))
    needed = {key for planned in outbox.fileable(site.journey) for key in planned.needs}
    assert len(ids) >= len(needed)
    assert "使う手続" in page.html
    assert "まだ提出していません" in page.html
    assert "署名に進む" in page.html


def test_links_name_their_fact_and_their_person(site: Any) -> None:
    page = ready(site)
    texts = [node.text for node in page.document.all("a")]
    acts = [text for text in texts if text.endswith(("を変える", "の内容が違うとき"))]
    assert len(acts) == len(set(acts))


def test_missing_answers_are_rows_and_stop_the_signature(site: Any) -> None:
    site.look_up()
    page = site.get("/journeys/1/review")
    assert "まだ答えていません" in page.html
    assert "署名に進む" not in page.html
    assert site.get("/journeys/1/sign").path.endswith("/review")


def test_every_office_shows_exactly_what_it_gets(site: Any) -> None:
    ready(site)
    page = site.get("/journeys/1/review/sent-to/1")
    assert page.status == 200
    assert "に送る内容" in page.h1
    assert site.get("/journeys/1/review/sent-to/99").status == 404


def test_a_register_stays_as_it_is_and_both_values_travel(site: Any) -> None:
    ready(site)
    entry = site.journey.entry(("haruka", "kana"))
    path = f"/journeys/1/review/wrong/{entry.seq}"
    page = site.get(path)
    assert "ヤマシナ ハルカ" in page.html
    assert "そのまま出す" in page.html
    assert site.post(path, kana="漢字").status == 422
    site.post(path, kana="ヤマシナ ハルコ", based_on=str(site.journey.mark), follow=False)
    journey = site.journey
    assert journey.facts.by_key["haruka", "kana"].value == "ヤマシナ ハルコ"
    filed = [a for a in outbox.pack(journey).applications if "haruka.kana" in a["facts"]]
    assert filed
    assert all(a["noted"] == {"haruka.kana": "ヤマシナ ハルカ"} for a in filed)
    assert "書き添え" in site.get("/journeys/1/review").html


def test_an_unknown_answer_holds_its_procedures_and_what_follows_them(site: Any) -> None:
    ready(site)
    site.post("/journeys/1/questions/move.new_address", unknown="1", based_on=str(site.journey.mark), follow=False)
    held = {planned.id for planned in outbox.incomplete(site.journey)}
    going = {planned.id for planned in outbox.fileable(site.journey)}
    assert {"moving-out-notice", "moving-in-notice"} <= held
    assert not held & going
    assert "まだ出せない手続" in site.get("/journeys/1/review").html


def test_withheld_facts_are_listed_with_those_who_do_not_get_them(site: Any) -> None:
    page = ready(site, "hinata")
    kept = {key for planned in site.journey.plan.by_verdict["required"] for key in planned.withheld}
    assert kept
    assert "には送りません" in page.html
