"""The questions before any look-up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.engine.facts import NOT_YET

DAY = {"date-era": "reiwa", "date-year": "9", "date-month": "3", "date-day": "28"}


@pytest.fixture
def begun(site: Any) -> Any:
    site.enter()
    site.post("/events/moving", follow=False)
    return site


def test_three_questions_one_a_page_then_consent(begun: Any) -> None:
    page = begun.get("/journeys/1")
    assert page.h1 == "どこへ引っ越しますか"
    assert "手順1/5" in page.document.title
    assert begun.post(page.path, kind="between_cities").h1 == "だれが引っ越しますか"
    assert begun.post("/journeys/1/triage/move.who", who="everyone").h1 == "引っ越す日はいつですか"
    assert begun.post("/journeys/1/triage/move.date", **DAY).path == "/journeys/1/consent"
    assert begun.journey.value("move", "date") == date(2027, 3, 28)


def test_nothing_chosen_names_the_way_out(begun: Any) -> None:
    page = begun.post("/journeys/1/triage/move.kind")
    assert page.status == 422
    assert page.html.count("「引っ越し先」を選んでください。分からないときは「まだ分からない」を選びます") == 2
    assert page.document.title.startswith("エラー：")


def test_unknown_is_an_answer_and_never_blocks(begun: Any) -> None:
    begun.post("/journeys/1/triage/move.kind", kind="unknown")
    begun.post("/journeys/1/triage/move.who", who="unknown")
    assert begun.post("/journeys/1/triage/move.date", unknown="1").path == "/journeys/1/consent"
    assert {fact.value for fact in begun.journey.facts.by_key.values()} == {NOT_YET}


@pytest.mark.parametrize(
    ("change", "text", "part"),
    [
        ({"date-month": "13"}, "「13」月はありません", "month"),
        ({"date-month": "2", "date-day": "30"}, "「2月30日」はありません", "day"),
        ({"date-year": "", "date-month": "", "date-day": ""}, "「引っ越す日」を、年・月・日で入力してください", "year"),
        ({"date-year": "2027"}, "2027年）3月28日（日）のことですか", "year"),
        ({"date-day": "あした"}, "日付を、数字で入力してください", "day"),
    ],
)
def test_wrong_dates_name_the_part_and_keep_what_was_typed(
    begun: Any, change: dict[str, str], text: str, part: str
) -> None:
    typed = DAY | change
    page = begun.post("/journeys/1/triage/move.date", **typed)
    assert page.status == 422
    assert page.html.count(text) == 2
    assert f"#date-{part}" in page.links()
    for name, value in typed.items():
        if name != "date-era":
            assert page.document.ids[name].get("value") == value


def test_an_earlier_answer_is_shown_and_can_be_changed(begun: Any) -> None:
    begun.post("/journeys/1/triage/move.kind", kind="abroad")
    page = begun.get("/journeys/1/triage/move.kind")
    chosen = page.document.all("input", where=lambda node: node.has("checked"))
    assert [node.get("value") for node in chosen] == ["abroad"]
    begun.post(page.path, kind="within_city", based_on=str(begun.journey.mark))
    assert begun.journey.value("move", "kind") == "within_city"


def test_a_stale_page_changes_nothing_and_shows_both(begun: Any) -> None:
    begun.post("/journeys/1/triage/move.kind", kind="abroad")
    page = begun.post("/journeys/1/triage/move.kind", kind="within_city", based_on="0")
    assert page.status == 409
    assert "海外" in page.html
    assert "同じ市の中" in page.html
    assert begun.journey.value("move", "kind") == "abroad"


def test_other_journeys_and_items_are_absent(begun: Any, make_site: Any) -> None:
    assert begun.get("/journeys/1/triage/person.name").status == 404
    assert begun.get("/journeys/2/triage/move.kind").status == 403
    other = make_site()
    other.enter("kudo")
    assert other.get("/journeys/1/triage/move.kind").status == 403
