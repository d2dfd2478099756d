"""What an office does with an application for a place: decide by its table, and say where the application stands."""

from __future__ import annotations

from datetime import date
from typing import Any

from . import allocating, enclosures, facts
from .allocating import Decision
from .catalogue import Catalogue, Procedure
from .facts import Facts
from .records import Application


def decide(
    catalogue: Catalogue, case: Application, procedure: Procedure, first: date, today: date
) -> tuple[Decision, date]:
    """The decision of a day, and the last day on which places are given. `first`: when it was looked at first."""
    table = catalogue.allocations[procedure.allocation or ""]
    known = {facts.key(text): value for text, value in case.body["facts"].items()}
    known |= enclosures.told(catalogue, case)
    subjects = case.body["subjects"]
    begins = facts.date_of(table.begins, subjects, known) or first
    decision = table.decide(subjects, known, allocating.months_between(first, today))
    return decision, allocating.year_end(max(begins, first))


def standing(decision: Decision, again: date) -> dict[str, Any]:
    """The same for the wire."""
    wishes = [{"name": name, "place": place} for name, place in decision.wishes]
    return {"points": decision.points, "wishes": wishes, "again": again.isoformat()}


def granted(catalogue: Catalogue, case: Application, procedure: Procedure, known: Facts) -> Facts:
    """The facts for what changes in the registers: the wish that was granted stands where the first one stood."""
    wish = case.body.get("granted")
    if wish is None or procedure.allocation is None:
        return known
    subjects = case.body["subjects"]
    first = catalogue.allocations[procedure.allocation].wishes[0]
    role, item = facts.key(first)
    (subject,) = facts.named(role, subjects, known)
    return {**known, (subject, item): facts.value_of(wish, subjects, known)}
