"""The pages in the browser: card and PIN, signing, and what stands in the way. Everything works without scripts.

Addresses carry nothing but the handle of a pushed request, once; after that the browser's session knows it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from app import i18n
from app.i18n import gettext as _
from app.services.mynumber import cards, stops
from app.services.mynumber.cards import Card, Use
from app.services.mynumber.config import OPENID
from app.services.mynumber.context import service
from app.services.mynumber.interactions import Interaction, current, grant, open_request, refuse
from app.services.mynumber.people import People
from app.services.mynumber.shell import PAGES, speak
from app.services.mynumber.signing import Transaction, find_transaction, sign_transaction
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem

blueprint = Blueprint(PAGES, __name__, template_folder="templates")
csrf = CSRFProtect()

Answer = Response | BaseResponse | str


class _Stop(Exception):
    """A page that stands in the way; see `stops`."""

    def __init__(self, kind: str, interaction: Interaction | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.interaction = interaction


@blueprint.before_request
def _protect() -> None:
    speak(None)
    csrf.protect()


@blueprint.errorhandler(_Stop)
def _stopped(stop: _Stop) -> Response:
    speak(stop.interaction)
    page = stops.page(stop.kind)
    answer = make_response(render_template("identity/stopped.html", stop=page, kind=stop.kind), page.status)
    if page.status == 503:
        answer.headers["Retry-After"] = "30"
    return answer


@blueprint.errorhandler(CSRFError)
def _old_form(_error: CSRFError) -> Response:
    return _stopped(_Stop("old_form", current(service())))


@blueprint.errorhandler(Problem)
def _problem(error: Problem) -> Response:
    kind = {503: "service_down", 422: "real_number"}.get(error.status, "gone")
    return _stopped(_Stop(kind, current(service(), request.form.get("interaction"))))


@blueprint.errorhandler(HTTPException)
def _other(_error: HTTPException) -> Response:
    return _stopped(_Stop("gone"))


def _interaction() -> Interaction:
    """The request that this page is about; raises `_Stop`."""
    found = current(service(), request.form.get("interaction"))
    if found is None:
        raise _Stop("gone")
    speak(found)
    return found


def _held(interaction: Interaction, use: Use) -> tuple[Card, str]:
    """The card and its holder's name; raises `_Stop` where it cannot do this now."""
    context = service()
    with context.store.read() as connection:
        card = cards.find_card(connection, interaction.world, interaction.applicant)
        name = str(People(connection, interaction.world).value(interaction.applicant, "person.name") or "")
    if card is None:
        raise _Stop("no_card", interaction)
    obstacle = card.obstacle(use)
    if obstacle:
        raise _Stop("signing_locked" if obstacle == "locked" and use == "signing_pin" else obstacle, interaction)
    return card, name


def _to_client(address: str | None, interaction: Interaction) -> BaseResponse:
    if address is None:
        raise _Stop("gone", interaction)
    session["interactions"] = [id_ for id_ in session.get("interactions", []) if id_ != interaction.id]
    return redirect(address, 303)


@blueprint.get(OPENID + "/auth")
@operation(
    "T1",
    "Authorization endpoint, for the browser",
    "`client_id` and the `request_uri` of a pushed request; leads to the card page or the signing page.",
    status=303,
    errors=(400,),
    page=True,
)
def authorize() -> Answer:
    """Take the handle out of the address and go on without it."""
    context = service()
    found = open_request(context, request.args.get("client_id", ""), request.args.get("request_uri", ""))
    if found is None:
        raise _Stop("gone")
    speak(found)
    context.suffer(found.world, "identity")
    return redirect(url_for(".signature" if found.transaction else ".card"), 303)


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


_FORM = {
    "interaction": "which of this browser's requests",
    "pin": "the PIN",
    "outcome": "a failure to see",
    "csrf_token": "",
}


@blueprint.get("/card")
@operation("T1", "Card and PIN: the sandbox's page for choosing the answer", errors=(400, 503), page=True)
def card() -> Answer:
    """Whose card it is, the PIN field, and the failures one can choose to see."""
    found = _interaction()
    held, name = _held(found, "pin")
    return _card_page(held, name)


def _card_page(held: Card, name: str, error: str | None = None) -> Response:
    errors = [("pin", error)] if error else []
    outcomes = stops.outcomes("pin")
    html = render_template("identity/card.html", card=held, name=name, errors=errors, outcomes=outcomes)
    return make_response(html, 422 if error else 200)


