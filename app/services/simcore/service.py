"""What every service is built on: one Flask application with its store, log, faults, events, clock and control plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import httpx
from flask import Flask, current_app
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.exc import SQLAlchemyError

from app.config import real_now
from app.services.simcore import control, openapi, problems
from app.services.simcore.audit import AuditLog
from app.services.simcore.clock import Worlds
from app.services.simcore.faults import Faults
from app.services.simcore.intake import refuse_real_numbers
from app.services.simcore.outlet import Outlet
from app.services.simcore.store import Store
from app.services.simcore.world import set_control_key

EXTENSION = "simcore"
MAX_BODY = 1024 * 1024  # bytes
PATIENCE = 1.0  # real seconds to hear from another service

Populate = Callable[[Connection, str, Mapping[str, Any], datetime], None]
Forget = Callable[[str], None]
Due = Callable[[Connection, str, datetime], None]
Settle = Callable[[str, datetime], Any]


@dataclass(frozen=True, kw_only=True)
class ServiceConfig:
    """Settings of one service process; each service adds its own.

    `base_url`: absolute URL of the service as clients know it, also the origin of its webhooks. `control_key`: opens `/_sim` and the back
    channel; None: open. `mynumber_url`: where identity and registers are. `timeout`: real seconds for one call to another service.
    `real_now`: real time with a zone, for lifetimes, signatures of webhooks and waits between tries; never for what is simulated.
    """

    database_url: str
    procedures: Path
    base_url: str = ""
    control_key: str | None = field(default=None, repr=False)
    mynumber_url: str = ""
    timeout: float = 4.0
    real_now: Callable[[], datetime] = real_now

    def timestamp(self) -> int:
        """Real time in seconds since 1970."""
        return int(self.real_now().timestamp())

    def upstreams(self) -> dict[str, str]:
        """The services that this one calls, by name; an empty URL means that nobody said where it is."""
        return {"mynumber": self.mynumber_url} if self.mynumber_url else {}


class Service:
    """One service process."""

    def __init__(
        self, name: str, config: ServiceConfig, metadata: MetaData, due: Due | None = None, settle: Settle | None = None
    ) -> None:
        self.name, self.config = name, config
        self.audit, self.faults, self.worlds = AuditLog(metadata), Faults(metadata), Worlds(metadata)
        origin = config.base_url or f"http://{name}.invalid"
        self.outlet = Outlet(metadata, origin, self.faults, config.timestamp, config.timeout)
        self.store = Store(config.database_url, metadata)
        self.outlet.attach(self.store)
        self._due, self._settle = due, settle

    def suffer(
        self, world: str, *targets: str, citizen: str | None = None, client: str | None = None
    ) -> frozenset[str]:
        """Wait or fail by the faults of a world at places; returns the kinds that shape the answer. Call it outside of a transaction.

        The client is read from the request where it is not named; so is `X-Sim-Fault`, where the call has the control key.
        """
        return self.faults.suffer(self.store, world, *targets, citizen=citizen, client=client)

    def advance(self, world: str, now: datetime, *, strict: bool = True) -> datetime:
        """Bring a world's clock forward and do what is due by then, in order. Returns where the clock stands.

        An earlier time raises `Problem` 409, or changes nothing where not `strict`; an unknown world raises 404.
        """
        with self.store.write(world) as connection:
            if not strict:
                now = max(now, self.worlds.get(connection, world).now)
            now = self.worlds.move(connection, world, now)
            if self._due:
                self._due(connection, world, now)
        if self._settle:
            self._settle(world, now)
        return now

    def keep_up(self, world: str, now: datetime) -> None:
        """Let the clock of a world stand at least here, for what was done at a time that the call told."""
        with self.store.write(world) as connection:
            place = self.worlds.find(connection, world)
            if place is not None and place.now < now:
                self.worlds.move(connection, world, now)

    def ready(self) -> dict[str, str]:
        """What the service needs, by name: `ok`, or what is wrong."""
        found = {"database": "ok"}
        try:
            with self.store.read() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            found["database"] = "out of reach"
        for name, url in self.config.upstreams().items():
            try:
                httpx.get(url.rstrip("/") + "/healthz", timeout=PATIENCE).raise_for_status()
                found[name] = "ok"
            except httpx.HTTPError:
                found[name] = "out of reach" if url else "not known"
        return found

    def close(self) -> None:
        """End the worker and give back connections."""
        self.outlet.close()
        self.store.close()


def create(
    name: str,
    title: str,
    about: str,
    config: ServiceConfig,
    metadata: MetaData,
    *,
    populate: Populate,
    forget: Forget | None = None,
    due: Due | None = None,
    settle: Settle | None = None,
    targets: str = "* for all.",
    needs_household: bool = True,
    offers_events: bool = True,
    max_body: int = MAX_BODY,
    app: Flask | None = None,
) -> tuple[Flask, Service]:
    """A service's application: JSON, problem details, refusal of legal My Numbers, control plane, health and OpenAPI document.

    `populate(connection, world, household, now)` writes what the household file says into a world that is empty, in one transaction; it
    raises `Problem` 422 where the file does not have the documented form. `forget(world)`: after everything of a world was deleted from
    the store. `due(connection, world, now)` does what is due when the clock has come to `now`, in the same transaction; `settle(world,
    now)` afterwards, outside of any: calls to other services. `targets`: the places for faults, in words. `needs_household`: a world
    cannot be made without. `offers_events`: `GET /events` reads the events of the outlet. `app`: one with folders of its own.
    """
    service = Service(name, config, metadata, due, settle)
    app = app or Flask(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = max_body
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions[EXTENSION] = service
    set_control_key(app, config.control_key)
    problems.install(app)
    refuse_real_numbers(app)
    app.register_blueprint(control.blueprint(service, populate, forget, targets, needs_household))
    if offers_events:
        app.register_blueprint(control.events_blueprint(service))
    openapi.serve(app, title, about, service.ready)
    return app, service


def current_service() -> Service:
    """The service that answers this request."""
    return cast(Service, current_app.extensions[EXTENSION])
