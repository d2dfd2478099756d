"""Pages about cards themselves: whose is taken, and a new PIN after a lock."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.i18n import gettext as _
from app.services.mynumber import cards, stops
from app.services.mynumber.cards import Card, Use
from app.services.mynumber.context import service
from app.services.mynumber.interactions import Interaction, choose_card, holders
from app.services.mynumber.shell import FORM, Stopped, this_interaction
from app.services.simcore.openapi import operation

Answer = Response | BaseResponse | str


def add_to(pages: Blueprint) -> None:
    """Make these views part of the pages."""
    pages.add_url_rule("/choose", view_func=choose, methods=["GET"])
    pages.add_url_rule("/choose", view_func=choose_post, methods=["POST"])
    pages.add_url_rule("/reset", view_func=reset, methods=["GET"])
    pages.add_url_rule("/reset", view_func=reset_post, methods=["POST"])


@operation("T1", "Whose card: the sandbox's list of test cards", errors=(400,), page=True)
def choose() -> Answer:
    """Everybody in the world who holds one. Only where the client asked with `prompt=select_account`."""
    found = this_interaction()
    if not found.chooses:
        raise Stopped("gone", found)
    return render_template("identity/choose.html", holders=holders(service(), found))


@operation("T1", "Take a card", form=FORM | {"subject": "whose card"}, status=303, errors=(400,), page=True)
def choose_post() -> Answer:
    """Leads to the page where it is read."""
    found = this_interaction()
    if not found.chooses or not choose_card(service(), found, request.form.get("subject", "")):
        raise Stopped("gone", found)
    return _on(found)


def _on(found: Interaction) -> BaseResponse:
    return redirect(url_for(".signature" if found.transaction else ".card"), 303)


def _card(found: Interaction) -> tuple[Card, Use]:
    """The card, and which of its PINs this visit needs; raises `Stopped` where a new PIN would not help."""
    with service().store.read() as connection:
        card = cards.find_card(connection, found.world, found.applicant, found.now.date())
    if card is None:
        raise Stopped("no_card", found)
    use: Use = "signing_pin" if found.transaction else "pin"
    obstacle = card.obstacle(use)
    if obstacle not in (None, "locked"):
        raise Stopped(obstacle, found)
    return card, use


def _page(card: Card, use: Use, error: tuple[str, str] | None = None) -> Response:
    routes = [("counter", _("市の窓口（本人確認書類を見せる）"))]
    if use == "signing_pin":
        routes.insert(0, ("store", _("コンビニの端末とアプリ（4桁の暗証番号と顔で確かめる）")))
    errors = [error] if error else []
    values = {"card": card, "use": use, "routes": routes, "errors": errors, "wrong": dict(errors)}
    html = render_template("identity/reset.html", **values)
    return make_response(html, 422 if error else 200)


@operation(
    "T3",
    "Set a new PIN after a lock",
    "At the counter for both PINs; at a convenience store's kiosk with the app for the signing PIN alone, with the 4-digit PIN and "
    "the face. Assumption: in the simulator the face always fits, and the counter always believes who comes.",
    errors=(400,),
    page=True,
)
def reset() -> Answer:
    """Which way, and the new PIN."""
    card, use = _card(this_interaction())
    return _page(card, use)


@operation(
    "T3",
    "A new PIN, with all its tries",
    form=FORM | {"route": "counter | store", "new_pin": "the PIN to set; `pin` is the 4-digit one, for the store"},
    status=303,
    errors=(400, 422),
    page=True,
)
def reset_post() -> Answer:
    """Back to where the card is read."""
    found = this_interaction()
    card, use = _card(found)
    route, new = request.form.get("route", ""), cards.normal_pin(request.form.get("new_pin", ""))
    if route not in ("counter", "store") or (route == "store" and use == "pin"):
        return _page(card, use, ("route", _("どこで設定し直すかを選んでください。")))
    if not cards.settable(new, use):
        return _page(card, use, ("new_pin", stops.shape_error(use)))
    with service().store.write() as connection:
        if route == "store":
            if card.obstacle("pin") == "locked":
                return _page(card, use, ("route", _("4桁の暗証番号も使えないので、市の窓口で設定し直します。")))
            left = cards.try_pin(connection, found.world, card, "pin", request.form.get("pin", ""))
            if left is not None:
                return _page(card, use, ("pin", _("暗証番号が違います。あと{n}回です。", n=left)))
        cards.reset_pin(connection, found.world, card.subject, use, new)
    return _on(found)
