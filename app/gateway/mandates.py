"""Client of mandates (委任): for whom the person may act, and who may act for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.gateway.base import Place, ServiceClient


@dataclass(frozen=True)
class Mandate:
    """`given_at`: ISO moment, empty where it was there when the world began; `withdrawn_at`: None while it holds. Simulated time."""

    id: str
    giver: str
    delegate: str
    given_at: str
    ends_on: str | None
    withdrawn_at: str | None


@dataclass(frozen=True)
class Held:
    """`grounds`: subject to self | household | guardian | mandate | kin, of everybody whose records the person may see."""

    mandates: tuple[Mandate, ...]
    grounds: Mapping[str, str]


class Mandates:
    """With the person's token. Each call raises `ServiceDown` or `ServiceRefused`."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def read(self, world: str, now: datetime, token: str) -> Held:
        """Those given and held, withdrawn ones too."""
        told = self._client.call("GET", "/mandates", place=Place(world, now), token=token).json()
        return Held(tuple(_mandate(one) for one in told["mandates"]), told["grounds"])

    def give(self, world: str, now: datetime, token: str, delegate: str) -> Mandate:
        """Let somebody of the same world act for the person, in everything."""
        sent = {"delegate": delegate}
        return _mandate(self._client.call("POST", "/mandates", place=Place(world, now), token=token, json=sent).json())

    def withdraw(self, world: str, now: datetime, token: str, mandate: str) -> None:
        """From now on."""
        self._client.call("DELETE", f"/mandates/{mandate}", place=Place(world, now), token=token)


def _mandate(told: Mapping[str, Any]) -> Mandate:
    return Mandate(**{name: told[name] for name in Mandate.__dataclass_fields__})
