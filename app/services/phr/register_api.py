"""The register `maternal` (母子保健), kept here: asked and changed by the identity and register service. T3."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from app.services.phr.context import Context, service
from app.services.phr.world import World, find_world, set_fact
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import current_now, current_world, guard_control

REGISTER = "maternal"
_TAKEN = {"yes_no": bool, "number": int, "money": int}  # by type of item; every other value is text
blueprint = Blueprint("register", __name__, url_prefix="/registers")
install(blueprint)
guard_control(blueprint)


class InquiryInput(BaseModel):
    """Who is asked about, and what. `client`: for whom; all of it goes into the log."""

    model_config = ConfigDict(extra="forbid")

    subjects: list[str] = Field(max_length=200)
    items: list[str] = Field(min_length=1, max_length=200)
    purpose: str = Field(default="", max_length=200)
    legal_basis: str = Field(default="", max_length=300)
    client: str = Field(default="", max_length=255)


class InquiryAnswer(BaseModel):
    """`subjects` maps a subject to {items: {item: {value} | {reason}}}, with the items as they were asked."""

    as_of: str
    subjects: dict[str, Any]


class UpdateInput(BaseModel):
    """A change that an office makes."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(max_length=40)
    item: str = Field(max_length=80)
    value: Any
    reason: str = Field(min_length=1, max_length=200)


def _held(context: Context, register: str, items: list[str]) -> None:
    if register != REGISTER:
        raise not_found("There is no such register.")
    if foreign := sorted(set(items) - context.items.held_by(REGISTER)):
        raise Problem(403, "outside-purpose", "The register does not hold some of the items.", items=foreign)


def _told(context: Context, world: World, subject: str, item: str) -> dict[str, Any]:
    held, name = world.household.held(subject), context.items.by_id[item].name
    if held is not None and name in held:
        return {"value": held[name]}
    return {"reason": "not_registered"}


@blueprint.post("/<register>/inquiries")
@operation(
    "T3",
    "Ask the register",
    "An item with no record is `{reason: not_registered}`; what that silence means is the vocabulary's matter.",
    request=InquiryInput,
    response=InquiryAnswer,
    errors=(400, 403, 404, 413, 415, 422, 429, 503),
    security="control",
    headers=("X-Sim-World", "X-Sim-Now"),
)
def inquire(register: str) -> Response:
    """Every inquiry leaves a row in the log."""
    context, world_id, now = service(), current_world(), current_now()
    sent = body(InquiryInput)
    _held(context, register, sent.items)
    shapes = context.suffer(world_id, f"register:{register}")
    if "refused" in shapes:
        raise Problem(403, "refused", "The register refused the inquiry.")
    with context.store.write() as connection:
        world = find_world(connection, world_id, now)
        found = {
            subject: {"items": {item: _told(context, world, subject, item) for item in sent.items}}
            for subject in sent.subjects
            if world.household.held(subject) is not None
        }
        if "partial" in shapes:
            for entry in found.values():
                entry["items"] |= {item: {"reason": "not_provided"} for item in sent.items[1::2]}
        context.audit.append(
            connection, world_id, now, sent.client or "register", "inquired", items=sent.items, purpose=sent.purpose,
            legal_basis=sent.legal_basis,
        )  # fmt: skip
    answer = jsonify(InquiryAnswer(as_of=_as_of(now), subjects=found).model_dump())
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _as_of(now: datetime) -> str:
    return now.date().isoformat()


@blueprint.post("/<register>/updates")
@operation(
    "T3",
    "Change the register",
    "A pregnancy that is notified here appears in the records.",
    request=UpdateInput,
    status=204,
    errors=(400, 403, 404, 413, 415, 422, 429, 503),
    security="control",
    headers=("X-Sim-World", "X-Sim-Now"),
)
def change(register: str) -> tuple[str, int]:
    """The same value again changes nothing."""
    context, world_id, now = service(), current_world(), current_now()
    sent = body(UpdateInput)
    _held(context, register, [sent.item])
    wanted = _TAKEN.get(context.items.by_id[sent.item].type, str)
    if type(sent.value) is not wanted:
        raise Problem(422, "invalid-value", f"This item takes a value of the type {wanted.__name__}.")
    context.suffer(world_id, "updates")
    with context.store.write() as connection:
        if set_fact(connection, find_world(connection, world_id, now), sent.subject, sent.item, sent.value):
            context.audit.append(connection, world_id, now, "register", "updated", item=sent.item, reason=sent.reason)
    return "", 204
