"""OpenID Connect back channel: discovery, keys, pushed requests, tokens, user information (T1: デジタル認証アプリ)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from flask import Blueprint, Response, jsonify, request
from joserfc.jwk import KeySet
from sqlalchemy import delete, insert, select

from app.services.mynumber.access import person
from app.services.mynumber.clients import ASSERTION_FORM
from app.services.mynumber.config import OPENID, REALM
from app.services.mynumber.context import Context, service
from app.services.mynumber.people import People, the_world
from app.services.mynumber.tables import requests, transactions
from app.services.simcore.authorization import ASSERTION, KeptRequest
from app.services.simcore.openapi import operation
from app.services.simcore.problems import install
from app.services.simcore.world import WORLD_HEADER, current_now, current_world, parse_world

SCOPES = ("openid", "name", "address", "birthdate", "gender", "sign", "registers", "account", "phr")
CLAIMS = (
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "name", "address", "birthdate", "gender",
)  # fmt: skip
CERTS_SECONDS = 60  # how long a client may keep the keys without asking again
REQUEST_URN = "urn:ietf:params:oauth:request_uri:"
_SEX = {"male": "1", "female": "2"}
_KEPT = frozenset(
    {
        "response_type", "scope", "client_id", "redirect_uri", "state", "nonce", "code_challenge", "code_challenge_method",
        "acr_values", "sign_transaction_id", "ui_locales", "response_mode", "prompt", "login_hint",
    }
)  # fmt: skip

blueprint = Blueprint("identity", __name__)
install(blueprint)


@blueprint.get(REALM + "/.well-known/openid-configuration")
@operation("T1", "OpenID Connect Discovery 1.0", response=dict[str, Any])
def discovery() -> Response:
    """Endpoints as `base_url` has them."""
    config = service().config
    openid = config.base_url.rstrip("/") + OPENID
    return jsonify(
        issuer=config.issuer,
        authorization_endpoint=openid + "/auth",
        token_endpoint=openid + "/token",
        userinfo_endpoint=openid + "/userinfo",
        jwks_uri=openid + "/certs",
        introspection_endpoint=openid + "/token/introspect",
        revocation_endpoint=openid + "/revoke",
        pushed_authorization_request_endpoint=openid + "/ext/par/request",
        require_pushed_authorization_requests=True,  # but of clients that live in one world (see `ClientRegistration`)
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "client_credentials"],
        scopes_supported=list(SCOPES),
        subject_types_supported=["pairwise"],
        id_token_signing_alg_values_supported=["ES256"],
        code_challenge_methods_supported=["S256"],
        claim_types_supported=["normal"],
        claims_supported=list(CLAIMS),
        claims_parameter_supported=False,
        request_parameter_supported=False,
        request_uri_parameter_supported=False,
        **{
            name: value
            for endpoint in ("token", "introspection", "revocation")
            for name, value in (
                (f"{endpoint}_endpoint_auth_methods_supported", [ASSERTION]),
                (f"{endpoint}_endpoint_auth_signing_alg_values_supported", ["ES256"]),
            )
        },
        prompt_values_supported=["select_account"],
        service_documentation=config.base_url.rstrip("/") + "/openapi.json",
        acr_values_supported=["aal3", "crl"],
        ui_locales_supported=["ja", "ja-simple", "en"],
        authorization_response_iss_parameter_supported=True,
    )


@blueprint.get(OPENID + "/certs")
@operation("T1", "Keys for ID tokens (JWK set)", response=dict[str, Any])
def certs() -> Response:
    """Public keys: the one that signs first, then those whose tokens may still be valid."""
    context = service()
    answer = jsonify(KeySet([*context.keys.tokens.published(context.config.timestamp())]).as_dict(private=False))
    answer.headers["Cache-Control"] = f"public, max-age={CERTS_SECONDS}"
    return answer


def _read(form: Mapping[str, list[str]], client_id: str) -> dict[str, str]:
    """The authorization request within a form or a query; raises `InvalidRequestError`."""
    twice = [name for name, values in form.items() if len(values) > 1]
    if twice or "request_uri" in form or "request" in form:
        raise InvalidRequestError("A parameter stands twice, or 'request' or 'request_uri' is given.")
    found = {name: values[0] for name, values in form.items() if name in _KEPT}
    if found.get("client_id", client_id) != client_id:
        raise InvalidRequestError("'client_id' is not the client that authenticated.")
    found["client_id"] = client_id
    for name in ("state", "nonce"):
        if not 1 <= len(found.get(name, "")) <= 255:
            raise InvalidRequestError(f"Missing or too long '{name}'")
    if "openid" not in found.get("scope", "").split():
        raise InvalidRequestError("The scope 'openid' is needed.")
    if found.get("response_mode", "query") != "query":
        raise InvalidRequestError("Unsupported 'response_mode'")
    if ("sign" in found["scope"].split()) != ("sign_transaction_id" in found):
        raise InvalidRequestError("The scope 'sign' and 'sign_transaction_id' belong together.")
    return found


@blueprint.post(OPENID + "/ext/par/request")
@operation(
    "T1",
    "Pushed authorization request (RFC 9126)",
    "Required: no request parameter ever stands in the address of a page. World and simulated clock come along (assumption: "
    "デジタル認証アプリ itself documents no pushed requests).",
    form=ASSERTION_FORM | dict.fromkeys(sorted(_KEPT), "as in the authorization request"),
    response=dict[str, Any],
    status=201,
    errors=(400, 404, 503),
    security="assertion",
    headers=("X-Sim-World", "X-Sim-Now"),
    wire="oauth",
)
def push() -> Response | tuple[Response, int]:
    """Keep a request for the browser that will come with its handle."""
    context, world, now = service(), current_world(), current_now()
    server = context.provider.server
    context.suffer(world, "identity")
    call = server.create_oauth2_request(None)
    try:
        client_id = server.authenticate_client(call, [ASSERTION], endpoint="par").client_id
        handle = keep_request(context, world, now, request.form.to_dict(flat=False), client_id)
    except OAuth2Error as error:
        error.redirect_uri = None  # this is no browser: the client reads the answer itself
        return server.handle_error_response(call, error)
    answer = jsonify(request_uri=REQUEST_URN + handle, expires_in=context.config.request_seconds)
    answer.headers["Cache-Control"] = "no-store"
    return answer, 201


def keep_request(context: Context, world: str, now: datetime, sent: Mapping[str, list[str]], client_id: str) -> str:
    """Check an authorization request and keep it; returns its handle. Raises `OAuth2Error`, and `Problem` 404 without a world."""
    config, found = context.config, _read(sent, client_id)
    context.provider.server.get_consent_grant(KeptRequest(found))
    handle, expires = secrets.token_urlsafe(32), config.timestamp() + config.request_seconds
    with context.store.write() as connection:
        the_world(connection, world)
        connection.execute(delete(requests).where(requests.c.expires < config.timestamp()))
        nonce = (requests.c.client == client_id, requests.c.nonce == found["nonce"])
        if connection.execute(select(requests.c.id).where(*nonce)).first():
            raise InvalidRequestError("'nonce' was used before.")
        if "sign_transaction_id" in found:
            ours = (transactions.c.world == world, transactions.c.id == found["sign_transaction_id"])
            row = connection.execute(select(transactions).where(*ours)).first()
            if row is None or row.client != client_id or row.state != "pending":
                raise InvalidRequestError("No such 'sign_transaction_id' to sign.")
        values = {"world": world, "id": handle, "client": client_id, "nonce": found["nonce"], "parameters": found}
        connection.execute(insert(requests).values(**values, now=now.isoformat(), state="pushed", expires=expires))
    return handle


@blueprint.post(OPENID + "/token")
@operation(
    "T1",
    "Token endpoint: authorization code with PKCE, or client credentials",
    form=ASSERTION_FORM
    | {
        "grant_type": "authorization_code | client_credentials",
        "code": "from the redirect",
        "redirect_uri": "the same as in the request",
        "code_verifier": "RFC 7636",
        "scope": "for client credentials",
    },
    response=dict[str, Any],
    errors=(400, 503),
    security="assertion",
    wire="oauth",
)
def token() -> Response:
    """Authlib's answer."""
    context = service()
    if world := request.headers.get(WORLD_HEADER):
        context.suffer(parse_world(world), "token")
    answer: Response = context.provider.server.create_token_response()
    return answer


@blueprint.get(OPENID + "/userinfo")
@operation(
    "T1",
    "The four basic data, by scope",
    "Assumptions: address is one string, birthdate YYYYMMDD, gender 1, 2 or 3, as three public clients read them; the address of a "
    "person under a protection measure is left out, whatever the scope.",
    response=dict[str, str],
    errors=(401, 403),
    security="user",
)
def userinfo() -> Response:
    """As the resident register has them, in the encoding of デジタル認証アプリ."""
    context = service()
    caller, subject = person("openid")
    with context.store.read() as connection:
        people = People(connection, caller.world)
        address = context.address_of(connection, caller.world, subject)
    sex = people.value(subject, "person.sex")
    data = {
        "name": str(people.value(subject, "person.name") or ""),
        "address": "" if people.withheld(subject) else address,
        "birthdate": str(people.value(subject, "person.birth_date") or "").replace("-", ""),
        "gender": _SEX.get(str(sex), "3"),
    }
    shown = {name: value for name, value in data.items() if name in caller.scopes and value}
    answer = jsonify(sub=context.provider.pairwise(caller.client, caller.world, subject), **shown)
    answer.headers["Cache-Control"] = "no-store"
    return answer
