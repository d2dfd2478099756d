"""Register inquiries with a person's consent, changes by authorities, and the history of who saw what (T2 in shape, T3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, insert, select

from app.services.mynumber import cards, history
from app.services.mynumber.access import Caller, authority, person
from app.services.mynumber.context import Context, service
from app.services.mynumber.people import People, change, the_world
from app.services.mynumber.registers import CARD, answer
from app.services.mynumber.tables import acted, audit
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import current_now, current_world

blueprint = Blueprint("registers", __name__)
install(blueprint)

# A change of one of these makes the signing certificate void (公的個人認証法 第12条の効力の失効, as cards do it).
REVOKING = ("person.name", "person.address")


class InquiryInput(BaseModel):
    """What is asked of a register, for which procedures and on what ground.

    `consent` is the site's number of the person's consent; `requester` the office for which the site asks, in words.
    """

    model_config = ConfigDict(extra="forbid")

    procedures: list[str] = Field(max_length=200)
    items: list[str] = Field(min_length=1, max_length=200)
    legal_basis: str = Field(max_length=300)
    purpose: str = Field(default="", max_length=200)
    consent: str | None = Field(default=None, max_length=80)
    requester: str | None = Field(default=None, max_length=120)


class RegisterAnswer(BaseModel):
    """`subjects` maps a subject to {kind, items: {name of the item within the kind: {value, …} | {reason}}}.

    Beside a value: `as_of`; `silent`: there is no record, and that means this value; `withheld`: must not be passed to whom it is
    kept from; `stale`: the register does not vouch for it any more.
    """

    register_: str = Field(alias="register")
    status: str = Field(description="complete | partial | none | unsupported | mismatch | stale")
    as_of: str
    subjects: dict[str, Any]


class UpdateInput(BaseModel):
    """A change that an authority makes."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(max_length=40)
    item: str = Field(max_length=80)
    value: Any
    reason: str = Field(min_length=1, max_length=200)


