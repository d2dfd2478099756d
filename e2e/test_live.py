"""Pages that change while one looks at them: one world in two browsers, another one beside it, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from app.factory import Site
from app.world.worlds import World
from e2e.browser import View, Watch
from e2e.conftest import OpenVisit
from tests.prepared import COOKIE, cookie, looked_up, taken_and_done, waiting_cases

PROCEDURES = ("moving-out-notice", "gas-start-stop", "water-start-stop", "electricity-start-stop")


@pytest.fixture
def world(site: Site) -> World:
    """A household with a case that is being sent, two that wait for it, and one that is finished."""
    world, _journey = looked_up(site.context)
    waiting_cases(world, *PROCEDURES)
    taken_and_done(world, 4, world.now)
    return world


def enter(visit: Watch, site: Site, world: World) -> Watch:
    """This browser is signed in to the world."""
    visit.context.add_cookies([{"name": COOKIE, "value": cookie(site.app, world.id), "url": site.url}])
    return visit


def state_line(visit: Watch) -> Locator:
    return visit.page.locator("#live-state")


def withdraw(visit: Watch, n: int) -> None:
    visit.goto(f"/cases/{n}/withdraw")
    visit.click(visit.page.locator("main .button-primary"))


def test_one_world_in_two_browsers_agrees_and_another_one_knows_nothing(
    site: Site, visit_at: OpenVisit, world: World
) -> None:
    here = enter(visit_at(site.url, View("desktop")), site, world)
    there = visit_at(site.url, View("phone", scheme="dark"))
    stranger = enter(visit_at(site.url, View("phone")), site, looked_up(site.context, "kudo")[0])
    stranger.goto("/cases")
    untouched = stranger.page.locator("#live").get_attribute("data-mark")

    here.goto("/journeys/1/plan")
    here.click(here.page.locator("main a[href$='/settings/devices']"))
    here.press("button", "リンクと合言葉を作る")
    address = here.page.locator("#device-address").inner_text()
    words = here.page.locator("#device-words").inner_text()
    assert here.page.locator("svg.qr").bounding_box()["width"] > 150  # type: ignore[index]

    there.goto(address.removeprefix(site.url))
    there.page.locator("#words").fill(words.replace("　", ""))
    there.press("button", "続ける")
    there.goto("/cases")
    expect(state_line(there)).to_have_text("何かあると、この画面が新しくなります。")
    page = there.page
    page.locator("summary", has_text="終わりました").click()
    page.locator("#case-3 a").focus()

    withdraw(here, 2)
    expect(page.locator("#status")).to_have_text("手続の状況が新しくなりました")
    expect(page.locator("#case-2")).to_contain_text("取り下げました")
    assert page.locator("details").get_attribute("open") is not None, "what was open stays so"
    assert page.evaluate("document.activeElement.closest('[id]').id") == "case-3", "the focus stays where it was"
    expect(state_line(there)).to_have_text("新しい内容に変わりました。")
    there.look()

    page.locator("#live-switch").uncheck()
    expect(state_line(there)).to_have_text("止めています。")
    withdraw(here, 3)
    page.wait_for_timeout(2500)
    assert "取り下げました" not in page.locator("#case-3").inner_text(), "off is off"
    page.locator("#live-switch").check()
    expect(page.locator("#case-3")).to_contain_text("取り下げました")
    there.look()

    assert stranger.page.locator("#live").get_attribute("data-mark") == untouched
    assert "取り下げました" not in stranger.page.locator("main").inner_text()

    here.goto("/settings/devices")
    here.press("button", "リンク1の端末を終わりにする")
    expect(page.locator("h1")).to_have_text("この端末では終わりになりました")
    there.look()


def test_beyond_the_cap_a_page_asks_every_fifteen_seconds(site: Site, visit_at: OpenVisit, world: World) -> None:
    visit = enter(visit_at(site.url, View("phone")), site, world)
    streams = site.app.extensions["hitomado.live"]
    most, streams.most = streams.most, 0
    try:
        visit.page.clock.install()
        visit.goto("/cases/2")
        expect(state_line(visit)).to_have_text("15秒ごとに確かめています。")
        before = visit.page.locator("h1").inner_text()
        world.withdraw(2)
        visit.page.wait_for_timeout(1500)
        assert visit.page.locator("h1").inner_text() == before
        visit.page.clock.fast_forward(15_000)
        expect(visit.page.locator("h1")).to_have_text("取り下げました。あなたがすることはありません")
        assert visit.page.title().startswith("取り下げました")
    finally:
        streams.most = most
    visit.page.clock.fast_forward(60_000)
    visit.look()


def test_without_scripts_the_page_is_asked_for_anew(site: Site, visit_at: OpenVisit, world: World) -> None:
    visit = enter(visit_at(site.url, View("phone", scripts=False)), site, world)
    visit.goto("/cases")
    assert not visit.page.locator("#live-switch").is_visible()
    world.withdraw(2)
    assert "（2）" not in visit.page.locator("summary").inner_text()
    visit.press("link", "いまの状況を見る")
    assert "（2）" in visit.page.locator("summary").inner_text()
