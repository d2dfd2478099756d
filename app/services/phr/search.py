"""Search parameters of FHIR, as far as they are here: what a query says, and whether a resource fits it. Knows nothing of stores."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

Json = Mapping[str, Any]
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")
JAPAN = timezone(timedelta(hours=9))
DEFAULT_COUNT, MOST = 50, 200

# Type -> search parameter -> kind and where it looks. `day`: the day of the event.
_PATIENT = {"patient": ("reference", "")}
_SUBJECT = _PATIENT | {"subject": ("reference", "")}
_CHECKUP = _SUBJECT | {
    "category": ("token", "category"),
    "date": ("date", "day"),
    "status": ("token", "status"),
}
PARAMETERS: dict[str, dict[str, tuple[str, str]]] = {
    "Patient": {
        "identifier": ("token", "identifier"),
        "birthdate": ("date", "day"),
        "gender": ("token", "gender"),
        "name": ("string", "name"),
    },
    "Coverage": _PATIENT | {"beneficiary": ("reference", ""), "status": ("token", "status"), "type": ("token", "type")},
    "Immunization": _PATIENT
    | {"date": ("date", "day"), "status": ("token", "status"), "vaccine-code": ("token", "vaccineCode")},
    "Observation": _CHECKUP | {"code": ("token", "code")},
    "DiagnosticReport": _CHECKUP | {"code": ("token", "code")},
    "Composition": _CHECKUP | {"type": ("token", "type"), "title": ("string", "title")},
    "MedicationStatement": _SUBJECT
    | {"effective": ("date", "day"), "status": ("token", "status"), "code": ("token", "medicationCodeableConcept")},
    "MedicationDispense": _SUBJECT
    | {
        "whenhandedover": ("date", "day"),
        "status": ("token", "status"),
        "code": ("token", "medicationCodeableConcept"),
    },
    "AllergyIntolerance": _PATIENT
    | {"date": ("date", "day"), "code": ("token", "code"), "clinical-status": ("token", "clinicalStatus")},
    "ExplanationOfBenefit": _PATIENT | {"created": ("date", "day"), "status": ("token", "status")},
}
COMMON = {
    "_id": ("token", "id"),
    "_lastUpdated": ("date", "updated"),
    "_tag": ("token", "meta.tag"),
    "_source": ("uri", "meta.source"),
}
RESULT = frozenset({"_count", "_offset", "_sort", "_summary", "_format", "_pretty", "_total"})


class Wrong(ValueError):
    """A parameter whose value cannot be read; the text names the parameter, never the value."""


@dataclass(frozen=True, slots=True)
class Row:
    """A resource as it is searched. `updated`: simulated local time."""

    type: str
    id: str
    category: str | None
    day: date
    updated: datetime
    version: int
    body: Json


Test = Callable[[Row], bool]


@dataclass(frozen=True)
class Query:
    """A search that was read. `known`: the parameters that count, for the self link; `unknown`: names that mean nothing here."""

    tests: tuple[Test, ...]
    count: int
    offset: int
    sort: tuple[tuple[str, bool], ...]
    counting: bool
    known: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]

    def fits(self, row: Row) -> bool:
        """Whether a resource is in the answer."""
        return all(test(row) for test in self.tests)

    def sorted(self, rows: Sequence[Row]) -> list[Row]:
        """The newest event first, or as `_sort` says; always the same order."""
        found = sorted(rows, key=lambda row: row.id)
        for name, down in reversed(self.sort or (("date", True),)):
            found.sort(key=lambda row: row.updated if name == "_lastUpdated" else row.day, reverse=down)
        return found


def read(type_: str | None, parameters: Sequence[tuple[str, str]], patient: str) -> Query:
    """Read a search of one type, or of all (`$everything`); raises `Wrong`, and `PermissionError` where another patient is meant."""
    own = PARAMETERS[type_] if type_ else {"_since": ("date", "updated")}
    tests: list[Test] = []
    known: list[tuple[str, str]] = []
    unknown: list[str] = []
    result = {"_count": str(DEFAULT_COUNT), "_offset": "0"}
    for name, value in parameters:
        base, _, modifier = name.partition(":")
        if base in RESULT and not modifier:
            result[base] = value
            if base != "_offset":
                known.append((name, value))
            continue
        kind, path = (own | COMMON).get(base, ("", ""))
        if not kind:
            unknown.append(name)
            continue
        if (
            modifier
            and not (kind == "token" and modifier == "not")
            and not (kind == "reference" and modifier == "Patient")
        ):
            raise Wrong(f"{base}: this modifier is not supported")
        tests.append(_test(name, kind, path, value, patient, modifier == "not"))
        known.append((name, value))
    if result.get("_format", "json") not in ("json", "application/json", "application/fhir+json"):
        raise Wrong("_format: only JSON")
    count = _number("_count", result["_count"])
    return Query(
        tuple(tests), min(count, MOST), _number("_offset", result["_offset"]), tuple(_sort(result.get("_sort", ""))),
        count == 0 or result.get("_summary") == "count", tuple(known), tuple(unknown),
    )  # fmt: skip


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise Wrong(f"{name}: a number is needed")
    return int(text)


def _sort(text: str) -> Iterator[tuple[str, bool]]:
    for part in filter(None, text.split(",")):
        name = part.removeprefix("-")
        if name not in ("date", "_lastUpdated"):
            raise Wrong("_sort: date and _lastUpdated only")
        yield name, part.startswith("-")


def _test(name: str, kind: str, path: str, value: str, patient: str, negated: bool) -> Test:
    choices = [part for part in value.split(",") if part]
    if not choices:
        raise Wrong(f"{name}: a value is needed")
    if kind == "reference":
        if any(part.rstrip("/").rpartition("/")[2] != patient for part in choices):
            raise PermissionError(name)
        return lambda row: True
    if kind == "date":
        ranges = [_range(name, part) for part in choices]
        return lambda row: any(_in(_span(row, path), *one) for one in ranges)
    if kind == "string":
        wanted = [part.casefold() for part in choices]
        return lambda row: any(
            text.casefold().startswith(part) for text in _texts(row.body.get(path)) for part in wanted
        )
    if kind == "uri":
        return lambda row: row.body["meta"].get("source") in choices
    pairs = [part.rpartition("|") for part in choices]
    return lambda row: negated != any(_token(found, pair) for found in tokens(row.body, path) for pair in pairs)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value if isinstance(value, list) else []:
        yield from (part[key] for key in ("text", "family") if key in part)
        yield from part.get("given", [])


def tokens(body: Json, path: str) -> Iterator[tuple[str | None, str]]:
    """All (system, code) at a place: codings of concepts, codings, identifiers, plain codes."""
    value: Any = body
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield None, one
        elif isinstance(one, Mapping):
            codings = one.get("coding", [] if "text" in one else [one])
            yield from ((each.get("system"), str(each.get("code", each.get("value", "")))) for each in codings)
            if "text" in one:
                yield None, one["text"]


def _token(found: tuple[str | None, str], wanted: tuple[str, str, str]) -> bool:
    system, bar, code = wanted
    if code and found[1] != code:
        return False
    return not bar or (found[0] or "") == system


def matches(body: Json, path: str, wanted: str) -> bool:
    """Whether a token stands at a place."""
    return any(_token(found, wanted.rpartition("|")) for found in tokens(body, path))


def _span(row: Row, path: str) -> tuple[datetime, datetime]:
    if path == "updated":
        return row.updated, row.updated + timedelta(seconds=1)
    start = datetime.combine(row.day, datetime.min.time())
    return start, start + timedelta(days=1)


_DATE = re.compile(
    r"(?P<prefix>[a-z]{2})?(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?(?P<zone>Z|[ +-]\d\d:\d\d)?)?)?)?"
)


def _range(name: str, text: str) -> tuple[str, datetime, datetime]:
    """Prefix, beginning and end of a date parameter, in Japan's time; a date without a zone is Japan's."""
    match = _DATE.fullmatch(text)
    prefix = (match and match["prefix"]) or "eq"
    if match is None or prefix not in PREFIXES:
        raise Wrong(f"{name}: a date with a known prefix is needed")
    year, month, day = int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)
    try:
        start = datetime(
            year, month, day, int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0)
        )
        if match["zone"]:
            zone = match["zone"].replace(" ", "+")  # a plus sign in a query is a space
            offset = "+00:00" if zone == "Z" else zone
            start = datetime.fromisoformat(start.isoformat() + offset).astimezone(JAPAN).replace(tzinfo=None)
        if match["second"]:
            step = timedelta(seconds=1)
        elif match["hour"]:
            step = timedelta(minutes=1)
        elif match["day"]:
            step = timedelta(days=1)
        else:
            step = timedelta(
                days=monthrange(year, month)[1] if match["month"] else 365 + (monthrange(year, 2)[1] == 29)
            )
        return prefix, start, start + step
    except (ValueError, OverflowError):
        raise Wrong(f"{name}: no such date") from None


def _in(span: tuple[datetime, datetime], prefix: str, low: datetime, high: datetime) -> bool:
    start, end = span
    inside = low <= start and end <= high
    return {
        "eq": inside,
        "ne": not inside,
        "gt": end > high,
        "ge": inside or end > high,
        "lt": start < low,
        "le": inside or start < low,
        "sa": start >= high,
        "eb": end <= low,
    }[prefix]
