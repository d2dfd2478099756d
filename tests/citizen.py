"""A citizen without a browser: opens pages over real HTTP, fills in their forms, shows the card, signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx
from sqlalchemy import select

from app.engine.lifecycle import ENDS, State
from app.engine.personas import Household
from app.engine.planner import Ask
from app.factory import Site
from app.store.models import World as Row
from app.world.journeys import Journey
from app.world.worlds import World
from tests.offered import first_offered
from tests.web.walking import anything, typed, walk

SHOWING = {"valid", "signing_expired"}
"""States of a card that still shows who somebody is."""
ENDED = ENDS
HIDDEN = re.compile(r'name="(csrf_token|interaction)" value="([^"]+)"')
OTHERS_PIN = "ABC123"
"""Of everybody's card but the applicant's, for whom the household file may say another."""
HANDED = re.compile(r'id="signer-address">([^<]+)<')
CARDS = re.compile(r'name="subject" value="([^"]+)".*?<label[^>]*>([^<]+)<', re.DOTALL)
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
        files = {name: value for name, value in fields.items() if isinstance(value, tuple)}
        data = {**dict(HIDDEN.findall(self.page.html)), **{n: v for n, v in fields.items() if n not in files}}
        target = str(httpx.URL(self.page.url).join(path)) if self.page.url else path
        return self._shown(self.http.post(target, data=data, files=files or None, follow_redirects=follow))

    def _pin(self, last: str, pin: str) -> Page:
        """Type a number into the form of the identity provider's page, which may be mounted under the site."""
        action = re.search(rf'action="([^"]*/{last})"', self.page.html)
        assert action, (self.page.path, self.page.h1)
        return self.post(action[1], pin=pin)

    @property
    def household(self) -> Household:
        """Whose answers are given."""
        return self.site.context.households[self.persona]

    def show_card(self) -> None:
        """Choose whom to be and sign in with the card, or go on without where there is none that shows who this is."""
        self.get("/start")
        self.post("/start", persona=self.persona)
        card = self.household.persona.card
        if card.state in SHOWING:
            self.post("/start/sign-in")
            self._pin("card", card.pin)
        else:
            self.post("/start/without-card")
        assert self.page.path == "/", (self.page.path, self.page.h1)

    def tell(self) -> None:
        """Begin what the household is about, agree to all look-ups, answer every question."""
        household = self.household
        self.post(f"/events/{household.persona.event}")
        paths = (path.split(".") for path in self.journey.event.definition.triage)
        first = [(household.roles[role], item) for role, item in paths]
        self.journey.answer({key: household.answers[key] for key in first if key in household.answers})
        self.get("/journeys/1/consent")
        shown = self.household.persona.card.state in SHOWING
        self.post("/journeys/1/consent", consent="all" if shown else "none")
        asked = walk(self, {**household.held, **household.answers})
        assert asked

    def sign(self) -> None:
        """Sign everything once and file it; without a certificate that works, prepare it for the counters."""
        card = self.household.persona.card
        self.get("/journeys/1/sign")
        if card.state == "valid":
            self.post("/journeys/1/sign")
        if card.state == "valid" and "電子証明書が使えなくなっています" not in self.page.h1:
            self._pin("signature", card.signing_pin)
        else:  # as when a move has ended the certificate
            self.get("/journeys/1/sign")
            self.post("/journeys/1/sign/without")
        assert self.page.path.endswith("/receipt"), (self.page.path, self.page.h1)

    def file_everything(self) -> None:
        """From the card to the last signature."""
        self.show_card()
        self.tell()
        self.sign()

    def live_on(self, most: int = 80, answering: bool = True) -> None:
        """Let time pass, going to every counter once it is open and answering what is asked back, until nothing is left to happen."""
        for _ in range(most):
            self.do_what_waits(answering)
            if {case.state.state for case in self.world.cases()} <= ENDED:
                return
            self.wait()
        raise AssertionError(self.states())

    def wait(self) -> bool:
        """Until something happens; False when nothing happens by itself any more."""
        before = self.world.today
        self.get("/time")
        self.post("/time", step="event")
        return self.world.today > before

    def states(self) -> dict[str, str]:
        """Every case that is not completed, and where it stands."""
        cases = [case for case in self.world.cases() if case.state.state != State.COMPLETED]
        return {f"{case.procedure} {case.subject or ''}".strip(): case.state.state.value for case in cases}

    def do_what_waits(self, answering: bool = True, at_counters: bool = True, others: bool = True) -> None:
        """Go to the counters that are open, let others sign, answer what was asked back."""
        world = self.world
        for case in world.cases():
            if (
                at_counters
                and case.state.state == State.NEEDS_VISIT
                and (case.state.opens or world.today) <= world.today
            ):
                self.get(f"/cases/{case.n}")
                self.post(f"/cases/{case.n}/visit")
                world = self.world
        if others:
            self.let_others_sign()
        for case in self.world.cases():
            if answering and case.state.state == State.CORRECTION_REQUESTED:
                self.answer(case.n)

    def answer(self, n: int) -> None:
        """Mend what is asked: what the letter offers, else what the household says, else something."""
        case = self.world.case(n)
        assert case is not None
        assert case.state.item is not None
        journey, (subject, _, name) = self.journey, case.state.item.partition(".")
        key = (subject, name.rpartition(".")[2])
        item = journey.plan.item(key)
        assert item is not None, case.state.item
        value = first_offered(case.state.note, item, self.world.today)
        if value is None:
            value = self.household.answers.get(key, self.household.held.get(key))
        ask = Ask(key, item, journey.facts.kinds[subject], 0, (), False)
        fields = typed(journey, ask, anything(journey, ask) if value is None else value)
        self.get(f"/cases/{n}/correction")
        answer = self.post(f"/cases/{n}/correction", follow=False, **fields)
        assert answer.status == 303, (case.procedure, case.state.item, value, answer.html[:3000])
        self.get(f"/cases/{n}/correction/sign")
        self.sign_correction(n)

    def let_others_sign(self) -> None:
        """Everybody who is to sign for themselves does, in a browser of their own; without a card that signs, at the counter."""
        for case in self.world.cases():
            if not case.unsigned:
                continue
            guest = Guest(self.site, self.persona, self.hand_over(case.n, case.journey))
            guest.confirm(self.world, case.n)
            if guest.page.path != "/confirm/done":
                self.get(f"/journeys/{case.journey}/signers")
                self.post(f"/journeys/{case.journey}/signers/{case.n}/counter")
            guest.close()

    def hand_over(self, n: int, journey: int = 1) -> str:
        """Make a link for whoever has to sign a case; returns its path."""
        self.get(f"/journeys/{journey}/signers")
        page = self.post(f"/journeys/{journey}/signers/{n}/link")
        found = HANDED.search(page.html)
        assert found, page.h1
        return httpx.URL(unescape(found[1])).path

    def sign_correction(self, n: int) -> None:
        """On the page before the signature: sign, or send without where the page says that no signature is possible."""
        path = f"/cases/{n}/correction"
        if self.page.path != f"{path}/sign":
            assert self.page.path == f"/cases/{n}", self.page.path
            return  # nobody asks for a signature
        if f'action="{path}/unsigned"' in self.page.html:
            self.post(f"{path}/unsigned")
        else:
            self.post(f"{path}/sign")
            self._pin("signature", self.household.persona.card.signing_pin)
        assert self.page.path == f"/cases/{n}", (self.page.path, self.page.h1)

    def close(self) -> None:
        """Give back connections."""
        self.http.close()


class Guest(Citizen):
    """Somebody in another browser, without a world, who was given a link."""

    def __init__(self, site: Site, persona: str, link: str = "") -> None:
        super().__init__(site, persona)
        if link:
            self.get(link)

    def confirm(self, world: World, n: int) -> Page:
        """Sign a case of a world as whom it is about, as far as their card does it."""
        case = world.case(n)
        assert case is not None
        journey = world.journey(case.journey)
        assert journey is not None
        self.post("/confirm")
        if self.page.path.endswith("/choose"):
            name = journey.name_of(case.subject or "")
            mine = [one for one, label in CARDS.findall(self.page.html) if label.strip() == name]
            self.post(self.page.path, subject=mine[0] if mine else "")
        if re.search(r'action="[^"]*/signature"', self.page.html):
            self._pin("signature", OTHERS_PIN)
        return self.page
