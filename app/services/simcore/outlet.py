"""Events of a service: CloudEvents 1.0, kept in the transaction that causes them and sent to webhooks afterwards.

An event is stored before it is sent and stays due until a receiver has taken it: at least once, in order as long as all goes well. A
worker thread sends what is due; the clock and the control plane can have everything sent at once. Waits between tries are real time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, MetaData, and_, delete, func, insert, select, update

from app import tls
from app.services.simcore.delivering import Sender, Waiting
from app.services.simcore.faults import Faults
from app.services.simcore.outlet_tables import Tables
from app.services.simcore.problems import Problem
from app.services.simcore.store import Store
from app.services.simcore.webhooks import new_secret

LEASE = 60  # real seconds in which a delivery belongs to the worker that took it
IDLE = 5.0  # real seconds between looks at what is due
BATCH = 50


class WebhookInput(BaseModel):
    """Where events go. `types`: only these, or those that begin with one that ends in `*`; none named: all."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(pattern=r"^https?://[^\s]+$", max_length=500)
    secret: str | None = Field(default=None, min_length=16, max_length=200)
    types: list[str] = Field(default=[], max_length=50)


class WebhookShown(BaseModel):
    """A webhook. `state`: active, or stopped after the receiver said 410."""

    id: str
    url: str
    types: list[str]
    state: str


class WebhookMade(WebhookShown):
    """With its secret, which is not told again."""

    secret: str


