"""What a register answers: item by item a value or a reason, for the people whom the person may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from app.services.mynumber.cards import find_card
from app.services.mynumber.people import People, World
from app.services.simcore.personas import Items

STALE = timedelta(days=400)  # how old a stale answer is
CARD = "card"

# Reasons in place of a value.
NOT_REGISTERED = "not_registered"  # the register has no such record, and its silence means nothing
NOT_PROVIDED = "not_provided"  # the register has it but did not hand it over

_WHOLE = ("unsupported", "mismatch")  # shapes in which nobody's data are answered


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of one register. `status`: complete | partial | none | unsupported | mismatch | stale."""

    register: str
    status: str
    as_of: str
    subjects: dict[str, Any]

    def body(self) -> dict[str, Any]:
        """As JSON data."""
        return {"register": self.register, "status": self.status, "as_of": self.as_of, "subjects": self.subjects}


def _of_card(connection: Connection, world: str, subject: str, item: str) -> dict[str, Any] | None:
    """Items that the card register knows from the card itself."""
    if item not in ("person.card_held", "person.signing_certificate"):
        return None
    card = find_card(connection, world, subject)
    if card is None:
        return None
    return {"value": card.state == "valid" if item == "person.card_held" else card.signing}


def _entry(people: People, items: Items, subject: str, item: str) -> dict[str, Any]:
    known = people.values.get((subject, item))
    if known is not None:
        entry = {"value": known.value, "as_of": known.as_of}
        if items.by_id[item].type == "address" and people.withheld(subject):
            entry["withheld"] = True
        return entry
    absent = items.by_id[item].absent
    # Silence that means something is an answer; it says so, because it is not a record.
    return {"reason": NOT_REGISTERED} if absent is None else {"value": absent, "silent": True}


def answer(
    connection: Connection,
    world: World,
    items: Items,
    register: str,
    wanted: Sequence[str],
    today: date,
    shapes: frozenset[str],
) -> Answer:
    """Answer for the person of the world and those they may see. `shapes`: faults that shape the answer (`partial`, `stale` …)."""
    whole = next((shape for shape in _WHOLE if shape in shapes), None)
    if whole:
        return Answer(register, whole, today.isoformat(), {})
    people = People(connection, world.id)
    found: dict[str, Any] = {}
    counted = {True: 0, False: 0}
    for subject in people.visible_to(world.applicant, items):
        kind = people.kinds[subject]
        entries: dict[str, Any] = {}
        for item in wanted:
            if items.by_id[item].kind != kind:
                continue
            entry = _of_card(connection, world.id, subject, item) if register == CARD else None
            entry = entry or _entry(people, items, subject, item)
            if "partial" in shapes and len(entries) % 2:
                entry = {"reason": NOT_PROVIDED}
            if "value" in entry and "stale" in shapes:
                entry["stale"] = True
            entries[items.by_id[item].name] = entry
            counted["value" in entry] += 1
        if entries:
            found[subject] = {"kind": kind, "items": entries}
    status = "complete" if not counted[False] else "partial"
    if not counted[True]:
        status = "none"
    if "stale" in shapes and counted[True]:
        return Answer(register, "stale", (today - STALE).isoformat(), found)
    return Answer(register, status, today.isoformat(), found)
