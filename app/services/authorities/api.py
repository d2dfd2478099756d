"""The offices' HTTP interface: applications, the citizen's acts on them, and the events they cause. All T3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import Blueprint, Response, current_app, jsonify, request

from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install
from app.services.simcore.service import Service
from app.services.simcore.world import current_now, current_world

from . import records
from .archive import Archive
from .catalogue import Authority, Catalogue, Procedure
from .desk import StaffedOffice
from .gateway import Gateway
from .models import ApplicationIn, ApplicationOut, Correction, Events, Receipt, receipt
from .office import Office

EXTENSION = "authorities"
PAGE = 500  # events in one answer
CALL = ("X-Sim-World", "X-Sim-Now")

blueprint = Blueprint("applications", __name__)
install(blueprint)


@dataclass(frozen=True)
class Context:
    """One service process."""

    base: Service
    office: StaffedOffice
    catalogue: Catalogue
    archive: Archive
    gateway: Gateway
    systems: Mapping[str, str] = field(default_factory=dict)

    def suffer(self, world: str, *targets: str) -> None:
        """Wait or fail by the faults of a world; `refused` is the office's no."""
        if "refused" in self.base.suffer(world, *targets):
            raise Problem(
                422,
                "refused-by-office",
                "The office did not take it in.",
                "窓口が受け取りませんでした。窓口に聞いてください。",
            )


def service() -> Context:
    """The context of the application that serves this request."""
    return cast(Context, current_app.extensions[EXTENSION])


def _at_office(world: str, authority: Authority, procedure: Procedure) -> None:
    service().suffer(world, f"authority:{authority.id}", f"procedure:{procedure.id}")


def _act(number: str) -> tuple[Office, str, datetime]:
    """Whom a citizen's act on an application is for, after the faults of its office."""
    world, now = current_world(), current_now()
    office = service().office
    _at_office(world, *office.authority_of(world, number))
    return office, world, now


def _answer(model: Receipt | Events, status: int = 200) -> tuple[Response, int]:
    response = jsonify(model.model_dump(mode="json", exclude_none=True))
    response.headers["Cache-Control"] = "no-store"
    return response, status


@blueprint.post("/applications")
@operation(
    "T3",
    "File an application",
    "201 with an arrival number. The same key and body again answer 200 with the same number; the same key with another "
    "body, 409. Signed by a certificate of the card authority that was valid at `signed_at`; private notices are not "
    "signed, and at a counter a signature may be absent. Facts are keyed `subject.item`.",
    request=ApplicationIn,
    response=Receipt,
    status=201,
    errors=(400, 409, 415, 422, 503),
    headers=(*CALL, "Idempotency-Key"),
)
def submit() -> tuple[Response, int]:
    """Stored before it is acknowledged."""
    world, now = current_world(), current_now()
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 64:
        raise Problem(400, "key-missing", "The header Idempotency-Key must have 1 to 64 characters.")
    sent = body(ApplicationIn)
    office = service().office
    _at_office(world, *office.addressee(sent))
    found, new = office.receive(world, now, key, sent, request.get_json())
    return _answer(found, 201 if new else 200)


@blueprint.get("/applications/<number>")
@operation(
    "T3", "Where an application stands", "Its events too; facts are not repeated.",
    response=ApplicationOut, errors=(400, 404), headers=CALL[:1],
)  # fmt: skip
def look_up(number: str) -> tuple[Response, int]:
    """Of this world only."""
    case, events = service().office.look_up(current_world(), number)
    shown = {name: getattr(case, name) for name in ("procedure", "authority", "channel", "received_at")}
    found = receipt(case).model_dump() | shown | {"subject": case.body["subject"], "events": events}
    return _answer(ApplicationOut.model_validate(found))


@blueprint.post("/applications/<number>/visit")
@operation(
    "T3",
    "Go to the counter",
    "409 before the first day and on a day on which the office is closed; `opens_on` says which day is next.",
    response=Receipt,
    errors=(400, 404, 409, 422, 503),
    headers=CALL,
)
def visit(number: str) -> tuple[Response, int]:
    """The citizen stands at the counter."""
    office, world, now = _act(number)
    return _answer(office.visit(world, now, number))


@blueprint.post("/applications/<number>/withdrawal")
@operation(
    "T3", "Take an application back", "Until it is decided; again has no further effect.",
    response=Receipt, errors=(400, 404, 409, 422, 503), headers=CALL,
)  # fmt: skip
def withdraw(number: str) -> tuple[Response, int]:
    """The citizen changes their mind."""
    office, world, now = _act(number)
    return _answer(office.withdraw(world, now, number))


@blueprint.post("/applications/<number>/correction")
@operation(
    "T3", "Answer a request to correct",
    "New values by `subject.item`; the review goes on. Signed anew, like the application: the manifest holds the digest of "
    "`arrival_number` and `facts`. Unsigned only for what was filed at a counter, for a private notice (which takes no signature), and "
    "where `unsigned` says why the certificate is no use any more. With an `Idempotency-Key` (1 to 64 characters) the same call counts once.",
    request=Correction, response=Receipt, errors=(400, 404, 409, 415, 422, 503), headers=CALL,
)  # fmt: skip
def correct(number: str) -> tuple[Response, int]:
    """Only while a correction is asked for."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > 64:
        raise Problem(400, "key-missing", "The header Idempotency-Key must have 1 to 64 characters.")
    sent = body(Correction)
    office, world, now = _act(number)
    return _answer(office.correct(world, now, number, key, sent, request.get_json()))


@blueprint.get("/events")
@operation(
    "T3",
    "What happened in a world",
    "In order of `seq`, after the one given as `?after=`; at most 500.",
    response=Events,
    errors=(400, 503),
    headers=CALL[:1],
)
def events() -> tuple[Response, int]:
    """A world that is not known has no events."""
    world = current_world()
    after = request.args.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 16):
        raise Problem(400, "invalid-after", "The parameter after must be a sequence number.")
    context = service()
    context.suffer(world, "events")
    with context.base.store.read() as db:
        found = records.events_after(db, world, int(after), PAGE)
    return _answer(Events.model_validate({"events": found}))
