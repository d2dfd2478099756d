"""Which redirect URIs a client may use."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def redirect_allowed(uri: str, registered: tuple[str, ...]) -> bool:
    """Exact match; the port of a loopback address may differ; a registered path matches on any origin (see `ClientRegistration`)."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or parts.username is not None:
        return False
    for allowed in registered:
        if uri == allowed:
            return True
        if allowed.startswith("/"):
            if parts.path == allowed and not parts.query:
                return True
            continue
        other = urlsplit(allowed)
        same = (parts.scheme, parts.hostname, parts.path, parts.query) == (
            other.scheme, other.hostname, other.path, other.query,
        )  # fmt: skip
        if same and parts.hostname in LOOPBACK:
            return True
    return False
