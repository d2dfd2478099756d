"""The simulator's hand (`/_sim`): puts cards right, reads histories. All T3."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection

from app.services.mynumber import cards, history, proxies
from app.services.mynumber.context import service
from app.services.mynumber.people import HouseholdFile, make_people, the_world
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.personas import Items
from app.services.simcore.problems import Problem, install
from app.services.simcore.service import Populate
from app.services.simcore.world import current_now, guard_control, parse_world

blueprint = Blueprint("control", __name__, url_prefix="/_sim")
install(blueprint)
guard_control(blueprint)

CardState = Literal[
    "valid", "expired", "locked", "signing_locked", "revoked", "cancelled", "signing_expired", "signing_revoked"
]


class CardInput(BaseModel):
    """The state to put the applicant's card into; `valid` also gives all tries back."""

    model_config = ConfigDict(extra="forbid")

    state: CardState = "valid"


def populate(items: Items) -> Populate:
    """How the people of a world are made from a household file."""

    def make(connection: Connection, world: str, data: Mapping[str, Any], now: datetime) -> None:
        try:
            household = HouseholdFile.model_validate(data)
            wrong = household.problem(items)
        except ValidationError as error:
            wrong = "; ".join("/".join(map(str, e["loc"])) + " " + e["type"] for e in error.errors(include_input=False))
        if wrong:
            raise Problem(422, "invalid-household", "The household does not have the documented form.", wrong)
        make_people(connection, world, household, now)
        proxies.record_family(connection, world, household)
        cards.make_cards(connection, world, household, now)

    return make


@blueprint.put("/worlds/<world>/card")
@operation(
    "T3",
    "Put the applicant's card into a state",
    request=CardInput,
    status=204,
    errors=(400, 403, 404, 415, 422),
    security="control",
    headers=("X-Sim-Now",),
)
def set_card(world: str) -> tuple[str, int]:
    """「元に戻す」 of the pages does the same with `valid`."""
    state, now = body(CardInput).state, current_now()
    with service().store.write() as connection:
        cards.restore(connection, parse_world(world), the_world(connection, world).applicant, now.date(), state)
    return "", 204


@blueprint.get("/worlds/<world>/history")
@operation("T3", "The history of a world", response=history.History, errors=(400, 403, 404), security="control")
def read_history(world: str) -> Response:
    """The same rows as `GET /history`."""
    with service().store.read() as connection:
        the_world(connection, parse_world(world))
        found = history.read(connection, world)
    answer = jsonify(found.model_dump())
    answer.headers["Cache-Control"] = "no-store"
    return answer
