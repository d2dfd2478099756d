"""The pages in the browser: signing in, the consent, and the person's own list of consents. They work without scripts.

What a request asks for is kept in the browser's session; no token or name stands in an address.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy import delete, select
from werkzeug.wrappers import Response as BaseResponse

from app.services.phr import consents, scopes
from app.services.phr.context import Context, base_url, service, told_now
from app.services.phr.making import patient_id
from app.services.phr.shape import CATEGORIES
from app.services.phr.smart_api import PARAMETERS, REQUEST_URN, validated
from app.services.phr.tables import pushed, tickets
from app.services.phr.world import World, find_world
from app.services.simcore.authorization import KeptRequest, hashed
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem

PAGES = "pages"
PERIODS = (7, 30, 60, consents.LONGEST)
blueprint = Blueprint(PAGES, __name__)
csrf = CSRFProtect()
Answer = Response | BaseResponse | str
_OLD = "この画面は古くなっています。アプリの画面から、もう一度始めてください。"


class Stop(Exception):
    """A page that says why it does not go on."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.text, self.status = text, status


@blueprint.before_request
def _protect() -> None:
    if request.endpoint != f"{PAGES}.authorize":  # its POST comes from the app; it changes nothing by itself
        csrf.protect()


@blueprint.after_request
def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(Stop)
def _stopped(stop: Stop) -> Response:
    return make_response(render_template("phr/stopped.html", text=stop.text), stop.status)


@blueprint.errorhandler(CSRFError)
def _old_form(_error: CSRFError) -> Response:
    return _stopped(Stop(_OLD))


@blueprint.errorhandler(Problem)
def _problem(error: Problem) -> Response:
    text = "いまつながりません。少し待ってから、もう一度お試しください。" if error.status == 503 else _OLD
    return _stopped(Stop(text, error.status))


def _here(context: Context, world: str) -> World:
    with context.store.read() as connection:
        return find_world(connection, world, told_now())


def _signed_in() -> tuple[World, str]:
    """World and subject of who signed in at this browser; raises `Stop`."""
    who = session.get("who")
    if not who:
        raise Stop(_OLD)
    return _here(service(), who["world"]), str(who["subject"])


def _asked() -> dict[str, Any]:
    found = session.get("request")
    if not found or (request.method == "POST" and request.form.get("request") != found["id"]):
        raise Stop(_OLD)
    return dict(found)


@blueprint.route("/authorize", methods=["GET", "POST"])
@operation(
    "T1",
    "Authorization endpoint, for the browser",
    "Code flow with PKCE S256; plain parameters, or the `request_uri` of a pushed request. Leads to signing in, then to the consent.",
    form=PARAMETERS,
    query=PARAMETERS | {"request_uri": "of a pushed request, with client_id alone"},
    status=303,
    errors=(400, 422),
    page=True,
)
def authorize() -> Answer:
    """Take the parameters out of the address and go on without them."""
    context = service()
    values = request.values
    parameters = {name: values[name] for name in PARAMETERS if name in values}
    client = context.provider.clients.get(parameters.get("client_id", ""))
    world = client.registration.world if client else None
    if "request_uri" in values:
        id_ = values["request_uri"].removeprefix(REQUEST_URN)
        with context.store.write() as connection:
            row = connection.execute(select(pushed).where(pushed.c.id == id_)).first()
            connection.execute(delete(pushed).where(pushed.c.id == id_))
        if row is None or row.expires < context.config.timestamp():
            raise Stop(_OLD)
        if row.parameters["client_id"] != parameters.get("client_id"):
            raise Stop(_OLD)
        parameters, world = dict(row.parameters), row.world
    try:
        validated(parameters)
    except OAuth2Error as error:
        return _refused(parameters, error)
    session["request"] = {"id": secrets.token_urlsafe(8), "parameters": parameters, "world": world}
    session.pop("who", None)
    return redirect(url_for(".sign_in"), 303)


