"""The control plane and the self-description of one service, the same for every service: health, OpenAPI, faults, clock, log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

import httpx

from app.gateway.base import Place, ServiceClient, ServiceDown, ServiceError, ServiceRefused

State = Literal["ready", "unready", "up", "down", "strange"]
Found = TypeVar("Found")

GLANCE = 0.9  # real seconds within which a service must say that it is there
PATIENCE = 3.0  # real seconds for everything else
# A connection that cannot be made is tried twice: together still within a glance.
_GLANCE = httpx.Timeout(GLANCE, connect=0.4)
_LIMITS = httpx.Timeout(PATIENCE, connect=0.4)


class BadAnswer(ServiceError):
    """The service answered, but not what is documented."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a service is. `state`: ready; unready, where something that it needs is missing; up, where it does not tell more in time; down;
    strange, where its answer cannot be read. `checks`: what it needs, by name: `ok`, or what is wrong in its own words."""

    state: State
    checks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is on, or is to be. `target`, `kind`: as the service documents them. `calls`, `hits`: counted by the service."""

    target: str
    kind: str
    seconds: float | None = None
    client: str | None = None
    citizen: str | None = None
    probability: float = 1.0
    count: int | None = None
    seed: int = 0
    calls: int = 0
    hits: int = 0

    def as_input(self) -> dict[str, Any] | None:
        """What is sent to have it go on: a count goes down by what was met. None where nothing is left of it."""
        sent = asdict(self)
        del sent["calls"], sent["hits"]
        if self.count is None:
            return sent
        sent["count"] = self.count - self.hits
        return sent if sent["count"] > 0 else None


@dataclass(frozen=True, slots=True)
class Audit:
    """The log of a world. `intact`: no row was changed or taken out. `entries`: rows as the service tells them."""

    intact: bool
    entries: tuple[Mapping[str, Any], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client that the identity provider of this installation knows. No keys. A redirect that begins with `/` fits any origin."""

    client_id: str
    name: str
    scopes: tuple[str, ...]
    redirects: tuple[str, ...] = ()


def move_clock(service: ServiceClient, world: str, now: datetime) -> None:
    """Move the clock of a world at one service forward; everything that is due by then happens. An earlier time is refused (409)."""
    sent = {"now": now.replace(microsecond=0).isoformat()}
    service.call("PUT", "/_sim/clock", place=Place(world, now), json=sent, control=True)


class Simulation:
    """One service as its control plane shows it. Each call raises `ServiceDown`, `ServiceRefused` or `BadAnswer`. Thread-safe."""

    def __init__(
        self,
        service: str,
        base_url: str,
        control_key: str | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.service = service
        self._client = ServiceClient(service, base_url, control_key=control_key, timeout=_LIMITS, transport=transport)
        self._quick = ServiceClient(service, base_url, timeout=_GLANCE, transport=transport)

    @property
    def base_url(self) -> str:
        """Where it is reached, without a slash at the end."""
        return self._client.base_url

    def health(self) -> Health:
        """Whether it is there, known within a glance, and can do its work. Never raises."""
        try:
            if self._quick.call("GET", "/healthz").json()["status"] != "ok":
                return Health("strange")
        except ServiceDown:
            return Health("down")
        except (ServiceRefused, ValueError, KeyError, TypeError):
            return Health("strange")
        return self._readiness()

    def _readiness(self) -> Health:
        try:
            return Health("ready", _texts(self._client.call("GET", "/readyz").json()["checks"]))
        except ServiceDown as error:
            checks = error.problem.members.get("checks") if error.problem else None
            return Health("unready", _texts(checks)) if isinstance(checks, dict) else Health("up")
        except (ServiceRefused, ValueError, KeyError, TypeError, AttributeError):
            return Health("up")

    def document(self) -> dict[str, Any]:
        """Its OpenAPI document."""
        found = self._read(self._client.call("GET", "/openapi.json"), dict)
        if not isinstance(found.get("paths"), dict) or not isinstance(found.get("info"), dict):
            raise BadAnswer(self.service, "no OpenAPI document")
        return found

    def faults(self, world: str, now: datetime) -> tuple[Fault, ...]:
        """The faults that are on in a world, in their order."""
        path = f"/_sim/worlds/{world}/faults"
        rows = self._read(self._client.call("GET", path, place=Place(world, now), control=True), list)
        try:
            names = Fault.__dataclass_fields__
            return tuple(Fault(**{name: row[name] for name in names if name in row}) for row in rows)
        except (TypeError, AttributeError) as error:
            raise BadAnswer(self.service, "no list of faults") from error

    def set_faults(self, world: str, now: datetime, faults: Sequence[Fault]) -> None:
        """Make these the only faults of a world."""
        sent = [one for fault in faults if (one := fault.as_input()) is not None]
        path = f"/_sim/worlds/{world}/faults"
        self._client.call("PUT", path, place=Place(world, now), json=sent, control=True)

    def clock(self, world: str, now: datetime) -> datetime | None:
        """Where the clock of a world stands; None where the service does not know the world."""
        try:
            told = self._read(self._client.call("GET", "/_sim/clock", place=Place(world, now), control=True), dict)
            return datetime.fromisoformat(told["now"])
        except ServiceRefused as error:
            if error.problem.status == 404:
                return None
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(self.service, "no clock") from error

    def set_clock(self, world: str, now: datetime) -> None:
        """As `move_clock`."""
        move_clock(self._client, world, now)

    def audit(self, world: str, now: datetime) -> Audit:
        """The log of a world."""
        path = f"/_sim/worlds/{world}/audit"
        told = self._read(self._client.call("GET", path, place=Place(world, now), control=True), dict)
        try:
            return Audit(bool(told["intact"]), tuple(dict(row) for row in told["entries"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BadAnswer(self.service, "no log") from error

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
        self._quick.close()

    def _read(self, response: httpx.Response, wanted: type[Found]) -> Found:
        try:
            found = response.json()
        except ValueError as error:
            raise BadAnswer(self.service, "no JSON") from error
        if not isinstance(found, wanted):
            raise BadAnswer(self.service, "another kind of JSON")
        return found


def _texts(checks: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(told) for name, told in checks.items()}


def ask_all(
    services: Mapping[str, Simulation], ask: Callable[[Simulation], Found], seconds: float
) -> dict[str, Found | None]:
    """Ask all at the same time; None for each that did not answer, or not in time. Never takes longer than `seconds`."""
    if not services:
        return {}
    pool = ThreadPoolExecutor(max_workers=len(services), thread_name_prefix="developers")
    asked = {name: pool.submit(ask, one) for name, one in services.items()}
    wait(asked.values(), timeout=seconds)
    pool.shutdown(wait=False, cancel_futures=True)
    found: dict[str, Found | None] = {}
    for name, future in asked.items():
        failed = not future.done() or isinstance(future.exception(), ServiceError)
        found[name] = None if failed else future.result()
    return found
