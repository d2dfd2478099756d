"""代理: who may look at whose records, and mandates that people give and withdraw (T3, after 代理人の設定 of マイナポータル)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from app.services.mynumber import history, proxies
from app.services.mynumber.access import person
from app.services.mynumber.context import service
from app.services.mynumber.people import People, the_world
from app.services.mynumber.proxies import RESIDENT, Sight
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import current_now

blueprint = Blueprint("mandates", __name__, url_prefix="/mandates")
install(blueprint)


class MandateInput(BaseModel):
    """Who is to see one's records. `registers`: none named means all. `ends_on`: the last day, simulated."""

    model_config = ConfigDict(extra="forbid")

    delegate: str = Field(max_length=40)
    registers: list[str] = Field(default_factory=list, max_length=30)
    ends_on: date | None = None


class MandateMade(BaseModel):
    """A mandate. `withdrawn_at`: null while it holds; `given_at`: empty where it was there when the world began."""

    id: str
    giver: str
    delegate: str
    registers: list[str]
    given_at: str
    ends_on: str | None
    withdrawn_at: str | None


class Mandates(BaseModel):
    """Those that a person gave or holds. `grounds`: everybody the person may see, with the ground, as the resident register answers."""

    mandates: list[MandateMade]
    grounds: dict[str, str]


@blueprint.get("")
@operation(
    "T3",
    "Mandates given and held",
    "Parents and guardians need none for a child under 18 (assumption: as マイナポータル has it for legal representatives).",
    response=Mandates,
    errors=(400, 401, 403),
    security="user",
    headers=("X-Sim-Now",),
)
def read() -> Response:
    """Withdrawn ones too."""
    now, (caller, subject) = current_now(), person("registers")
    with service().store.read() as connection:
        sight = Sight(connection, caller.world, People(connection, caller.world), subject, now.date())
        rows = [MandateMade(**asdict(one)) for one in proxies.mandates_of(connection, caller.world, subject)]
    answer = jsonify(Mandates(mandates=rows, grounds=sight.visible(RESIDENT)).model_dump())
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("")
@operation(
    "T3",
    "Let somebody see one's records",
    request=MandateInput,
    response=MandateMade,
    status=201,
    errors=(400, 401, 403, 404, 415, 422),
    security="user",
    headers=("X-Sim-Now",),
)
def give() -> tuple[Response, int]:
    """Holds at once."""
    context, now, (caller, subject) = service(), current_now(), person("registers")
    sent = body(MandateInput)
    if sent.delegate == subject or (sent.ends_on and sent.ends_on < now.date()):
        raise Problem(422, "invalid-mandate", "A mandate goes to somebody else and ends in the future.")
    if unknown := sorted(set(sent.registers) - set(context.items.registers)):
        raise Problem(422, "no-such-register", "A mandate names registers that exist.", registers=unknown)
    with context.store.write() as connection:
        the_world(connection, caller.world)
        if People(connection, caller.world).kinds.get(sent.delegate) != "person":
            raise not_found("There is no such person.")
        found = proxies.give(connection, caller.world, subject, sent.delegate, sent.registers, now, sent.ends_on)
        history.mandated(connection, caller.world, now, subject, sent.delegate, caller.name, "given")
    return jsonify(MandateMade(**asdict(found)).model_dump()), 201


@blueprint.delete("/<mandate>")
@operation(
    "T3",
    "Withdraw a mandate",
    "By who gave it.",
    status=204,
    errors=(400, 401, 403, 404),
    security="user",
    headers=("X-Sim-Now",),
)
def withdraw(mandate: str) -> tuple[str, int]:
    """The very next inquiry of the delegate finds nothing."""
    now, (caller, subject) = current_now(), person("registers")
    with service().store.write() as connection:
        delegate = proxies.withdraw(connection, caller.world, mandate, subject, now)
        if delegate is None:
            raise not_found("There is no such mandate to withdraw.")
        history.mandated(connection, caller.world, now, subject, delegate, caller.name, "withdrawn")
    return "", 204
