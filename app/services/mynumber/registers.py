"""What a register answers: item by item a value or a reason, for the people whom the person may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from app.services.mynumber.cards import find_card
from app.services.mynumber.people import People
from app.services.mynumber.providers import Provided
from app.services.mynumber.proxies import Sight, locating
from app.services.simcore.personas import Items

STALE = timedelta(days=400)  # how old a stale answer is
CARD = "card"

# Reasons in place of a value.
NOT_REGISTERED = "not_registered"  # the register has no such record, and its silence means nothing
NOT_PROVIDED = "not_provided"  # the register has it but did not hand it over
WITHHELD = "withheld"  # a protection measure keeps it from who asks, whether the register has it or not

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


def _of_card(connection: Connection, world: str, subject: str, item: str, today: date) -> dict[str, Any] | None:
    """Items that the card register knows from the card itself."""
    if item not in ("person.card_held", "person.signing_certificate"):
        return None
    card = find_card(connection, world, subject, today)
    if card is None:
        return None
    return {"value": card.state == "valid" if item == "person.card_held" else card.signing}


@dataclass(frozen=True, slots=True)
class Asker:
    """For whom a register answers. `grounds`: whom and what they may see, and why. `sight`: of a person, None for an office.

    `cleared`: an office that may know the whereabouts of protected people.
    """

    grounds: Mapping[str, str]
    sight: Sight | None
    cleared: bool = False

    def kept_from(self, people: People, subject: str) -> bool:
        """Whether what tells where a subject lives must not be answered."""
        if self.sight is not None:
            return self.sight.kept_from(subject)
        return people.withheld(subject) and not self.cleared


def _entry(people: People, items: Items, subject: str, item: str, told: dict[str, Any] | None) -> dict[str, Any]:
    """`told`: what another service answered that keeps the register."""
    if told is None:
        known = people.values.get((subject, item))
        told = {"value": known.value, "as_of": known.as_of} if known else {"reason": NOT_REGISTERED}
    absent = items.by_id[item].absent
    if told.get("reason") == NOT_REGISTERED and absent is not None:
        # Silence that means something is an answer; it says so, because it is not a record.
        return {"value": absent, "silent": True}
    if "value" in told and items.by_id[item].type == "address" and people.withheld(subject):
        return told | {"withheld": True}
    return told


def answer(
    connection: Connection,
    world: str,
    items: Items,
    register: str,
    wanted: Sequence[str],
    asker: Asker,
    today: date,
    shapes: frozenset[str],
    provided: Provided | None = None,
) -> Answer:
    """Answer item by item. `shapes`: faults that shape the answer (`partial`, `stale` …); `provided`: from who keeps the register."""
    whole = next((shape for shape in _WHOLE if shape in shapes), None)
    if whole:
        return Answer(register, whole, today.isoformat(), {})
    people = People(connection, world)
    found: dict[str, Any] = {}
    counted = {True: 0, False: 0}
    for subject in asker.grounds:
        kind = people.kinds[subject]
        entries: dict[str, Any] = {}
        for item in wanted:
            if items.by_id[item].kind != kind:
                continue
            entry = _of_card(connection, world, subject, item, today) if register == CARD else None
            told = provided.entry(subject, item) if provided else None
            entry = entry or _entry(people, items, subject, item, told)
            if locating(item, items) and asker.kept_from(people, subject):
                # To another person the measure itself is nothing to be told of.
                entry = {"reason": WITHHELD if asker.sight is None else NOT_PROVIDED}
            elif "partial" in shapes and len(entries) % 2:
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
    as_of = provided.as_of if provided else today.isoformat()
    if "stale" in shapes and counted[True]:
        return Answer(register, "stale", (today - STALE).isoformat(), found)
    return Answer(register, status, as_of, found)
