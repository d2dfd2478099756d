"""What the pages promise to hands, eyes and ears beyond what axe can tell: focus, keyboard, target size, spacing, movement, print,
and that addresses give nothing away. `docs/statements.md` says which promise is tested where."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page

from app.factory import Site
from e2e.browser import View
from e2e.conftest import OpenVisit
from e2e.person import Person

PAGES = ("/", "/start", "/events/moving", "/procedures", "/settings", "/help")
OWN_PAGES = ("/journeys/1/plan", "/journeys/1/review", "/cases", "/inbox", "/my-data", "/time")
FOCUSED = "() => document.activeElement && document.activeElement.tagName"
#: what a finger aims at: links within a sentence are exempt (WCAG 2.5.8, inline)
SMALL = """() => [...document.querySelectorAll("#page a, #page button, #page select, #page summary, #page input:not([type=hidden])")]
  .filter(e => e.getClientRects().length && !e.closest("p, dd, caption, li p, .visually-hidden, .skip"))
  .map(e => ["radio", "checkbox"].includes(e.type) ? e.closest("label, .choice") || e : e)
  .map(e => [e.outerHTML.slice(0, 110), e.getBoundingClientRect().height])
  .filter(([, height]) => height > 1 && height < 43.5)"""
SPACING = """() => {
  const style = document.createElement("style");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, Object.assign(new CSSStyleSheet())];
  document.adoptedStyleSheets.at(-1).replaceSync(
    "* {line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important} " +
    "p {margin-block-end: 2em !important}");
}"""
CUT = """() => [...document.querySelectorAll("main *")].filter(e => {
  const s = getComputedStyle(e);
  return ["hidden", "clip"].includes(s.overflowY) && e.clientHeight > 4 && e.scrollHeight > e.clientHeight + 2 && !e.matches(".visually-hidden");
}).map(e => e.outerHTML.slice(0, 120))"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTLINE = """() => { const e = document.activeElement.matches("input[type=radio], input[type=checkbox]")
    ? document.activeElement.closest("label, .choice") || document.activeElement : document.activeElement;
  const inner = getComputedStyle(document.activeElement), outer = getComputedStyle(e), box = document.activeElement.getBoundingClientRect();
  return {tag: document.activeElement.tagName, width: Math.max(parseFloat(inner.outlineWidth) || 0, parseFloat(outer.outlineWidth) || 0),
          inside: box.bottom > 0 && box.top < innerHeight}; }"""


@pytest.fixture
def person(site: Site, visit_at: OpenVisit) -> Person:
    """The guide household, on its first question page, with scripts, at a desk."""
    person = Person(visit_at(site.url, View()), site, "yamashina")
    person.goto("/")
    person.until(r"/journeys/1/questions/.*")
    return person


def _type_of_focus(page: Page) -> Any:
    return page.evaluate(FOCUSED)


def test_focus_goes_to_the_heading_the_error_or_the_changed_row(person: Person) -> None:
    page = person.visit.page
    assert _type_of_focus(page) == "H1", "after a step the heading has the focus"
    person.goto("/journeys/1/plan")
    assert _type_of_focus(page) == "BODY", "after a full load the browser starts at the top"
    person.until("/journeys/1/review")
    link = page.locator("main a[href*='/questions/']").first
    row = link.evaluate("e => e.closest('[id]').id")
    person.visit.click(link)
    assert _type_of_focus(page) == "H1"
    person.visit.click(person.main(".button-primary").first)
    assert person.path == "/journeys/1/review"
    assert page.evaluate("() => document.activeElement.id || document.activeElement.closest('[id]').id") == row


def test_the_keyboard_alone_answers_and_goes_on(site: Site, visit_at: OpenVisit) -> None:
    """Tab, arrows, space and enter from the home page to the choice of registers; what has the focus is seen."""
    visit = visit_at(site.url, View())
    page = visit.page
    visit.goto("/start")

    def tab_to(selector: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            seen = page.evaluate(OUTLINE)
            assert seen["inside"], f"{seen['tag']} has the focus and cannot be seen on {page.url}"
            if seen["tag"] not in ("BODY", "H1"):
                assert seen["width"] >= 2, (
                    f"no outline on {page.evaluate('() => document.activeElement.outerHTML')[:150]}"
                )
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"the keyboard does not reach {selector} on {page.url}")

    def choose(selector: str) -> None:
        tab_to(selector)
        page.keyboard.press("Space")
        page.wait_for_function("s => document.querySelector(`${s}:checked`)", arg=selector)
        visit.look()

    def go(selector: str, *keys: str) -> None:
        tab_to(selector)
        visit.keys(*keys)

    choose("main input[name=persona]")
    go("main .button-primary", "Enter")
    go("main .button-primary", "Enter")
    go("input[name=pin]", "1", "2", "3", "4", "Enter")
    if "/start" in page.url or page.url.rstrip("/") == site.url.rstrip("/"):
        visit.goto("/events/moving")
    go("main .button-primary", "Enter")
    assert "/triage/move.kind" in page.url
    go("main input[type=radio]", "Space", "ArrowDown", "Enter")
    assert "/triage/move.who" in page.url
    choose("main input[type=radio]")
    go("main .button-primary", "Enter")
    assert "/triage/move.date" in page.url


def test_targets_are_large_enough_for_a_finger(person: Person) -> None:
    page = person.visit.page
    page.set_viewport_size({"width": 360, "height": 780})
    small = {}
    for path in (*PAGES, *OWN_PAGES, person.path):
        person.goto(path)
        if found := page.evaluate(SMALL):
            small[path] = found
    assert not small, small


def test_wider_spacing_and_larger_text_cut_nothing(person: Person) -> None:
    page = person.visit.page
    for path in (*PAGES, *OWN_PAGES, person.path):
        person.goto(path)
        page.evaluate(SPACING)
        assert not page.evaluate(CUT), path
        assert page.evaluate(OVERFLOW) <= 0, path
        page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        assert not page.evaluate(CUT), f"{path} at 200 %"


def test_nothing_moves_by_itself(site: Site, visit_at: OpenVisit) -> None:
    visit = visit_at(site.url, View())
    visit.page.emulate_media(reduced_motion="no-preference")
    for path in PAGES:
        visit.goto(path)
        endless = visit.page.evaluate(
            "() => document.getAnimations().filter(a => a.effect.getComputedTiming().iterations === Infinity).length"
        )
        assert endless == 0, path
        assert visit.page.locator("meta[http-equiv=refresh], marquee, blink").count() == 0, path


def test_print_keeps_the_simulation_mark_and_every_number(person: Person) -> None:
    page = person.visit.page
    person.until(r"/journeys/\d+/receipt")
    numbers = set(re.findall(r"SIM-\d{4}-\d{4}", page.locator("main").inner_text()))
    page.emulate_media(media="print")
    text = page.locator("body").inner_text()
    assert "模擬" in text
    assert numbers
    assert numbers <= set(re.findall(r"SIM-\d{4}-\d{4}", text))
    assert not page.locator("nav:visible").count(), "menus are not printed"


def test_addresses_give_nothing_away(site: Site, visit_at: OpenVisit) -> None:
    """No name, answer, number or token of the person stands in any address that the browser asked for."""
    visit = visit_at(site.url, View("phone", True))
    asked: list[str] = []
    visit.context.on("request", lambda request: asked.append(unquote(request.url.removeprefix(site.url))))
    person = Person(visit, site, "yamashina")
    person.until_receipt()
    held = [*person.household.held.values(), *person.household.answers.values()]
    told = {value for value in held if isinstance(value, str) and len(value) > 5 and not value.isascii()}
    told |= {value for value in held if isinstance(value, str) and re.fullmatch(r"[\d-]{9,}|\S+@\S+", value)}
    assert told
    telling = [(value, address) for address in asked for value in told if value in address]
    assert not telling, telling[:5]
    assert not [address for address in asked if re.search(r"[?&](\w*token|pin|name)=", address)]


def test_the_end_of_the_session_is_said_five_minutes_before_and_can_be_put_off(site: Site, visit_at: OpenVisit) -> None:
    visit = visit_at(site.url, View())
    page = visit.page
    person = Person(visit, site, "kudo")
    person.goto("/")
    person.until(r"/journeys/1/plan")
    page.clock.install()
    person.goto("/journeys/1/plan")
    assert page.locator("dialog").count() == 0
    page.clock.fast_forward("25:30")
    dialog = page.locator("dialog")
    dialog.wait_for()
    assert "あと5分です" in dialog.inner_text()
    assert dialog.evaluate("e => e.contains(document.activeElement)")
    dialog.locator("button", has_text="続ける").click()
    dialog.wait_for(state="detached")
    visit.look()
    assert person.path == "/journeys/1/plan"


def test_after_filing_every_page_tells_what_happened(site: Site, visit_at: OpenVisit) -> None:
    """Letters, cases, the access history, the consents and the export agree with what the site did."""
    visit = visit_at(site.url, View("phone", True))
    person = Person(visit, site, "kudo")
    person.until_receipt()
    for _ in range(2):
        person.goto("/time")
        person.main("input[name=step][value=event]").check()
        person.primary()
    page = visit.page
    titles = set()
    for case in person.world.cases():
        person.goto(f"/cases/{case.n}")
        titles.add(page.title())
        assert case.arrival_number is None or case.arrival_number in page.locator("main").inner_text()
    assert len(titles) > 3
    for letter in person.world.letters():
        person.goto(f"/inbox/{letter.n}")
        assert letter.body.split("。")[0] in page.locator("main").inner_text()
    assert person.world.unread == 0
    person.goto("/my-data/access")
    for entry in page.locator("main li.entry").all():
        assert re.search("受け取りました|新しくしました|渡していません", entry.inner_text())
        assert entry.locator("details").count() == 1, "the ground is one step away"
    for path in ("/my-data/ledger", "/my-data/resident", "/settings/consents", "/settings/session", "/settings/reset"):
        person.goto(path)
        assert not re.search(r"(^|\s)(-|N/A|None)(\s|$)", page.locator("main").inner_text()), path
    told = visit.context.request.get(site.url + "/my-data/export.json").json()
    assert told["simulation"] is True
    assert {case["arrival_number"] for case in told["cases"]} == {case.arrival_number for case in person.world.cases()}
    person.goto("/settings/consents")
    person.visit.click(person.main("a[href*='/settings/consents/']").first)
    before = len(person.journey.entries)
    person.primary()
    assert len(person.journey.entries) < before


def test_reset_brings_a_world_to_the_same_beginning(site: Site, visit_at: OpenVisit) -> None:
    visit = visit_at(site.url, View("desktop", False))
    seen = []
    for _ in range(2):
        person = Person(visit, site, "kudo")
        visit.goto("/start")
        person.until("/")
        person.goto("/events/moving")
        person.until(r"/journeys/1/plan")
        seen.append(
            (person.world.now, person.journey.plan.not_ruled_out, [page.id for page in person.journey.plan.pages])
        )
        visit.goto("/settings/reset")
        visit.click(visit.page.locator("main .button-primary").first)
        assert visit.page.url.endswith("/start")
    assert seen[0] == seen[1]
