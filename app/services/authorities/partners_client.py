"""HTTP client of the companies' service. Sorts what can go wrong into two: try again, or not like this."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import httpx

from app.services.simcore.calls import Calls
from app.services.simcore.store import Store
from app.services.simcore.webhooks import new_secret

from . import relays

EVENTS = "/partners/events"
NOTICES, CERTIFICATES = "notices", "employment-certificates"
TYPES = "jp.hitomado.partner.notice.*"


class HeldError(Exception):
    """The company could not be reached, or not now. `again`: the simulated moment from which it takes notices, where it said so."""

    def __init__(self, again: datetime | None = None) -> None:
        super().__init__("held")
        self.again = again


class RefusedError(Exception):
    """The company does not take this. `words`: for the citizen, may be empty; `kind`: for the log; `places`: what it could not read."""

    def __init__(self, status: int, kind: str, words: str, places: Sequence[str] = ()) -> None:
        super().__init__(f"{status} {kind}")
        self.status, self.kind, self.words, self.places = status, kind, words, tuple(places)


class PartnersClient:
    """`base_url`: of the companies' service; `own_url`: where it reaches us with webhooks, empty: it is asked instead."""

    def __init__(self, store: Store, base_url: str, control_key: str | None, timeout: float, own_url: str = "") -> None:
        self._store, self._own = store, own_url.rstrip("/")
        self._calls = Calls(base_url, control_key, timeout)

    # --- the world over there -----------------------------------------------------------------------------------------
    def connect(self, world: str, now: datetime) -> None:
        """Make sure, once, that the companies know the world and tell us what happens in it."""
        with self._store.read() as db:
            if relays.link(db, world):
                return
        try:
            self._call("GET", "/_sim/clock", world, now)
        except RefusedError as error:
            if error.status != 404:
                raise
            self._call("PUT", f"/_sim/worlds/{world}", world, now)
        secret = new_secret()
        if self._own:
            path, mine = f"/_sim/worlds/{world}/webhooks", self._own + EVENTS
            kept = [
                {"url": one["url"], "types": one["types"]}
                for one in self._call("GET", path, world, now)
                if one["url"] != mine
            ]
            try:
                self._call("PUT", path, world, now, [*kept, {"url": mine, "secret": secret, "types": [TYPES]}])
            except RefusedError as error:
                if error.status != 422:  # it may not reach us: then it is asked
                    raise
        with self._store.write() as db:
            relays.make_link(db, world, secret)

    def listen(self, world: str, now: datetime, cursor: int) -> tuple[list[dict[str, Any]], int, datetime | None]:
        """Bring the companies' clock to `now`; returns their events after `cursor`, the new cursor, and when the next thing happens there."""
        try:
            self._call("PUT", "/_sim/clock", world, now, {"now": now.isoformat()})
        except RefusedError as error:
            if error.status != 409:  # they are further already
                raise
        found: list[dict[str, Any]] = []
        while page := self._call("GET", "/events", world, now, params={"after": str(cursor)})["events"]:
            found += [one for one in page if one["type"].startswith(TYPES[:-1])]
            cursor = int(page[-1]["sequence"])
        following = self._call("GET", f"/_sim/worlds/{world}/next", world, now)["next"]
        return found, cursor, datetime.fromisoformat(following) if following else None

    # --- notices --------------------------------------------------------------------------------------------------------
    def send(
        self, world: str, now: datetime, partner: str, key: str, notice: dict[str, Any], desk: str = NOTICES
    ) -> str:
        """Hand a notice in, once for each key; returns its id. `desk`: where the partner takes it."""
        return str(self._call("POST", f"/v1/partners/{partner}/{desk}", world, now, notice, key=key)["id"])

    def find(self, world: str, now: datetime, partner: str, consent: str) -> list[str]:
        """Ids of the notices that rest on a consent."""
        found = self._call("GET", f"/v1/partners/{partner}/notices", world, now, params={"consent_ref": consent})
        return [one["id"] for one in found["notices"]]

    def steps(self, world: str, now: datetime, partner: str, notice: str) -> list[dict[str, Any]]:
        """All steps of a notice."""
        return list(self._call("GET", f"/v1/partners/{partner}/notices/{notice}", world, now)["steps"])

    def result(self, world: str, now: datetime, partner: str, notice: str) -> dict[str, Any]:
        """What the company made of a notice: the fields of a certificate; empty where it makes nothing."""
        return dict(self._call("GET", f"/v1/partners/{partner}/notices/{notice}", world, now).get("result") or {})

    def answer(
        self, world: str, now: datetime, partner: str, notice: str, body: dict[str, Any], desk: str = NOTICES
    ) -> None:
        """The notice again, mended."""
        self._call("POST", f"/v1/partners/{partner}/{desk}/{notice}/answers", world, now, body)

    def visited(self, world: str, now: datetime, partner: str, notice: str) -> None:
        """The holder was at the counter."""
        self._call("POST", f"/v1/partners/{partner}/notices/{notice}/visit", world, now)

    def withdraw(self, world: str, now: datetime, partner: str, notice: str) -> None:
        """Take a notice back."""
        self._call("DELETE", f"/v1/partners/{partner}/notices/{notice}", world, now)

    def _call(
        self,
        method: str,
        path: str,
        world: str,
        now: datetime,
        body: Any = None,
        *,
        key: str | None = None,
        params: dict[str, str] | None = None,
    ) -> Any:
        try:
            answer = self._calls.call(method, path, world, now, json=body, key=key, params=params)
            told = answer.json() if answer.content else {}
        except (httpx.HTTPError, ValueError):  # an answer that was cut is no answer
            raise HeldError from None
        if answer.status_code >= 500 or answer.status_code == 429:
            raise HeldError(_moment(told.get("again_at")))
        if (
            answer.status_code == 404
            and path.startswith("/v1/")
            and "world" in str(told.get("title", ""))
            and method == "POST"
            and key
        ):
            with self._store.write() as db:  # it has forgotten the world: the next try makes it again
                relays.drop_link(db, world)
            raise HeldError
        if answer.is_error:
            kind = str(told.get("type", "")).rpartition(":")[2]
            places = [str(one.get("at")) for one in told.get("errors") or ()]
            raise RefusedError(answer.status_code, kind, str(told.get("detail", "")), places)
        return told

    def close(self) -> None:
        """Close all connections."""
        self._calls.close()


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
