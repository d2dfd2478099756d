"""Values of items: their shape inside the engine, and in files and JSON.

Inside: dates are ``date``, lists are tuples, everything else is as in JSON. An address is a mapping with postcode,
municipality, town, block and building (texts; municipality is a six-digit code).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.engine.facts import NOT_YET
from app.engine.vocabulary import Item

ADDRESS_PARTS = ("postcode", "municipality", "town", "block", "building")


class ValueProblem(ValueError):
    """A value that does not have the shape of its item's type. The text says what was expected (Japanese)."""


def from_json(item: Item, raw: Any) -> Any:
    """The inside shape of a JSON value. Raises ValueProblem."""
    if raw is None or raw == NOT_YET:
        return raw
    reader = _READERS.get(item.type, _text)
    return reader(item, raw)


def to_json(value: Any) -> Any:
    """The JSON shape of an inside value."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _text(item: Item, raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValueProblem(f"「{item.label}」は文字で書きます（'…' で囲んでください）")
    return raw


def _date(item: Item, raw: Any) -> date:
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise ValueProblem(f"「{item.label}」は 2027-03-28 の形の日付で書きます") from None


def _whole(item: Item, raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ValueProblem(f"「{item.label}」は数で書きます")
    return raw


def _yes_no(item: Item, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueProblem(f"「{item.label}」は true か false で書きます")
    return raw


def _choice(item: Item, raw: Any) -> str:
    if not isinstance(raw, str) or raw not in item.choices:
        raise ValueProblem(f"「{item.label}」は次のどれかです: {'・'.join(item.choices)}")
    return raw


def _choices(item: Item, raw: Any) -> tuple[str, ...]:
    return tuple(_choice(item, one) for one in _list(item, raw))


def _subjects(item: Item, raw: Any) -> tuple[str, ...]:
    return tuple(_text(item, one) for one in _list(item, raw))


def _list(item: Item, raw: Any) -> list[Any]:
    if not isinstance(raw, list | tuple):
        raise ValueProblem(f"「{item.label}」は [a, b] の形の一覧で書きます")
    return list(raw)


def _address(item: Item, raw: Any) -> Mapping[str, str]:
    if not isinstance(raw, Mapping) or set(raw) - set(ADDRESS_PARTS) or "municipality" not in raw:
        raise ValueProblem(f"「{item.label}」は {'・'.join(ADDRESS_PARTS)} を持つ住所で書きます")
    return {part: str(raw.get(part) or "") for part in ADDRESS_PARTS}


def _document(item: Item, raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping) or "name" not in raw:
        raise ValueProblem(f"「{item.label}」は name を持つ書類で書きます")
    return dict(raw)


_READERS = {
    "date": _date, "number": _whole, "money": _whole, "yes_no": _yes_no, "choice": _choice, "choices": _choices,
    "subjects": _subjects, "address": _address, "document": _document,
}  # fmt: skip
