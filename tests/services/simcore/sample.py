"""A small service on the common base, a receiver of webhooks, and real time that a test moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from flask import Flask, Response, jsonify, request
from sqlalchemy import Column, Connection, MetaData, String, Table, insert, select, update

from app.services.simcore.embed import Embedded
from app.services.simcore.problems import Problem, install
from app.services.simcore.service import Service, ServiceConfig, create
from app.services.simcore.webhooks import Inbox, allow
from app.services.simcore.world import current_now, current_world

ROOT = Path(__file__).parents[3]
KEY = "open-sesame"
NOW = datetime(2027, 3, 15, 9, 0)


@dataclass
class Clock:
    """Real time."""

    now: datetime = datetime(2026, 11, 23, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def timestamp(self) -> int:
        return int(self.now.timestamp())


@dataclass
class Sample:
    """The service under test, on a socket."""

    app: Flask
    service: Service
    url: str
    clock: Clock
    done: list[tuple[str, str]]

    def call(self, method: str, path: str, world: str = "w", **rest: Any) -> httpx.Response:
        headers = {"X-Sim-Key": KEY, "X-Sim-Now": NOW.isoformat(), "X-Sim-World": world} | rest.pop("headers", {})
        return httpx.request(method, self.url + path, headers=headers, timeout=10, **rest)

    def world(self, name: str = "w") -> None:
        assert self.call("PUT", f"/_sim/worlds/{name}", name, json={"persona": "kudo"}).status_code == 200

    def faults(self, *faults: Mapping[str, Any], world: str = "w") -> None:
        answer = self.call("PUT", f"/_sim/worlds/{world}/faults", json=list(faults))
        assert answer.status_code == 204, answer.text

    def happen(self, type_: str = "sample.changed", world: str = "w", **data: Any) -> int:
        with self.service.store.write(world) as connection:
            return self.service.outlet.post(connection, world, type_, "somebody", NOW, data)


@contextmanager
def running(database_url: str, clock: Clock | None = None) -> Iterator[Sample]:
    """With a table of things that are due, and a place `/thing` for faults."""
    clock, metadata, done = clock or Clock(), MetaData(), []
    things = Table(
        "thing", metadata, Column("world", String(64), primary_key=True), Column("at", String(32), primary_key=True),
        Column("state", String(10), nullable=False),
    )  # fmt: skip

    def populate(connection: Connection, world: str, household: Mapping[str, Any], now: datetime) -> None:
        for days in (3, 1, 2):
            at = (now + timedelta(days=days)).isoformat()
            connection.execute(insert(things).values(world=world, at=at, state="due"))

    def due(connection: Connection, world: str, now: datetime) -> None:
        where = (things.c.world == world, things.c.state == "due", things.c.at <= now.isoformat())
        for at in connection.execute(select(things.c.at).where(*where).order_by(things.c.at)).scalars().all():
            done.append((world, at))
            connection.execute(update(things).where(things.c.world == world, things.c.at == at).values(state="done"))

    config = ServiceConfig(
        database_url=database_url, procedures=ROOT / "procedures", base_url="http://sample.test", control_key=KEY, timeout=2,
        real_now=clock,
    )  # fmt: skip
    app, service = create("sample", "Sample", "For tests.", config, metadata, populate=populate, due=due)

    @app.get("/thing")
    def thing() -> Response:
        current_now()
        kinds = service.suffer(current_world(), "thing", citizen=request.args.get("citizen"))
        return jsonify(kinds=sorted(kinds), text="x" * 2000)

    service.outlet.wake = lambda: None  # type: ignore[method-assign]  # the tests send by themselves
    with Embedded(app, "sample") as url:
        yield Sample(app, service, url, clock, done)
    service.close()


@dataclass
class Receiver:
    """Somebody who receives webhooks. `answers`: statuses of the next deliveries; 200 when there is none left."""

    secret: str
    clock: Clock
    allowed: str = "sample.test"
    answers: list[int | tuple[int, dict[str, str]]] = field(default_factory=list)
    arrived: list[dict[str, Any]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def receiver(database_url: str, clock: Clock, **settings: Any) -> Iterator[Receiver]:
    """On a socket, with a store of its own that knows what arrived before."""
    from app.services.simcore.store import Store

    metadata = MetaData()
    found = Receiver("whsec_MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0", clock, **settings)
    inbox = Inbox.on(metadata, clock.timestamp)
    store = Store(database_url, metadata)
    app = Flask("receiver")
    install(app)

    @app.route("/hook", methods=["OPTIONS"], provide_automatic_options=False)
    def ask() -> Response:
        return allow(found.allowed)

    @app.post("/hook")
    def take() -> tuple[str, int, dict[str, str]]:
        try:
            id_, event = inbox.read(found.secret)
        except Problem as problem:
            found.refused.append(problem.kind)
            raise
        found.arrived.append(event)
        told = found.answers.pop(0) if found.answers else 200
        status, headers = told if isinstance(told, tuple) else (told, {})
        if status == 200:
            with store.write() as connection:
                if inbox.first(connection, event["simworld"], id_):
                    found.taken.append(event)
        return "", status, headers

    with Embedded(app, "receiver") as url:
        found.url = f"{url}/hook"
        yield found
    store.close()
