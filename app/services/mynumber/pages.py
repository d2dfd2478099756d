"""The pages in the browser: card and PIN, signing, and what stands in the way. Everything works without scripts.

Addresses carry nothing but the handle of a pushed request, once; after that the browser's session knows it.
"""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from app import i18n
from app.i18n import gettext as _
from app.services.mynumber import card_pages, cards, stops
from app.services.mynumber.cards import Card, Use
from app.services.mynumber.config import OPENID
from app.services.mynumber.context import service
from app.services.mynumber.interactions import (
    Interaction,
    answer,
    current,
    error_address,
    grant,
    keep_plain_request,
    open_request,
    refuse,
)
from app.services.mynumber.people import People
from app.services.mynumber.shell import FORM, PAGES, Stopped, speak, this_interaction
from app.services.mynumber.signing import Transaction, find_transaction, sign_transaction
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem

blueprint = Blueprint(PAGES, __name__, template_folder="templates")
csrf = CSRFProtect()
card_pages.add_to(blueprint)

Answer = Response | BaseResponse | str


@blueprint.before_request
def _protect() -> None:
    speak(None)
    csrf.protect()


@blueprint.errorhandler(Stopped)
def _stopped(stop: Stopped) -> BaseResponse:
    sent = answer(service(), request.form.get("interaction")) if stop.kind == "gone" else None
    if sent is not None:  # a second click: the browser has given up waiting for the answer to the first
        return redirect(sent, 303)
    speak(stop.interaction)
    page = stops.page(stop.kind)
    again = page.again or (stop.chosen and not page.restorable)
    shown = make_response(render_template("identity/stopped.html", stop=page, kind=stop.kind, again=again), page.status)
    if page.status == 503:
        shown.headers["Retry-After"] = "30"
    return shown


@blueprint.errorhandler(CSRFError)
def _old_form(_error: CSRFError) -> BaseResponse:
    return _stopped(Stopped("old_form", current(service())))


@blueprint.errorhandler(Problem)
def _problem(error: Problem) -> BaseResponse:
    kind = {503: "service_down", 422: "real_number"}.get(error.status, "gone")
    return _stopped(Stopped(kind, current(service(), request.form.get("interaction"))))


@blueprint.errorhandler(HTTPException)
def _other(_error: HTTPException) -> BaseResponse:
    return _stopped(Stopped("gone"))


def _held(interaction: Interaction, use: Use) -> tuple[Card, str]:
    """The card and its holder's name; raises `Stopped` where it cannot do this now."""
    context = service()
    with context.store.read() as connection:
        card = cards.find_card(connection, interaction.world, interaction.applicant, interaction.now.date())
        name = str(People(connection, interaction.world).value(interaction.applicant, "person.name") or "")
    if card is None:
        raise Stopped("no_card", interaction)
    obstacle = card.obstacle(use)
    if obstacle:
        raise Stopped("signing_locked" if obstacle == "locked" and use == "signing_pin" else obstacle, interaction)
    return card, name


def _to_client(address: str | None, interaction: Interaction) -> BaseResponse:
    if address is None:
        raise Stopped("gone", interaction)
    session["interactions"] = [id_ for id_ in session.get("interactions", []) if id_ != interaction.id]
    return redirect(address, 303)


@blueprint.get(OPENID + "/auth")
@operation(
    "T1",
    "Authorization endpoint, for the browser",
    "`client_id` and the `request_uri` of a pushed request; leads to the card page or the signing page. A client that lives in one "
    "world may send the parameters plainly instead, as デジタル認証アプリ has it: response_type=code, scope, redirect_uri, state, nonce, "
    "code_challenge with S256, and optionally acr_values, sign_transaction_id, prompt=select_account.",
    status=303,
    errors=(400, 503),
    page=True,
)
def authorize() -> Answer:
    """Take the request out of the address and go on without it."""
    context, client_id = service(), request.args.get("client_id", "")
    request_uri = request.args.get("request_uri", "")
    if not request_uri:
        try:
            request_uri = keep_plain_request(context, client_id, request.args.to_dict(flat=False))
        except OAuth2Error as error:
            if not error.redirect_uri:
                raise Stopped("gone") from error
            return redirect(error_address(context, error, request.args.get("state", "")), 303)
    found = open_request(context, client_id, request_uri)
    if found is None:
        raise Stopped("gone")
    speak(found)
    context.suffer(found.world, "identity")
    return redirect(url_for(_first_page(found)), 303)


def _first_page(found: Interaction) -> str:
    if found.chooses and not found.chosen:
        return ".choose"
    return ".signature" if found.transaction else ".card"


@blueprint.get("/language")
@operation("T3", "Choose the language of these pages", status=303, page=True)
def language() -> Answer:
    """The choice stays in this browser's session."""
    found = current(service())
    if request.args.get("lang") in i18n.TAGS:
        session["lang"] = request.args["lang"]
    return redirect(url_for(".signature" if found and found.transaction else ".card"), 303)


