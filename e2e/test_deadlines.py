"""A household lets its last days pass on a phone: the letters, the card that lapses, and the dates in its own calendar."""

from __future__ import annotations

from pathlib import Path

from icalendar import Calendar

from app.factory import Site
from e2e.browser import View
from e2e.conftest import OpenVisit
from e2e.person import Person

PHONE = View("phone", True)


def go_on(person: Person, days: int) -> None:
    """Seven days at a time."""
    for _ in range(days // 7):
        person.goto("/time")
        person.main('input[name=step][value="7"]').check()
        person.primary()


def test_a_last_day_passes_and_the_calendar_has_it(site: Site, visit_at: OpenVisit, tmp_path: Path) -> None:
    person = Person(visit_at(site.url, PHONE), site, "yamashina")
    visit, page = person.visit, person.visit.page
    person.goto("/")
    person.until(r"/journeys/\d+/review")

    person.goto("/journeys/1/plan")
    button = person.main('a[href$="/journeys/1/calendar.ics"]')
    assert button.inner_text() == "カレンダーに入れる"
    with page.expect_download() as waiting:
        button.click()
    file = tmp_path / "dates.ics"
    waiting.value.save_as(file)
    events = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert "転入届の期限（模擬）" in {str(event["summary"]) for event in events}

    go_on(person, 35)
    person.goto("/inbox")
    assert person.main("h3 a").filter(has_text="マイナンバーカードが使えなくなりました").count() == 1
    passed = (
        person.main("h3 a")
        .filter(has_text="転入届の期限を過ぎました")
        .or_(person.main("h3 a").filter(has_text="手続の期限を過ぎました"))
    )
    visit.click(passed.last)
    assert "過ぎました" in person.main("h1").inner_text()
    assert person.main("strong").filter(has_text="いますること").count()

    person.goto("/journeys/1/plan")
    assert person.main("#row-moving-in-notice").get_by_text("期限を過ぎています。今からでも出せます。").count()

    person.goto("/settings/session")
    visit.press("button", "今日はここまでにする")
    person.goto("/start/sign-in")
    person.primary()
    assert "電子証明書が使えなくなっています" in page.locator("body").inner_text()
