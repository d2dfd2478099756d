"""One service over HTTP: world and clock headers, time-outs, one retry where it is safe, errors as types.

Nothing here logs what is sent or received: bodies are personal and paths of the control plane name worlds.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from app import tls

# httpx tells every URL at INFO.
logging.getLogger("httpx").setLevel(logging.WARNING)
logger = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(8.0, connect=2.0)
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_GONE = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class ProblemDetails:
    """RFC 9457. `kind` is the last part of the type URN, `about:blank` where the answer was no problem document."""

    status: int
    kind: str
    title: str
    detail: str
    members: Mapping[str, Any]


class ServiceError(Exception):
    """The service did not do what was asked."""

    def __init__(self, service: str, message: str) -> None:
        super().__init__(f"{service}: {message}")
        self.service = service


class ServiceDown(ServiceError):
    """No answer, or none that means anything. `retry_after`: seconds of real time, None where nobody said.

    `maybe_done`: the request had been sent, so the service may have acted on it. Ask again with the same idempotency key.
    `problem`: what it answered, None where it did not answer at all.
    """

    def __init__(
        self,
        service: str,
        message: str,
        *,
        retry_after: int | None = None,
        maybe_done: bool = False,
        problem: ProblemDetails | None = None,
    ) -> None:
        super().__init__(service, message)
        self.retry_after = retry_after
        self.maybe_done = maybe_done
        self.problem = problem


class ServiceRefused(ServiceError):
    """The service said no (status 4xx)."""

    def __init__(self, service: str, problem: ProblemDetails) -> None:
        super().__init__(service, f"{problem.status} {problem.kind}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Place:
    """Whose world and which moment a call belongs to. `now` is simulated local time without a zone."""

    world: str
    now: datetime

    def headers(self) -> dict[str, str]:
        """The headers that carry it."""
        return {"X-Sim-World": self.world, "X-Sim-Now": self.now.replace(microsecond=0).isoformat()}


def _problem(response: httpx.Response) -> ProblemDetails:
    try:
        data = response.json()
    except ValueError:
        data = None
    if not isinstance(data, dict):
        return ProblemDetails(response.status_code, "about:blank", response.reason_phrase, "", {})
    if "error" in data:  # OAuth 2.0 (RFC 6749, 5.2)
        kind, title, detail = str(data["error"]), str(data["error"]), str(data.get("error_description", ""))
    else:
        kind = str(data.get("type", "about:blank")).rpartition(":problem:")[2]
        title, detail = str(data.get("title", "")), str(data.get("detail", ""))
    known = ("type", "title", "status", "detail", "error", "error_description")
    return ProblemDetails(response.status_code, kind, title, detail, {k: v for k, v in data.items() if k not in known})


def _seconds(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


class ServiceClient:
    """A service at a base URL. Thread-safe; keeps connections open; close it at the end."""

    def __init__(
        self,
        service: str,
        base_url: str,
        *,
        control_key: str | None = None,
        timeout: httpx.Timeout | float = TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.service = service
        self.base_url = base_url.rstrip("/")
        self._control = {"X-Sim-Key": control_key} if control_key else {}
        self._client = httpx.Client(
            verify=tls.context(), base_url=self.base_url, timeout=timeout, transport=transport, follow_redirects=False
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        place: Place | None = None,
        token: str | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        control: bool = False,
        timeout: float | None = None,
        content: bytes | None = None,
        content_type: str = "application/octet-stream",
    ) -> httpx.Response:
        """Send one request; any 2xx answer is returned. Raises `ServiceDown` or `ServiceRefused`.

        `timeout`: real seconds for this call, where it may not take the usual time. A connection that could not be made is
        tried once more if repeating is harmless: GET, PUT, DELETE, or a key is given.
        """
        headers = place.headers() if place else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        if control:
            headers |= self._control
        if content is not None:
            headers["Content-Type"] = content_type
        limits = self._client.timeout if timeout is None else httpx.Timeout(timeout, connect=TIMEOUT.connect)
        request = self._client.build_request(
            method, path, headers=headers, json=json, data=form, params=params, content=content, timeout=limits
        )
        response = self._send(request, again=method in IDEMPOTENT or idempotency_key is not None)
        if response.is_success:
            return response
        if response.status_code in _GONE or response.is_server_error:
            retry_after = _seconds(response.headers.get("Retry-After"))
            maybe_done = response.status_code not in (429, 503)
            raise ServiceDown(
                self.service,
                str(response.status_code),
                retry_after=retry_after,
                maybe_done=maybe_done,
                problem=_problem(response),
            )
        raise ServiceRefused(self.service, _problem(response))

    def _send(self, request: httpx.Request, *, again: bool) -> httpx.Response:
        try:
            return self._client.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if again:
                logger.info("%s: no connection, once more", self.service)
                return self._send(request, again=False)
            raise ServiceDown(self.service, type(error).__name__) from error
        except httpx.TransportError as error:
            raise ServiceDown(self.service, type(error).__name__, maybe_done=True) from error

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
