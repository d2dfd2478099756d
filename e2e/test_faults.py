"""What goes wrong ends well: nothing is lost, nothing is filed twice, and the page says what happened and how to go on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from app.engine.lifecycle import State
from app.factory import Site
from app.mynumber_guard import check_digit
from e2e.browser import View, Watch
from e2e.conftest import OpenVisit
from e2e.person import Person

PERSONA = "yamashina"
SCRIPTS, PLAIN = View("desktop", True, "dark"), View("phone", False, "dark")
BOTH = pytest.mark.parametrize("view", [SCRIPTS, PLAIN], ids=str)
PLAN = "/journeys/1/plan"
SIGN = "/journeys/1/sign"
RECEIPT = "/journeys/1/receipt"

Play = Callable[..., Person]


@pytest.fixture
def play(site: Site, visit_at: OpenVisit) -> Play:
    """`play(view)`: the guide household at its home page, nothing done yet."""

    def start(view: View = SCRIPTS, persona: str = PERSONA, **more: Any) -> Person:
        person = Person(visit_at(site.url, view), site, persona, **more)
        person.goto("/")
        return person

    return start


def faults(person: Person, service: str, *wanted: dict[str, Any]) -> None:
    """Makes these the only faults of the person's world at `mynumber` or `authorities`."""
    context, world = person.site.context, person.world
    place = context.mynumber.simulation if service == "mynumber" else context.authorities
    place.set_faults(world.id, world.now, list(wanted))


def at_signature(person: Person) -> Person:
    """On the page before the signature. What the household file answers is entered at once, the rest in the browser."""
    person.until(PLAN)
    values = {key: value for key, value in person.household.answers.items() if key[0] in person.journey.facts.kinds}
    person.journey.answer(values)
    person.until(SIGN)
    return person


def says(page: Page, *words: str) -> None:
    """The main part holds these words."""
    text = page.locator("main").inner_text()
    for word in words:
        assert word in text, f"「{word}」 is not on {urlsplit(page.url).path}:\n{text}"


def form_with(visit: Watch, field: str) -> Any:
    """The form of the main part that holds a field."""
    return visit.page.locator(f"main form:has([name={field}])")


# --- registers ------------------------------------------------------------------------------------------------------------
@BOTH
def test_a_register_that_is_down_is_asked_later_and_what_was_known_stays(play: Play, view: View) -> None:
    person = play(view)
    person.until(r"/journeys/1/consent")
    faults(
        person, "mynumber", {"target": "register:tax", "kind": "down"}, {"target": "register:resident", "kind": "down"}
    )
    person.step()
    assert person.path.endswith("/lookup")
    says(person.visit.page, "返事")
    waiting = set(person.journey.pending_registers)
    assert "resident" in waiting
    before = len(person.journey.entries)
    person.step()
    assert len(person.journey.entries) >= before
    faults(person, "mynumber")
    person.until(r"/journeys/1/review")
    assert not person.journey.plan.pages


def test_a_slow_register_does_not_hold_the_page_and_can_be_asked_again(play: Play) -> None:
    person = play()
    person.until(r"/journeys/1/consent")
    faults(person, "mynumber", {"target": "register:pension", "kind": "slow", "seconds": 3.5})
    person.step()
    assert person.path.endswith("/lookup")
    assert "pension" in person.journey.pending_registers
    faults(person, "mynumber")
    person.visit.click(person.main("button[name=again]"))
    assert "pension" not in person.journey.pending_registers


# --- the card -------------------------------------------------------------------------------------------------------------
@BOTH
def test_three_wrong_pins_lock_the_card_and_it_can_be_made_usable(play: Play, view: View) -> None:
    person = play(view)
    person.until(r"/idp/.*card")
    for left in (2, 1):
        person.main("input[name=pin]").fill("9999")
        person.primary()
        says(person.visit.page, f"あと{left}回")
        assert person.main("input[name=pin]").input_value() == ""
    person.main("input[name=pin]").fill("9999")
    person.primary()
    says(person.visit.page, "暗証番号が使えなくなりました")
    person.visit.press("button", "元に戻す")
    person.pin()
    assert person.path == "/"


def test_a_wrong_signing_pin_signs_nothing_and_the_next_one_does(play: Play) -> None:
    person = at_signature(play())
    person.primary()
    person.main("input[name=pin]").fill("WRONG1")
    person.primary()
    says(person.visit.page, "あと4回")
    assert not person.world.cases()
    person.signing_pin()
    assert person.path == RECEIPT


