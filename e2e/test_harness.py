"""The watching browser finds what is planted on canary pages, with scripts and without, and nothing on a page that is in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from accessibility.axe import Seen
from e2e.browser import View, Watch

PLAIN, SCRIPTS = View("phone", scripts=False), View("phone", scripts=True)
BOTH = pytest.mark.parametrize("view", [PLAIN, SCRIPTS], ids=str)

HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PAGE = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>しるし － ひとまど（模擬）</title><link rel="icon" href="/icon.svg" type="image/svg+xml"><link rel="stylesheet" href="/canary.css">
{head}</head>
<body><a href="#main">本文へ</a><main id="main"><h1>しるし</h1>{body}</main></body></html>
"""
POST = '<form method="post" action="{0}"><input type="hidden" name="csrf_token" value="t"><button>送る</button></form>'

#: path -> (status, head, body)
PAGES: dict[str, tuple[int, str, str]] = {
    "/good": (200, "", '<p>よいページです。</p><p><a href="/second">次へ</a></p>'),
    "/to-slow": (200, "", '<p><a href="/slow">次へ</a></p>'),
    "/slow": (200, "", '<p class="pale">おそいページです。</p>'),
    "/second": (200, "", "<p>次のページです。</p>"),
    "/form": (200, "", POST.format("/invalid")),
    "/contrast": (200, "", '<p class="pale">うすい字です。</p>'),
    "/noscript": (200, "", '<p>本文です。</p><noscript><p class="pale">うすい字です。</p></noscript>'),
    "/label": (200, "", '<p><input name="a"></p>'),
    "/small": (200, "", '<p class="small"><a href="/good">一</a><a href="/second">二</a></p>'),
    "/foreign": (200, "", '<p><img src="http://127.0.0.1:9/a.png" alt=""></p>'),
    "/script-error": (200, '<script src="/throws.js" defer></script>', "<p>動きます。</p>"),
    "/scripted": (200, '<script src="/spoils.js" defer></script>', "<p>動きます。</p>"),
    "/broken": (503, "", "<p>いま使えません。</p>"),
}
FILES = {
    "/canary.css": (
        "text/css",
        ".pale{color:#bbb;background:#fff}.small a{display:block;font-size:9px;line-height:9px;width:9px}",
    ),
    "/icon.svg": ("image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "/throws.js": ("text/javascript", 'throw new Error("planted")'),
    "/spoils.js": ("text/javascript", 'document.querySelector("main").append(document.createElement("h1"))'),
}


def canary(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
    """A small site of pages with one fault each."""
    path = environ["PATH_INFO"]
    if path in FILES:
        kind, text = FILES[path]
        start("200 OK", [("Content-Type", kind)])
        return [text.encode()]
    if path == "/invalid":
        start("422 Invalid", list(HEADERS.items()))
        return [PAGE.format(head="", body="<p>直してください。</p>").replace("<title>", "<title>エラー：").encode()]
    if path == "/slow":
        time.sleep(0.6)
    status, head, body = PAGES.get(path, (404, "", "<p>ありません。</p>"))
    start(f"{status} -", list(HEADERS.items()))
    return [PAGE.format(head=head, body=body).encode()]


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, canary, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def watch_at(browser: Browser, origin: str, tmp_path: Path) -> Iterator[Callable[[View], Watch]]:
    """A watch on the canary site whose findings the test reads itself."""
    opened: list[Watch] = []

    def open_watch(view: View) -> Watch:
        opened.append(Watch(browser, origin, view, Seen(tmp_path / "seen")))
        return opened[-1]

    yield open_watch
    for watch in opened:
        watch.close()


@BOTH
def test_a_page_in_order_is_passed(watch_at: Callable[[View], Watch], view: View) -> None:
    watch = watch_at(view)
    watch.goto("/good")
    watch.press("link", "次へ")
    assert watch.page.url.endswith("/second")
    watch.finish()


@BOTH
def test_a_slow_page_is_waited_for(watch_at: Callable[[View], Watch], view: View) -> None:
    watch = watch_at(view)
    watch.goto("/to-slow")
    watch.press("link", "次へ")
    assert watch.page.url.endswith("/slow")
    assert any("/slow: axe color-contrast" in problem for problem in watch.problems)


def test_a_key_that_leads_on_is_waited_for(watch_at: Callable[[View], Watch]) -> None:
    watch = watch_at(SCRIPTS)
    watch.goto("/to-slow")
    watch.keys("Tab", "Tab", "Enter")
    assert watch.page.url.endswith("/slow")
    assert any("/slow: axe color-contrast" in problem for problem in watch.problems)


@BOTH
def test_a_form_that_is_not_in_order_is_passed_when_it_says_so(watch_at: Callable[[View], Watch], view: View) -> None:
    watch = watch_at(view)
    watch.goto("/form")
    watch.press("button", "送る")
    assert watch.page.url.endswith("/invalid")
    watch.finish()


@BOTH
@pytest.mark.parametrize(
    "path, expected",
    [
        ("/contrast", "axe color-contrast"),
        ("/label", "has no label"),
        ("/label", "axe label"),
        ("/small", "axe target-size"),
        ("/foreign", "request leaves the origin"),
        ("/foreign", "another origin"),
        ("/broken", "status 503"),
        ("/absent", "status 404"),
    ],
)
def test_a_planted_fault_is_found(watch_at: Callable[[View], Watch], view: View, path: str, expected: str) -> None:
    watch = watch_at(view)
    watch.goto(path)
    with pytest.raises(AssertionError, match=expected):
        watch.finish()


def test_what_is_shown_only_without_scripts_is_looked_at(watch_at: Callable[[View], Watch]) -> None:
    plain, scripted = watch_at(PLAIN), watch_at(SCRIPTS)
    plain.goto("/noscript")
    scripted.goto("/noscript")
    assert any("color-contrast" in problem for problem in plain.problems)
    scripted.finish()


def test_faults_of_scripts_are_found(watch_at: Callable[[View], Watch]) -> None:
    throwing, spoiling = watch_at(SCRIPTS), watch_at(SCRIPTS)
    throwing.goto("/script-error")
    spoiling.goto("/scripted")
    assert any("script error" in problem and "planted" in problem for problem in throwing.problems)
    assert any("2 h1 elements" in problem and "after scripts" in problem for problem in spoiling.problems)
    plain = watch_at(PLAIN)
    plain.goto("/script-error")
    plain.goto("/scripted")
    plain.finish()


def test_an_expected_status_is_no_problem(watch_at: Callable[[View], Watch]) -> None:
    watch = watch_at(SCRIPTS)
    watch.expect_status(404, 503)
    watch.goto("/absent")
    watch.goto("/broken")
    watch.finish()


def test_a_page_passed_without_a_look_is_a_problem(watch_at: Callable[[View], Watch]) -> None:
    watch = watch_at(PLAIN)
    watch.page.goto(watch.origin + "/good")
    with pytest.raises(AssertionError, match="passed without a look: /good"):
        watch.finish()


def test_only_pages_in_order_are_remembered(watch_at: Callable[[View], Watch]) -> None:
    first, second = watch_at(SCRIPTS), watch_at(SCRIPTS)
    for watch in (first, second):
        watch.goto("/contrast")
        assert any("color-contrast" in problem for problem in watch.problems)


def test_the_same_page_has_the_same_key_whatever_its_token() -> None:
    form = PAGE.format(head="", body=POST.format("/x"))
    assert Seen.key(form, "phone") == Seen.key(form.replace('value="t"', 'value="u"'), "phone")
    assert Seen.key(form, "phone") != Seen.key(form, "desktop")
    assert Seen.key(form, "phone") != Seen.key(form.replace("しるし", "べつ"), "phone")
