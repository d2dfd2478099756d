"""What an office was sent, as it was sent: the application of a case, the signature over it, and the corrections that came after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.engine.capacity import ActingFor, Capacity
from app.engine.facts import Key
from app.engine.lifecycle import EventType
from app.store import models
from app.world.outbox.packing import carries_proof
from app.world.views import CaseView
from app.world.worlds import World


@dataclass(frozen=True)
class Signed:
    """A signature over an application. `certificate`: base64 of DER, as the card gave it."""

    certificate: str
    at: datetime


@dataclass(frozen=True)
class Paper:
    """A document that a partner made. `subject`: whom it is about; `fields`: what stands in it, by the names on the form."""

    subject: str | None
    document: str
    issuer: str
    issued_on: date
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Sent:
    """An application. `facts`: what its office has now, in JSON shape, in the order of the definition; `corrected`: which of them were
    corrected after they were filed, and whether that was signed (None: nobody asks for it). `acting_for`: whose part it is beside the
    applicant's. `noted`: what a register told where the person says otherwise. `signer`: who signs, where each person signs for
    themselves; None: the applicant, if anybody. `subjects`: role to subjects. `enclosed`: what partners made and went along; `on_paper`:
    titles of what they did not make, to be brought to the counter; `paper`: what a partner made for this case."""

    facts: Mapping[Key, Any]
    noted: Mapping[Key, Any]
    subjects: Mapping[str, tuple[str, ...]]
    attachments: tuple[str, ...]
    private: bool
    signed: Signed | None
    corrected: Mapping[Key, bool | None] = field(default_factory=dict)
    acting_for: tuple[ActingFor, ...] = ()
    signer: str | None = None
    enclosed: tuple[Paper, ...] = ()
    on_paper: tuple[str, ...] = ()
    paper: Paper | None = None


def key_of(text: str) -> Key:
    """`subject.item` and `subject.kind.item` as a key."""
    subject, _dot, item = text.partition(".")
    return subject, item.rpartition(".")[2]


def sent(world: World, case: CaseView) -> Sent:
    """What the office of a case has, or will get as soon as the case may go."""
    body = _open(world, case.n)
    facts = {key_of(text): value for text, value in body["facts"].items()}
    rounds = [event.signed for event, _actor in case.history if event.type is EventType.RESUBMITTED]
    corrected: dict[Key, Any] = {}
    signed: dict[Key, bool | None] = {}
    for count, changes in body.get("corrections", {}).items():
        if int(count) <= len(rounds):  # one that the office did not take is none
            corrected |= {key_of(text): value for text, value in changes.items()}
            signed |= {key_of(text): rounds[int(count) - 1] for text in changes}
    proof = body["proof"] if carries_proof(body) else None
    return Sent(
        facts={**facts, **corrected},
        noted={key_of(text): value for text, value in body.get("noted", {}).items()},
        subjects={role: (one,) if isinstance(one, str) else tuple(one) for role, one in body["subjects"].items()},
        attachments=tuple(str(one["name"]) for one in body.get("attachments", ())),
        private=body["private"],
        signed=Signed(proof["certificate"], datetime.fromisoformat(proof["signed_at"])) if proof else None,
        corrected=signed,
        acting_for=tuple(ActingFor(one, Capacity(as_)) for one, as_ in body.get("acting_for", {}).items()),
        signer=body.get("signer"),
        enclosed=tuple(_paper(one, one["subject"]) for one in body.get("enclosed", ())),
        on_paper=tuple(dict.fromkeys(one["document"] for one in body.get("on_paper", ()))),
        paper=_paper(body["paper"], body["subject"]) if "paper" in body else None,
    )


def _paper(told: Mapping[str, Any], subject: str | None) -> Paper:
    day = date.fromisoformat(told["issued_on"])
    return Paper(subject, told["document"], told["issuer"], day, told["fields"])


def _open(world: World, n: int) -> dict[str, Any]:
    with world.context.database.read() as session:
        row = session.get_one(models.Case, (world.id, n))
        found: dict[str, Any] = world.context.database.seal.open(f"cases/{world.id}/{n}", row.sealed)
    return found
