"""A running service `partners` on a loopback socket, and notices of the family of the guide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from app.services.partners import Config, create_app
from app.services.simcore.embed import Embedded

ROOT = Path(__file__).parents[3]
CONTROL = "the-control-key"
MONDAY = datetime(2027, 3, 15, 10, 0)
OLD = {
    "postcode": "000-0123",
    "municipality": "980013",
    "town": "緑町",
    "block": "2丁目3番4号",
    "building": "みどりハイツ205",
}
NEW = {"postcode": "000-0201", "municipality": "970018", "town": "若葉", "block": "1丁目1番1号", "building": ""}
HARUKA = {"name": "山科 はるか", "kana": "ヤマシナ ハルカ"}


def notice(purpose: str = "address_change", **changed: Any) -> dict[str, Any]:
    """はるか's notice; a value of None takes a field out."""
    body: dict[str, Any] = {
        "holder": HARUKA, "old_address": OLD, "new_address": NEW, "effective_date": "2027-03-28",
        "consent_ref": "consent-1", "purpose": purpose,
    } | changed  # fmt: skip
    return {name: value for name, value in body.items() if value is not None}


@dataclass
class Town:
    """The service, the world at hand, and its time."""

    http: httpx.Client
    world: str = ""
    now: datetime = MONDAY
    sent: int = 0

    def begin(self, world: str, persona: str | dict[str, Any] | None, now: datetime = MONDAY) -> None:
        """A new world."""
        self.world, self.now = world, now
        answer = self.call("PUT", f"/_sim/worlds/{world}", json={"persona": persona} if persona else None)
        assert answer.status_code == 200, answer.text

    def call(self, method: str, path: str, key: str | None = None, **more: Any) -> httpx.Response:
        """A call of the back channel at the world's time."""
        headers = {"X-Sim-Key": CONTROL, "X-Sim-World": self.world, "X-Sim-Now": self.now.isoformat()}
        headers |= {"Idempotency-Key": key} if key else {}
        return self.http.request(method, path, headers=headers | more.pop("headers", {}), **more)

    def send(self, partner: str, body: dict[str, Any], key: str | None = None) -> httpx.Response:
        """A notice, under a key of its own where none is named."""
        self.sent += 1
        return self.call("POST", f"/v1/partners/{partner}/notices", key or f"key-{self.sent}", json=body)

    def take(self, partner: str, body: dict[str, Any]) -> str:
        """Send and expect that it is kept; returns its id."""
        answer = self.send(partner, body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def until(self, text: str) -> None:
        """Let the clock come to a moment."""
        self.now = datetime.fromisoformat(text)
        answer = self.call("PUT", "/_sim/clock", json={"now": self.now.isoformat()})
        assert answer.status_code == 200, answer.text

    def look(self, partner: str, id_: str) -> dict[str, Any]:
        """Where a notice stands."""
        return self.call("GET", f"/v1/partners/{partner}/notices/{id_}").json()

    def states(self, partner: str, id_: str) -> list[str]:
        """The states that a notice went through."""
        return [step["state"] for step in self.look(partner, id_)["steps"]]

    def last(self, partner: str, id_: str) -> dict[str, Any]:
        """The last step of a notice."""
        return self.look(partner, id_)["steps"][-1]

    def act(self, method: str, partner: str, id_: str, act: str = "", **more: Any) -> httpx.Response:
        """An act on a notice."""
        return self.call(method, f"/v1/partners/{partner}/notices/{id_}{act}", **more)

    def force(self, id_: str, outcome: str, **more: Any) -> httpx.Response:
        """The facilitator's hand."""
        return self.call("POST", f"/_sim/notices/{id_}/outcome", json={"outcome": outcome, **more})


def running(folder: Path) -> Iterator[Town]:
    """The service, as long as it is needed."""
    config = Config(
        database_url=f"sqlite:///{folder / 'partners.db'}", procedures=ROOT / "procedures", control_key=CONTROL
    )  # fmt: skip
    with Embedded(create_app(config), "partners") as url, httpx.Client(base_url=url, timeout=20) as http:
        yield Town(http)
