"""The same pages in other languages, sizes and colours: nothing is lost by switching, nothing runs over, nothing disappears."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from app.factory import Site
from e2e.browser import SIZES, View
from e2e.conftest import ROOT, OpenVisit
from e2e.person import Person

MAIN_PAGES = ("/", "/events/moving", "/procedures", "/settings", "/help")
JOURNEY_PAGES = ("/journeys/1/plan", "/journeys/1/review", "/cases", "/inbox", "/my-data", "/time")
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOO_WIDE = """() => [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 4).map(e => e.outerHTML.slice(0, 120))"""
NARROW = (("320 px", 320, 640), ("400 %", 320, 256))
LANGUAGES = [tag for tag in ("ja-simple", "en") if list((ROOT / "locales" / tag).rglob("*.po"))]


@pytest.fixture
def person(site: Site, visit_at: OpenVisit) -> Person:
    """The guide household, on its first question page."""
    person = Person(visit_at(site.url, View("phone", True)), site, "yamashina")
    person.goto("/")
    person.until(r"/journeys/1/questions/.*")
    return person


def _no_sideways(page: Page, path: str) -> None:
    over = page.evaluate(OVERFLOW)
    assert over <= 0, f"{path} runs {over} px over: {page.evaluate(TOO_WIDE)}"


def test_no_page_scrolls_sideways_at_320_px_and_at_400_percent(person: Person) -> None:
    page = person.visit.page
    for _name, width, height in NARROW:
        page.set_viewport_size({"width": width, "height": height})
        for path in (*MAIN_PAGES, *JOURNEY_PAGES):
            person.goto(path)
            _no_sideways(page, path)
    page.set_viewport_size({"width": SIZES["phone"][0], "height": SIZES["phone"][1]})


def test_every_question_page_fits_320_px(person: Person) -> None:
    page = person.visit.page
    page.set_viewport_size({"width": 320, "height": 640})
    for _ in range(40):
        _no_sideways(page, person.path)
        if person.path == "/journeys/1/review":
            return
        person.step()
    raise person.lost("no review")


def test_forced_colours_keep_buttons_and_fields_visible(person: Person) -> None:
    page = person.visit.page
    page.emulate_media(forced_colors="active", color_scheme="dark")
    for path in ("/journeys/1/plan", "/journeys/1/questions", "/settings"):
        person.goto(path)
        bare = page.evaluate(
            """() => [...document.querySelectorAll("main .button, main input:not([type=hidden]), main select")]
              .filter(e => { const s = getComputedStyle(e); return e.getBoundingClientRect().width > 1 &&
                !["radio", "checkbox"].includes(e.type) && (s.borderTopStyle === "none" || parseFloat(s.borderTopWidth) === 0); })
              .map(e => e.outerHTML.slice(0, 100))"""
        )
        assert not bare, f"{path}: no border in forced colours: {bare}"


def test_dark_is_dark(site: Site, visit_at: OpenVisit) -> None:
    visit = visit_at(site.url, View("desktop", True, "dark"))
    visit.goto("/")
    red, green, blue = visit.page.evaluate(
        "() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    )
    assert max(red, green, blue) < 80


def test_the_chosen_colours_stay(site: Site, visit_at: OpenVisit) -> None:
    visit = visit_at(site.url, View("desktop", False))
    visit.goto("/settings")
    visit.page.locator("main input[name=scheme][value=dark]").check()
    visit.click(visit.page.locator("main .button-primary").first)
    visit.goto("/")
    shade = visit.page.evaluate("() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]")
    assert shade < 80


@pytest.mark.parametrize("tag", LANGUAGES)
def test_switching_language_keeps_the_page_and_the_answers(person: Person, tag: str) -> None:
    page = person.visit.page
    where, known = person.path, len(person.journey.entries)
    page.locator(f'a[href="/{tag}{where}"]').first.click()
    person.visit.look()
    assert person.path == where
    assert page.locator("html").get_attribute("lang") == tag
    person.answer()
    assert len(person.journey.entries) > known
    assert page.locator("html").get_attribute("lang") == tag
    page.locator(f'a[lang=ja][href="{person.path}"], a[href="{person.path}"][hreflang=ja]').first.click()
    person.visit.look()
    assert page.locator("html").get_attribute("lang") == "ja"


@pytest.mark.skipif("ja-simple" not in LANGUAGES, reason="no catalogue of easy Japanese")
def test_readings_appear_only_when_they_are_switched_on(person: Person) -> None:
    page = person.visit.page
    for path in ("/ja-simple/journeys/1/plan", "/ja-simple/events/moving"):
        person.visit.goto(path)
        assert page.locator("ruby").count() == 0
    page.locator("form[action*=furigana] button").first.click()
    person.visit.look()
    assert page.locator("main ruby").count() > 0
    assert page.locator(":is(h1, h2, a, button, label, legend, title) ruby").count() == 0
    page.locator("form[action*=furigana] button").first.click()
    person.visit.look()
    assert page.locator("ruby").count() == 0
