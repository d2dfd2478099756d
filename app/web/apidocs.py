"""What an OpenAPI document of a service says, for reading: operations, tiers, assumptions, places and kinds of faults, and its names as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

TIERS = ("T1", "T2", "T3")
ALL = "*"
METHODS = ("get", "post", "put", "patch", "delete")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_ASSUMED = re.compile(r"\bassum", re.IGNORECASE)
_FAULTS = re.compile(r"/_sim/worlds/\{\w+\}/faults")
_PARAMETER = re.compile(r"\{(\w+)\}")
_TIER = re.compile(r"^\[(T\d)\]\s*")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `tier`: T1, T2, T3, or empty where the document does not say. `assumptions`: sentences of its description."""

    method: str
    path: str
    tier: str
    summary: str
    assumptions: tuple[str, ...]


def operations(document: Mapping[str, Any]) -> tuple[Operation, ...]:
    """All operations by path and method; what is no operation is left out."""
    return tuple(sorted(_operations(document), key=lambda one: (one.path, METHODS.index(one.method.lower()))))


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, told in item.items() if isinstance(item, dict) else ():
            if method in METHODS and isinstance(told, dict):
                summary = str(told.get("summary", ""))
                marked = _TIER.match(summary)
                tier = str(told.get("x-tier") or (marked[1] if marked else ""))
                text = str(told.get("description", ""))
                yield Operation(method.upper(), str(path), tier, _TIER.sub("", summary), assumptions(text))


def assumptions(text: str) -> tuple[str, ...]:
    """The sentences of a text that say what is assumed."""
    return tuple(one.strip() for one in _SENTENCE.split(text) if _ASSUMED.search(one))


def paragraphs(document: Mapping[str, Any]) -> list[str]:
    """What the document says about the service as a whole."""
    return [one.strip() for one in str(document["info"].get("description", "")).split("\n\n") if one.strip()]


def count(document: Mapping[str, Any]) -> dict[str, int]:
    """Tier to number of operations."""
    tiers = [one.tier for one in operations(document)]
    return {tier: tiers.count(tier) for tier in TIERS}


def places(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Where the service can be broken, `*` first: `token`, or `register:<id>` where one of several is meant."""
    for path, item in document["paths"].items():
        if _FAULTS.fullmatch(str(path)) and isinstance(item, dict):
            text = str(item.get("put", {}).get("description", ""))
            named = text.partition("Places: ")[2].partition(". ")[0].rstrip(".")
            found = [one.strip() for one in named.split(",") if one.strip() and not one.strip().startswith(ALL)]
            if "At `webhooks`" in text:
                found.append("webhooks")
            return (ALL, *dict.fromkeys(found))
    return (ALL,)


def kinds(document: Mapping[str, Any]) -> tuple[str, ...]:
    """How the service can be broken."""
    try:
        return tuple(map(str, document["components"]["schemas"]["FaultInput"]["properties"]["kind"]["enum"]))
    except (KeyError, TypeError):
        return ()


def address(method: str, path: str) -> Markup:
    """`PUT /worlds/{world}`, the parameter marked as one."""
    marked = Markup(_PARAMETER.sub(r"{<var>\1</var>}", str(escape(path))))
    return Markup('<code lang="en">{} {}</code>').format(method, marked)


def english(text: str) -> Markup:
    """The documents are in English."""
    return Markup('<span lang="en">{}</span>').format(text) if text else Markup("")


def code(text: str) -> Markup:
    """Names of programs: addresses, settings."""
    return Markup("<code>{}</code>").format(text)


def codes(texts: tuple[str, ...]) -> Markup:
    """Several of them; empty where there is none."""
    return Markup(" ").join(code(one) for one in texts)
