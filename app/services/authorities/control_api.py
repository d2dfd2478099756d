"""The simulator's hand (`/_sim`): makes and forgets worlds, moves their clocks, switches faults, chooses outcomes. All T3."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint, Response, jsonify
from pydantic import Field, TypeAdapter

from app.services.simcore.faults import FaultInput
from app.services.simcore.intake import adapted, body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import install
from app.services.simcore.world import current_now, current_world, guard_control, parse_now, parse_world

from . import records
from .api import CALL, service
from .models import Clock, ClockOut, Outcome, Receipt

blueprint = Blueprint("control", __name__, url_prefix="/_sim")
install(blueprint)
guard_control(blueprint)


@blueprint.put("/worlds/<world>")
@operation(
    "T3", "Make a world", "Again changes nothing.", status=204, errors=(400, 403), security="control", headers=CALL[1:]
)
def make(world: str) -> tuple[str, int]:
    """Its clock begins at `X-Sim-Now`."""
    now = current_now()
    with service().store.write() as db:
        if records.clock(db, parse_world(world)) is None:
            records.set_clock(db, world, now)
    return "", 204


@blueprint.delete("/worlds/<world>")
@operation("T3", "Forget a world", status=204, errors=(400, 403), security="control")
def forget(world: str) -> tuple[str, int]:
    """Everything of it."""
    service().office.forget(parse_world(world))
    return "", 204


@blueprint.put("/worlds/<world>/clock")
@operation(
    "T3",
    "Move a world's clock forward",
    "Does everything that is due by then, in order, and tries again what could not be delivered. It never goes back.",
    request=Clock,
    response=ClockOut,
    errors=(400, 403, 415, 422),
    security="control",
)
def set_clock(world: str) -> Response:
    """Again with the same moment does nothing new."""
    context = service()
    now = context.office.advance(parse_world(world), parse_now(body(Clock).now.isoformat()))
    with context.store.read() as db:
        found = ClockOut(now=now, waiting=records.undelivered(db, world), next=records.next_moment(db, world))
    return jsonify(found.model_dump(mode="json"))


@blueprint.put("/worlds/<world>/faults")
@operation(
    "T3",
    "Switch faults",
    "Targets: authority:<id>, procedure:<id>, events, * for all. Kinds: down, slow, refused.",
    request=list[FaultInput],
    status=204,
    errors=(400, 403, 415, 422),
    security="control",
)
def set_faults(world: str) -> tuple[str, int]:
    """These and no others are on from now."""
    sent = adapted(TypeAdapter(Annotated[list[FaultInput], Field(max_length=100)]))
    context = service()
    with context.store.write() as db:
        context.faults.replace(db, parse_world(world), sent)
    return "", 204


@blueprint.post("/applications/<number>/outcome")
@operation(
    "T3",
    "Choose what the office decides",
    "At once. `item` is `role.item` or `subject.item`; without it, the one that the definition names.",
    request=Outcome,
    response=Receipt,
    errors=(400, 403, 404, 409, 415, 422),
    security="control",
    headers=CALL,
)
def decide(number: str) -> Response:
    """A refusal, or a request to correct."""
    found = service().office.decide(current_world(), current_now(), number, body(Outcome))
    return jsonify(found.model_dump(mode="json", exclude_none=True))
