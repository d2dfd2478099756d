"""How the answer to a request for a correction goes: signed anew, or why not."""

from __future__ import annotations

from app.engine.lifecycle import State
from app.engine.resigning import Way, way
from app.gateway.base import ServiceError
from app.world import outbox
from app.world.views import CaseView
from app.world.worlds import World

CERTIFICATE = "person.signing_certificate"


def way_of(here: World, case: CaseView) -> Way:
    """How a correction of a case goes as of now."""
    journey = here.journey(case.journey)
    assert journey is not None
    proof, draft = outbox.proof_of(here.context, here.id, case.n), outbox.draft_of(here.context, here.id, case.n)
    private = journey.event.by_id[case.procedure].definition.private
    stopped = draft.stopped if draft else ""
    standing = _standing(here, case, proof["certificate"]) if proof and not private else ""
    return way(private=private, signed=proof is not None, stopped=stopped, standing=standing)


def _standing(here: World, case: CaseView, certificate: str) -> str:
    """Of the certificate that signed last; not known where a counter has issued a new one, and where the card authority is silent."""
    if _reissued(here, case):
        return ""
    try:
        return here.context.mynumber.signing.standing(here.id, here.now, certificate)
    except ServiceError:
        return ""


def _reissued(here: World, case: CaseView) -> bool:
    journey = here.journey(case.journey)
    assert journey is not None
    me = journey.facts.roles["applicant"]
    for other in here.cases():
        if other.state.state is State.COMPLETED and other.subject in (None, me):
            its = here.journey(other.journey)
            effects = its.event.by_id[other.procedure].definition.effects if its else ()
            if any(effect.set.get(CERTIFICATE) == "valid" for effect in effects):
                return True
    return False
