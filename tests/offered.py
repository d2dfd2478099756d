"""What a company's letter offers to choose from, as the answer that a reader of the letter would give."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from app.engine.vocabulary import Item

_OFFER = re.compile(r"選べるもの: ([^。]+)。")
_DAY = re.compile(r"(\d+)月(\d+)日")


def first_offered(note: str | None, item: Item, today: date) -> Any:
    """The first offered day, or the first choice whose words stand in the offer; None where nothing is offered."""
    offer = _OFFER.search(note or "")
    if offer is None:
        return None
    if item.type == "date":
        month, day = (int(part) for part in _DAY.findall(offer[1])[0])
        found = date(today.year, month, day)
        return found if found >= today else found.replace(year=today.year + 1)
    known = {label: value for value, label in item.choices.items() if label in offer[1]}
    return min(known.items(), key=lambda one: offer[1].index(one[0]))[1] if known else None
