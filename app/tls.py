"""One TLS context a process: making one reads every root certificate, and each client would make its own."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def context() -> ssl.SSLContext:
    """What `httpx.Client(verify=…)` takes."""
    return httpx.create_ssl_context()
