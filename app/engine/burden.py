"""What a set of procedures costs a person: as it is on paper today, and here. Computed, never claimed.

On paper: the fields, documents, visits and minutes that each definition states, once for every instance. Here: what is
asked, what stays a document, and one visit for each office that must be visited.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.engine.facts import Key
from app.engine.planner import Plan, PlannedProcedure

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
    """The same procedures on paper and here. ``fetched`` and ``typed`` count items, each once."""

    paper: Cost
    here: Cost
    fetched: int
    typed: int


def measure(plan: Plan) -> Burden:
    """The burden of everything that the plan requires."""
    required = plan.by_verdict["required"]
    fetched: set[Key] = set()
    typed = {ask.key for ask in plan.asks}
    for planned in required:
        for key in planned.needs:
            fact = plan.facts.get(key)
            if fact is not None:
                (fetched if fact.register else typed).add(key)
    typed |= {fact.key for fact in plan.facts.by_key.values() if fact.register is None}
    offices = {_office(planned) for planned in required}
    visited = {_office(planned) for planned in required if planned.channel[0] == "visit"}
    stays = {
        (_office(p), document.document)
        for p in required
        for document in p.evidence
        if document.replaced_by in ("stays", "photo")
    }
    minutes = (
        len(typed) * MINUTES_A_QUESTION + MINUTES_FOR_CONSENT_REVIEW_AND_SIGNATURE + len(visited) * MINUTES_A_VISIT
    )
    here = Cost(len(typed), len(stays), len(visited), len(offices), round(minutes))
    return Burden(_on_paper(required, len(offices)), here, len(fetched - typed), len(typed))


def _on_paper(required: Iterable[PlannedProcedure], offices: int) -> Cost:
    fields = documents = visits = minutes = 0
    for planned in required:
        paper = planned.compiled.definition.paper
        fields += paper.fields
        documents += paper.documents
        visits += paper.visits
        minutes += paper.minutes
    return Cost(fields, documents, visits, offices, minutes)


def _office(planned: PlannedProcedure) -> str:
    authority = planned.authority
    return authority.id if authority else planned.compiled.definition.authority