@blueprint.post("/card")
@operation("T1", "Sign in with the card", form=_FORM, status=303, errors=(400, 422, 503), page=True)
def card_post() -> Answer:
    """Right: back to the client with a code. Wrong: the page again, with the tries that are left."""
    context, found = service(), _interaction()
    context.suffer(found.world, "identity")
    held, name = _held(found, "pin")
    wrong = _read(found, held, "pin")
    if wrong:
        return _card_page(held, name, wrong)
    return _to_client(grant(context, found), found)


def _read(found: Interaction, held: Card, use: Use) -> str | None:
    """Read the card as the form says; the error text where the PIN is not right. Raises `_Stop`."""
    outcome, typed = request.form.get("outcome", ""), request.form.get("pin", "")
    if outcome and outcome != "wrong_pin":
        if outcome not in stops.outcomes(use):
            raise _Stop("gone", found)
        if outcome in ("locked", "signing_locked"):
            with service().store.write() as connection:
                cards.lock(connection, found.world, held, use)
        raise _Stop(outcome, found)
    pin = cards.normal_pin(typed)
    if not outcome and not _shaped(pin, use):
        if use == "pin":
            return _("暗証番号は4桁の数字です。数字を4つ入力してください。")
        return _("署名用の暗証番号は、6から16文字の英数字です。もう一度入力してください。")
    with service().store.write() as connection:
        fresh = cards.find_card(connection, found.world, held.subject) or held
        left = cards.try_pin(connection, found.world, fresh, use, None if outcome else pin)
    if left is None:
        return None
    if left == 0:
        raise _Stop("locked" if use == "pin" else "signing_locked", found)
    if use == "pin":
        return _("暗証番号が違います。あと{n}回まちがえると、使えなくなります。", n=left)
    return _("暗証番号が違います。あと{n}回です。", n=left)


def _shaped(pin: str, use: Use) -> bool:
    if not (pin.isascii() and pin.isalnum()):
        return False
    return len(pin) == 4 and pin.isdigit() if use == "pin" else 6 <= len(pin) <= 16


@blueprint.get("/signature")
@operation("T1", "Signing page: what is signed, and the signing PIN", errors=(400, 503), page=True)
def signature() -> Answer:
    """The list by office, then the PIN."""
    found = _interaction()
    transaction = _transaction(found)
    held, name = _held(found, "signing_pin")
    return _signature_page(held, name, transaction)


def _transaction(found: Interaction) -> Transaction:
    transaction = find_transaction(service(), found.world, found.transaction or "")
    if transaction is None:
        raise _Stop("gone", found)
    return transaction


def _signature_page(held: Card, name: str, transaction: Transaction, error: str | None = None) -> Response:
    errors = [("pin", error)] if error else []
    values: dict[str, Any] = {"card": held, "name": name, "transaction": transaction, "errors": errors}
    html = render_template("identity/signature.html", **values, outcomes=stops.outcomes("signing_pin"))
    return make_response(html, 422 if error else 200)


@blueprint.post("/signature")
@operation("T1", "Sign with the card", form=_FORM, status=303, errors=(400, 422, 503), page=True)
def signature_post() -> Answer:
    """Right: signed, and back to the client with a code for the result."""
    context, found = service(), _interaction()
    context.suffer(found.world, "sign")
    transaction = _transaction(found)
    held, name = _held(found, "signing_pin")
    wrong = _read(found, held, "signing_pin")
    if wrong:
        with context.store.read() as connection:
            held = cards.find_card(connection, found.world, held.subject) or held
        return _signature_page(held, name, transaction, wrong)
    sign_transaction(context, found, held, transaction)
    return _to_client(grant(context, found), found)


@blueprint.post("/restore")
@operation("T3", "Make the card usable again, by the simulator", form=_FORM, status=303, errors=(400,), page=True)
def restore() -> Answer:
    """「元に戻す」: valid, with all tries."""
    found = _interaction()
    with service().store.write() as connection:
        cards.restore(connection, found.world, found.applicant)
    return redirect(url_for(".signature" if found.transaction else ".card"), 303)


@blueprint.post("/cancel")
@operation("T1", "Go back without signing in or signing", form=_FORM, status=303, errors=(400,), page=True)
def cancel() -> Answer:
    """`error=access_denied`; what stood in the way, if anything did, as its description."""
    found = _interaction()
    why = request.form.get("why", "")
    return _to_client(refuse(service(), found, why if why in stops.STOPS else "cancelled_by_user"), found)
