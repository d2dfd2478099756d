"""Pages that bring themselves up to date: what goes over the wire, when a stream ends, and what there is without one."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

import pytest

from app.config import real_now
from app.engine.lifecycle import Event, EventType
from app.store import models
from app.web import live
from app.web.live_streams import MOST_OF_A_WORLD, Stream, Streams
from app.world import news, outbox
from tests.web.conftest import Site
from tests.web.test_calendar import file_visit

PERSONAL = re.compile("山科|はるか|SIM-|転入届|999")
FAST = 0.02  # real seconds between two looks at the store


@pytest.fixture
def listening(site: Site) -> Iterator[Site]:
    """A visitor with a journey, whose site looks at the store often."""
    site.look_up()
    site.app.extensions["hitomado.live"] = Streams(site.app.extensions["hitomado.live"]._look, 200, FAST)
    yield site
    site.app.extensions["hitomado.live"].close()


class Listener:
    """Reads a stream of a test client, event by event."""

    def __init__(self, site: Site, query: str = "", **headers: str) -> None:
        self.answer = site.client.get(f"/live/stream{query}", headers=headers, buffered=False)
        self.parts = iter(self.answer.response)

    def next(self, skip: str = "retry") -> str:
        """The next thing that is said, but for the opening words."""
        for part in self.parts:
            text = part.decode() if isinstance(part, bytes) else str(part)
            if not text.startswith(skip):
                return text
        return ""

    def rest(self) -> str:
        """All until the end."""
        return "".join(part.decode() if isinstance(part, bytes) else str(part) for part in self.parts)


def mark(site: Site) -> str:
    found = news.version(site.context, site.world.id)
    assert found is not None
    return found


def something_happens(site: Site) -> None:
    with site.context.database.write() as session:
        row = session.get_one(models.Case, (site.world.id, 1))
        outbox.record(session, row, Event(EventType.VISITED, datetime(2027, 3, 30, 9)), "")


def streams(site: Site) -> Streams:
    found: Streams = site.app.extensions["hitomado.live"]
    return found


# --- what is said -------------------------------------------------------------------------------------------------------------
def test_a_stream_says_that_something_changed_and_nothing_else(listening: Site) -> None:
    file_visit(listening)
    before = mark(listening)
    listener = Listener(listening, f"?since={before}")
    assert listener.answer.status_code == 200
    assert listener.answer.headers["Content-Type"].startswith("text/event-stream")
    assert listener.answer.headers["X-Accel-Buffering"] == "no"
    assert listener.answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in listener.answer.headers, "listening is no reason to keep a session open"
    something_happens(listening)
    said = listener.next()
    assert said == f"id: {mark(listening)}\nevent: changed\ndata:\n\n"
    assert mark(listening) != before
    assert not PERSONAL.search(said)
    assert listening.world.id not in said
    listener.answer.close()


def test_whoever_comes_back_hears_what_was_missed_and_nothing_twice(
    listening: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_visit(listening)
    old = mark(listening)
    something_happens(listening)
    missed = Listener(listening, "?since=0", **{"Last-Event-ID": old})
    assert missed.next().startswith(f"id: {mark(listening)}")
    missed.answer.close()
    monkeypatch.setattr(live, "HEARTBEAT", 0.1)
    up_to_date = Listener(listening, "?since=0", **{"Last-Event-ID": mark(listening)})
    assert up_to_date.next() == ": still here\n\n"
    up_to_date.answer.close()


def test_a_quiet_stream_beats_and_ends_after_its_life(listening: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.1)
    monkeypatch.setattr(live, "LIFE", (0.35, 0.35))
    listener, begun = Listener(listening, f"?since={mark(listening)}"), monotonic()
    said = listener.rest()
    assert said.startswith(f"retry: {live.RETRY}\n\n")
    assert 2 <= said.count(": still here\n\n") <= 4
    assert "event:" not in said
    assert monotonic() - begun < 5
    listener.answer.close()
    assert len(streams(listening)) == 0


def test_a_stream_lives_no_longer_than_the_session(listening: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.1)
    with listening.client.session_transaction() as session:
        session["until"] = real_now().timestamp() + 1
    listener, begun = Listener(listening, f"?since={mark(listening)}"), monotonic()
    listener.rest()
    assert monotonic() - begun < 3
    assert listening.client.get("/live/stream").status_code == 204
    assert listening.client.get("/live/mark").status_code == 410


# --- when it ends ---------------------------------------------------------------------------------------------------------------
def test_a_stream_ends_with_its_world_and_with_its_session(listening: Site) -> None:
    listener = Listener(listening, f"?since={mark(listening)}")
    listener.next("no part begins so")
    listening.post("/settings/session/end", follow=False)
    assert listener.rest() == "event: gone\ndata:\n\n"
    listener.answer.close()
    listening.enter()
    listener = Listener(listening, f"?since={mark(listening)}")
    listening.world.delete()
    assert listener.rest().endswith("event: gone\ndata:\n\n")
    listener.answer.close()


def test_signing_out_in_one_browser_leaves_the_other_alone(listening: Site, make_site: Callable[[], Site]) -> None:
    other = make_site()
    other.look_up()
    mine, theirs = Listener(listening, f"?since={mark(listening)}"), Listener(other, f"?since={mark(other)}")
    listening.post("/settings/session/end", follow=False)
    assert mine.rest().endswith("event: gone\ndata:\n\n")
    assert len(streams(other)) == 2
    mine.answer.close()
    assert len(streams(other)) == 1
    theirs.answer.close()


def test_the_end_of_the_process_ends_every_stream(listening: Site) -> None:
    listener = Listener(listening, f"?since={mark(listening)}")
    streams(listening).stop()
    assert listener.rest() == f"retry: {live.RETRY}\n\n"
    assert listening.client.get("/live/stream").status_code == 204


# --- beyond the cap -----------------------------------------------------------------------------------------------------------
def test_beyond_the_cap_the_answer_is_to_ask_and_pages_go_on(listening: Site, make_site: Callable[[], Site]) -> None:
    streams(listening).most = 2
    mine = [Listener(listening, f"?since={mark(listening)}") for _ in range(2)]
    refused = listening.client.get("/live/stream")
    assert (refused.status_code, refused.headers["Retry-After"], refused.data) == (204, str(live.POLL), b"")
    assert listening.get("/journeys/1/plan").status == 200
    mine[0].answer.close()
    again = Listener(listening, f"?since={mark(listening)}")
    assert again.answer.status_code == 200
    for one in (mine[1], again):
        one.answer.close()


def test_one_world_does_not_take_every_place(listening: Site) -> None:
    open_ = [Listener(listening) for _ in range(MOST_OF_A_WORLD)]
    assert listening.client.get("/live/stream").status_code == 204
    assert streams(listening).refused == 1
    for one in open_:
        one.answer.close()


def test_the_cap_holds_however_many_come_at_once() -> None:
    all_ = Streams(lambda worlds: dict.fromkeys(worlds, "m"), 10, FAST)
    taken: list[bool] = []
    threads = [threading.Thread(target=lambda n=n: taken.append(all_.join(Stream(f"w{n}")))) for n in range(40)]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (taken.count(True), len(all_), all_.refused) == (10, 10, 30)
    all_.close()


def test_a_store_that_is_away_for_a_moment_ends_nothing() -> None:
    looks: list[int] = []

    def look(worlds: Any) -> dict[str, str]:
        looks.append(1)
        if len(looks) < 3:
            raise OSError
        return dict.fromkeys(worlds, "new")

    all_, stream = Streams(look, 1, FAST), Stream("w")
    assert all_.join(stream)
    assert stream.wait(5)
    assert (stream.mark, stream.over) == ("new", False)
    all_.close()
    assert stream.over


def test_a_browser_that_left_makes_room_at_once() -> None:
    here, there = socket.socketpair()
    all_ = Streams(lambda worlds: dict.fromkeys(worlds, ""), 1, FAST)
    stream = Stream("w", connection=here)
    assert all_.join(stream)
    sleep(3 * FAST)
    assert not stream.over
    there.close()
    assert stream.wait(5)
    assert (stream.over, stream.gone) == (True, False)
    all_.close()
    here.close()


# --- without a stream -----------------------------------------------------------------------------------------------------------
def test_the_mark_is_an_etag_and_costs_no_session_time(listening: Site) -> None:
    file_visit(listening)
    first = listening.client.get("/live/mark")
    assert (first.status_code, first.text) == (200, mark(listening))
    etag = first.headers["ETag"]
    assert etag == f'"{mark(listening)}"'
    assert "Set-Cookie" not in first.headers
    same = listening.client.get("/live/mark", headers={"If-None-Match": etag})
    assert (same.status_code, same.data) == (304, b"")
    something_happens(listening)
    changed = listening.client.get("/live/mark", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_a_page_that_brings_itself_up_to_date_does_not_extend_the_session(listening: Site) -> None:
    for name, extended in (("live-source", False), ("something-else", True)):
        with listening.client.session_transaction() as session:
            session["until"] = until = int(real_now().timestamp()) + 60
        listening.client.get("/inbox", headers={"HX-Trigger": name})
        with listening.client.session_transaction() as session:
            assert (session["until"] > until) is extended


def test_strangers_hear_nothing(make_site: Callable[[], Site]) -> None:
    stranger = make_site()
    assert stranger.client.get("/live/stream").status_code == 204
    assert stranger.client.get("/live/mark").status_code == 410


def test_what_an_office_did_not_take_goes_out_while_somebody_watches(
    listening: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_visit(listening, visit=False)
    delivered: list[str] = []
    monkeypatch.setattr("app.world.worlds.outbox.deliver", lambda context, world, now: delivered.append(world))
    with listening.context.database.write() as session:
        row = session.get_one(models.Case, (listening.world.id, 1))
        row.state, row.arrival_number = "sending", None
        row.not_before = (real_now() + timedelta(minutes=1)).isoformat()
    news.catch_up(listening.context, listening.world.id)
    assert delivered == [], "its time has not come"
    with listening.context.database.write() as session:
        row = session.get_one(models.Case, (listening.world.id, 1))
        row.not_before = (real_now() - timedelta(seconds=1)).isoformat()
    listening.client.get("/live/mark")
    assert delivered == [listening.world.id]


# --- the pages --------------------------------------------------------------------------------------------------------------------
def test_pages_say_how_they_change_and_work_without_scripts(listening: Site) -> None:
    file_visit(listening)
    for path in ("/cases", "/cases/1", "/inbox"):
        page = listening.get(path)
        assert f'data-mark="{mark(listening)}"' in page.html, path
        switch = next(node for node in page.document.all("input") if node.get("id") == "live-switch")
        assert switch.get("type") == "checkbox"
        assert path in page.links(), "the way without scripts: the page itself"
    assert 'id="live"' not in listening.get("/journeys/1/plan").html
