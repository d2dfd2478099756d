"""The running site and visitors' browsers for the journeys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from accessibility.axe import Seen
from app.factory import Site, create_site
from app.world.checking import faults_of_all
from e2e.browser import View, Watch, chromium

HERE = Path(__file__).parent
ROOT = HERE.parent
PICTURES = ROOT / ".cache" / "e2e"
failed_key = pytest.StashKey[bool]()

#: every way in which a journey is made; dark colours ride along on two of the four
VIEWS = (View("phone", True), View("phone", False, "dark"), View("desktop", True, "dark"), View("desktop", False))

OpenVisit = Callable[..., Watch]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here that asks for the browser is marked so."""
    for item in items:
        if HERE in item.path.parents and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        item.stash[failed_key] = report.failed  # type: ignore[attr-defined]
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one a process."""
    executable = chromium()
    if executable is None:
        pytest.fail("no Chromium: `make test` installs Debian's, or says what to do")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Pages that axe has found in order, shared by the processes of one run."""
    base = tmp_path_factory.getbasetemp()
    return Seen((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "axe-seen")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The real site with its services, on a port of its own and an empty database; one a process."""
    running = create_site(tmp_path_factory.mktemp("site"))
    yield running
    assert faults_of_all(running.context) == []
    running.close()


@pytest.fixture(params=VIEWS, ids=str)
def view(request: pytest.FixtureRequest) -> View:
    """Each way of seeing the site: phone and desktop, scripts on and off."""
    chosen: View = request.param
    return chosen


@pytest.fixture
def visit_at(browser: Browser, seen: Seen, request: pytest.FixtureRequest) -> Iterator[OpenVisit]:
    """`visit_at(origin, view)` opens a visitor's browser; at the end of the test everything that it noticed is raised."""
    opened: list[Watch] = []

    def open_visit(origin: str, view: View | None = None) -> Watch:
        opened.append(Watch(browser, origin, view or View(), seen))
        return opened[-1]

    yield open_visit
    if request.node.stash.get(failed_key, False):
        for number, watch in enumerate(opened):
            _picture(watch, request.node.name, number)
            watch.close()
            if watch.problems:
                print("\n".join(["also noticed:", *watch.problems]))
        return
    for watch in opened:
        watch.finish()


@pytest.fixture
def visit(visit_at: OpenVisit, site: Site, view: View) -> Watch:
    """A visitor of the site, once in each view."""
    return visit_at(site.url, view)


def _picture(watch: Watch, name: str, number: int) -> None:
    """What stood on the screen when the test failed."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    safe = "".join(c if c.isalnum() else "-" for c in name)
    watch.page.screenshot(path=PICTURES / f"{safe}-{number}.png", full_page=True)
