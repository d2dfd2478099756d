"""How long a session runs, and when its cookie is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.web import shell

BEGUN = datetime(2026, 11, 23, 5, 0, 20, tzinfo=UTC)  # 14:00:20 in Japan
PAGE = "/journeys/1/questions/contact"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Says how many seconds after the beginning it is."""

    def go(seconds: float) -> datetime:
        now = BEGUN + timedelta(seconds=seconds)
        monkeypatch.setattr(shell, "real_now", lambda: now)
        return now

    go(0)
    return go


def test_it_ends_on_the_minute_that_the_page_says_and_never_early(site: Any, at: Any) -> None:
    site.look_up()
    for seconds, said in ((0, "14時31分"), (40, "14時31分"), (41, "14時32分"), (600, "14時41分")):
        now = at(seconds)
        assert f"{said}（実際の時刻）までに続けてください" in site.get(PAGE).html
        with site.client.session_transaction() as session:
            left = session["until"] - now.timestamp()
            assert session["until"] % 60 == 0
        assert 30 * 60 <= left < 31 * 60
    at(600 + 40 + 30 * 60)
    assert "/session/ended" in site.get(PAGE, follow=False).location


def test_the_cookie_is_written_when_the_end_moves_and_not_with_every_page(site: Any, at: Any) -> None:
    site.look_up()
    site.get(PAGE)
    for seconds, written in ((10, False), (40, False), (41, True), (50, False), (100.5, True)):
        at(seconds)
        assert ("Set-Cookie" in site.client.get(PAGE).headers) is written


def test_a_stranger_gets_no_cookie_for_a_page_without_a_form(site: Any) -> None:
    assert "Set-Cookie" not in site.client.get("/").headers