@blueprint.post("/furigana")
@operation("T3", "Switch readings over kanji", form={"furigana": "on | off"}, status=303, errors=(400,), page=True)
def furigana() -> Answer:
    """The choice stays in this browser's session."""
    found = current(service())
    session["furigana"] = "on" if request.form.get("furigana") == "on" else "off"
    return redirect(url_for(".signature" if found and found.transaction else ".card"), 303)


@blueprint.get("/card")
@operation("T1", "Card and PIN: the sandbox's page for choosing the answer", errors=(400, 503), page=True)
def card() -> Answer:
    """Whose card it is, the PIN field, and the failures one can choose to see."""
    found = this_interaction()
    held, name = _held(found, "pin")
    return _card_page(held, name)


def _card_page(held: Card, name: str, error: str | None = None) -> Response:
    errors = [("pin", error)] if error else []
    outcomes = stops.outcomes("pin")
    html = render_template("identity/card.html", card=held, name=name, errors=errors, outcomes=outcomes)
    return make_response(html, 422 if error else 200)


@blueprint.post("/card")
@operation("T1", "Sign in with the card", form=FORM, status=303, errors=(400, 422, 503), page=True)
def card_post() -> Answer:
    """Right: back to the client with a code. Wrong: the page again, with the tries that are left."""
    context, found = service(), this_interaction()
    context.suffer(found.world, "identity")
    held, name = _held(found, "pin")
    wrong = _read(found, held, "pin")
    if wrong:
        return _card_page(held, name, wrong)
    return _to_client(grant(context, found), found)


def _read(found: Interaction, held: Card, use: Use) -> str | None:
    """Read the card as the form says; the error text where the PIN is not right. Raises `Stopped`."""
    outcome, typed = request.form.get("outcome", ""), request.form.get("pin", "")
    if outcome and outcome != "wrong_pin":
        if outcome not in stops.outcomes(use):
            raise Stopped("gone", found)
        if outcome in ("locked", "signing_locked"):
            with service().store.write() as connection:
                cards.lock(connection, found.world, held, use)
        raise Stopped(outcome, found, chosen=True)
    pin = cards.normal_pin(typed)
    if not outcome and not cards.shaped(pin, use):
        return stops.shape_error(use)
    with service().store.write() as connection:
        fresh = cards.find_card(connection, found.world, held.subject, found.now.date()) or held
        left = cards.try_pin(connection, found.world, fresh, use, None if outcome else pin)
    if left is None:
        return None
    if left == 0:
        raise Stopped("locked" if use == "pin" else "signing_locked", found)
    if use == "pin":
        return _("暗証番号が違います。あと{n}回まちがえると、使えなくなります。", n=left)
    return _("暗証番号が違います。あと{n}回です。", n=left)


@blueprint.get("/signature")
@operation("T1", "Signing page: what is signed, and the signing PIN", errors=(400, 503), page=True)
def signature() -> Answer:
    """The list by office, then the PIN."""
    found = this_interaction()
    transaction = _transaction(found)
    held, name = _held(found, "signing_pin")
    return _signature_page(held, name, transaction)


def _transaction(found: Interaction) -> Transaction:
    transaction = find_transaction(service(), found.world, found.transaction or "")
    if transaction is None:
        raise Stopped("gone", found)
    return transaction


def _signature_page(held: Card, name: str, transaction: Transaction, error: str | None = None) -> Response:
    errors = [("pin", error)] if error else []
    values: dict[str, Any] = {"card": held, "name": name, "transaction": transaction, "errors": errors}
    html = render_template("identity/signature.html", **values, outcomes=stops.outcomes("signing_pin"))
    return make_response(html, 422 if error else 200)


@blueprint.post("/signature")
@operation("T1", "Sign with the card", form=FORM, status=303, errors=(400, 422, 503), page=True)
def signature_post() -> Answer:
    """Right: signed, and back to the client with a code for the result."""
    context, found = service(), this_interaction()
    context.suffer(found.world, "sign")
    transaction = _transaction(found)
    held, name = _held(found, "signing_pin")
    wrong = _read(found, held, "signing_pin")
    if wrong:
        with context.store.read() as connection:
            held = cards.find_card(connection, found.world, held.subject, found.now.date()) or held
        return _signature_page(held, name, transaction, wrong)
    sign_transaction(context, found, held, transaction)
    return _to_client(grant(context, found), found)


@blueprint.post("/restore")
@operation("T3", "Make the card usable again, by the simulator", form=FORM, status=303, errors=(400,), page=True)
def restore() -> Answer:
    """「元に戻す」: valid, with all tries."""
    found = this_interaction()
    with service().store.write() as connection:
        cards.restore(connection, found.world, found.applicant, found.now.date())
    return redirect(url_for(".signature" if found.transaction else ".card"), 303)


@blueprint.post("/cancel")
@operation("T1", "Go back without signing in or signing", form=FORM, status=303, errors=(400,), page=True)
def cancel() -> Answer:
    """`error=access_denied`; what stood in the way, if anything did, as its description."""
    found = this_interaction()
    why = request.form.get("why", "")
    return _to_client(refuse(service(), found, why if why in stops.STOPS else "cancelled_by_user"), found)
