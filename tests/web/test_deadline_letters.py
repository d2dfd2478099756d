"""Letters about deadlines in the inbox, and what plan and case pages say once a last day has passed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from app.engine.lifecycle import Event, EventType
from app.store import models
from app.world import outbox
from tests.web.conftest import Offices, Simulation, Site
from tests.world.conftest import Clock


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Time can go on at offices at which nothing happens; what the card was told is kept."""
    kept: list[str] = []

    def told(self: Simulation, world: str, now: datetime, state: str = "valid") -> None:
        kept.append(state)

    monkeypatch.setattr(Simulation, "restore_card", told, raising=False)
    monkeypatch.setattr(Offices, "advance_clock", lambda *told: Clock(), raising=False)
    return kept


def letters(site: Site, kind: str) -> list[Any]:
    return [letter for letter in reversed(site.world.letters()) if letter.kind == kind]


def test_a_letter_says_what_to_do_before_the_last_day(site: Site, cards: list[str]) -> None:
    site.answer_all()
    site.get("/time")
    shown = site.post("/time", step="7")
    assert "期限" in shown.html
    near = letters(site, "deadline_near")
    assert near
    inbox = site.get("/inbox")
    assert "要対応" in inbox.html
    assert "ひとまど（模擬）" in inbox.html
    shown = site.get(f"/inbox/{near[0].n}")
    assert "の期限まで" in shown.h1 or "の期限は" in shown.h1
    for words in ("いますること", "過ぎると：", "根拠：", "カレンダーに入れる"):
        assert words in shown.html
    assert any("/journeys/1/plan/" in link for link in shown.links())
    assert site.world.unread == len(site.world.letters()) - 1


def test_after_the_last_day_the_consequence_stands_in_letter_and_plan(site: Site, cards: list[str]) -> None:
    site.answer_all()
    site.world.advance(30)
    passed = next(
        site.get(f"/inbox/{letter.n}")
        for letter in letters(site, "deadline_passed")
        if "転入届" in site.get(f"/inbox/{letter.n}").html
    )
    for words in ("5万円以下の過料になることがあります", "今からでも", "4月11日（日）は日曜日", "住民基本台帳法"):
        assert words in passed.html or words == "今からでも"
    row = site.get("/journeys/1/plan").html
    assert "期限を過ぎています。今からでも出せます。" in row
    assert "期限を過ぎています。今からでも出せます。" in site.get("/journeys/1/plan/moving-in-notice").html


def test_the_card_lapses_and_a_letter_explains_it(site: Site, cards: list[str]) -> None:
    site.answer_all()
    site.world.advance(40)
    (lapsed,) = letters(site, "card_lapsed")
    assert lapsed.at.date() == date(2027, 4, 13)
    assert cards == ["revoked"]
    shown = site.get(f"/inbox/{lapsed.n}")
    assert shown.h1 == "マイナンバーカードが使えなくなりました"
    for words in ("新しいカードを申し込みます", "転入届がこれより遅れると", "番号法"):
        assert words in shown.html


def test_what_has_ended_says_so_and_names_the_remedy(site: Site, cards: list[str]) -> None:
    site.answer_all()
    site.world.advance(110)
    shown = site.get("/journeys/1/plan/mynumber-card-continuation")
    assert "もう出せません" in shown.html
    assert "新しいカードを申し込みます" in shown.html
    assert "もう出せません" in site.get("/journeys/1/plan").html


def test_a_case_that_waits_for_a_visit_says_that_it_is_late(site: Site, cards: list[str]) -> None:
    site.answer_all()
    office = next(id_ for id_, one in site.context.library.authorities.items() if one.code == "970018")
    sealed = site.sealed(1, "moving-in-notice")
    with site.context.database.write() as session:
        row = models.Case(
            world=site.world.id, n=1, journey=1, procedure="moving-in-notice", subject=None, authority=office,
            channel="visit", state="queued", idempotency_key="key", sealed=sealed,
        )  # fmt: skip
        session.add(row)
        at = datetime(2027, 3, 15, 9)
        for event in (
            Event(EventType.RELEASED, at),
            Event(EventType.RECEIVED, at, arrival_number="SIM-0000-0001"),
            Event(EventType.VISIT_NEEDED, at, opens=date(2027, 3, 29)),
        ):
            outbox.record(session, row, event, "")
    assert "期限を過ぎています" not in site.get("/cases/1").html
    site.world.advance(30)
    shown = site.get("/cases/1")
    for words in ("期限を過ぎています。今からでも出せます。", "5万円以下の過料", "数え方と根拠"):
        assert words in shown.html
    ids = [letter.n for letter in letters(site, "deadline_passed")]
    assert any("/cases/1" in site.get(f"/inbox/{n}").links() for n in ids)


@pytest.mark.parametrize("tag", ["en", "ja-simple"])
def test_letters_in_the_other_languages(site: Site, cards: list[str], tag: str) -> None:
    site.answer_all()
    site.world.advance(40)
    site.get(f"/{tag}/inbox")
    for letter in site.world.letters():
        site.get(f"/{tag}/inbox/{letter.n}")
    site.get(f"/{tag}/settings/calendar")
    site.get(f"/{tag}/journeys/1/plan")
    site.get(f"/{tag}/journeys/1/plan/calendar")
