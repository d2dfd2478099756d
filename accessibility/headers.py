"""The contract's part on response headers."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from accessibility.document import Document

#: directives that must be there, with the sources each may hold besides a nonce
_DIRECTIVES = {
    "default-src": {"'none'", "'self'"},
    "script-src": {"'none'", "'self'"},
    "style-src": {"'none'", "'self'"},
    "img-src": {"'none'", "'self'", "data:"},
    "font-src": {"'none'", "'self'"},
    "connect-src": {"'none'", "'self'"},
    "form-action": {"'none'", "'self'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
}
#: those that `default-src` does not stand in for
_REQUIRED = ("default-src", "form-action", "base-uri", "frame-ancestors")
_NONCE = re.compile(r"'nonce-[A-Za-z0-9+/_=-]{16,}'")
#: pages that are the same for everybody, after an optional language prefix; everything else is personal
_PUBLIC = re.compile(
    r"^(/(ja|ja-simple|en))?/(start|events(/[\w-]+)?|procedures(/[\w-]+)?|registers(/[\w-]+)?|help|accessibility|about-simulation|privacy)?$"
)


def content_type(value: str) -> list[str]:
    """HTML in UTF-8, said in the header."""
    if value.lower().replace(" ", "") != "text/html;charset=utf-8":
        return [f"Content-Type is {value!r}, not text/html; charset=utf-8"]
    return []


def content_security_policy(value: str) -> list[str]:
    """A strict policy: own origin only, nothing inline, no eval, in nobody's frame."""
    policy: dict[str, list[str]] = {}
    for part in value.split(";"):
        if words := part.split():
            policy.setdefault(words[0].lower(), words[1:])
    found = [f"Content-Security-Policy lacks {name}" for name in _REQUIRED if name not in policy]
    for name, allowed in _DIRECTIVES.items():
        sources = [s for s in policy.get(name, []) if s not in allowed and not _NONCE.fullmatch(s)]
        found += [f"Content-Security-Policy allows {source} in {name}" for source in sources]
    for name in sorted(policy.keys() - _DIRECTIVES.keys()):
        loose = [s for s in policy[name] if s not in {"'none'", "'self'"}]
        found += [f"Content-Security-Policy allows {source} in {name}" for source in loose]
    return found


def hardening(header: Callable[[str], str]) -> list[str]:
    """No guessing of types; no address of ours told to others. `no-referrer` would break the same-origin check of forms."""
    found = []
    if header("X-Content-Type-Options").lower() != "nosniff":
        found.append("X-Content-Type-Options is not nosniff")
    if header("Referrer-Policy").lower() != "same-origin":
        found.append("Referrer-Policy is not same-origin")
    return found


def is_personal(url: str, document: Document) -> bool:
    """Whether a page is one visitor's own: by its address, or because a form on it carries that visitor's token."""
    own_form = bool(document.all("form", where=lambda form: form.get("method").lower() == "post"))
    return own_form or not _PUBLIC.fullmatch(urlsplit(url).path)


def caching(value: str, *, personal: bool) -> list[str]:
    """A personal page is kept by nobody."""
    directives = {part.strip().lower() for part in value.split(",")}
    if personal and "no-store" not in directives:
        return [f"personal page without Cache-Control: no-store (it is {value!r})"]
    return []
