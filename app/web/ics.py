"""Deadlines and visits as iCalendar text (RFC 5545, 5546, 7986).

What the calendars in use ask for beyond the standard:

* Outlook: CRLF and UTF-8 without a mark; ``METHOD:PUBLISH`` with an ``ORGANIZER`` (RFC 5546, 3.2.1), whose address is ``invalid:nomail``
  because nobody can be written to; a whole day needs ``X-MICROSOFT-CDO-ALLDAYEVENT`` and, not to look busy,
  ``X-MICROSOFT-CDO-BUSYSTATUS``; it polls by ``X-PUBLISHED-TTL`` and keeps one reminder of an event (MS-OXCICAL 2.1.3.1.1.20.62).
* Google: a subscription is fetched without cookies from an https address, some times a day whatever the file says, and its reminders
  are not taken over; the calendar's name and zone come from ``X-WR-CALNAME`` and ``X-WR-TIMEZONE``.
* Apple: opens ``webcal:`` addresses, polls by ``REFRESH-INTERVAL`` (RFC 7986), takes over all reminders, and updates an imported
  event by its ``UID`` when ``SEQUENCE`` has grown. A deadline is a date without a zone, so it stays that date wherever one travels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import url_for
from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard, vCalAddress

from app.config import real_now
from app.engine.deadlines import next_open_day
from app.engine.definitions import Authority, Procedure
from app.formats import full_date, short_date
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web.words import DUE_KINDS
from app.world.calendars import Entry
from app.world.worlds import World

PRODID = "-//Hitomado//Simulation//JA"
TOKYO = "Asia/Tokyo"
REFRESH = timedelta(hours=12)
REMINDERS = (14, 7, 1)
REMINDER_HOUR = 9
HOURS = re.compile(r"(\d{1,2}):(\d\d)\D+(\d{1,2}):(\d\d)")


def build(world: World, entries: Iterable[Entry], *, shared: bool = False) -> bytes:
    """The calendar in the language of this request. ``shared``: it is read by a link, so that it names no office and no paper."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, _("手続の予定（模擬）"))
    calendar.add("x-wr-timezone", TOKYO)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT12H")
    events = [_event(world, entry, shared) for entry in entries]
    if any(isinstance(event.decoded("dtstart"), datetime) for event in events):
        calendar.add_component(_tokyo())
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical(sorted=False)


def _tokyo() -> Timezone:
    """Japan has had one offset since 1952."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", TOKYO)
    standard.add("dtstart", datetime(1970, 1, 1))
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=9))
    standard.add("tzname", "JST")
    zone.add_component(standard)
    return zone


def _event(world: World, entry: Entry, shared: bool) -> Event:
    journey = world.journey(entry.journey)
    assert journey is not None
    definition = journey.event.by_id[entry.procedure].definition
    event = Event()
    event.add("uid", entry.uid(world.id))
    event.add("dtstamp", real_now())
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    organizer = vCalAddress("invalid:nomail")
    organizer.params["cn"] = _("ひとまど（模擬）")
    event.add("organizer", organizer)
    title = gettext(definition.title)
    if entry.kind == "deadline":
        event.add("summary", _("{title}の期限（模擬）", title=title))
        _whole_day(event, entry.last)
        event.add("description", "\n".join(_deadline_lines(definition)))
        event.add("url", url_for("plan.one", n=entry.journey, procedure=entry.procedure, _external=True))
        alarms = _deadline_alarms(entry, world.today)
    else:
        event.add("summary", _("{title}：窓口へ行く（模擬）", title=title))
        case = world.case(entry.case or 0)
        office = world.context.library.authorities.get(case.authority) if case else None
        day = next_open_day(entry.first)
        alarms = [timedelta(days=-1)] if day > world.today else []
        if not _open_hours(event, day, office):
            _whole_day(event, day)
        if office and office.counter and not shared:
            event.add("location", gettext(office.counter.place))
        event.add("description", "\n".join(_visit_lines(definition, entry, shared)))
        event.add("url", url_for("cases.one", n=entry.case, _external=True))
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")
    if not (entry.done or entry.cancelled):
        for trigger in alarms:
            event.add_component(_alarm(trigger, str(event["summary"])))
    return event


def _whole_day(event: Event, day: date) -> None:
    """A date without a time; the end is the day after it (RFC 5545, 3.6.1)."""
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("x-microsoft-cdo-alldayevent", "TRUE")


def _open_hours(event: Event, day: date, office: Authority | None) -> bool:
    """From when to when the counter is open on the first day; False where that is not stated."""
    hours = HOURS.search(office.counter.hours) if office and office.counter else None
    if hours is None:
        return False
    zone = ZoneInfo(TOKYO)
    begin, end = time(int(hours[1]), int(hours[2])), time(int(hours[3]), int(hours[4]))
    event.add("dtstart", datetime.combine(day, begin, zone))
    event.add("dtend", datetime.combine(day, end, zone))
    return True


def _deadline_lines(definition: Procedure) -> list[str]:
    due = definition.due
    lines = [_(DUE_KINDS[due.kind])]
    if due.lost:
        lines.append(_("過ぎると：{lost}。", lost=gettext(due.lost)))
    if due.counting:
        lines.append(_("{text}。", text=gettext(due.counting)))
    return [*lines, _("根拠：") + definition.law, *_simulated()]


def _visit_lines(definition: Procedure, entry: Entry, shared: bool) -> list[str]:
    tag = current_tag()
    lines = [
        _("{first}から{last}までの、窓口が開いている日に行きます。", first=full_date(entry.first, tag), last=short_date(entry.last, tag))
        if entry.last > entry.first
        else _("{day}から行けます。", day=full_date(entry.first, tag))
    ]  # fmt: skip
    papers = [] if shared else [gettext(one.document) for one in definition.evidence if one.replaced_by == "stays"]
    if papers:
        lines.append(_("持ち物：{names}", names=_("、").join(dict.fromkeys(papers))))
    return [*lines, *_simulated()]


def _simulated() -> list[str]:
    return [_("これは模擬の予定です。本物の手続ではありません。")]


def _deadline_alarms(entry: Entry, today: date) -> list[timedelta]:
    """In the morning, so many days before, as far as that is still ahead: a whole day begins at midnight."""
    days = [n for n in REMINDERS if entry.last - timedelta(days=n) > today]
    return [timedelta(hours=REMINDER_HOUR) - timedelta(days=n) for n in days]


def _alarm(trigger: timedelta, text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", trigger)
    return alarm
