"""The simulator's hand (`/_sim`): moves clocks, chooses outcomes. All T3."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel
from sqlalchemy import Connection

from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import install, not_found
from app.services.simcore.world import current_now, current_world, guard_control, parse_now, parse_world

from . import records
from .api import CALL, service
from .models import Clock, ClockOut, Outcome, Receipt

blueprint = Blueprint("control", __name__, url_prefix="/_sim")
install(blueprint)
guard_control(blueprint)


def populate(db: Connection, world: str, _household: Mapping[str, Any], now: datetime) -> None:
    """A world in which nothing was filed yet."""
    records.set_clock(db, world, now)


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
    context.base.keep_up(world, now)
    with context.base.store.read() as db:
        found = ClockOut(now=now, waiting=records.undelivered(db, world), next=records.next_moment(db, world))
    return jsonify(found.model_dump(mode="json"))


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


class Revocation(BaseModel):
    """Which certificate counts no more: the serial number in hexadecimal digits."""

    serial: str


@blueprint.post("/authorities/<authority>/seal/revocation")
@operation(
    "T3",
    "Revoke an office's seal",
    "From now on. Papers that were stamped before stay valid; the next paper is signed with a new seal. 404 where none was signed yet.",
    response=Revocation,
    errors=(400, 403, 404),
    security="control",
    headers=CALL,
)
def revoke_seal(authority: str) -> Response:
    """As after the loss of a key."""
    serial = service().archive.revoke(current_world(), current_now(), authority)
    if serial is None:
        raise not_found("This authority has not signed anything yet.")
    return jsonify(Revocation(serial=serial).model_dump())
