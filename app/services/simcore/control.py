"""The control plane that every service has (`/_sim`): worlds, clock, faults, webhooks, log. All T3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.services.simcore.faults import FaultInput, FaultShown
from app.services.simcore.intake import adapted, body
from app.services.simcore.openapi import operation
from app.services.simcore.outlet import WebhookInput, WebhookMade, WebhookShown
from app.services.simcore.personas import read_persona
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import current_now, current_world, guard_control, parse_now, parse_world

if TYPE_CHECKING:
    from app.services.simcore.service import Service

PAGE = 500  # rows in one answer
FAULTS = (
    "These and no others are on from now. Kinds for every place: down (503), too_many (429), slow (so many `seconds`), latency (around "
    "`seconds`, drawn), reset (the connection is dropped before anything is done), truncated (done, but the answer is cut). Kinds that "
    "shape the answer, where a place has use for them: stale, partial, unsupported, mismatch, refused, consent_missing, clock_skew (by "
    "`seconds`). At `webhooks`: duplicate, out_of_order, down. `client`, `citizen`: for them alone; `probability` is drawn by `seed`, the "
    "world and the number of the call, so that the same calls always suffer the same; `count`: only so many times. One call alone: header "
    "`X-Sim-Fault: kind[;seconds=1.5][;target=place]`, honoured with the control key. Places: "
)


class WorldInput(BaseModel):
    """`persona`: the id of a household file, or a whole household in the format of one; `household` is another name for the latter."""

    model_config = ConfigDict(extra="forbid")

    persona: str | dict[str, Any] | None = None
    household: dict[str, Any] | None = None


class WorldMade(BaseModel):
    """What was made. `applicant` and `name`: of the person whom the household file names first."""

    world: str
    persona: str
    applicant: str
    name: str


class ClockInput(BaseModel):
    """Simulated local date-time without an offset."""

    model_config = ConfigDict(extra="forbid")

    now: str = Field(max_length=32)


class Audit(BaseModel):
    """The log of a world. `intact`: no row was changed or taken out since it was written."""

    intact: bool
    entries: list[dict[str, Any]]


class EventsOut(BaseModel):
    """CloudEvents in order; `next` is what to ask after from here."""

    events: list[dict[str, Any]]
    next: int


def _household(procedures: Any, needed: bool) -> Mapping[str, Any]:
    if not needed and not request.get_data(cache=True):
        return {}
    sent = body(WorldInput)
    found = sent.persona if sent.persona is not None else sent.household
    if isinstance(found, str):
        found = read_persona(procedures, found)
        if found is None:
            raise not_found("There is no such household file.")
    if not found or not isinstance(found.get("id"), str):
        title = "The household does not have the documented form."
        raise Problem(422, "invalid-household", title, "`persona` must be the id of a file, or a household with an id.")
    return found


def _made(world: str, household: Mapping[str, Any]) -> WorldMade:
    applicant = str((household.get("roles") or {}).get("applicant", ""))
    facts = ((household.get("subjects") or {}).get(applicant) or {}).get("facts") or {}
    persona = str(household.get("id", ""))
    return WorldMade(world=world, persona=persona, applicant=applicant, name=str(facts.get("name", "")))


def blueprint(
    service: Service,
    populate: Callable[..., None],
    forget: Callable[[str], None] | None,
    targets: str,
    needs_household: bool,
) -> Blueprint:
    """The routes of one service."""
    routes = Blueprint("sim", __name__, url_prefix="/_sim")
    install(routes)
    guard_control(routes)

    @routes.put("/worlds/<world>")
    @operation(
        "T3", "Make a world", "The same household again changes nothing; another one replaces everything.",
        request=WorldInput, response=WorldMade, errors=(400, 403, 404, 415, 422), headers=("X-Sim-Now",), security="control",
    )  # fmt: skip
    def make_world(world: str) -> Response:
        now, household = current_now(), _household(service.config.procedures, needs_household)
        with service.store.write(parse_world(world)) as connection:
            place = service.worlds.find(connection, world)
            if place is None or place.household != str(household.get("id", "")):
                service.store.forget(connection, world)
                service.worlds.make(connection, world, household, now)
                populate(connection, world, household, now)
        return jsonify(_made(world, household).model_dump())

    @routes.delete("/worlds/<world>")
    @operation("T3", "Forget a world", "Everything of it.", status=204, errors=(400, 403), security="control")
    def forget_world(world: str) -> tuple[str, int]:
        with service.store.write(parse_world(world)) as connection:
            service.store.forget(connection, world)
        if forget:
            forget(world)
        return "", 204

    @routes.get("/clock")
    @operation(
        "T3",
        "The clock of a world",
        response=ClockInput,
        errors=(400, 403, 404),
        headers=("X-Sim-World",),
        security="control",
    )
    def get_clock() -> Response:
        with service.store.read() as connection:
            return jsonify(now=service.worlds.get(connection, current_world()).now.isoformat())

    @routes.put("/clock")
    @operation(
        "T3", "Move the clock of a world forward", "Does everything that is due by then, in order. It never goes back: 409.",
        request=ClockInput, response=ClockInput, errors=(400, 403, 404, 409, 415, 422), headers=("X-Sim-World",), security="control",
    )  # fmt: skip
    def set_clock() -> Response:
        world, now = current_world(), parse_now(body(ClockInput).now)
        now = service.advance(world, now)
        service.outlet.deliver(world, at_once=True)
        return jsonify(now=now.isoformat())

    @routes.get("/worlds/<world>/faults")
    @operation("T3", "The faults of a world", response=list[FaultShown], errors=(400, 403), security="control")
    def get_faults(world: str) -> Response:
        with service.store.read() as connection:
            return jsonify([one.model_dump() for one in service.faults.all(connection, parse_world(world))])

    @routes.put("/worlds/<world>/faults")
    @operation(
        "T3", "Switch faults", FAULTS + targets,
        request=list[FaultInput], status=204, errors=(400, 403, 415, 422), security="control",
    )  # fmt: skip
    def set_faults(world: str) -> tuple[str, int]:
        sent = adapted(TypeAdapter(Annotated[list[FaultInput], Field(max_length=100)]))
        with service.store.write(parse_world(world)) as connection:
            service.faults.replace(connection, world, sent)
        return "", 204

    @routes.get("/worlds/<world>/webhooks")
    @operation(
        "T3",
        "The webhooks of a world",
        "Without secrets.",
        response=list[WebhookShown],
        errors=(400, 403),
        security="control",
    )
    def get_webhooks(world: str) -> Response:
        with service.store.read() as connection:
            return jsonify([one.model_dump() for one in service.outlet.webhooks(connection, parse_world(world))])

    @routes.put("/worlds/<world>/webhooks")
    @operation(
        "T3", "Set the webhooks of a world",
        "Every new address is asked first (CloudEvents webhook abuse protection: OPTIONS with WebHook-Request-Origin); 422 where it does "
        "not allow us. A secret is made where none is sent, and told in this answer alone. Addresses that stay keep their secret.",
        request=list[WebhookInput], response=list[WebhookMade], errors=(400, 403, 415, 422), security="control",
    )  # fmt: skip
    def set_webhooks(world: str) -> Response:
        sent = adapted(TypeAdapter(Annotated[list[WebhookInput], Field(max_length=20)]))
        return jsonify([one.model_dump() for one in service.outlet.register(parse_world(world), sent)])

    @routes.post("/worlds/<world>/webhooks/deliveries")
    @operation(
        "T3", "Send waiting events now", "Without waiting for the time between tries. `left`: not taken yet.",
        response=dict[str, int], errors=(400, 403), security="control",
    )  # fmt: skip
    def drain(world: str) -> Response:
        sent = service.outlet.deliver(parse_world(world), at_once=True)
        with service.store.read() as connection:
            return jsonify(sent=sent, left=service.outlet.waiting(connection, world))

    @routes.get("/worlds/<world>/audit")
    @operation("T3", "The log of a world", "Chained by hashes.", response=Audit, errors=(400, 403), security="control")
    def get_audit(world: str) -> Response:
        with service.store.read() as connection:
            rows = service.audit.entries(connection, parse_world(world))
            intact = service.audit.intact(connection, world)
        names = ("seq", "at", "actor", "action", "detail", "hash")
        return jsonify(intact=intact, entries=[{name: getattr(row, name) for name in names} for row in rows])

    return routes


def events_blueprint(service: Service) -> Blueprint:
    """`GET /events` for those without webhooks."""
    routes = Blueprint("sim_events", __name__)
    install(routes)
    guard_control(routes)

    @routes.get("/events")
    @operation(
        "T3", "What happened in a world", "CloudEvents in order, after the number given as `?after=`; at most 500.",
        response=EventsOut, errors=(400, 403, 429, 503), security="control", headers=("X-Sim-World",),
        query={"after": "Number of the last event that is known."},
    )  # fmt: skip
    def read_events() -> Response:
        world, after = current_world(), request.args.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) < 16):
            raise Problem(400, "invalid-after", "The parameter after must be a number.")
        service.suffer(world, "events")
        with service.store.read() as connection:
            found = service.outlet.after(connection, world, int(after), PAGE)
        return jsonify(events=[event for _, event in found], next=found[-1][0] if found else int(after))

    return routes
