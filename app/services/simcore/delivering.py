"""One pass of deliveries: signs, sends, and notes in the store what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from flask import json
from sqlalchemy import delete, update

from app.services.simcore.faults import Faults
from app.services.simcore.outlet_tables import Tables
from app.services.simcore.store import Store
from app.services.simcore.webhooks import headers

# Real seconds to wait after the first, second, … try that failed; after the last one the delivery is given up.
WAITS = (2, 5, 15, 60, 300, 1800, 7200, 36000)
GONE = 410
TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is due."""

    world: str
    seq: int
    webhook: str
    tries: int
    url: str
    secret: str
    event: dict[str, Any]

    @property
    def key(self) -> tuple[str, int, str]:
        """What tells it from all others."""
        return self.world, self.seq, self.webhook


@dataclass(frozen=True)
class Sender:
    """`timestamp`: real seconds since 1970; `origin`: who we are."""

    http: httpx.Client
    store: Store
    tables: Tables
    faults: Faults
    timestamp: Callable[[], int]
    origin: str

    def send(self, batch: Sequence[Waiting]) -> int:
        """Each once, or as the faults of their worlds say; returns how many were taken."""
        taken, stopped = 0, set[tuple[str, str]]()
        kinds = {
            world: {one.kind for one in self.faults.draw(self.store, world, "webhooks", client="webhooks")}
            for world in dict.fromkeys(one.world for one in batch)
        }
        for one in sorted(batch, key=lambda one: -one.seq if "out_of_order" in kinds[one.world] else one.seq):
            if (one.world, one.webhook) in stopped:
                continue
            status, wait = (503, None) if "down" in kinds[one.world] else self._post(one)
            if "duplicate" in kinds[one.world] and 200 <= status < 300:
                self._post(one)
            if status == GONE:
                stopped.add((one.world, one.webhook))
            taken += 200 <= status < 300
            self._note(one, status, wait)
        return taken

    def _post(self, one: Waiting) -> tuple[int, int | None]:
        """Status, 0 where there was no answer, and what Retry-After said."""
        body = json.dumps(one.event, ensure_ascii=False).encode()
        id_ = f"{one.world}-{one.seq}"
        sent = {**headers(one.secret, id_, self.timestamp(), body), "Origin": self.origin}
        try:
            answer = self.http.post(one.url, content=body, headers=sent)
        except (httpx.HTTPError, httpx.InvalidURL):
            return 0, None
        told = answer.headers.get("Retry-After", "")
        return answer.status_code, int(told) if told.isascii() and told.isdigit() and len(told) < 7 else None

    def _note(self, one: Waiting, status: int, wait: int | None) -> None:
        due, hooks = self.tables.due, self.tables.hooks
        where = (due.c.world == one.world, due.c.seq == one.seq, due.c.webhook == one.webhook)
        with self.store.write(one.world) as connection:
            if status == GONE:
                connection.execute(delete(due).where(due.c.world == one.world, due.c.webhook == one.webhook))
                connection.execute(
                    update(hooks).where(hooks.c.world == one.world, hooks.c.id == one.webhook).values(state="stopped")
                )
            elif 200 <= status < 300 or one.tries >= len(WAITS):
                connection.execute(delete(due).where(*where))
            else:
                pause = WAITS[one.tries] if wait is None or status not in (TOO_MANY, 503) else wait
                values = {"tries": one.tries + 1, "after": self.timestamp() + pause, "claimed": 0}
                connection.execute(update(due).where(*where).values(**values))
