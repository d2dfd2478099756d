"""Scopes of SMART App Launch 2: `patient/Immunization.rs`, narrowed by `?category=…` where wanted.

The old form is read as the new one (`.read` is `.rs`, as SMART 2 maps it). This service writes nothing: what asks for `c`, `u`, `d`,
`.write` or `.*` is not granted, nor is `user/` or `system/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

TYPES = {
    "Patient": (),
    "Coverage": ("insurance",),
    "Immunization": ("immunization",),
    "Observation": ("infant_checkup", "school_checkup", "adult_checkup", "maternal"),
    "DiagnosticReport": ("infant_checkup", "school_checkup", "adult_checkup", "maternal"),
    "Composition": ("infant_checkup", "school_checkup", "adult_checkup", "maternal"),
    "MedicationStatement": ("medication",),
    "MedicationDispense": ("medication",),
    "AllergyIntolerance": ("medication",),
    "ExplanationOfBenefit": ("expenses",),
}  # type -> the consent categories that its resources are of
OTHERS = ("launch/patient", "offline_access", "openid", "fhirUser")
_SCOPE = re.compile(r"patient/(\*|[A-Za-z]+)\.(r?s?|read)(?:\?(.+))?")


@dataclass(frozen=True, slots=True)
class Scope:
    """`type` may be `*`. `category`: only resources with this category, `system|code` or a code."""

    type: str
    read: bool
    search: bool
    category: str | None = None

    def covers(self, type_: str) -> bool:
        """Whether it is about this type."""
        return self.type in ("*", type_)

    def __str__(self) -> str:
        what = f"?category={quote(self.category, safe='')}" if self.category else ""
        return f"patient/{self.type}.{'r' * self.read}{'s' * self.search}{what}"


def parse(text: str) -> Scope | None:
    """One scope about records, or None where it is none that this service grants."""
    match = _SCOPE.fullmatch(text)
    if match is None or not match[2] or match[1] not in ("*", *TYPES):
        return None
    narrowed = dict(parse_qsl(match[3] or ""))
    if set(narrowed) - {"category"} or (match[3] and not narrowed):
        return None
    rights = "rs" if match[2] == "read" else match[2]
    return Scope(match[1], "r" in rights, "s" in rights, narrowed.get("category"))


def granted(asked: str, allowed: Iterable[str]) -> str:
    """What a client gets of what it asks for, in the new form and in the order asked."""
    allowed = list(allowed)
    limits = [scope for text in allowed if (scope := parse(text))]
    found = []
    for text in asked.split():
        scope = parse(text)
        if text in OTHERS and text in allowed:
            found.append(text)
        elif scope and any(_within(scope, limit) for limit in limits):
            found.append(str(scope))
    return " ".join(dict.fromkeys(found))


def _within(scope: Scope, limit: Scope) -> bool:
    return (
        limit.type in ("*", scope.type)
        and scope.read <= limit.read
        and scope.search <= limit.search
        and limit.category in (None, scope.category)
    )


def about_records(text: str) -> tuple[Scope, ...]:
    """The scopes of a token that are about records."""
    return tuple(scope for part in text.split() if (scope := parse(part)))


def categories(found: Iterable[Scope]) -> list[str]:
    """The consent categories that scopes touch, in the order of `TYPES`."""
    touched = [name for type_, names in TYPES.items() for name in names if any(one.covers(type_) for one in found)]
    return list(dict.fromkeys(touched))
