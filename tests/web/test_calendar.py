"""Dates for calendars: the files hold to RFC 5545 line by line, changes are counted, and a link opens only what it says."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from app.engine.lifecycle import Event, EventType
from app.store import models
from app.world import calendars, outbox
from tests.web.conftest import Site

NAME = re.compile(rb"^[A-Z][A-Z0-9-]*([;:])")


def strict(raw: bytes) -> list[str]:
    """The unfolded lines of a file whose every byte is as RFC 5545, 3.1 wants it."""
    assert raw.startswith(b"BEGIN:VCALENDAR\r\n")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\r\n\r\n" not in raw
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    lines: list[bytes] = []
    for line in raw[:-2].split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # no character is cut in two
        if line.startswith(b" "):
            lines[-1] += line[1:]
        else:
            assert NAME.match(line), line
            lines.append(line)
    depth: list[str] = []
    texts = [line.decode() for line in lines]
    for text in texts:
        if text.startswith("BEGIN:"):
            depth.append(text[6:])
        elif text.startswith("END:"):
            assert depth.pop() == text[4:]
    assert not depth
    return texts


def fetch(site: Site, path: str) -> bytes:
    answer = site.client.get(path)
    assert answer.status_code == 200, path
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    return bytes(answer.data)


def events(raw: bytes) -> dict[str, Any]:
    """The events by what they say."""
    strict(raw)
    return {str(event["summary"]): event for event in Calendar.from_ical(raw).walk("VEVENT")}


def file_visit(site: Site, procedure: str = "moving-in-notice", visit: bool = True) -> None:
    """A case whose office asks for a visit from 29 March to 12 April."""
    sealed = site.sealed(1, procedure)
    with site.context.database.write() as session:
        row = models.Case(
            world=site.world.id, n=1, journey=1, procedure=procedure, subject=None, authority="aobano", channel="visit",
            state="queued", idempotency_key=f"key-{site.world.id}", sealed=sealed,
        )  # fmt: skip
        row.authority = next(id_ for id_, one in site.context.library.authorities.items() if one.code == "970018")
        session.add(row)
        at = datetime(2027, 3, 15, 9)
        outbox.record(session, row, Event(EventType.RELEASED, at), "")
        outbox.record(session, row, Event(EventType.RECEIVED, at, arrival_number="SIM-0000-0001"), "")
        if visit:
            asked = Event(EventType.VISIT_NEEDED, at, opens=date(2027, 3, 29), until=date(2027, 4, 12))
            outbox.record(session, row, asked, "")


def test_all_dates_of_a_journey(site: Site) -> None:
    site.answer_all()
    raw = fetch(site, "/journeys/1/calendar.ics")
    lines = strict(raw)
    head = lines[: lines.index("BEGIN:VEVENT")]
    assert head[:5] == [
        "BEGIN:VCALENDAR", "PRODID:-//Hitomado//Simulation//JA", "VERSION:2.0", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
    ]  # fmt: skip
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT12H" in head
    assert "X-PUBLISHED-TTL:PT12H" in head
    assert "X-WR-TIMEZONE:Asia/Tokyo" in head
    assert any(line.startswith("X-WR-CALNAME:") for line in head)
    found = events(raw)
    assert all(text.endswith("（模擬）") for text in found)
    event = found["転入届の期限（模擬）"]
    assert event.decoded("dtstart") == date(2027, 4, 12)
    assert event.decoded("dtend") == date(2027, 4, 13)
    assert str(event["status"]) == "CONFIRMED"
    assert event["sequence"] == 0
    assert [alarm["trigger"].dt for alarm in event.walk("VALARM")] == [
        timedelta(hours=9) - timedelta(days=n) for n in (14, 7, 1)
    ]
    assert "これは模擬の予定です" in str(event["description"])
    text = "\n".join(lines)
    assert "DTSTART;VALUE=DATE:20270412" in text
    assert re.search(r"DTSTAMP:\d{8}T\d{6}Z\n", text)
    uids = re.findall(r"^UID:(.+)$", text, re.MULTILINE)
    assert len(uids) == len(set(uids)) == len(found)
    assert "山科" not in text
    assert site.world.id not in text


def test_names_stay_and_a_changed_day_is_counted(site: Site) -> None:
    journey = site.answer_all()
    first = events(fetch(site, "/journeys/1/calendar.ics"))["転入届の期限（模擬）"]
    again = events(fetch(site, "/journeys/1/plan/moving-in-notice.ics"))
    assert list(again) == ["転入届の期限（模擬）"]
    assert (again["転入届の期限（模擬）"]["uid"], again["転入届の期限（模擬）"]["sequence"]) == (first["uid"], 0)
    journey.answer({("move", "date"): date(2027, 4, 20)})
    moved = events(fetch(site, "/journeys/1/calendar.ics"))["転入届の期限（模擬）"]
    assert (moved["uid"], moved["sequence"]) == (first["uid"], 1)
    assert moved.decoded("dtstart") == date(2027, 5, 6)
    assert events(fetch(site, "/journeys/1/calendar.ics"))["転入届の期限（模擬）"]["sequence"] == 1


def test_what_is_not_required_any_more_is_cancelled(site: Site) -> None:
    journey = site.answer_all()
    fetch(site, "/journeys/1/calendar.ics")
    journey.answer({("move", "kind"): "within_city"})
    gone = events(fetch(site, "/journeys/1/calendar.ics"))["転入届の期限（模擬）"]
    assert (str(gone["status"]), gone["sequence"]) == ("CANCELLED", 1)
    assert not gone.walk("VALARM")


def test_a_visit_has_the_counter_s_hours_in_its_zone(site: Site) -> None:
    site.answer_all()
    file_visit(site)
    raw = fetch(site, "/cases/1/visit.ics")
    assert "DTSTART;TZID=Asia/Tokyo:20270329T083000" in strict(raw)
    zones = Calendar.from_ical(raw).walk("VTIMEZONE")
    assert [str(zone["tzid"]) for zone in zones] == ["Asia/Tokyo"]
    (event,) = events(raw).values()
    assert event.decoded("dtend").isoformat() == "2027-03-29T17:15:00+09:00"
    assert "あおば野市役所" in str(event["location"])
    assert "4月12日" in str(event["description"])
    assert "窓口へ行く日をカレンダーに入れる" in site.get("/cases/1").html


def test_a_withdrawn_case_is_cancelled_in_calendars(site: Site) -> None:
    site.answer_all()
    file_visit(site)
    fetch(site, "/journeys/1/calendar.ics")
    with site.context.database.write() as session:
        row = session.scalars(select(models.Case)).one()
        outbox.record(session, row, Event(EventType.WITHDRAWN, datetime(2027, 3, 16, 9)), "")
    found = events(fetch(site, "/journeys/1/calendar.ics"))
    for text in ("転入届の期限（模擬）", "転入届：窓口へ行く（模擬）"):
        assert (str(found[text]["status"]), found[text]["sequence"]) == ("CANCELLED", 1), text


@pytest.mark.parametrize("tag", ["en", "ja-simple"])
def test_in_the_person_s_language(site: Site, tag: str) -> None:
    site.answer_all()
    raw = fetch(site, f"/{tag}/journeys/1/calendar.ics")
    found = events(raw)
    assert "転入届の期限（模擬）" not in found
    assert "|" not in raw.decode()
    if tag == "en":
        assert all(text.endswith("(simulation)") for text in found)


@pytest.mark.parametrize("path", ["/journeys/1/plan/no-such.ics", "/cases/9/visit.ics", "/journeys/9/calendar.ics"])
def test_what_does_not_exist(site: Site, path: str) -> None:
    site.answer_all()
    assert site.client.get(path).status_code in (403, 404)


def test_a_link_opens_the_dates_without_a_card_until_it_is_ended(site: Site) -> None:
    site.answer_all()
    file_visit(site)
    assert "calendar-address" not in site.get("/settings/calendar").html
    shown = site.post("/settings/calendar", link="make")
    token = calendars.link(site.world)
    assert token is not None
    assert len(token) >= 43
    assert f"/calendar/{token}.ics" in shown.html
    with site.context.database.read() as session:
        assert token.encode() not in session.scalars(select(models.CalendarLink)).one().sealed
    stranger = site.app.test_client()
    answer = stranger.get(f"/calendar/{token}.ics")
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex"
    text = "\n".join(strict(answer.data))
    assert "転入届の期限（模擬）" in text
    for personal in ("山科", "あおば野市役所", "LOCATION", "持ち物", site.world.id):
        assert personal not in text
    assert stranger.get("/journeys/1/calendar.ics").status_code == 303
    site.post("/settings/calendar", link="make")
    assert stranger.get(f"/calendar/{token}.ics").status_code == 404
    newer = calendars.link(site.world)
    assert stranger.get(f"/calendar/{newer}.ics").status_code == 200
    site.post("/settings/calendar", link="end")
    assert stranger.get(f"/calendar/{newer}.ics").status_code == 404
    assert calendars.link(site.world) is None


def test_pages_offer_the_files(site: Site) -> None:
    site.answer_all()
    assert "/journeys/1/calendar.ics" in site.get("/journeys/1/plan").links()
    assert "/journeys/1/calendar.ics" in site.get("/journeys/1/plan/calendar").links()
    assert "/settings/calendar" in site.get("/journeys/1/plan/calendar").links()
    assert "/journeys/1/plan/moving-in-notice.ics" in site.get("/journeys/1/plan/moving-in-notice").links()


def test_a_world_that_is_removed_takes_its_link_along(site: Site) -> None:
    site.answer_all()
    site.get("/journeys/1/calendar.ics")
    token = calendars.make_link(site.world)
    site.world.delete()
    assert site.app.test_client().get(f"/calendar/{token}.ics").status_code == 404
