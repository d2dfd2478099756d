"""What offices do: look an account up, ask a person, hand in registrations of other routes, send letters. A client's token or the control key."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify

from app.services.account import consents, letters, routes
from app.services.account.access import office
from app.services.account.context import service
from app.services.account.lookups import Asked, look_up
from app.services.account.own_api import consent_out, letter_out
from app.services.account.purposes import PURPOSES
from app.services.account.routes import Pending
from app.services.account.rules import refusal, refuse
from app.services.account.shapes import (
    ConsentInput,
    ConsentOut,
    InquiryInput,
    InquiryOut,
    LetterInput,
    LetterOut,
    RouteInput,
    RouteOut,
)  # fmt: skip
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install

blueprint = Blueprint("offices", __name__)
install(blueprint)

_WORLD = ("X-Sim-World",)
_ERRORS = (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
_WHO = " With a client's token of the scope `account`, or the control key."


def _known(purpose: str) -> None:
    if purpose not in PURPOSES:
        raise Problem(422, "purpose-unknown", "There is no such purpose.", purposes=list(PURPOSES))


@blueprint.get("/purposes")
@operation("T3", "Purposes of look-ups", "Code, name and the law of the payment.", response=list[dict[str, str]])
def read_purposes() -> Response:
    """The codes are the simulator's own."""
    return jsonify([asdict(one) for one in PURPOSES.values()])


@blueprint.post("/inquiries")
@operation(
    "T2", "Look an account up",
    "Written down with purpose and legal basis, and shown to the person. Registered is not automatic payment: the account is told where the "
    "person chose it in an application (`application`) or agreed when asked (`consent`). `legal_basis` must name 公金受取口座登録法 第9条 or the law "
    "of the payment. The names in `account` are those of self-information 89 (rebuilt from client code); everything else is ours." + _WHO,
    request=InquiryInput, response=InquiryOut, errors=_ERRORS, security="client", headers=_WORLD,
)  # fmt: skip
def inquire() -> Response:
    """Every answer leaves a row in the log."""
    context, caller, sent = service(), office(), body(InquiryInput)
    _known(sent.purpose)
    shapes = context.core.suffer(caller.world, "inquiries", citizen=sent.person)
    if "refused" in shapes:
        raise Problem(403, "refused", "The register refused the inquiry.")
    with context.writing(caller.world) as book:
        told = look_up(book, Asked(**sent.model_dump()))
    answer = jsonify(InquiryOut(**told).model_dump())
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/consents")
@operation(
    "T3", "Ask a person", "Whether a payment may go to the registered account. The question stands on the person's page and goes nowhere by post."
    + _WHO,
    request=ConsentInput, response=ConsentOut, status=201, errors=_ERRORS, security="client", headers=_WORLD,
)  # fmt: skip
def ask() -> tuple[Response, int]:
    """Announced as `account.consent_asked`."""
    context, caller, sent = service(), office(), body(ConsentInput)
    _known(sent.purpose)
    context.core.suffer(caller.world, "consents", citizen=sent.person)
    with context.writing(caller.world) as book:
        person = book.person(sent.person)
        one = consents.ask(book, person, sent.authority, sent.purpose, sent.benefit, sent.until)
    return jsonify(consent_out(one)), 201


def _route(one: Pending) -> dict[str, Any]:
    told = {name: value for name, value in asdict(one).items() if name not in ("n", "account")}
    return RouteOut(id=one.n, **told).model_dump()


@blueprint.post("/registrations")
@operation(
    "T3", "Hand in a registration of another route",
    "tax_return, bank_counter, pension_claim. It is completed when the clock comes to `due`, after 21, 7 and 30 days (assumed); whichever "
    "registration is completed last wins." + _WHO,
    request=RouteInput, response=RouteOut, status=202, errors=_ERRORS, security="client", headers=_WORLD,
)  # fmt: skip
def receive() -> tuple[Response, int]:
    """An account that cannot be registered is refused at once."""
    context, caller, sent = service(), office(), body(RouteInput)
    shapes = context.core.suffer(caller.world, "registration", "bank", citizen=sent.person)
    account = sent.account()
    with context.writing(caller.world) as book:
        person = book.person(sent.person)
        reason = refusal(book, person, account, mismatch="mismatch" in shapes)
        if reason is not None:
            raise refuse(reason)
        one = routes.receive(book, person, sent.route, account, sent.days)
    return jsonify(_route(one)), 202


@blueprint.get("/registrations/<int(max=999999999):number>")
@operation(
    "T3", "How a registration of another route stands", "pending, completed or refused." + _WHO,
    response=RouteOut, errors=(400, 401, 403, 404, 429, 503), security="client", headers=_WORLD,
)  # fmt: skip
def read_route(number: int) -> Response:
    """By its number."""
    context, caller = service(), office()
    with context.reading(caller.world) as book:
        return jsonify(_route(routes.find(book.connection, book.world, number)))


@blueprint.post("/letters")
@operation(
    "T3", "Send a letter about the account of a pension",
    "行政機関等経由登録の特例: without a postcard within 45 days of simulated time the account is registered. 409 where the person is left out: account not in "
    "their own name or in a former one, first transfer failed, no payment decided, 支援措置, abroad, registered already, dead." + _WHO,
    request=LetterInput, response=LetterOut, status=201, errors=_ERRORS, security="client", headers=_WORLD,
)  # fmt: skip
def send_letter() -> tuple[Response, int]:
    """Announced as `account.letter_sent`."""
    context, caller, sent = service(), office(), body(LetterInput)
    context.core.suffer(caller.world, "letters", citizen=sent.person)
    account = sent.account()
    with context.writing(caller.world) as book:
        told = letter_out(book, letters.send(book, book.person(sent.person), account, sent.payment))
    return jsonify(told), 201
