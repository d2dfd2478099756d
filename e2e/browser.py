"""A visitor's browser that watches: on every page the contract and axe, and all along the console, the origin, the statuses.

    visit = Watch(context, origin, view, seen)
    visit.goto("/")                            # go, wait until all is quiet, look
    visit.press("button", "続ける")             # by role and name; goes on when the next page has been looked at
    visit.keys("Space", "Enter")               # the last key leads to another page
    visit.finish()                             # AssertionError with everything that was found

Steps that work on `visit.page` directly end with `visit.look()`.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response
from playwright.sync_api import Error as PlaywrightError

from accessibility import axe, contract
from app.web.shell import LIVE

Scheme = Literal["light", "dark"]
Size = Literal["phone", "desktop"]
SIZES: dict[Size, tuple[int, int]] = {"phone": (360, 780), "desktop": (1280, 900)}
#: a form that was not in order, answered as such
_EXPECTED = frozenset({422})
_QUIET = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')"
_REMEMBER = "() => { for (const h of document.querySelectorAll('h1')) h.left = true; }"
_ANOTHER = "() => [...document.querySelectorAll('h1')].some(h => !h.left)"
#: what Playwright says where a page goes away while it is read, and how often in a row that may happen
_NAVIGATING, _MOST_HOPS = "is navigating", 5
#: what two pages of one structure may differ in: words, where links lead, what is filled in
_WORDS = re.compile(r">[^<]*[^<\s][^<]*<")
_LEADS = re.compile(r' (href|value|action|datetime|content|aria-label|data-[\w-]+)="[^"]*"')
_NUMBER = re.compile(r"\d+")
_ALIKE = re.compile(r"(<(li|tr|div|option|p|span)\b[^>]*>(?:(?!<\2\b).)*?</\2>)(?: ?\1)+")
_LOAD_FAILURE = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


@dataclass(frozen=True)
class View:
    """How a visitor sees the site."""

    size: Size = "desktop"
    scripts: bool = True
    scheme: Scheme = "light"

    def __str__(self) -> str:
        return f"{self.size}-{'scripts' if self.scripts else 'plain'}" + ("-dark" if self.scheme == "dark" else "")

    def context(self, browser: Browser, *, scripts: bool | None = None) -> BrowserContext:
        """A fresh browser context: own cookies, nothing remembered. `scripts` overrides the view's."""
        width, height = SIZES[self.size]
        return browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=self.scripts if scripts is None else scripts,
            color_scheme=self.scheme,
            reduced_motion="reduce",
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
        )


def chromium() -> str | None:
    """Path of Debian's Chromium, or None."""
    return shutil.which("chromium")


def _structure(html: str) -> str:
    """A page's elements, classes, names and roles, without its words: what axe's rules look at. Equal neighbours count once."""
    bare = " ".join(_NUMBER.sub("0", _LEADS.sub(r" \1", _WORDS.sub(">.<", html))).split())
    return _ALIKE.sub(r"\1", bare)


