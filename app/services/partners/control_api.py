"""The simulator's hand: what a partner decides. All T3."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy import Connection

from app.services.partners import contracts, tables
from app.services.partners.api import CALL, accepted, service
from app.services.partners.models import Accepted, NextOut, Outcome
from app.services.partners.partners import Partner
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install
from app.services.simcore.world import current_now, current_world, guard_control, parse_world

blueprint = Blueprint("partners_control", __name__, url_prefix="/_sim")
install(blueprint)
guard_control(blueprint)


def populate(
    partners: Mapping[str, Partner], db: Connection, world: str, household: Mapping[str, Any], _now: datetime
) -> None:
    """The customers of a new world; `Problem` 422 where the household does not have the documented form."""
    try:
        found = contracts.derive(household, partners.values())
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Problem(422, "invalid-household", "The household does not have the documented form.") from None
    tables.keep_contracts(db, world, found)


@blueprint.post("/notices/<notice>/outcome")
@operation(
    "T3", "Choose what a partner does with a notice now",
    "`missed`: nobody was at home for a visit that is scheduled. `field`: what a question asks for.",
    request=Outcome, response=Accepted, errors=(400, 403, 404, 409, 413, 415, 422), security="control", headers=CALL,
)  # fmt: skip
def decide(notice: str) -> Response:
    """At once."""
    found = service().desk.force(current_world(), current_now(), notice, body(Outcome))
    return jsonify(accepted(found).model_dump(mode="json"))


@blueprint.get("/worlds/<world>/next")
@operation(
    "T3", "When the next thing happens by itself in a world", response=NextOut, errors=(400, 403, 422), security="control"
)  # fmt: skip
def next_moment(world: str) -> Response:
    """Null where nothing is planned."""
    with service().base.store.read() as db:
        return jsonify(NextOut(next=tables.next_moment(db, parse_world(world))).model_dump(mode="json"))