@pytest.mark.parametrize("outcome", ["signing_expired", "signing_revoked", "reading_failure"])
def test_a_signature_that_fails_leads_back_with_everything_kept(play: Play, outcome: str) -> None:
    person = at_signature(play())
    known = len(person.journey.entries)
    person.primary()
    person.main("details summary").last.click()
    form_with(person.visit, "outcome").locator(f'input[value="{outcome}"]').check()
    person.visit.click(form_with(person.visit, "outcome").locator("button"))
    person.visit.press("button", "署名せずに戻る")
    says(person.visit.page, "何も提出していません")
    assert not person.world.cases()
    assert len(person.journey.entries) == known
    person.visit.click(person.main('form[action$="/sign/without"] button'))
    assert person.path == RECEIPT


def test_the_certificate_that_the_move_revoked_does_not_sign_again(play: Play, site: Site) -> None:
    person = at_signature(play())
    person.primary()
    site.context.mynumber.simulation.restore_card(person.world.id, person.world.now, "signing_expired")
    person.signing_pin()
    says(person.visit.page, "署名用の電子証明書の有効期限が切れています")
    assert not person.world.cases()
    person.visit.press("button", "元に戻す")
    person.signing_pin()
    assert person.path == RECEIPT


# --- offices ----------------------------------------------------------------------------------------------------------------
def test_what_an_office_refuses_is_shown_with_its_reason_and_the_ways_on(play: Play) -> None:
    person = at_signature(play())
    person.until(RECEIPT)
    case = next(case for case in person.world.cases() if case.arrival_number)
    reason = "住所の記載が、届け出の内容と合いません。"
    person.site.context.authorities.set_outcome(
        person.world.id, person.world.now, case.arrival_number or "", "rejected", reason=reason
    )
    person.goto("/cases")
    person.goto(f"/cases/{case.n}")
    says(person.visit.page, "認められませんでした", reason, "審査請求")
    assert {c.state.state for c in person.world.cases() if c.n != case.n} != {State.REJECTED}


@BOTH
def test_while_an_office_is_down_nothing_is_lost_and_it_is_filed_once_later(play: Play, view: View) -> None:
    person = at_signature(play(view))
    faults(person, "authorities", {"target": "*", "kind": "down"})
    person.until(RECEIPT)
    sending = [case.n for case in person.world.cases() if case.state.state is State.SENDING]
    assert sending
    assert not any(case.arrival_number for case in person.world.cases())
    person.goto("/cases")
    says(person.visit.page, "送信待ち")
    faults(person, "authorities")
    person._next_day()  # the office asked to wait half a minute; a new day is soon enough
    person.goto("/cases")
    cases = person.world.cases()
    numbers = [case.arrival_number for case in cases if case.arrival_number]
    assert {case.n for case in cases if case.arrival_number} >= set(sending)
    assert len(numbers) == len(set(numbers))
    assert len({(case.procedure, case.subject) for case in cases}) == len(cases)


# --- sessions, tabs, buttons --------------------------------------------------------------------------------------------------
@BOTH
def test_after_the_session_ended_the_person_comes_back_to_the_same_page(play: Play, view: View) -> None:
    person = play(view)
    person.until(r"/journeys/1/questions/.*")
    where, known = person.path, len(person.journey.entries)
    _let_session_end(person)
    person.goto(where)
    assert person.path == "/settings/session/ended"
    person.primary()
    person.until(re.escape(where))
    assert len(person.journey.entries) == known


@BOTH
def test_answers_typed_before_the_session_ended_are_not_lost(play: Play, view: View) -> None:
    person = play(view)
    person.until(r"/journeys/1/questions/.*")
    where = person.path
    _let_session_end(person)
    person.fill()
    person.primary()
    person.until(r"/journeys/1/.*")
    assert person.path == where, person.lost("not back on the same page")
    assert person.main("input:checked").count(), person.lost("what was chosen is gone")


