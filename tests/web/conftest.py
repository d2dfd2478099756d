"""The site's pages with a real database and the real definitions; the services are played by small objects.

``site`` is a visitor's browser without scripts. Every page that it opens is held against the page contract.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from accessibility import contract
from accessibility.document import Document
from app.config import Config
from app.engine.library import Library, load
from app.engine.personas import Household, household_of, load_households
from app.engine.values import to_json
from app.gateway.base import ServiceDown
from app.gateway.mynumber import Answer, IdentityRefused, Pushed, SignedIn
from app.store.database import Database
from app.web import create_app
from app.web.shell import LanguagePrefix
from app.world.context import Context
from app.world.journeys import Journey
from app.world.outbox import packing
from app.world.worlds import World

PROCEDURES = Path(__file__).parents[2] / "procedures"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
# Two rules of the contract that the design itself goes beyond: the dialog that waits in a template takes the focus when it opens,
# and error summaries and notices stand before the h1.
ALLOWED = ('autofocus at <button type="submit">', "heading level skips from nothing to 2: ")


# --- the services ---------------------------------------------------------------------------------------------------------
@dataclass
class Simulation:
    """Makes and forgets worlds. ``down``: no answer."""

    worlds: dict[str, str | Mapping[str, Any]] = field(default_factory=dict)
    down: bool = False

    def create_world(self, world: str, now: datetime, persona: str | Mapping[str, Any] = "") -> None:
        if self.down:
            raise ServiceDown("mynumber", "503")
        self.worlds[world] = persona

    def delete_world(self, world: str, now: datetime) -> None:
        self.worlds.pop(world, None)


@dataclass
class Identity:
    """Signs in whoever comes. ``refuses``: what comes back is not to be trusted."""

    refuses: bool = False
    down: bool = False

    def push_request(self, world: str, now: datetime, redirect_uri: str, **more: Any) -> Pushed:
        if self.down:
            raise ServiceDown("mynumber", "503")
        return Pushed("/idp/card?request_uri=handle", "the-state", "the-nonce", "the-verifier", redirect_uri)

    def exchange(self, world: str, now: datetime, back: Mapping[str, str], kept: Mapping[str, Any]) -> SignedIn:
        if self.refuses or kept["verifier"] != "the-verifier" or kept["nonce"] != "the-nonce":
            raise IdentityRefused("mynumber", "refused")
        return SignedIn("the-token", 3600, "somebody", {})


@dataclass
class Registers:
    """Answers from the household's true facts. ``faults``: register to down, slow, or the status of its answer."""

    library: Library
    households: Mapping[str, Household]
    simulation: Simulation
    faults: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def inquire(
        self, world: str, now: datetime, register: str, token: str, *, items: tuple[str, ...], **more: Any
    ) -> Answer:
        self.asked.append(register)
        fault = self.faults.get(register, "")
        if fault in ("down", "slow"):
            raise ServiceDown("mynumber", "503", maybe_done=fault == "slow")
        if fault in ("none", "unsupported", "mismatch"):
            return Answer(register, fault, now.date().isoformat(), {})
        told_of = self.simulation.worlds[world]
        own = household_of(told_of, self.library.events["moving"]) if isinstance(told_of, Mapping) else None
        household = own or self.households[str(told_of)]
        told: dict[str, Any] = {}
        for path in items:
            kind, _dot, name = path.partition(".")
            item = self.library.vocabulary.item(kind, name)
            assert item is not None
            for subject in (id_ for id_, its in household.kinds.items() if its == kind):
                value = household.held.get((subject, name), item.absent)
                answer = {"reason": "not_registered"} if value is None else {"value": to_json(value)}
                if fault == "stale" and "value" in answer:
                    answer["stale"] = True
                told.setdefault(subject, {"kind": kind, "items": {}})["items"][name] = answer
        return Answer(register, fault or "complete", now.date().isoformat(), told)


@dataclass
class MyNumber:
    """What the world layer and the pages use of the gateway."""

    simulation: Simulation
    identity: Identity
    registers: Registers


@dataclass
class Offices:
    """The authorities, as far as they matter before anything is filed."""

    worlds: set[str] = field(default_factory=set)

    def create_world(self, world: str, now: datetime) -> None:
        self.worlds.add(world)

    def delete_world(self, world: str, now: datetime) -> None:
        self.worlds.discard(world)

    def next_moment(self, world: str, now: datetime) -> datetime | None:
        return None

    def events_after(self, world: str, now: datetime, seq: int) -> list[Any]:
        return []

    def papers(self, world: str, now: datetime, number: str, *, timeout: float | None = None) -> list[Any]:
        return []


