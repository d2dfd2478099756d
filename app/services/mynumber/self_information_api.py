"""自己情報 the asynchronous way: token, request, notification, result (T2, in the shape of the 自己情報取得API as public code has it)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, json, jsonify
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import insert, select, update

from app.services.mynumber.access import client, person
from app.services.mynumber.codes import information_code, register_of
from app.services.mynumber.context import Context, service
from app.services.mynumber.inquiries import Inquiry, ask, check
from app.services.mynumber.people import the_world
from app.services.mynumber.registers_api import coded
from app.services.mynumber.tables import lookups
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import current_now, parse_world

blueprint = Blueprint("self_information", __name__, url_prefix="/self-information")
install(blueprint)

EVENT = "jp.simulator.self-information.ready"
PROCESSING, READY_STATE = "processing", "ready"
# How long a register takes (simulated time). Assumption: offices on the network answer at once, those behind it later.
_DELAYS = {"tax": timedelta(minutes=5), "pension": timedelta(minutes=10), "employment": timedelta(minutes=10)}


class Information(BaseModel):
    """One kind of information. `items`: without it, all that the register holds."""

    model_config = ConfigDict(extra="forbid")

    information_code: str = Field(max_length=16, description="特定個人情報名コード")
    items: list[str] | None = Field(default=None, min_length=1, max_length=200)


class RequestInput(BaseModel):
    """What to look up, for which procedures, why and on what ground."""

    model_config = ConfigDict(extra="forbid")

    information: list[Information] = Field(min_length=1, max_length=30)
    procedures: list[str] = Field(default_factory=list, max_length=200)
    legal_basis: str = Field(default="", max_length=300)
    purpose: str = Field(default="", max_length=200)
    subjects: list[str] | None = Field(default=None, max_length=100)
    consent: str | None = Field(default=None, max_length=80)


class Accepted(BaseModel):
    """`state`: processing | ready. `ready_at`: simulated local time."""

    process_id: str
    state: str
    accepted_at: str
    ready_at: str


class ResultInput(BaseModel):
    """Which request."""

    model_config = ConfigDict(extra="forbid")

    process_id: str = Field(max_length=40)


class Personal(BaseModel):
    """What one register answered. `fault`: its kind where it did not answer; then there is no `data`."""

    information_code: str
    information_name: str
    status: str
    as_of: str | None
    data_codes: dict[str, str]
    data: dict[str, Any] = Field(
        alias="特定個人情報等", description="{register: {subject: {item: value as text, or the reason}}}"
    )
    fault: str | None


class Result(BaseModel):
    """As many entries as kinds of information were asked for, in their order."""

    process_id: str
    state: str
    personal: list[Personal] = Field(alias="selfPersonalData")


class Catalogue(BaseModel):
    """What can be looked up."""

    information: list[dict[str, Any]]


def _inquiries(context: Context, world: str, subject: str, sent: RequestInput, who: str) -> list[Inquiry]:
    """One inquiry for each kind of information; `Problem` 422 where a code is no register's."""
    found = []
    for one in sent.information:
        register = register_of(one.information_code, list(context.items.registers))
        if register is None:
            raise Problem(422, "no-such-information", "There is no information with this code.")
        items = one.items or sorted(context.items.held_by(register))
        found.append(
            Inquiry(
                world,
                register,
                items,
                sent.procedures,
                sent.purpose,
                sent.legal_basis,
                who,
                subject,
                sent.subjects,
                sent.consent,
            )
        )
    return found


@blueprint.get("/catalogue")
@operation(
    "T2",
    "What can be looked up",
    "Assumption: 特定個人情報名コード are public for four registers; those with TMSIM are the simulator's own.",
    response=Catalogue,
)
def catalogue() -> Response:
    """Every register with its code, its items and how long it takes (simulated minutes)."""
    items = service().items
    rows = [
        {
            "information_code": information_code(register),
            "name": label,
            "register": register,
            "items": sorted(items.held_by(register)),
            "minutes": int(_DELAYS.get(register, timedelta()).total_seconds()) // 60,
        }
        for register, label in items.registers.items()
    ]
    return jsonify(Catalogue(information=rows).model_dump())


