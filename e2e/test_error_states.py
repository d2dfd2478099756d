"""Every kind of form, sent with nothing in it: what to correct stands at the top, is said in the title, and nothing is lost."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Response

from app.factory import Site
from e2e.browser import View
from e2e.conftest import OpenVisit
from e2e.person import Person

VIEWS = (View("phone", True), View("desktop", False))
EMPTY = """form => [...form.elements].forEach(e => {
  if (e.type === "hidden" || e.tagName === "BUTTON") return;
  if (e.type === "radio" || e.type === "checkbox") e.checked = false;
  else if (e.tagName === "SELECT") e.selectedIndex = -1;
  else if (e.type !== "file") e.value = "";
})"""


class Sender:
    """Sends forms empty, once for every set of field types, and looks at the answer."""

    def __init__(self, person: Person) -> None:
        self.person, self.done = person, set[str]()
        self.statuses: list[int] = []
        person.visit.page.on("response", self._on_response)

    def _on_response(self, response: Response) -> None:
        if response.request.method == "POST":
            self.statuses.append(response.status)

    def send_empty(self) -> None:
        """Sends the present page's form empty, unless one like it was sent before, and checks what comes."""
        person, page = self.person, self.person.visit.page
        form = person.main("form:has(.button-primary)").first
        fields = form.locator("input:not([type=hidden]), select, textarea")
        kind = form.evaluate("f => [...f.elements].map(e => e.type).filter((t, i, all) => all.indexOf(t) === i).join()")
        optional = form.locator("text=任意").count()
        if not fields.count() or kind in self.done or optional:
            return
        self.done.add(kind)
        where = urlsplit(page.url).path
        form.evaluate(EMPTY)
        self.statuses.clear()
        person.primary()
        assert self.statuses[-1:] == [422], f"{where} ({kind}) accepted nothing at all: {self.statuses}"
        assert urlsplit(page.url).path == where
        assert page.title().startswith("エラー："), page.title()
        summary = page.locator(".error-summary")
        assert summary.count() == 1, where
        if person.visit.view.scripts:
            assert page.evaluate("() => document.activeElement.closest('.error-summary') !== null"), (
                f"{where}: no focus"
            )
        link = summary.locator("a").first
        target = (link.get_attribute("href") or "").removeprefix("#")
        assert page.locator(f'[id="{target}"]').count() == 1, f"{where}: {target!r} is not there"
        link.click()
        assert page.evaluate("id => document.activeElement.id === id", target), f"{where}: the link leads elsewhere"


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_every_kind_of_form_says_what_to_correct(site: Site, visit_at: OpenVisit, view: View) -> None:
    """With everything refused, so that every question is asked."""
    person = Person(visit_at(site.url, view), site, "yamashina", consent="none")
    sender = Sender(person)
    person.goto("/")
    for _ in range(400):
        if person.path == "/journeys/1/review":
            break
        if person.path == "/start" or "/triage/" in person.path or "/questions/" in person.path:
            sender.send_empty()
        person.step()
    assert person.path == "/journeys/1/review"
    assert len(sender.done) >= 4, sender.done
    person.goto("/time")
    sender.send_empty()