class Outlet:
    """Events and webhooks of all worlds of one service, in its own tables.

    `origin`: who we are to receivers. `timestamp`: real seconds since 1970.
    """

    def __init__(
        self, metadata: MetaData, origin: str, faults: Faults, timestamp: Callable[[], int], timeout: float
    ) -> None:
        self._t = Tables.on(metadata)
        self._origin, self._faults, self._timestamp = origin.rstrip("/"), faults, timestamp
        self._http = httpx.Client(verify=tls.context(), timeout=timeout, follow_redirects=False)
        self._store: Store
        self._worker: threading.Thread | None = None
        self._wake, self._ending = threading.Event(), threading.Event()
        self._posted = False

    def attach(self, store: Store) -> None:
        """The store whose transactions carry events."""
        self._store = store
        store.committed.append(self._after_commit)

    # --- what happens -----------------------------------------------------------------------------------------------------
    def post(
        self, connection: Connection, world: str, type_: str, subject: str, now: datetime, data: Mapping[str, Any]
    ) -> int:
        """Note an event in the caller's write transaction; returns its number within the world. `now`: simulated."""
        t = self._t
        last = connection.execute(select(func.max(t.events.c.seq)).where(t.events.c.world == world)).scalar()
        seq = (last or 0) + 1
        row = {"world": world, "seq": seq, "type": type_, "subject": subject, "at": now.isoformat(), "data": dict(data)}
        connection.execute(insert(t.events).values(**row))
        for hook in connection.execute(select(t.hooks).where(t.hooks.c.world == world, t.hooks.c.state == "active")):
            if _wants(hook.types, type_):
                connection.execute(insert(t.due).values(world=world, seq=seq, webhook=hook.id, tries=0, after=0))
                self._posted = True
        return seq

    def after(self, connection: Connection, world: str, seq: int, most: int) -> list[tuple[int, dict[str, Any]]]:
        """Events after a number, as CloudEvents."""
        e = self._t.events
        rows = connection.execute(select(e).where(e.c.world == world, e.c.seq > seq).order_by(e.c.seq).limit(most))
        return [(row.seq, self._event(row)) for row in rows]

    def _event(self, row: Any) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": f"{row.world}-{row.seq}",
            "source": self._origin,
            "type": row.type,
            "subject": row.subject,
            "time": row.at + "+09:00",  # the simulated place lies nine hours ahead of UTC
            "datacontenttype": "application/json",
            "simworld": row.world,
            "sequence": f"{row.seq:012d}",
            "data": row.data,
        }

    # --- who is told ------------------------------------------------------------------------------------------------------
    def register(self, world: str, wanted: Sequence[WebhookInput]) -> list[WebhookMade]:
        """Make these the only webhooks of a world; `Problem` 422 where a new address does not allow us. Asks outside of a transaction."""
        h = self._t.hooks
        with self._store.read() as connection:
            known = {row.url: row for row in connection.execute(select(h).where(h.c.world == world))}
        for one in wanted:
            if one.url not in known or known[one.url].state != "active":
                self._ask(one.url)
        made: list[WebhookMade] = []
        with self._store.write(world) as connection:
            connection.execute(delete(h).where(h.c.world == world))
            for one in {one.url: one for one in wanted}.values():
                old = known.get(one.url)
                number = (
                    old.id if old else f"wh-{max([0, *(int(row.id[3:]) for row in known.values())]) + len(made) + 1}"
                )
                secret = one.secret or (old.secret if old else new_secret())
                row = WebhookMade(id=number, url=one.url, types=one.types, state="active", secret=secret)
                connection.execute(insert(h).values(world=world, **row.model_dump()))
                made.append(row)
            left = [one.id for one in made]
            connection.execute(
                delete(self._t.due).where(self._t.due.c.world == world, self._t.due.c.webhook.not_in(left))
            )
        return made

    def _ask(self, url: str) -> None:
        refused = Problem(422, "webhook-not-allowed", "The address does not allow deliveries from here.")
        origin = urlsplit(self._origin).netloc or self._origin
        try:
            answer = self._http.options(url, headers={"WebHook-Request-Origin": origin, "WebHook-Request-Rate": "120"})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise refused from error
        if answer.is_error or answer.headers.get("WebHook-Allowed-Origin") not in (origin, "*"):
            raise refused

    def webhooks(self, connection: Connection, world: str) -> list[WebhookShown]:
        """Those of a world."""
        h = self._t.hooks
        rows = connection.execute(select(h).where(h.c.world == world).order_by(h.c.id))
        return [WebhookShown(id=row.id, url=row.url, types=row.types, state=row.state) for row in rows]

    def waiting(self, connection: Connection, world: str) -> int:
        """How many deliveries no receiver has taken yet."""
        return connection.execute(
            select(func.count()).select_from(self._t.due).where(self._t.due.c.world == world)
        ).scalar_one()

    # --- sending ----------------------------------------------------------------------------------------------------------
    def deliver(self, world: str | None = None, *, at_once: bool = False) -> int:
        """Try every delivery that is due, each once; `at_once`: also those whose wait is not over. Returns how many were taken."""
        taken, seen = 0, set[tuple[str, int, str]]()
        sender = Sender(self._http, self._store, self._t, self._faults, self._timestamp, urlsplit(self._origin).netloc)
        while batch := [one for one in self._claim(world, at_once) if one.key not in seen]:
            seen.update(one.key for one in batch)
            taken += sender.send(batch)
        return taken

    def _claim(self, world: str | None, at_once: bool) -> list[Waiting]:
        t, now = self._t, self._timestamp()
        joined = t.due.join(t.events, and_(t.events.c.world == t.due.c.world, t.events.c.seq == t.due.c.seq)).join(
            t.hooks, and_(t.hooks.c.world == t.due.c.world, t.hooks.c.id == t.due.c.webhook)
        )
        columns = (t.due.c.webhook, t.due.c.tries, t.due.c.claimed, t.hooks.c.url, t.hooks.c.secret, t.events)
        query = select(*columns).select_from(joined).where(t.hooks.c.state == "active", t.due.c.claimed <= now)
        if world is not None:
            query = query.where(t.due.c.world == world)
        if not at_once:
            query = query.where(t.due.c.after <= now)
        with self._store.read() as connection:
            if connection.execute(query.limit(1)).first() is None:
                return []
        with self._store.write(world) as connection:
            rows = connection.execute(query.order_by(t.due.c.world, t.due.c.seq, t.due.c.webhook).limit(BATCH)).all()
            for row in rows:
                where = (t.due.c.world == row.world, t.due.c.seq == row.seq, t.due.c.webhook == row.webhook)
                connection.execute(update(t.due).where(*where).values(claimed=now + LEASE))
        return [
            Waiting(row.world, row.seq, row.webhook, row.tries, row.url, row.secret, self._event(row)) for row in rows
        ]

    def _after_commit(self) -> None:
        if self._posted:
            self._posted = False
            self.wake()

    def wake(self) -> None:
        """Have the worker send what is due; it begins when it is first needed."""
        if self._worker is None and not self._ending.is_set():
            self._worker = threading.Thread(target=self._work, name="webhooks", daemon=True)
            self._worker.start()
        self._wake.set()

    def _work(self) -> None:
        while not self._ending.is_set():
            self.deliver()
            self._wake.wait(IDLE)
            self._wake.clear()

    def close(self) -> None:
        """End the worker."""
        self._ending.set()
        self._wake.set()
        if self._worker is not None:
            self._worker.join(timeout=5)
        self._http.close()


def _wants(types: Sequence[str], type_: str) -> bool:
    return not types or any(type_ == one or (one.endswith("*") and type_.startswith(one[:-1])) for one in types)
