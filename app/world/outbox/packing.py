"""What one signature covers: the applications of a journey, each with the facts of its own procedure only."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.capacity import acting_for, signs_apart
from app.engine.lifecycle import State
from app.engine.planner import Plan, PlannedProcedure
from app.engine.values import to_json
from app.store import models
from app.world.journeys import Journey

UNDONE = (State.WITHDRAWN, State.REJECTED, State.EXPIRED)
SIGNED_FIELDS = (
    "procedure",
    "subject",
    "authority",
    "channel",
    "facts",
    "noted",
    "subjects",
    "attachments",
    "acting_for",
    "signer",
)
CORRECTED_FIELDS = ("arrival_number", "facts")


@dataclass(frozen=True)
class Package:
    """Everything that one signature covers. ``digest`` is base64 SHA-256 over the manifest of the applications' digests,
    so that each office can check its own part without seeing the others'. ``apart``: what is filed together with it and not covered,
    because somebody else signs it."""

    applications: tuple[dict[str, Any], ...]
    manifest: tuple[str, ...]
    digest: str
    apart: tuple[dict[str, Any], ...] = ()


def _held(plan: Plan) -> set[str]:
    """Ids of required procedures that cannot go yet: an answer is missing, or they follow one that cannot go."""
    required = plan.by_verdict["required"]
    held = {planned.id for planned in required if planned.missing}
    while more := {planned.id for planned in required if planned.id not in held and held & set(planned.after)}:
        held |= more
    return held


def incomplete(journey: Journey) -> list[PlannedProcedure]:
    """Required procedures, not filed yet, that the next signature leaves out."""
    held = _held(journey.plan)
    return [planned for planned in _unfiled(journey) if planned.id in held]


def fileable(journey: Journey) -> list[PlannedProcedure]:
    """What the next signature files: required, complete, not filed before. The automatic ones are followed, not sent."""
    held = _held(journey.plan)
    return [planned for planned in _unfiled(journey) if planned.id not in held]


def apart(journey: Journey) -> list[PlannedProcedure]:
    """Those of them that others sign."""
    return [planned for planned in fileable(journey) if signs_apart(journey.plan, planned)]


def _unfiled(journey: Journey) -> list[PlannedProcedure]:
    with journey.context.database.read() as session:
        filed = filed_pairs(session, journey)
    required = journey.plan.by_verdict["required"]
    return [one for one in required if (one.id, one.subject) not in filed and not one.too_late]


def filed_pairs(session: Session, journey: Journey) -> set[tuple[str, str | None]]:
    """(procedure, subject) of everything that a journey has filed and that stands: what was taken back or refused may go again."""
    query = select(models.Case).where(
        models.Case.world == journey.world, models.Case.journey == journey.n, models.Case.state.not_in(UNDONE)
    )
    return {(case.procedure, case.subject) for case in session.scalars(query)}


def only_apart(journey: Journey) -> Package:
    """What others sign, and nothing else: it needs no signature of the applicant."""
    return Package((), *covered(()), tuple(_application(journey, planned, True) for planned in apart(journey)))


def pack(journey: Journey, *, signed: bool = True) -> Package:
    """The applications of a journey, each with its own facts only.

    Without a signature nothing that a public office takes goes online: it is prepared for the counter. Private notices need none.
    """
    plan, procedures = journey.plan, fileable(journey)
    own = tuple(_application(journey, one, signed) for one in procedures if not signs_apart(plan, one))
    return Package(own, *covered(own), only_apart(journey).apart)


def pack_correction(arrival_number: str, facts: Mapping[str, Any]) -> Package:
    """A correction of one application: which one, and the corrected facts. Nothing else is signed, so nothing else changes."""
    correction = ({"arrival_number": arrival_number, "facts": dict(facts)},)
    return Package(correction, *covered(correction, CORRECTED_FIELDS))


def covered(
    applications: Sequence[Mapping[str, Any]], fields: Sequence[str] = SIGNED_FIELDS
) -> tuple[tuple[str, ...], str]:
    """The manifest of applications (or corrections), and the digest over it that is signed."""
    manifest = tuple(_digest({name: a[name] for name in fields if a.get(name) is not None}) for a in applications)
    return manifest, _digest(list(manifest))


def carries_proof(application: Mapping[str, Any]) -> bool:
    """Whether the office gets signature and certificate, which names the signer and where they live: companies do not, those who agree
    among themselves do."""
    return not application["private"] or "signer" in application


def count(package: Package) -> int:
    """How many procedures a package files; one that is for several people counts once, an automatic one not."""
    return len(
        {application["procedure"] for application in package.applications if application["channel"] != "automatic"}
    )


def _application(journey: Journey, planned: PlannedProcedure, signed: bool) -> dict[str, Any]:
    plan, definition = journey.plan, planned.compiled.definition
    authority, channel = planned.authority, planned.channel[0]
    signer = planned.subject if definition.signed_by == "each" else None
    if channel == "online" and not signed and (signer or not definition.private):
        channel = "visit"
    acting = acting_for(plan, planned)
    noted = {f"{key[0]}.{key[1]}": value for key in planned.sent if (value := journey.told(key)) is not None}
    roles: dict[str, Any] = {
        role: list(members) for role in plan.event.lists if (members := plan.subjects(role, None)) is not None
    }
    return {
        "procedure": planned.id,
        "subject": planned.subject,
        "authority": authority.id if authority else definition.authority,
        "channel": channel,
        "facts": {f"{key[0]}.{key[1]}": to_json(plan.facts.by_key[key].value) for key in planned.sent},
        **({"noted": noted} if noted else {}),
        "subjects": {**dict(plan.facts.roles), **roles, **({"each": planned.subject} if planned.subject else {})},
        **({"acting_for": {one.subject: one.capacity.value for one in acting}} if acting else {}),
        **({"signer": signer} if signer else {}),
        "after": list(planned.after),
        **({"papers": papers} if (papers := waited_for(plan, planned)) else {}),
        "private": definition.private,
    }


def waited_for(plan: Plan, planned: PlannedProcedure) -> list[dict[str, str]]:
    """The documents that partners make for an application: {procedure, subject, document}."""
    wanted = {one.made_by: one.document for one in planned.evidence if one.made_by is not None}
    return [
        {"procedure": one.id, "subject": one.subject or "", "document": wanted[one.id]}
        for one in plan.by_verdict["required"]
        if one.id in wanted
    ]


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return base64.b64encode(hashlib.sha256(text).digest()).decode()
