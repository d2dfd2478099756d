"""In whose name a person files: for a child, for somebody who died, by a mandate; beside their own.

A procedure is filed for those it is about (`for_each`, `also_for`) and for those whose records it changes.
Sources: 民法 第99条 (agency), 第818条・第824条 (parents), 第4条 (of age at eighteen), 第896条 and 戸籍法 第87条 (the family of the deceased).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.engine.functions import age_on
from app.engine.plan import Plan
from app.engine.planned import PlannedProcedure

OF_AGE = 18
DECEASED, NEWBORNS = "deceased", "newborns"


class Capacity(StrEnum):
    """On what ground somebody acts for another."""

    PARENT = "parent"
    KIN = "kin"
    DELEGATE = "delegate"

    @property
    def law(self) -> str:
        """Where it stands."""
        return _LAWS[self]


_LAWS = {
    Capacity.PARENT: "民法 第824条",
    Capacity.KIN: "戸籍法 第87条・民法 第896条",
    Capacity.DELEGATE: "民法 第99条",
}


@dataclass(frozen=True, slots=True)
class ActingFor:
    """For whom, and as what."""

    subject: str
    capacity: Capacity


def acting_for(plan: Plan, planned: PlannedProcedure) -> tuple[ActingFor, ...]:
    """The people beside the applicant for whom a procedure is filed, each once. Companies are told by the applicant alone, and nobody
    files for those who sign themselves."""
    if planned.compiled.definition.private or signs_apart(plan, planned):
        return ()
    applicant = plan.facts.roles["applicant"]
    people = dict.fromkeys(one for one in _concerned(plan, planned) if plan.facts.kinds.get(one) == "person")
    return tuple(ActingFor(one, _capacity(plan, one)) for one in people if one != applicant)


def signs_apart(plan: Plan, planned: PlannedProcedure) -> bool:
    """Whether somebody beside the applicant signs it themselves, or shows themselves at a counter."""
    own = planned.subject is None or planned.subject == plan.facts.roles["applicant"]
    return planned.compiled.definition.signed_by == "each" and not own


def everybody(plan: Plan) -> dict[ActingFor, tuple[PlannedProcedure, ...]]:
    """For whom the applicant acts in all that is required, with the procedures of each."""
    found: dict[ActingFor, list[PlannedProcedure]] = {}
    for planned in plan.by_verdict["required"]:
        for one in acting_for(plan, planned):
            found.setdefault(one, []).append(planned)
    return {one: tuple(procedures) for one, procedures in found.items()}


def _concerned(plan: Plan, planned: PlannedProcedure) -> Iterator[str]:
    if planned.subject is not None:
        yield planned.subject
    if planned.compiled.definition.also_for is not None:
        yield from plan.subjects(planned.compiled.definition.also_for, None) or ()
    for effect in planned.compiled.definition.effects:
        yield from plan.subjects(effect.subject, planned.subject) or ()


def _capacity(plan: Plan, subject: str) -> Capacity:
    if subject in _members(plan, DECEASED):
        return Capacity.KIN
    born = plan.facts.get((subject, "birth_date"))
    if born is None:
        return Capacity.PARENT if subject in _members(plan, NEWBORNS) else Capacity.DELEGATE
    return Capacity.PARENT if age_on(born.value, plan.today) < OF_AGE else Capacity.DELEGATE


def _members(plan: Plan, role: str) -> tuple[str, ...]:
    if role not in plan.event.lists:
        return ()
    return tuple(plan.subjects(role, None) or ())