@blueprint.post("/request")
@operation(
    "T2",
    "Ask for one's own information (IF001-04)",
    "With the person's access token. The answer is a process id; the result comes later. Assumption: member names.",
    request=RequestInput,
    response=Accepted,
    status=202,
    errors=(400, 401, 403, 404, 415, 422, 503),
    security="user",
    headers=("X-Sim-Now",),
)
def request_information() -> tuple[Response, int]:
    """Refused at once where it has no ground; then nothing is kept but the row of the history."""
    context, now = service(), current_now()
    caller, subject = person("registers")
    sent = body(RequestInput)
    asked = _inquiries(context, caller.world, subject, sent, caller.name)
    for inquiry in asked:
        check(context, inquiry, now)
    ready = now + max(_DELAYS.get(inquiry.register, timedelta()) for inquiry in asked)
    process = str(uuid.uuid4())
    values = {"id": process, "client": caller.client, "person": subject, "asked": sent.model_dump(), "notified": False}
    with context.store.write() as connection:
        the_world(connection, caller.world)
        row = {"world": caller.world, "asked_at": now.isoformat(), "ready_at": ready.isoformat()}
        connection.execute(insert(lookups).values(**row, **values))
    state = READY_STATE if ready <= now else PROCESSING
    told = Accepted(process_id=process, state=state, accepted_at=row["asked_at"], ready_at=row["ready_at"])
    return jsonify(told.model_dump()), 202


@blueprint.get("/notifications")
@operation(
    "T2",
    "Which results are ready (IF001-05)",
    "For the client, with a token of its own and `X-Sim-World`: CloudEvents 1.0 as a batch, each one once. Assumption: the public "
    "interface calls the client back; its number and form were not to be seen.",
    response=list[dict[str, Any]],
    errors=(400, 401, 403),
    security="client",
    headers=("X-Sim-World", "X-Sim-Now"),
)
def notifications() -> Response:
    """Those that became ready up to the simulated moment of the call."""
    context, now = service(), current_now()
    caller = client("registers")
    world = parse_world(caller.world or None)
    with context.store.write() as connection:
        new = (
            lookups.c.world == world, lookups.c.client == caller.client, lookups.c.notified.is_(False),
            lookups.c.ready_at <= now.isoformat(),
        )  # fmt: skip
        found = connection.execute(
            select(lookups.c.id, lookups.c.ready_at).where(*new).order_by(lookups.c.ready_at)
        ).all()
        connection.execute(update(lookups).where(*new).values(notified=True))
    source = context.config.base_url.rstrip("/") + "/self-information"
    events = [
        {
            "specversion": "1.0", "id": row.id, "source": source, "type": EVENT, "time": row.ready_at + "Z",
            "datacontenttype": "application/json", "data": {"process_id": row.id},
        }
        for row in found
    ]  # fmt: skip
    return Response(json.dumps(events), content_type="application/cloudevents-batch+json")


@blueprint.post("/result")
@operation(
    "T2",
    "The information itself (IF001-06)",
    "With an access token of the same person and client; 409 while it is being looked up. A register that does not answer is a "
    "`fault` of its own entry, the others come all the same. Assumption: members within `特定個人情報等`; numbers are text with "
    "commas, as in public clients.",
    request=ResultInput,
    response=Result,
    errors=(400, 401, 403, 404, 409, 415, 422),
    security="user",
    headers=("X-Sim-Now",),
)
def result() -> Response:
    """Asks the registers now, and leaves a row of the history for each."""
    context, now = service(), current_now()
    caller, subject = person("registers")
    sent = body(ResultInput)
    with context.store.read() as connection:
        own = (lookups.c.id == sent.process_id, lookups.c.world == caller.world, lookups.c.person == subject)
        row = connection.execute(select(lookups).where(*own, lookups.c.client == caller.client)).first()
    if row is None:
        raise not_found()
    if row.ready_at > now.isoformat():
        raise Problem(409, "processing", "The registers have not answered yet.", ready_at=row.ready_at)
    asked = _inquiries(context, caller.world, subject, RequestInput.model_validate(row.asked), caller.name)
    told = [_personal(context, inquiry, now) for inquiry in asked]
    answer = jsonify({"process_id": row.id, "state": READY_STATE, "selfPersonalData": told})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _personal(context: Context, inquiry: Inquiry, now: datetime) -> dict[str, Any]:
    label = context.items.registers[inquiry.register]
    told: dict[str, Any] = {
        "information_code": information_code(inquiry.register), "information_name": label, "status": "none", "as_of": None,
        "data_codes": {}, "特定個人情報等": {}, "fault": None,
    }  # fmt: skip
    try:
        found = ask(context, inquiry, now)
    except Problem as problem:
        return told | {"fault": problem.kind}
    coded_answer = coded(found, inquiry.items)
    block = {
        subject: {name: _text(entry) for name, entry in one["items"].items()} for subject, one in found.subjects.items()
    }
    kept = {"status": found.status, "as_of": found.as_of, "data_codes": coded_answer["data_codes"]}
    return told | kept | {"特定個人情報等": {label: block}}


def _text(entry: dict[str, Any]) -> Any:
    """A number as text with commas, other values as they are, a reason where there is none."""
    if "value" not in entry:
        return {"reason": entry["reason"]}
    value = entry["value"]
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