def _refused(parameters: dict[str, str], error: OAuth2Error) -> Answer:
    """Back to the client where its address is right, else a page."""
    client = service().provider.clients.get(parameters.get("client_id", ""))
    uri = parameters.get("redirect_uri", "")
    if client is None or not client.check_redirect_uri(uri):
        raise Stop("アプリからの依頼が正しくありません。アプリの画面に戻ってください。")
    return _back(uri, {"error": error.error, "state": parameters.get("state", "")})


def _back(uri: str, values: dict[str, str]) -> BaseResponse:
    return redirect(f"{uri}{'&' if '?' in uri else '?'}{urlencode(values)}", 303)


@blueprint.get("/sign-in")
@operation("T3", "Sign in: by the identity provider, or with a ticket of the control plane", errors=(400,), page=True)
def sign_in() -> Answer:
    """The button for the card stands there where the world of the request is known."""
    asked = _asked()
    card = service().mynumber is not None and asked["world"] is not None
    return render_template("phr/sign_in.html", asked=asked, card=card, app=_name(asked), errors=[])


def _name(asked: dict[str, Any]) -> str:
    return service().provider.clients[asked["parameters"]["client_id"]].registration.name


@blueprint.post("/sign-in")
@operation(
    "T3",
    "Sign in",
    form={
        "request": "which request",
        "how": "card | ticket",
        "ticket": "one-time sign-in of the control plane",
        "csrf_token": "",
    },
    status=303,
    errors=(400, 422, 503),
    page=True,
)
def sign_in_post() -> Answer:
    """By card: to the identity provider. By ticket: on to the consent."""
    context, asked = service(), _asked()
    if request.form.get("how") == "card" and context.mynumber and asked["world"]:
        context.suffer(asked["world"], "sign-in")
        now = _here(context, asked["world"]).now
        visit = context.mynumber.visit(asked["world"], now, base_url() + url_for(".signed_in"))
        session["visit"] = {"state": visit.state, "verifier": visit.verifier}
        return redirect(visit.url, 303)
    with context.store.write() as connection:
        where = (tickets.c.hash == hashed(request.form.get("ticket", "").strip()),)
        row = connection.execute(select(tickets).where(*where)).first()
        connection.execute(delete(tickets).where(*where))
    wrong_world = row is not None and asked["world"] not in (None, row.world)
    if row is None or row.expires < context.config.timestamp() or wrong_world:
        errors = ["この番号は使えません。新しい番号を入力してください。"]
        card = context.mynumber is not None and asked["world"] is not None
        page = render_template("phr/sign_in.html", asked=asked, card=card, app=_name(asked), errors=errors)
        return make_response(page, 422)
    session["who"] = {"world": row.world, "subject": row.subject}
    return redirect(url_for(".consent"), 303)


@blueprint.get("/signed-in")
@operation(
    "T1",
    "Back from the identity provider",
    status=303,
    errors=(400, 422, 503),
    page=True,
    query={"code": "", "state": ""},
)
def signed_in() -> Answer:
    """Compare `state`, turn the code into a token, and ask whose it is."""
    context, asked, visit = service(), _asked(), session.pop("visit", None)
    if not visit or not secrets.compare_digest(request.args.get("state", ""), visit["state"]):
        raise Stop(_OLD)
    if "code" not in request.args or context.mynumber is None:
        return redirect(url_for(".sign_in"), 303)
    who = context.mynumber.who(request.args["code"], visit["verifier"], base_url() + url_for(".signed_in"))
    if who is None or who[0] != asked["world"]:
        raise Stop(_OLD)
    session["who"] = {"world": who[0], "subject": who[1]}
    return redirect(url_for(".consent"), 303)


@blueprint.get("/consent")
@operation("T3", "The consent: whose records, which of them, until when", errors=(400,), page=True)
def consent() -> Answer:
    """Everything that was asked for is chosen at first; the person may take away."""
    return _consent_page(_asked(), [])


