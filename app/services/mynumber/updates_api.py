"""What authorities change in registers and on cards (T3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, insert, select

from app.services.mynumber import cards, history
from app.services.mynumber.access import authority
from app.services.mynumber.context import service
from app.services.mynumber.people import SUBJECT, People, change, make_subject, the_world
from app.services.mynumber.proxies import locating
from app.services.mynumber.registers import CARD
from app.services.mynumber.tables import acted
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.personas import ItemInfo
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import current_now, current_world

blueprint = Blueprint("updates", __name__)
install(blueprint)

# A change of one of these makes the signing certificate void (公的個人認証法 第12条の効力の失効, as cards do it).
REVOKING = ("person.name", "person.address")


class UpdateInput(BaseModel):
    """A change that an authority makes. `how`: `set` puts the value in place of the old one; `add` and `remove` change a list by one."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(max_length=40)
    item: str = Field(max_length=80)
    how: Literal["set", "add", "remove"] = "set"
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


def _listed(connection: Connection, world: str, sent: UpdateInput, info: ItemInfo, people: People) -> list[str]:
    """A list with one subject more or less. Who is added and in no register yet comes into being: a child that is born."""
    if info.of is None or not isinstance(sent.value, str) or not SUBJECT.fullmatch(sent.value):
        raise Problem(422, "invalid-body", "Only subjects of a list can be added and removed.")
    old = [one for one in people.value(sent.subject, sent.item) or () if one != sent.value]
    if sent.how == "remove":
        return old
    if people.kinds.setdefault(sent.value, info.of) != info.of:
        raise Problem(422, "invalid-body", "The list holds subjects of another kind.")
    make_subject(connection, world, sent.value, info.of)
    return [*old, sent.value]


def _known(connection: Connection, world: str, subject: str, kind: str) -> People:
    """The people of the world; `Problem` 404 where the subject is not of this kind."""
    the_world(connection, world)
    people = People(connection, world)
    if people.kinds.get(subject) != kind:
        raise not_found("There is no such subject in this register.")
    return people


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
    kept_elsewhere = context.providers.keep(register)
    if kept_elsewhere:
        with context.store.read() as connection:
            _known(connection, world, sent.subject, info.kind)
        key = request.headers.get("Idempotency-Key")
        context.providers.update(register, world, now, sent.model_dump(exclude_defaults=True), key)
    with context.store.write() as connection:
        people = _known(connection, world, sent.subject, info.kind)
        if not _first_time(connection, world):
            return jsonify(changed=False)
        changed = True if kept_elsewhere else None
        if register == CARD:
            changed = _card_item(connection, world, sent, now, people)
        if changed is None:
            value = _listed(connection, world, sent, info, people) if sent.how != "set" else sent.value
            changed = change(connection, world, sent.subject, sent.item, value, now.date())
            if changed and sent.item in REVOKING:
                cards.revoke_signing(connection, world, sent.subject, now, sent.reason)
            # "No change" would tell an office that it knows the address of somebody protected.
            changed = changed or (locating(sent.item, context.items) and people.withheld(sent.subject))
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
        _known(connection, world, sent.subject, "person")
        first = _first_time(connection, world)
        changed = first and cards.revoke_signing(connection, world, sent.subject, now, sent.reason)
        if changed:
            history.changed(
                connection, world, now, office, CARD, sent.subject, "person.signing_certificate", sent.reason
            )
    return jsonify(changed=changed)
