"""Register inquiries, by a person and by an office, and the history of who saw what (T2 in shape)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field

from app.services.mynumber import history
from app.services.mynumber.access import office_with, person
from app.services.mynumber.codes import JM, JT, data_code, information_code, register_of
from app.services.mynumber.context import service
from app.services.mynumber.inquiries import Inquiry, ask
from app.services.mynumber.people import People, the_world
from app.services.mynumber.proxies import Sight
from app.services.mynumber.registers import Answer
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import install
from app.services.simcore.world import NOW_HEADER, current_now, current_world

blueprint = Blueprint("registers", __name__)
install(blueprint)


class InquiryInput(BaseModel):
    """What is asked of a register, for which procedures, why and on what ground.

    `subjects`: whose records; without it, of everybody whom the person may see. `consent` is the site's number of the person's
    consent; `requester` the office for which the site asks, in words.
    """

    model_config = ConfigDict(extra="forbid")

    procedures: list[str] = Field(default_factory=list, max_length=200)
    items: list[str] = Field(min_length=1, max_length=200)
    legal_basis: str = Field(default="", max_length=300)
    purpose: str = Field(default="", max_length=200)
    subjects: list[str] | None = Field(default=None, max_length=100)
    consent: str | None = Field(default=None, max_length=80)
    requester: str | None = Field(default=None, max_length=120)


class OfficeInquiryInput(BaseModel):
    """情報照会 by an office: whose records, of which register (by its 特定個人情報名コード), for which affairs."""

    model_config = ConfigDict(extra="forbid")

    information_code: str = Field(max_length=16, description="特定個人情報名コード")
    affairs_code: str = Field(pattern=JM, description="事務コード")
    procedure_code: str = Field(pattern=JT, description="事務手続コード")
    subjects: list[str] = Field(min_length=1, max_length=100)
    items: list[str] = Field(min_length=1, max_length=200)
    legal_basis: str = Field(default="", max_length=300)
    purpose: str = Field(default="", max_length=200)
    office: str | None = Field(
        default=None, max_length=120, description="照会者 in words, where it is not the client itself"
    )


class RegisterAnswer(BaseModel):
    """`subjects` maps a subject to {kind, items: {name of the item within the kind: {value, …} | {reason}}}.

    Beside a value: `as_of`; `silent`: there is no record, and that means this value; `withheld`: must not be passed to whom it is
    kept from; `stale`: the register does not vouch for it any more. `reason`: not_registered | not_provided | withheld.
    """

    register_: str = Field(alias="register")
    information_code: str = Field(
        description="特定個人情報名コード; those that begin with TMSIM are the simulator's own"
    )
    data_codes: dict[str, str] = Field(description="data code of each item: 4I, HH, TAX …")
    status: str = Field(description="complete | partial | none | unsupported | mismatch | stale")
    as_of: str
    subjects: dict[str, Any]


@blueprint.post("/registers/<register>/inquiries")
@operation(
    "T2",
    "Ask a register at once",
    "The short way of the site; `/self-information` is the public one, asynchronous. Legal basis, procedures and purpose are required "
    "of both (400). Assumption: names of the members.",
    request=InquiryInput,
    response=RegisterAnswer,
    errors=(400, 401, 403, 404, 415, 422, 503),
    security="user",
    headers=("X-Sim-Now",),
)
def inquire(register: str) -> Response:
    """Answer for the person and those they may see; every inquiry leaves a row, refused ones too."""
    context, now = service(), current_now()
    caller, subject = person("registers")
    sent = body(InquiryInput)
    inquiry = Inquiry(
        caller.world, register, sent.items, sent.procedures, sent.purpose, sent.legal_basis, sent.requester or caller.name, subject,
        sent.subjects, sent.consent,
    )  # fmt: skip
    return _private(jsonify(coded(ask(context, inquiry, now), sent.items)))


@blueprint.post("/inquiries")
@operation(
    "T2",
    "Ask a register as an office (情報照会)",
    "Scope `registers.read`, or the control key. What tells where a protected person lives comes with the reason `withheld`, unless "
    "the client has the scope `registers.protected`. Assumption: member names; the columns are those of a municipality's inquiry file.",
    request=OfficeInquiryInput,
    response=RegisterAnswer,
    errors=(400, 401, 403, 404, 415, 422, 503),
    security="client",
    headers=("X-Sim-World", "X-Sim-Now"),
)
def inquire_as_office() -> Response:
    """Each person finds it in their history."""
    context, world, now = service(), current_world(), current_now()
    office, scopes = office_with("registers.read")
    sent = body(OfficeInquiryInput)
    register = register_of(sent.information_code, list(context.items.registers))
    inquiry = Inquiry(
        world, register or "", sent.items, [sent.affairs_code, sent.procedure_code], sent.purpose, sent.legal_basis,
        sent.office or office, None, sent.subjects, cleared="registers.protected" in scopes,
    )  # fmt: skip
    return _private(jsonify(coded(ask(context, inquiry, now), sent.items)))


def coded(found: Answer, items: Sequence[str]) -> dict[str, Any]:
    """An answer as data, with the codes of the register and of the items."""
    codes = {item: data_code(found.register, item) for item in items}
    return found.body() | {"information_code": information_code(found.register), "data_codes": codes}


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/history")
@operation(
    "T2",
    "Who saw what, why, on what ground",
    "The person's own rows, those of their household and of the children they represent; refused inquiries and changes too. Newest "
    "last. What could tell where a protected person lives is shown to nobody who does not live with them. `intact` tells whether the "
    "chain of hashes is whole. Assumption: member names.",
    response=history.History,
    errors=(400, 401, 403),
    security="user",
)
def read_history() -> Response:
    """The person's own."""
    context = service()
    caller, subject = person("registers")
    with context.store.read() as connection:
        people = People(connection, caller.world)
        born = the_world(connection, caller.world).made_at.date()
        found = history.read(connection, caller.world, Sight(connection, caller.world, people, subject, _today(born)))
    return _private(jsonify(found.model_dump()))


def _today(otherwise: date) -> date:
    """The simulated day of the call where it names one."""
    return current_now().date() if NOW_HEADER in request.headers else otherwise
