"""A citizen without a browser: opens pages over real HTTP, fills in their forms, shows the card, signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx
from sqlalchemy import select

from app.engine.lifecycle import State
from app.factory import Site
from app.store.models import World as Row
from app.world.journeys import Journey
from app.world.worlds import World
from tests.web.walking import walk

ENDED = {State.COMPLETED, State.WITHDRAWN, State.REJECTED}
HIDDEN = re.compile(r'name="(csrf_token|interaction)" value="([^"]+)"')
H1 = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


@dataclass
class Page:
    """What came, as the walker through questions wants it. `path` has no origin."""

    path: str
    status: int
    html: str
    url: str = ""

    @property
    def h1(self) -> str:
        """The heading, without marks."""
        found = H1.search(self.html)
        return unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""


class Citizen:
    """One visitor of a running site. Follows redirects wherever they lead: the identity provider may be at another origin."""

    def __init__(self, site: Site, persona: str) -> None:
        self.site, self.persona = site, persona
        self.http = httpx.Client(base_url=site.url, timeout=60)
        self.page = Page("", 0, "")

    @property
    def world(self) -> World:
        """The newest of the site."""
        with self.site.context.database.read() as session:
            id_ = session.scalars(select(Row.id).order_by(Row.made_at.desc()).limit(1)).one()
        found = World.find(self.site.context, id_)
        assert found is not None
        return found

    @property
    def journey(self) -> Journey:
        """The newest one."""
        return self.world.journeys()[0]

    def _shown(self, answer: httpx.Response) -> Page:
        page = Page(answer.url.path, answer.status_code, answer.text, str(answer.url))
        if not answer.is_redirect:
            self.page = page
        assert answer.status_code < 500 or (answer.status_code == 503 and page.h1), (page.path, page.h1)
        return page

    def get(self, path: str) -> Page:
        """Open a page, wherever it leads."""
        return self._shown(self.http.get(path, follow_redirects=True))

    def post(self, path: str, follow: bool = True, **fields: Any) -> Page:
        """Send a form with what is hidden in the page that is open; a path belongs to the origin of that page."""
        data = {**dict(HIDDEN.findall(self.page.html)), **fields}
        target = str(httpx.URL(self.page.url).join(path)) if self.page.url else path
        return self._shown(self.http.post(target, data=data, follow_redirects=follow))

    def _pin(self, last: str, pin: str) -> Page:
        """Type a number into the form of the identity provider's page, which may be mounted under the site."""
        action = re.search(rf'action="([^"]*/{last})"', self.page.html)
        assert action, (self.page.path, self.page.h1)
        return self.post(action[1], pin=pin)

    def show_card(self) -> None:
        """Choose whom to be and sign in with the card."""
        self.get("/start")
        self.post("/start", persona=self.persona)
        self.post("/start/sign-in")
        self._pin("card", "1234")
        assert self.page.path == "/", (self.page.path, self.page.h1)

    def tell(self) -> None:
        """Begin to move, agree to all look-ups, answer every question."""
        self.post("/events/moving")
        household = self.site.context.households[self.persona]
        move = household.roles["move"]
        self.journey.answer({(move, name): household.answers[(move, name)] for name in ("kind", "who", "date")})
        self.get("/journeys/1/consent")
        self.post("/journeys/1/consent", consent="all")
        asked = walk(self, household.answers)
        assert asked

    def sign(self, pin: str = "ABC123") -> None:
        """Sign everything once and file it."""
        self.get("/journeys/1/sign")
        self.post("/journeys/1/sign")
        self._pin("signature", pin)
        assert self.page.path.endswith("/receipt"), (self.page.path, self.page.h1)

    def live_on(self, most: int = 80) -> None:
        """Let time pass, going to every counter once it is open, until nothing is left to happen."""
        for _ in range(most):
            for case in self.world.cases():
                if case.state.state == State.NEEDS_VISIT:
                    self.get(f"/cases/{case.n}")
                    self.post(f"/cases/{case.n}/visit")
            states = {case.procedure: case.state.state for case in self.world.cases()}
            if set(states.values()) <= ENDED:
                return
            self.get("/time")
            self.post("/time", step="1" if State.NEEDS_VISIT in states.values() else "event")
        raise AssertionError(states)

    def close(self) -> None:
        """Give back connections."""
        self.http.close()
