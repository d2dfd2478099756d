"""The pages of the identity provider, in a browser without scripts."""

from __future__ import annotations

import re

import html5lib
import pytest

from app.services.mynumber import BrowserOnly
from app.services.mynumber.app import BROWSER_PATHS
from tests.services.support import OPENID, Browser, Service

LOCKED = "暗証番号が使えなくなりました"


def opened(service: Service, browser: Browser, **changes: object) -> str:
    world = service.world(**changes)
    browser.open(service.push(world))
    return world


def test_shows_whose_card_it_is_and_the_pin_of_this_practice(service: Service, browser: Browser) -> None:
    opened(service, browser)
    assert "試験 あおい さん" in browser.text
    assert "1234" in browser.text
    assert "模擬 デジタル認証アプリ" in browser.text
    assert browser.page is not None
    assert str(browser.page.url).endswith("/card"), "the handle left the address"


def test_tries_are_counted_in_words_until_the_lock_and_survive_the_browser(service: Service, browser: Browser) -> None:
    world = opened(service, browser)
    assert browser.post("/card", pin="0000").status_code == 422
    assert "暗証番号が違います。あと2回まちがえると、使えなくなります。" in browser.text
    assert browser.page is not None
    assert "0000" not in browser.page.text, "a PIN is never filled in again"
    browser.post("/card", pin="0001")
    assert "あと1回" in browser.text
    browser.post("/card", pin="0002")
    assert browser.h1 == LOCKED
    second = Browser(service)
    second.open(service.push(world))
    assert second.h1 == LOCKED
    second.post("/card", pin="1234")
    assert second.h1 == LOCKED, "the right PIN does not open a lock"
    second.post("/restore")
    assert "code" in second.submit("/card", pin="1234")


def test_a_pin_of_the_wrong_shape_costs_no_try_and_full_width_is_read(service: Service, browser: Browser) -> None:
    opened(service, browser)
    for typed in ("", "12", "12345", "abcd"):
        assert browser.post("/card", pin=typed).status_code == 422
        assert "4桁の数字" in browser.text
    assert "code" in browser.submit("/card", pin="１２３４")


@pytest.mark.parametrize(
    ("outcome", "h1"),
    [
        ("locked", LOCKED),
        ("expired", "カードの有効期限が切れています"),
        ("revoked", "電子証明書が使えなくなっています"),
        ("cancelled", "このカードは利用が止められています"),
        ("reading_failure", "カードを読み取れませんでした"),
    ],
)
def test_a_failure_can_be_chosen_and_left_again(service: Service, browser: Browser, outcome: str, h1: str) -> None:
    opened(service, browser)
    browser.post("/card", outcome=outcome)
    assert browser.h1 == h1
    assert "実際の手続では" in browser.text
    browser.post("/restore")
    assert "code" in browser.submit("/card", pin="1234")


def test_a_chosen_wrong_pin_costs_a_try(service: Service, browser: Browser) -> None:
    opened(service, browser)
    browser.post("/card", outcome="wrong_pin")
    assert "あと2回" in browser.text


@pytest.mark.parametrize(
    ("state", "h1"),
    [
        ("expired", "カードの有効期限が切れています"),
        ("locked", LOCKED),
        ("revoked", "電子証明書が使えなくなっています"),
        ("cancelled", "このカードは利用が止められています"),
        ("none", "カードがありません"),
    ],
)
def test_the_state_of_a_card_stands_in_the_way_and_is_told_to_the_site(
    service: Service, browser: Browser, state: str, h1: str
) -> None:
    opened(service, browser, card={"state": state})
    assert browser.h1 == h1
    (why,) = re.findall(r'name="why" value="(\w+)"', browser.page.text if browser.page else "")
    back = browser.submit("/cancel", why=why)
    assert back["error"] == "access_denied"
    assert back["error_description"] == ("no_card" if state == "none" else state)
    assert back["state"] == "the-state"


def test_going_back_is_told_to_the_site(service: Service, browser: Browser) -> None:
    opened(service, browser)
    back = browser.submit("/cancel", why="<made up>")
    assert (back["error"], back["error_description"]) == ("access_denied", "cancelled_by_user")


def test_forms_need_their_token(service: Service, browser: Browser) -> None:
    opened(service, browser)
    fields = browser.hidden() | {"pin": "1234"}
    fields.pop("csrf_token")
    answer = browser.client.post("/card", data=fields)
    assert answer.status_code == 400
    assert "画面が古くなりました" in answer.text


def test_two_tabs_of_one_browser_do_not_mix(service: Service, browser: Browser) -> None:
    service.world("w1")
    service.world("w2", card={"pin": "7777"})
    first, second = service.push("w1"), service.push("w2")
    browser.open(first)
    kept = browser.hidden()
    browser.open(second)
    assert "code" in browser.submit("/card", pin="7777")
    assert browser.client.post("/card", data=kept | {"pin": "1234"}).status_code == 303


def test_a_request_of_another_browser_is_not_reached_by_its_name(service: Service, browser: Browser) -> None:
    opened(service, browser)
    stolen = browser.hidden()["interaction"]
    other = Browser(service)
    other.open(service.push(service.world("w2")))
    assert other.post("/card", interaction=stolen, pin="1234").status_code == 400


@pytest.mark.parametrize("number", ["123456789018", "１２３４５６７８９０１８", "1234-5678-9018"])
def test_a_real_my_number_is_refused(service: Service, browser: Browser, number: str) -> None:
    opened(service, browser)
    assert browser.post("/card", pin=number).status_code == 422
    assert browser.h1 == "この番号は入力できません"
    assert browser.page is not None
    assert number not in browser.page.text
    assert "code" in browser.submit("/card", pin="1234", interaction=browser.hidden()["interaction"])


def test_language_follows_the_site_and_the_person(service: Service, browser: Browser) -> None:
    browser.open(service.push(service.world(), ui_locales="en"))
    assert browser.page is not None
    assert '<html lang="en"' in browser.page.text
    browser.get("/language", params={"lang": "ja-simple"})
    assert '<html lang="ja-simple"' in browser.page.text
    browser.post("/furigana", furigana="on")
    assert browser.page.status_code == 200


def test_pages_keep_the_contract(service: Service, browser: Browser) -> None:
    world = opened(service, browser)
    pages = [browser.page]
    for outcome in ("expired", "reading_failure", "wrong_pin"):
        pages.append(browser.post("/card", outcome=outcome))
        browser.get("/card")
    signer = Browser(service)
    pages.append(signer.open(service.push_signature(world, service.transaction(world))))
    for page in pages:
        assert page is not None
        document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page.text)
        ids = [element.get("id") for element in document.iter() if element.get("id")]
        assert len(ids) == len(set(ids))
        assert len(list(document.iter("h1"))) == 1
        assert page.text.count('data-band="identity"') == 1
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Cache-Control"] == "no-store"
        assert world not in str(page.url)
        labelled = {label.get("for") for label in document.iter("label")}
        fields = [one for one in document.iter("input") if one.get("type") not in ("hidden",)]
        assert all(one.get("id") in labelled for one in fields)


def test_only_the_pages_are_mounted_into_a_site(service: Service) -> None:
    from werkzeug.test import Client

    client = Client(BrowserOnly(service.app))
    assert client.get("/card").status_code == 400
    assert client.get("/static/css/base.css").status_code == 200
    closed = (
        "/_sim/worlds/w1",
        "/registers/resident/updates",
        OPENID + "/token",
        "/history",
        "/openapi.json",
        "/api/sign-transactions",
    )
    for path in closed:
        assert path not in BROWSER_PATHS
        assert client.open(path, method="POST").status_code == 404