def _let_session_end(person: Person) -> None:
    """What time does to a session, done at once: the cookie's end is moved into the past."""
    app = person.site.app
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = next(one for one in person.visit.context.cookies() if one["name"] == "hitomado")
    content = serializer.loads(cookie["value"])
    content["until"] = 1
    person.visit.context.add_cookies(
        [
            {
                "name": "hitomado",
                "value": serializer.dumps(content),
                "url": person.site.url,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )


def test_an_old_tab_is_told_what_changed_and_overwrites_nothing(play: Play) -> None:
    person = play(PLAIN)
    person.until(r"/journeys/1/questions/.*")
    where = person.path
    journey = person.journey
    page = journey.plan.pages[0]
    values = {ask.key: person.household.answers[ask.key] for ask in page.asks if ask.key in person.household.answers}
    assert values
    other = next(ask for ask in page.asks if ask.key in values)
    person.fill()
    changed = {**values, other.key: _other(other.item, values[other.key])}
    journey.answer(changed)
    person.visit.expect_status(409)
    person.primary()
    assert person.path == where
    says(person.visit.page, "いまの内容", "この画面の内容")
    fact = person.journey.facts.get(other.key)
    assert fact is not None
    assert fact.value == changed[other.key]


def _other(item: Any, value: Any) -> Any:
    if item.type == "yes_no":
        return not value
    if item.type == "choices":
        return tuple(one for one in item.choices if one not in value)
    if item.type == "choice":
        return next(one for one in item.choices if one != value)
    if item.type == "address":
        return {**value, "building": "ちがう荘101"}
    if item.type == "date":
        return value.replace(day=1 if value.day != 1 else 2)
    return "000-1111-2222" if item.type == "phone" else f"{value}1"


def test_two_clicks_on_the_signature_file_once(play: Play) -> None:
    person = at_signature(play())
    person.primary()
    person.main("input[name=pin]").fill(person.card.signing_pin)
    person.visit.page.locator("main .button-primary").first.dblclick()
    person.visit.page.wait_for_url("**/receipt")
    person.visit.look()
    cases = person.world.cases()
    assert cases
    assert len({(case.procedure, case.subject) for case in cases}) == len(cases)


@BOTH
def test_back_and_reload_after_filing_file_nothing_again(play: Play, view: View) -> None:
    person = at_signature(play(view))
    person.until(RECEIPT)
    filed = [(case.n, case.arrival_number) for case in person.world.cases()]
    person.visit.page.reload()
    person.visit.look()
    assert person.path == RECEIPT
    person.visit.expect_status(400)  # the provider's page is old
    person.visit.page.go_back()
    person.visit.look()
    person.goto(SIGN)
    person.goto("/journeys/1/review")
    person.goto(RECEIPT)
    assert [(case.n, case.arrival_number) for case in person.world.cases()] == filed


def test_two_tabs_go_on_side_by_side(play: Play) -> None:
    person = play(PLAIN)
    person.until(r"/journeys/1/questions/.*")
    first = person.path
    person.answer()
    second = person.path
    assert second != first
    person.goto(first)
    person.answer()
    person.until(r"/journeys/1/review")


def test_a_form_that_is_too_old_shows_what_was_typed(play: Play) -> None:
    person = play(PLAIN)
    person.until(r"/journeys/1/questions/.*")
    person.fill()
    person.visit.page.locator("main input[name=csrf_token]").first.evaluate("e => { e.value = 'old' }")
    person.visit.expect_status(400)
    known = len(person.journey.entries)
    person.primary()
    says(person.visit.page, "前に保存した答えは残っています")
    assert len(person.journey.entries) == known


# --- what must not happen -----------------------------------------------------------------------------------------------------
@BOTH
def test_a_legally_valid_number_is_refused_and_kept_nowhere(play: Play, view: View, site: Site) -> None:
    person = play(view)
    person.until(r"/journeys/1/questions/.*")
    first = "12345678901"
    number = first + str(check_digit(first))
    field = _text_page(person)
    field.fill(number)
    known = len(person.journey.entries)
    person.primary()
    says(person.visit.page, "保存も記録もしていません")
    assert number not in person.visit.page.content()
    assert len(person.journey.entries) == known
    folder = Path(str(site.context.database.engine.url.database)).parent
    for file in folder.rglob("*"):
        if file.is_file():
            assert number.encode() not in file.read_bytes(), file.name


def _text_page(person: Person) -> Any:
    """Goes on to a page with a text to type."""
    for _ in range(20):
        fields = person.main("form:has(.button-primary) input:is([type=text],[type=tel],:not([type]))[name]")
        if fields.count():
            person.fill()
            return fields.first
        person.step()
    raise person.lost("no page with a text field")


def test_another_visitors_pages_look_like_pages_that_never_were(play: Play) -> None:
    owner = at_signature(play())
    owner.until(RECEIPT)
    stranger = play(PLAIN)
    stranger.until(r"/events/moving")
    stranger.visit.expect_status(403)
    pages = []
    for path in (RECEIPT, "/journeys/99/receipt", "/cases/1", "/cases/999"):
        stranger.goto(path)
        lines = stranger.visit.page.locator("main").inner_text().splitlines()
        pages.append("\n".join(line for line in lines if "（実際の時刻）" not in line))  # a minute may have passed
    assert len(set(pages)) == 1, pages
