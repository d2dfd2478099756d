"""SMART App Launch, back channel: what the server can do, pushed requests, tokens, keys (T1)."""

from __future__ import annotations

import secrets
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError
from flask import Blueprint, Response, jsonify, request
from joserfc.jwk import KeySet
from sqlalchemy import delete, insert

from app.services.phr import scopes
from app.services.phr.config import FHIR
from app.services.phr.context import base_url, fhir_url, service
from app.services.phr.oauth import METHODS
from app.services.phr.oauth_models import Client
from app.services.phr.tables import pushed
from app.services.phr.world import find_world
from app.services.simcore.authorization import KeptRequest
from app.services.simcore.openapi import operation
from app.services.simcore.problems import install
from app.services.simcore.world import current_world

REQUEST_URN = "urn:ietf:params:oauth:request_uri:"
REQUEST_SECONDS = 600
PARAMETERS = {
    "response_type": "code",
    "client_id": "the app",
    "redirect_uri": "as registered",
    "scope": "for example launch/patient patient/Immunization.rs offline_access",
    "state": "at least 8 characters",
    "aud": "address of the FHIR endpoint",
    "code_challenge": "RFC 7636",
    "code_challenge_method": "S256",
    "nonce": "with openid",
}
_CLIENT = {
    "client_id": "of a public client",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": "of a confidential client: JWT, ES256; iss and sub are the client, aud this server or its token endpoint",
}

blueprint = Blueprint("smart", __name__)
install(blueprint)


def configuration() -> dict[str, Any]:
    """SMART App Launch 2.2, 8.2: the capabilities."""
    base = base_url()
    return {
        "issuer": base,
        "jwks_uri": base + "/jwks",
        "authorization_endpoint": base + "/authorize",
        "token_endpoint": base + "/token",
        "pushed_authorization_request_endpoint": base + "/par",
        "management_endpoint": base + "/consents",
        "token_endpoint_auth_methods_supported": METHODS,
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": [*scopes.OTHERS, "patient/*.rs", *(f"patient/{name}.rs" for name in scopes.TYPES)],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "capabilities": [
            "launch-standalone", "context-standalone-patient", "client-public", "client-confidential-asymmetric",
            "permission-patient", "permission-offline", "permission-v1", "permission-v2", "authorize-post", "sso-openid-connect",
        ],
    }  # fmt: skip


@blueprint.get(FHIR + "/.well-known/smart-configuration")
@operation("T1", "What the server can do (SMART App Launch)", response=dict[str, Any])
def smart_configuration() -> Response:
    """Beneath the FHIR endpoint, where clients look."""
    return jsonify(configuration())


@blueprint.get("/.well-known/openid-configuration")
@operation("T1", "The same for OpenID Connect", response=dict[str, Any])
def openid_configuration() -> Response:
    """For `openid fhirUser`."""
    return jsonify(configuration())


@blueprint.get("/jwks")
@operation("T1", "Keys of ID tokens (JWK set)", response=dict[str, Any])
def jwks() -> Response:
    """Public keys."""
    return jsonify(KeySet([service().provider.key]).as_dict(private=False))


def validated(parameters: dict[str, str]) -> Client:
    """The client of an authorization request that may be shown to a person; raises Authlib's `OAuth2Error`."""
    provider = service().provider
    if not all(value.isascii() and value.isprintable() for value in parameters.values()):
        raise InvalidRequestError("A parameter has characters that no parameter may have.")
    provider.server.get_consent_grant(KeptRequest(parameters))
    client = provider.clients[parameters["client_id"]]
    if len(parameters.get("state", "")) < 8:
        raise InvalidRequestError("Missing or short 'state'")
    if parameters.get("aud", "").rstrip("/") != fhir_url():
        raise InvalidRequestError("'aud' must be the address of the FHIR endpoint.")
    allowed = client.get_allowed_scope(parameters.get("scope"))
    if not scopes.about_records(allowed):
        raise InvalidScopeError()
    parameters["scope"] = allowed
    return client


@blueprint.post("/par")
@operation(
    "T1",
    "Pushed authorization request (RFC 9126)",
    "For apps that work in a world: it comes along in a header and stands in no address. SMART does not ask for it.",
    form=_CLIENT | PARAMETERS,
    response=dict[str, Any],
    status=201,
    errors=(400, 401, 404, 413, 422),
    headers=("X-Sim-World",),
    wire="oauth",
)
def push() -> Response | tuple[Response, int]:
    """Keep a request for the browser that will come with its handle."""
    context, world = service(), current_world()
    server = context.provider.server
    call = server.create_oauth2_request(None)
    parameters = {name: value for name, value in request.form.items() if name in PARAMETERS}
    try:
        client = server.authenticate_client(call, METHODS, endpoint="par")
        if parameters.setdefault("client_id", client.client_id) != client.client_id:
            raise InvalidRequestError("'client_id' is not the client that authenticated.")
        validated(parameters)
    except OAuth2Error as error:
        error.redirect_uri = None  # this is no browser: the client reads the answer itself
        return server.handle_error_response(call, error)
    handle, now = secrets.token_urlsafe(32), context.config.timestamp()
    with context.store.write() as connection:
        find_world(connection, world)
        connection.execute(delete(pushed).where(pushed.c.expires < now))
        row = {"world": world, "id": handle, "parameters": parameters, "expires": now + REQUEST_SECONDS}
        connection.execute(insert(pushed).values(**row))
    answer = jsonify(request_uri=REQUEST_URN + handle, expires_in=REQUEST_SECONDS)
    answer.headers["Cache-Control"] = "no-store"
    return answer, 201


@blueprint.post("/token")
@operation(
    "T1",
    "Token endpoint: authorization code with PKCE, or refresh with rotation",
    "Beside the token stand `patient` and the scopes that were granted, in the form of SMART 2. While the consent holds, and no longer.",
    form=_CLIENT
    | {
        "grant_type": "authorization_code | refresh_token",
        "code": "from the redirect",
        "redirect_uri": "the same as in the request",
        "code_verifier": "RFC 7636",
        "refresh_token": "used once; the answer brings the next",
    },
    response=dict[str, Any],
    errors=(400, 401, 413, 422),
    wire="oauth",
)
def token() -> Response:
    """Authlib's answer."""
    answer: Response = service().provider.server.create_token_response()
    return answer