class CertificateInput(BaseModel):
    """Whose signing certificate, and why."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(max_length=40)
    reason: str = Field(min_length=1, max_length=200)


class Outcome(BaseModel):
    """Whether the call changed anything."""

    changed: bool


def _refuse(
    context: Context, caller: Caller, register: str, sent: InquiryInput, now: datetime, problem: Problem
) -> None:
    with context.store.write() as connection:
        audit.append(
            connection, caller.world, now, sent.requester or caller.name, history.REFUSED,
            **history.inquiry(register, sent.procedures, sent.items, sent.purpose, sent.legal_basis, sent.consent),
            outcome=problem.kind,
        )  # fmt: skip
    raise problem


@blueprint.post("/registers/<register>/inquiries")
@operation(
    "T2",
    "Ask a register",
    "Synchronous for now; the public interface is request, notification, result.",
    request=InquiryInput,
    response=RegisterAnswer,
    errors=(400, 401, 403, 404, 415, 422, 503),
    security="user",
    headers=("X-Sim-Now",),
)
def inquire(register: str) -> Response:
    """Answer for the person and those they may see; every inquiry leaves a row, refused ones too."""
    context, now = service(), current_now()
    caller, _ = person("registers")
    if register not in context.items.registers:
        raise not_found("There is no such register.")
    sent = body(InquiryInput)
    if not sent.procedures or not sent.legal_basis.strip():
        problem = Problem(422, "no-legal-basis", "An inquiry needs procedures and a legal basis.")
        _refuse(context, caller, register, sent, now, problem)
    if foreign := sorted(set(sent.items) - context.items.held_by(register)):
        problem = Problem(403, "outside-purpose", "The register does not hold some of the items.", items=foreign)
        _refuse(context, caller, register, sent, now, problem)
    shapes = context.suffer(caller.world, f"register:{register}")
    if "refused" in shapes:
        _refuse(context, caller, register, sent, now, Problem(403, "refused", "The register refused the inquiry."))
    with context.store.write() as connection:
        world = the_world(connection, caller.world)
        found = answer(connection, world, context.items, register, sent.items, now.date(), shapes)
        audit.append(
            connection, caller.world, now, sent.requester or caller.name, history.ANSWERED,
            **history.inquiry(register, sent.procedures, sent.items, sent.purpose, sent.legal_basis, sent.consent),
            outcome=found.status,
        )  # fmt: skip
    return _private(jsonify(found.body()))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _first_time(connection: Connection, world: str) -> bool:
    """Remember the idempotency key of this call; False where it was acted on before."""
    key = request.headers.get("Idempotency-Key")
    if not key:
        return True
    key = f"{request.path} {key}"[:120]
    if connection.execute(select(acted).where(acted.c.world == world, acted.c.key == key)).first():
        return False
    connection.execute(insert(acted).values(world=world, key=key))
    return True


def _card_item(connection: Connection, world: str, sent: UpdateInput, now: datetime, people: People) -> bool | None:
    """Apply a change to the card itself; None where the item is not one that the card keeps."""
    if sent.item != "person.signing_certificate":
        return None
    if sent.value == "valid":
        birth = people.value(sent.subject, "person.birth_date")
        return cards.reissue_signing(connection, world, sent.subject, now, birth)
    if sent.value == "revoked":
        return cards.revoke_signing(connection, world, sent.subject, now, sent.reason)
    raise Problem(422, "invalid-body", "A certificate can only become valid or revoked.")


@blueprint.post("/registers/<register>/updates")
@operation(
    "T3",
    "Change a register",
    "By an authority. A new name or address in the resident register also revokes the signing certificate. "
    "With an Idempotency-Key a repeated call changes nothing.",
    request=UpdateInput,
    response=Outcome,
    errors=(400, 401, 403, 404, 415, 422, 503),
    security="client",
    headers=("X-Sim-World", "X-Sim-Now"),
)
def update(register: str) -> Response:
    """Change one item of one subject."""
    context, world, now = service(), current_world(), current_now()
    office = authority("registers.write")
    context.suffer(world, "updates")
    sent = body(UpdateInput)
    info = context.items.by_id.get(sent.item)
    if info is None or info.register != register:
        raise Problem(422, "outside-purpose", "The register does not hold this item.", items=[sent.item])
    with context.store.write() as connection:
        the_world(connection, world)
        people = People(connection, world)
        if people.kinds.get(sent.subject) != info.kind:
            raise not_found("There is no such subject in this register.")
        if not _first_time(connection, world):
            return jsonify(changed=False)
        changed = _card_item(connection, world, sent, now, people) if register == CARD else None
        if changed is None:
            changed = change(connection, world, sent.subject, sent.item, sent.value, now.date())
            if changed and sent.item in REVOKING:
                cards.revoke_signing(connection, world, sent.subject, now, sent.reason)
        history.changed(connection, world, now, office, register, sent.subject, sent.item, sent.reason)
    return jsonify(changed=changed)


@blueprint.post("/certificates/revocations")
@operation(
    "T3",
    "Revoke a person's signing certificate",
    request=CertificateInput,
    response=Outcome,
    errors=(400, 401, 403, 404, 415, 422, 503),
    security="client",
    headers=("X-Sim-World", "X-Sim-Now"),
)
def revoke() -> Response:
    """Where there is none that is valid, nothing changes."""
    context, world, now = service(), current_world(), current_now()
    office = authority("registers.write")
    context.suffer(world, "updates")
    sent = body(CertificateInput)
    with context.store.write() as connection:
        the_world(connection, world)
        if People(connection, world).kinds.get(sent.subject) != "person":
            raise not_found("There is no such person.")
        first = _first_time(connection, world)
        changed = first and cards.revoke_signing(connection, world, sent.subject, now, sent.reason)
        if changed:
            history.changed(
                connection, world, now, office, CARD, sent.subject, "person.signing_certificate", sent.reason
            )
    return jsonify(changed=changed)


@blueprint.get("/history")
@operation(
    "T2",
    "Who saw what, why, on what ground",
    "Refused inquiries too, and changes. Newest last. `intact` tells whether the chain of hashes is whole.",
    response=history.History,
    errors=(401, 403),
    security="user",
)
def read_history() -> Response:
    """The person's own."""
    context = service()
    caller, _ = person("registers")
    with context.store.read() as connection:
        found = history.read(connection, caller.world)
    return _private(jsonify(found.model_dump()))
