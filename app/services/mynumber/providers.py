"""Registers that other services keep: asked and changed over HTTP. What goes wrong there is a fault of that register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from app import tls
from app.services.simcore.problems import Problem
from app.services.simcore.world import KEY_HEADER, NOW_HEADER, WORLD_HEADER

RETRY_AFTER = "30"  # seconds, real time
NO_SUCH_WORLD = 404


class Entry(BaseModel):
    """An item: a value, or why there is none."""

    model_config = ConfigDict(extra="allow")

    reason: str | None = None


class _Subject(BaseModel):
    items: dict[str, Entry]


class Provided(BaseModel):
    """What a provider answers: {subject: {items: {item: {value} | {reason}}}}, items as they were asked for (`person.address`)."""

    as_of: str
    subjects: dict[str, _Subject]

    def entry(self, subject: str, item: str) -> dict[str, Any]:
        """One item as data; a reason where the provider left it out or said neither."""
        found = self.subjects.get(subject)
        entry = found.items.get(item) if found else None
        told = entry.model_dump(exclude_none=True) if entry else {}
        if "value" not in told:
            return {"reason": told.get("reason", "not_registered")}
        return told


@dataclass(frozen=True, slots=True)
class Asked:
    """An inquiry on its way to a provider. `client`: who asks, in words."""

    subjects: Sequence[str]
    items: Sequence[str]
    purpose: str
    legal_basis: str
    client: str


def _down(register: str) -> Problem:
    title = "The service that keeps this register does not answer now."
    return Problem(503, "register-down", title, headers={"Retry-After": RETRY_AFTER}, register=register, fault="down")


class Providers:
    """Clients of all providers. `urls`: register -> base URL; `timeout`: real seconds for a call. Thread-safe."""

    def __init__(self, urls: Mapping[str, str], control_key: str | None, timeout: float) -> None:
        self._urls = {register: url.rstrip("/") for register, url in urls.items()}
        self._http = httpx.Client(
            verify=tls.context(), timeout=timeout, headers={KEY_HEADER: control_key} if control_key else {}
        )

    def keep(self, register: str) -> bool:
        """Whether another service keeps this register."""
        return register in self._urls

    def inquire(self, register: str, world: str, now: datetime, asked: Asked) -> Provided:
        """Ask; raises `Problem` 503 (down, slow, wrong) or 403 (it refused)."""
        body = {
            "subjects": list(asked.subjects), "items": list(asked.items), "purpose": asked.purpose, "legal_basis": asked.legal_basis,
            "client": asked.client,
        }  # fmt: skip
        response = self._call(register, "inquiries", world, now, body, {})
        if response.status_code in (403, 422):
            raise Problem(403, "refused", "The register refused the inquiry.")
        try:
            return Provided.model_validate(response.raise_for_status().json())
        except (httpx.HTTPError, ValueError, ValidationError) as error:
            raise _down(register) from error

    def update(self, register: str, world: str, now: datetime, body: Mapping[str, Any], key: str | None) -> None:
        """Change one item; a call with the same `key` may be repeated. Raises `Problem` 503, or 422 where it cannot be."""
        response = self._call(register, "updates", world, now, body, {"Idempotency-Key": key} if key else {})
        if response.is_server_error or response.status_code == NO_SUCH_WORLD:
            raise _down(register)
        if response.is_error:
            raise Problem(422, "refused", "The register did not take the change.")

    def _call(
        self, register: str, what: str, world: str, now: datetime, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> httpx.Response:
        url = f"{self._urls[register]}/registers/{register}/{what}"
        place = {WORLD_HEADER: world, NOW_HEADER: now.isoformat()}
        try:
            return self._http.post(url, json=body, headers={**place, **headers})
        except httpx.TransportError as error:
            raise _down(register) from error