class Watch:
    """One visitor. Collects problems as sentences; `finish` raises them together, `problems` holds them until then."""

    def __init__(self, browser: Browser, origin: str, view: View, seen: axe.Seen) -> None:
        self.origin, self.view, self.problems = origin.rstrip("/"), view, list[str]()
        self._browser, self._seen, self._expected = browser, seen, set(_EXPECTED)
        self._answers: list[Response] = []
        self._document: Response | None = None
        self._twin: Page | None = None
        self.context = view.context(browser)
        self.context.on("request", self._on_request)
        self.context.on("response", self._on_response)
        self.context.on("console", self._on_console)
        self.context.on("weberror", lambda error: self._note(f"script error: {error.error}"))
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)

    def expect_status(self, *statuses: int) -> None:
        """From here on these statuses of pages are what the test wants to see (422 always is)."""
        self._expected |= set(statuses)

    def goto(self, path: str) -> Response:
        """Opens a path of the site as from the address bar."""
        response = self.page.goto(self.origin + path)
        assert response is not None, f"{path} gave no answer"
        self.look()
        return response

    def press(self, role: Literal["button", "link"], name: str, *, exact: bool = True) -> None:
        """Presses the one button or link of this name and looks at where it leads."""
        self.click(self.page.get_by_role(role, name=name, exact=exact))

    def click(self, target: Locator) -> None:
        """Presses an element and looks at where it leads."""
        target.click()
        self.look()

    def keys(self, *keys: str) -> None:
        """Types keys of which the last leads to another page, and looks at that one. With scripts only.

        A key press returns before what it sets off has begun, so the heading that goes away is remembered: the next page, loaded or
        swapped in, has another element in its place.
        """
        self.page.evaluate(_REMEMBER)
        for key in keys:
            self.page.keyboard.press(key)
        self.page.wait_for_function(_ANOTHER)
        self.look()

    def look(self) -> None:
        """Waits until the page is quiet, then checks it: the contract on what the server sent and on what stands there now, and axe."""
        html = self._settled()
        answers, self._answers = self._answers, []
        for answer in answers:
            sent = self._body(answer)
            if contract.is_whole(sent):
                self._document = answer
                self._contract(answer, sent, answer.status)
        if self.view.scripts and self._document is not None and answers:
            # The tree after the scripts: serialised, so that it always parses; everything else can have gone wrong in it.
            self._contract(self._document, html, answers[-1].status, " (after scripts)")
        self._axe(html)

    def _settled(self) -> str:
        """The HTML that stands there once all is quiet. A page that goes on to another just then is waited for, at most a few times."""
        for _ in range(_MOST_HOPS):
            self.page.wait_for_load_state("load")
            if self.view.scripts:
                self.page.wait_for_function(_QUIET)
            try:
                return self.page.content()
            except PlaywrightError as error:
                if _NAVIGATING not in error.message:
                    raise
        return self.page.content()

    def finish(self) -> None:
        """Closes the visit. AssertionError when anything was found, or a page was passed without a look at it."""
        unseen = [a.url for a in self._answers if a.request.is_navigation_request() and not 300 <= a.status < 400]
        for url in unseen:
            self._note(f"passed without a look: {urlsplit(url).path}")
        self.close()
        if self.problems:
            raise AssertionError(f"{len(self.problems)} problems ({self.view}):\n" + "\n".join(self.problems))

    def close(self) -> None:
        """Closes the browser contexts of this visit; harmless when done twice."""
        if self._twin is not None:
            self._twin.context.close()
            self._twin = None
        self.context.close()

    def _note(self, problem: str, path: str = "") -> None:
        line = f"{path}: {problem}" if path else problem
        if line not in self.problems:
            self.problems.append(line)

    def _contract(self, answer: Response, html: str, status: int, when: str = "") -> None:
        path = urlsplit(answer.url).path
        key = self._seen.key(html, "contract", path, status, answer.headers.get("cache-control"))
        if key in self._seen:
            return
        breaches = contract.check(contract.Page(answer.url, html, status, answer.headers))
        for breach in breaches:
            self._note(breach + when, path)
        if not breaches:
            self._seen.add(key)

    def _axe(self, html: str) -> None:
        path = urlsplit(self.page.url).path
        key = self._seen.key(_structure(html), str(self.view), _NUMBER.sub("0", path))
        if key in self._seen:
            return
        if self.view.scripts:
            violations = axe.run(self.page)
        else:
            if self._twin is None:
                self._twin = self.view.context(self._browser, scripts=True).new_page()
            headers = {"content-type": "text/html; charset=utf-8"}
            violations = axe.run_without_scripts(self._twin, self.page.url, html, headers)
        for violation in violations:
            self._note(str(violation), path)
        if not violations:
            self._seen.add(key)

    def _body(self, answer: Response) -> str:
        if 300 <= answer.status < 400 or "text/html" not in answer.headers.get("content-type", ""):
            return ""
        try:
            return answer.text()
        except PlaywrightError:
            if answer.request.headers.get("hx-trigger") == LIVE:
                return ""  # the page had brought itself up to date; the person went on before anybody could look
            self._note("its HTML was gone before anybody looked: look() after each step", urlsplit(answer.url).path)
            return ""

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin + "/", "data:", "blob:", "about:")):
            self._note(f"request leaves the origin: {request.method} {request.url}")

    def _on_response(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if response.status >= 400 and response.status not in self._expected:
            self._note(f"status {response.status}", path)
        if response.request.resource_type in {"document", "xhr", "fetch"}:
            self._answers.append(response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        failure = _LOAD_FAILURE.match(message.text)
        if failure and int(failure[1]) in self._expected:
            return
        self._note(f"console {message.type}: {message.text}", urlsplit(self.page.url).path)