def _consent_page(asked: dict[str, Any], errors: list[str]) -> Response:
    world, subject = _signed_in()
    wanted = scopes.categories(scopes.about_records(asked["parameters"]["scope"]))
    people = [
        {"id": patient_id(one), "name": one.facts.get("name", one.id), "own": one.id == subject}
        for one in world.readable_by(subject)
    ]
    chosen = request.form if request.method == "POST" else None
    html = render_template(
        "phr/consent.html",
        asked=asked,
        app=_name(asked),
        people=people,
        patient=chosen.get("patient") if chosen else people[0]["id"],
        categories={name: CATEGORIES[name] for name in wanted},
        ticked=chosen.getlist("category") if chosen else wanted,
        periods=[(days, world.now.date() + timedelta(days=days)) for days in PERIODS],
        days=chosen.get("days", "") if chosen else str(PERIODS[1]),
        errors=errors,
    )
    return make_response(html, 422 if errors else 200)


@blueprint.post("/consent")
@operation(
    "T3",
    "Give the consent, or refuse it",
    form={
        "request": "which request", "decision": "agree | refuse", "patient": "id of the Patient", "category": "one or more",
        "days": "1 to 90", "csrf_token": "",
    },
    status=303,
    errors=(400, 422),
    page=True,
)  # fmt: skip
def consent_post() -> Answer:
    """Agreed: back to the client with a code. Refused: back with `access_denied`."""
    context, asked = service(), _asked()
    parameters = asked["parameters"]
    world, subject = _signed_in()
    if request.form.get("decision") != "agree":
        session.pop("request")
        return _back(parameters["redirect_uri"], {"error": "access_denied", "state": parameters["state"]})
    wanted = scopes.categories(scopes.about_records(parameters["scope"]))
    ticked = [name for name in wanted if name in request.form.getlist("category")]
    patients = {patient_id(one): one.id for one in world.readable_by(subject)}
    patient, days, errors = patients.get(request.form.get("patient", "")), request.form.get("days", ""), []
    if patient is None:
        errors.append("だれの記録を渡すかを選んでください。")
    if not ticked:
        errors.append("渡す記録を1つ以上選んでください。")
    if not (days.isdecimal() and days.isascii() and 1 <= int(days[:4]) <= consents.LONGEST):
        errors.append("期間は1日から90日までです。")
    if errors or patient is None:
        return _consent_page(asked, errors)
    with context.store.write() as connection:
        client = parameters["client_id"]
        given = consents.give(connection, world.id, client, subject, patient, ticked, int(days), world.now)
        context.audit.append(
            connection, world.id, world.now, client, "consented", consent=given.id, categories=ticked,
            until=given.until.isoformat(), proxy=subject != patient,
        )  # fmt: skip
    session.pop("request")
    server, call = context.provider.server, KeptRequest(parameters)
    grant = server.get_consent_grant(call, end_user=given)
    answer = server.create_authorization_response(call, grant_user=given, grant=grant)
    return redirect(str(answer.headers["Location"]), 303)


@blueprint.get("/consents")
@operation("T3", "The person's own consents", errors=(400,), page=True)
def own() -> Answer:
    """Each with a button to withdraw it."""
    return _own_page()


def _own_page() -> str:
    world, subject = _signed_in()
    with service().store.read() as connection:
        found = consents.of_granter(connection, world.id, subject)
    clients = service().provider.clients
    rows = [
        {
            "id": one.id,
            "app": clients[one.client].registration.name if one.client in clients else one.client,
            "patient": world.person(one.patient).facts.get("name", one.patient),
            "categories": [CATEGORIES[name] for name in one.categories],
            "until": one.until,
            "state": one.obstacle(world.now),
        }
        for one in found
    ]
    return render_template("phr/consents.html", rows=rows)


@blueprint.post("/consents")
@operation(
    "T3", "Withdraw a consent", form={"consent": "its id", "csrf_token": ""}, status=303, errors=(400,), page=True
)
def withdraw() -> Answer:
    """At once: the next call of the app is refused."""
    world, subject = _signed_in()
    context, id_ = service(), request.form.get("consent", "")
    with context.store.write() as connection:
        if consents.withdraw(connection, world.id, subject, id_, world.now):
            context.audit.append(connection, world.id, world.now, "person", "withdrawn", consent=id_)
    return redirect(url_for(".own"), 303)
