"""The simulator's hand (`/_sim`): makes and forgets worlds, switches faults, puts cards right, reads histories. All T3."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import select

from app.services.mynumber import cards, history
from app.services.mynumber.context import Context, service
from app.services.mynumber.people import HouseholdFile, make_people, the_world
from app.services.mynumber.tables import faults, worlds
from app.services.simcore.faults import FaultInput
from app.services.simcore.intake import adapted, body
from app.services.simcore.openapi import operation
from app.services.simcore.personas import read_persona
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import current_now, guard_control, parse_world

blueprint = Blueprint("control", __name__, url_prefix="/_sim")
install(blueprint)
guard_control(blueprint)

CardState = Literal[
    "valid", "expired", "locked", "signing_locked", "revoked", "cancelled", "signing_expired", "signing_revoked"
]


class WorldInput(BaseModel):
    """`persona`: the id of a household file, or a whole household in the format of one."""

    model_config = ConfigDict(extra="forbid")

    persona: str | dict[str, Any]


class WorldMade(BaseModel):
    """What was made."""

    world: str
    persona: str
    applicant: str
    name: str


class CardInput(BaseModel):
    """The state to put the applicant's card into; `valid` also gives all tries back."""

    model_config = ConfigDict(extra="forbid")

    state: CardState = "valid"


def _household(context: Context, persona: str | dict[str, Any]) -> HouseholdFile:
    data = read_persona(context.config.procedures, persona) if isinstance(persona, str) else persona
    if data is None:
        raise not_found("There is no such household file.")
    try:
        household = HouseholdFile.model_validate(data)
        wrong = household.problem(context.items)
    except ValidationError as error:
        wrong = "; ".join("/".join(map(str, e["loc"])) + " " + e["type"] for e in error.errors(include_input=False))
    if wrong:
        raise Problem(422, "invalid-household", "The household does not have the documented form.", wrong)
    return household


@blueprint.put("/worlds/<world>")
@operation(
    "T3",
    "Make the people of a world",
    "The same household again changes nothing; another one replaces everything.",
    request=WorldInput,
    response=WorldMade,
    errors=(400, 403, 404, 415, 422),
    security="control",
    headers=("X-Sim-Now",),
)
def make(world: str) -> Response:
    """Idempotent."""
    context, now = service(), current_now()
    parse_world(world)
    household = _household(context, body(WorldInput).persona)
    with context.store.write() as connection:
        known = connection.execute(select(worlds.c.persona).where(worlds.c.world == world)).scalar()
        if known != household.id:
            context.store.forget(connection, world)
            make_people(connection, world, household, now)
            cards.make_cards(connection, world, household, now)
    name = str(household.subjects[household.applicant].facts.get("name", ""))
    made = WorldMade(world=world, persona=household.id, applicant=household.applicant, name=name)
    return jsonify(made.model_dump())


@blueprint.delete("/worlds/<world>")
@operation("T3", "Forget a world", status=204, errors=(400, 403), security="control")
def forget(world: str) -> tuple[str, int]:
    """Everything of it, tokens and faults too."""
    parse_world(world)
    with service().store.write() as connection:
        service().store.forget(connection, world)
    return "", 204


@blueprint.put("/worlds/<world>/faults")
@operation(
    "T3",
    "Switch faults",
    "Targets: identity, token, sign, updates, crl, register:<id>, * for all. Kinds down and slow work everywhere; partial, "
    "unsupported, mismatch, stale and refused shape the answers of registers.",
    request=list[FaultInput],
    status=204,
    errors=(400, 403, 415, 422),
    security="control",
)
def set_faults(world: str) -> tuple[str, int]:
    """These and no others are on from now."""
    parse_world(world)
    sent = adapted(TypeAdapter(Annotated[list[FaultInput], Field(max_length=100)]))
    with service().store.write() as connection:
        faults.replace(connection, world, sent)
    return "", 204


@blueprint.put("/worlds/<world>/card")
@operation(
    "T3",
    "Put the applicant's card into a state",
    request=CardInput,
    status=204,
    errors=(400, 403, 404, 415, 422),
    security="control",
)
def set_card(world: str) -> tuple[str, int]:
    """「元に戻す」 of the pages does the same with `valid`."""
    state = body(CardInput).state
    with service().store.write() as connection:
        cards.restore(connection, parse_world(world), the_world(connection, world).applicant, state)
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
