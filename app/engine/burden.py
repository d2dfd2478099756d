"""What a set of procedures costs a person: as it is on paper today, and here. Computed, never claimed.

Both sides are counted alike. Fields: on paper every field of every form, here every item that has to be typed. Documents:
each paper once for each office. Visits: one trip for each office that has to be visited, whatever is done there. Minutes: the
definitions' minutes on paper, of which half an hour for each visit is the way there, and the way is counted once a trip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.engine.plan import Plan
from app.engine.planned import PlannedProcedure

MINUTES_A_QUESTION = 0.5
MINUTES_FOR_CONSENT_REVIEW_AND_SIGNATURE = 4
MINUTES_A_VISIT = 30


@dataclass(frozen=True)
class Cost:
    """Counts, and minutes of the person's time."""

    fields: int
    documents: int
    visits: int
    authorities: int
    minutes: int


@dataclass(frozen=True)
class Burden:
    """The same procedures on paper and here. ``fetched`` counts the items that registers told, ``typed`` those that the person
    answered or still has to, each once and only where something rests on it."""

    paper: Cost
    here: Cost
    fetched: int
    typed: int


def measure(plan: Plan) -> Burden:
    """The burden of everything that the plan requires."""
    required = plan.by_verdict["required"]
    told = {key for key in plan.on_path if plan.facts.by_key[key].register is not None}
    typed = {ask.key for ask in plan.asks if not ask.confirm} | (plan.on_path - told)
    offices = len({_office(planned) for planned in required})
    return Burden(_on_paper(required, offices), _here(required, offices, len(typed)), len(told), len(typed))


def _on_paper(required: Sequence[PlannedProcedure], offices: int) -> Cost:
    papers = [planned.compiled.definition.paper for planned in required]
    documents = {
        (_office(planned), document.document)
        for planned in required
        for document in planned.evidence
        if document.replaced_by != "none"
    }
    visits = len({_office(planned) for planned, paper in zip(required, papers, strict=True) if paper.visits})
    at_the_desk = sum(max(paper.minutes - paper.visits * MINUTES_A_VISIT, 0) for paper in papers)
    minutes = at_the_desk + visits * MINUTES_A_VISIT
    return Cost(sum(paper.fields for paper in papers), len(documents), visits, offices, minutes)


def _here(required: Sequence[PlannedProcedure], offices: int, typed: int) -> Cost:
    documents = {
        (_office(planned), document.document)
        for planned in required
        for document in planned.evidence
        if document.replaced_by in ("stays", "photo")
    }
    visits = len({_office(planned) for planned in required if planned.channel[0] == "visit"})
    minutes = typed * MINUTES_A_QUESTION + MINUTES_FOR_CONSENT_REVIEW_AND_SIGNATURE + visits * MINUTES_A_VISIT
    return Cost(typed, len(documents), visits, offices, round(minutes))


def _office(planned: PlannedProcedure) -> str:
    authority = planned.authority
    return authority.id if authority else planned.compiled.definition.authority