# --- the browser ------------------------------------------------------------------------------------------------------------
@dataclass
class Shown:
    """An answer of the site."""

    path: str
    status: int
    html: str
    location: str

    @property
    def document(self) -> Document:
        """The parsed page."""
        return Document(self.html)

    @property
    def h1(self) -> str:
        """The text of the h1."""
        return " ".join(node.text for node in self.document.all("h1"))

    def links(self) -> list[str]:
        """Addresses of all links."""
        return [node.get("href") for node in self.document.all("a")]


class Site:
    """One visitor."""

    def __init__(self, app: Flask, context: Context) -> None:
        self.app, self.context, self.client = app, context, app.test_client()
        self.token = ""

    @property
    def services(self) -> MyNumber:
        return self.context.mynumber  # type: ignore[return-value]

    @property
    def world(self) -> World:
        """The visitor's world."""
        with self.client.session_transaction() as session:
            found = World.find(self.context, session["world"])
        assert found is not None
        return found

    @property
    def journey(self) -> Journey:
        """The newest journey."""
        return self.world.journeys()[0]

    def get(self, path: str, follow: bool = True) -> Shown:
        """Open a page, by default wherever it leads."""
        return self._shown(self.client.get(path, follow_redirects=follow))

    def post(self, path: str, follow: bool = True, **fields: Any) -> Shown:
        """Send a form with the newest token."""
        if not self.token:
            self.get("/start")
        return self._shown(self.client.post(path, data={"csrf_token": self.token, **fields}, follow_redirects=follow))

    def _shown(self, answer: Any) -> Shown:
        path = answer.request.full_path.rstrip("?")
        shown = Shown(path, answer.status_code, answer.text, answer.headers.get("Location", ""))
        if contract.is_whole(shown.html) and not 300 <= shown.status < 400:
            if token := TOKEN.search(shown.html):
                self.token = token[1]
            breaches = contract.check(contract.Page(path, shown.html, shown.status, answer.headers))
            assert [breach for breach in breaches if not breach.startswith(ALLOWED)] == [], path
        return shown

    # --- ways through -----------------------------------------------------------------------------------------------------
    def enter(self, persona: str = "yamashina") -> None:
        """Choose whom to be and show the card."""
        self.post("/start", persona=persona, follow=False)
        self.post("/start/sign-in", follow=False)
        self.get("/start/return?code=it&state=the-state&iss=us", follow=False)

    def start(self, persona: str = "yamashina", **triage: Any) -> Journey:
        """A journey after its triage, before the consent."""
        self.enter(persona)
        self.post("/events/moving", follow=False)
        household = self.context.households[persona]
        move = household.roles["move"]
        self.journey.answer(
            {(move, name): triage.get(name, household.answers[(move, name)]) for name in ("kind", "who", "date")}
        )
        return self.journey

    def sealed(self, n: int, procedure: str) -> bytes:
        """What a case of a procedure that is for nobody in particular keeps of its application."""
        journey = self.journey
        planned = journey.plan.find(procedure)
        assert planned is not None
        body = packing._application(journey, planned, signed=True)
        return self.context.database.seal.close(f"cases/{self.world.id}/{n}", {**body, "proof": None})

    def look_up(self, persona: str = "yamashina") -> Journey:
        """A journey in which every register has answered."""
        self.start(persona)
        self.post("/journeys/1/consent", consent="all", follow=False)
        return self.journey

    def answer_all(self, persona: str = "yamashina") -> Journey:
        """A journey with nothing left to ask."""
        journey = self.look_up(persona)
        journey.answer(dict(self.context.households[persona].answers))
        return self.journey


@pytest.fixture(scope="session")
def library() -> Library:
    """The real definitions."""
    return load(PROCEDURES)


@pytest.fixture(scope="session")
def households(library: Library) -> dict[str, Household]:
    """The real households."""
    return load_households(PROCEDURES, library)


@pytest.fixture
def make_site(tmp_path: Path, library: Library, households: dict[str, Household]) -> Iterator[Callable[[], Site]]:
    """Further visitors of one and the same site."""
    config = Config(data=tmp_path, secret_key="for tests", storage_key="00" * 32)
    database = Database(config.database_url, config.storage_key)
    database.upgrade()
    simulation = Simulation()
    gateway = MyNumber(simulation, Identity(), Registers(library, households, simulation))
    context = Context(library, households, database, gateway, Offices())  # type: ignore[arg-type]
    app = create_app(context, config)
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
    yield lambda: Site(app, context)
    database.close()


@pytest.fixture
def site(make_site: Callable[[], Site]) -> Site:
    """A visitor who has not chosen anything yet."""
    return make_site()
