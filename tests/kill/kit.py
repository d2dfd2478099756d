"""The installation as processes of the operating system that may be killed, and a citizen who goes on after each death.

Processes are forked from one that has everything imported, so that a start costs what the start itself costs.
"""

from __future__ import annotations

import multiprocessing
import secrets
import shutil
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookiejar import Cookie
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import create_engine, text

from app.engine.lifecycle import State
from app.points import OFFICE_POINTS
from app.services.running import HOST, free_port
from app.store.database import Database
from app.world.checking import faults_of
from app.world.context import Context
from tests.citizen import ENDED, Citizen, Page
from tests.kill import warm

PATIENCE = 120.0  # real seconds until a start or a death must have happened
FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.kill.warm"])


class NotStarted(AssertionError):
    """A process did not come up."""


class NotKilled(AssertionError):
    """The journey came to its end, and the process was never at the point."""


@dataclass
class Installation:
    """What runs on a data folder. ``apart``: every service is a process of its own."""

    folder: Path
    apart: bool = False
    url: str = ""
    processes: dict[str, Any] = field(default_factory=dict)
    hand: Connection | None = None

    def start(self, kill_at: str = "") -> None:
        """Start everything; who comes to ``kill_at`` dies there. A port that somebody else took meanwhile is no failure."""
        try:
            self._start(kill_at)
        except NotStarted:
            self.stop()
            self._start(kill_at)

    def _start(self, kill_at: str) -> None:
        names = warm.services() if self.apart else ()
        ports = {name: free_port() for name in ("site", *names)}
        urls = {name: f"http://{HOST}:{port}" for name, port in ports.items() if name != "site"}
        self.hand, theirs = FORK.Pipe()
        for name, port in reversed(ports.items()):
            armed = kill_at if name == ("authorities" if self.apart and kill_at in OFFICE_POINTS else "site") else ""
            pipe = theirs if name == "site" else None
            process = FORK.Process(target=warm.run, args=(name, self.folder, port, urls, armed, pipe), daemon=True)
            process.start()
            self.processes[name] = process
            self._await(name, port)
        theirs.close()
        self.url = f"http://{HOST}:{ports['site']}"

    def _await(self, name: str, port: int) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if not self.processes[name].is_alive():
                raise NotStarted(f"{name} ended at its start with {self.processes[name].exitcode}")
            with socket.socket() as found:
                if found.connect_ex((HOST, port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError(f"{name} does not answer")

    def ask(self, method: str, *told: Any) -> Any:
        """The simulator's hand inside the site: a call of its gateway (`authorities.set_faults`)."""
        assert self.hand is not None
        self.hand.send((method, told))
        return self.hand.recv()

    def killed(self) -> bool:
        """Whether one of the processes was killed; waits a little for one that is about to be."""
        for process in self.processes.values():
            process.join(0.5)
            if process.exitcode == -signal.SIGKILL:
                return True
        return False

    def stop(self) -> None:
        """End what still runs, as SIGKILL ends it: a clean end would hide what the store lacks."""
        for process in self.processes.values():
            process.kill()
            process.join()
        self.processes.clear()
        if self.hand is not None:
            self.hand.close()


@dataclass
class Place:
    """What a citizen needs of a site."""

    url: str
    context: Context


class Visitor(Citizen):
    """A citizen whose site dies and comes back."""

    def __init__(self, installation: Installation, persona: str, cookies: Iterable[Cookie] = ()) -> None:
        settings = warm.config(installation.folder, {})
        database = Database(settings.database_url, settings.storage_key)
        library, households = warm.definitions()
        context = Context(library, households, database, None, None)  # type: ignore[arg-type]
        super().__init__(Place(installation.url, context), persona)  # type: ignore[arg-type]
        self._take(cookies)

    def come_back(self, url: str) -> None:
        """The site is up again, at another address: the browser keeps its cookies."""
        cookies = self.cookies()
        self.http.close()
        self.http = httpx.Client(base_url=url, timeout=60)
        self._take(cookies)
        self.page = Page("", 0, "")

    def cookies(self) -> list[Cookie]:
        """What the browser keeps."""
        return list(self.http.cookies.jar)

    def _take(self, cookies: Iterable[Cookie]) -> None:
        for cookie in cookies:
            self.http.cookies.jar.set_cookie(cookie)

    def close(self) -> None:
        """Give back everything."""
        super().close()
        self.site.context.database.close()

    # --- what a person wants, however often it has to be done again ---------------------------------------------------
    def file(self) -> None:
        """Sign and file, unless that is done."""
        if self.get("/journeys/1/sign").path.endswith("/sign") and self.page.h1 != "この提出は済んでいます":
            self.sign()

    def withdraw(self, n: int) -> None:
        """Take a case back, as long as it can be."""
        if self.get(f"/cases/{n}/withdraw").path.endswith("/withdraw"):
            self.post(f"/cases/{n}/withdraw")

    def tidy(self) -> None:
        """Do what is the person's turn today."""
        self.get("/cases")
        today = self.world.today
        for case in self.world.cases():
            state = case.state
            if state.state is State.NEEDS_VISIT and (state.opens or today) <= today:
                self.get(f"/cases/{case.n}")
                self.post(f"/cases/{case.n}/visit")
            elif state.state is State.CORRECTION_REQUESTED:
                self.get(f"/cases/{case.n}/correction")
                self.post(f"/cases/{case.n}/correction", keep="1")
                self.sign_correction(case.n)
            elif state.state is State.UNDELIVERED:
                self.get(f"/cases/{case.n}")
                self.post(f"/cases/{case.n}/send-again")

    def to_the_end(self, most: int = 80) -> None:
        """Live on until no case is open."""
        for _ in range(most):
            self.tidy()
            states = {case.state.state for case in self.world.cases()}
            if states <= (ENDED | {State.QUEUED} if State.WITHDRAWN in states else ENDED):
                return  # what waits for a case that was withdrawn stays where it is
            self.get("/time")
            self.post("/time", step="event")
        raise AssertionError({case.procedure: case.state.state.value for case in self.world.cases()})

    def until(self, *states: State, most: int = 40) -> int:
        """Let days pass until a case is in a state; its number."""
        for _ in range(most):
            for case in self.world.cases():
                today = self.world.today
                if case.state.state in states and (case.state.opens or today) <= today:
                    return case.n
            self.get("/time")
            self.post("/time", step="event")
        raise AssertionError(f"no case is ever {states}")


# --- what must be true at the end -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class End:
    """How a journey ended, without dates and numbers: what two ends must have in common."""

    cases: Counter[tuple[str, ...]]
    letters: Counter[tuple[str, ...]]
    events: Counter[tuple[str, ...]]
    changes: Counter[tuple[str, ...]]


def _rows(folder: Path, name: str, query: str) -> list[tuple[Any, ...]]:
    engine = create_engine(f"sqlite:///{folder / name}.sqlite3")
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def look(visitor: Visitor, installation: Installation) -> tuple[End, list[str]]:
    """The end of a world, and what is wrong with it."""
    world, folder = visitor.world, installation.folder
    faults = faults_of(visitor.site.context, world.id)
    cases = {case.n: case for case in world.cases()}
    filed = {case.arrival_number for case in cases.values() if case.arrival_number}
    at_offices = [row[0] for row in _rows(folder, "authorities", "SELECT number FROM application")]
    # Those of corrections have the number of the request after the application's own.
    keys = [row for row in _rows(folder, "authorities", "SELECT key, number FROM idempotency_key") if "-" not in row[0]]
    ours = {
        row[0] for row in _rows(folder, "site", "SELECT idempotency_key FROM cases WHERE arrival_number IS NOT NULL")
    }
    if sorted(at_offices) != sorted(filed):
        faults.append(f"the offices have {len(at_offices)} applications, the site knows {len(filed)}")
    if {key for key, _number in keys} != ours or len({number for _key, number in keys}) != len(keys):
        faults.append("keys and arrival numbers do not belong to each other one by one")
    there = Counter(_rows(folder, "authorities", "SELECT number, type, at FROM event"))
    offices = {"received", "review_started", "visit_needed", "visited", "approved", "completed", "correction_requested",
               "resubmitted", "rejected", "withdrawn"}  # fmt: skip
    here = Counter(
        (case.arrival_number, event.type.value, event.at.isoformat())
        for case in cases.values()
        for event, _actor in case.history
        if case.arrival_number and event.type.value in offices
    )
    if here != there:
        faults.append(f"{(here - there).total()} events too many, {(there - here).total()} missing")
    history = installation.ask("mynumber.simulation.history", world.id, world.now)
    if not history.intact:
        faults.append("the access history is broken")
    return End(
        Counter((c.procedure, c.subject or "", c.authority, c.state.state.value) for c in cases.values()),
        # Letters of the offices: what the site says of deadlines depends on when it knew what.
        Counter(
            (cases[one.case].procedure, cases[one.case].subject or "", one.kind)
            for one in world.letters()
            if one.case in cases
        ),
        Counter((c.procedure, c.subject or "", e.type.value) for c in cases.values() for e, _ in c.history),
        Counter((e.register_id, *e.items, e.subject or "", e.outcome) for e in history.entries if e.what == "change"),
    ), faults


def copy(folder: Path, name: str) -> Path:
    """A data folder of its own with the same content."""
    target = folder.parent / f"{name}-{secrets.token_hex(4)}"
    shutil.copytree(folder, target)
    return target
