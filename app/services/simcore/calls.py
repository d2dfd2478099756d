"""Calls from one service to another: every one carries world, clock, trace and key, and ends within a time."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
from flask import g, has_request_context, request

from app import tls
from app.services.simcore.world import KEY_HEADER, NOW_HEADER, WORLD_HEADER

TRACE_HEADER = "traceparent"
_TRACE = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


def trace() -> str:
    """A W3C traceparent: the trace of the request that is being answered, with a span of our own."""
    kept = g.get("sim_trace") if has_request_context() else None
    if kept is None:
        told = _TRACE.fullmatch(request.headers.get(TRACE_HEADER, "")) if has_request_context() else None
        kept = told[1] if told else secrets.token_hex(16)
        if has_request_context():
            g.sim_trace = kept
    return f"00-{kept}-{secrets.token_hex(8)}-01"


class Calls:
    """A client of one other service. `timeout`: real seconds for a call. Thread-safe; raises what httpx raises."""

    def __init__(self, base_url: str, control_key: str | None, timeout: float) -> None:
        key = {KEY_HEADER: control_key} if control_key else {}
        self._http = httpx.Client(verify=tls.context(), base_url=base_url.rstrip("/"), headers=key, timeout=timeout)

    def call(
        self,
        method: str,
        path: str,
        world: str,
        now: datetime,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        key: str | None = None,
        again: bool = True,
    ) -> httpx.Response:
        """One call. `key`: Idempotency-Key. A connection that was lost before an answer is tried once more where `again` is set:
        the call must be idempotent, by its method or by its key."""
        sent = {WORLD_HEADER: world, NOW_HEADER: now.isoformat(), TRACE_HEADER: trace(), **(headers or {})}
        if key:
            sent["Idempotency-Key"] = key
        try:
            return self._http.request(method, path, headers=sent, json=json, params=params)
        except (httpx.ConnectError, httpx.RemoteProtocolError):
            if not again:
                raise
            return self._http.request(method, path, headers=sent, json=json, params=params)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()
