"""Where a journey stands: its present page, and what is still to be decided before the plan."""

from __future__ import annotations

from flask import url_for

from app.web.words import questions_left
from app.world.journeys import Journey
from app.world.lookups import RegisterCost
from app.world.worlds import World


def undecided_registers(journey: Journey) -> list[RegisterCost]:
    """Registers that could be asked and about which the person has not said yes or no."""
    return [cost for cost in journey.consent_choices.registers if cost.register.id not in journey.consents]


def unanswered_registers(journey: Journey) -> list[str]:
    """Registers that have not answered, and that the person has not put off."""
    return [id_ for id_ in journey.pending_registers if not journey.lookups.get(id_, {}).get("later")]


def present_page(journey: Journey, world: World) -> str:
    """The page on which the journey goes on."""
    n = journey.n
    if world.submitted_at(n):
        return url_for("cases.list_cases")
    if journey.open_triage:
        return url_for("triage.ask", n=n, item=journey.open_triage[0])
    if undecided_registers(journey):
        return url_for("consent.ask", n=n)
    if unanswered_registers(journey):
        return url_for("consent.lookup", n=n)
    return url_for("plan.plan_page", n=n)


def stage(journey: Journey, world: World) -> int:
    """The number of the journey's stage, 1 to 5."""
    if world.submitted_at(journey.n):
        return 5
    if journey.open_triage:
        return 1
    if undecided_registers(journey) or unanswered_registers(journey):
        return 2
    return 3 if journey.plan.pages else 4


def left(journey: Journey, world: World) -> str:
    """あと3問, while questions are what is left; else empty."""
    return questions_left(journey.plan) if stage(journey, world) == 3 else ""
