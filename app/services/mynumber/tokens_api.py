"""What becomes of tokens and keys: introspection, revocation, and the rotation of the keys of ID tokens."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, current_app, jsonify, request
from pydantic import BaseModel
from sqlalchemy import delete

from app.services.mynumber.access import control_key_fits, find_token
from app.services.mynumber.clients import ASSERTION_FORM, Client
from app.services.mynumber.config import OPENID
from app.services.mynumber.context import service
from app.services.mynumber.tables import SERVICE, tokens
from app.services.simcore.authorization import ASSERTION, hashed
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install
from app.services.simcore.world import KEY_HEADER, guard_control

blueprint = Blueprint("tokens", __name__)
keys_blueprint = Blueprint("keys", __name__, url_prefix="/_sim/keys")
install(blueprint)
install(keys_blueprint)
guard_control(keys_blueprint)

INTROSPECT = "introspect"  # scope of a resource server: it may ask about every token
_TOKEN = {"token": "the access token", "token_type_hint": "access_token"}


class Rotated(BaseModel):
    """`kid`: signs from now on. `published`: all that `certs` shows. `until`: real time in seconds until which the old one is shown."""

    kid: str
    published: list[str]
    until: int


def _client() -> Client | Response:
    """The client that authenticated, or the refusal."""
    server = service().provider.server
    call = server.create_oauth2_request(None)
    try:
        found: Client = server.authenticate_client(call, [ASSERTION], endpoint="introspection")
    except OAuth2Error as error:
        refusal: Response = server.handle_error_response(call, error)
        return refusal
    return found


def _sent_token() -> str:
    token = request.form.get("token", "")
    if not token:
        raise Problem(400, "invalid-request", "The form must hold 'token'.")
    return token


@blueprint.post(OPENID + "/token/introspect")
@operation(
    "T1",
    "Token introspection (RFC 7662)",
    "By the control key, or by private_key_jwt. A client learns of its own tokens; one with the scope `introspect`, and the control "
    "key, of all, with `world` and the register's `subject`. Assumption: デジタル認証アプリ documents none; the path is Keycloak's.",
    form=_TOKEN | ASSERTION_FORM,
    response=dict[str, Any],
    errors=(400, 401),
    security="assertion",
    wire="oauth",
)
def introspect() -> Response:
    """Always 200 with `active` for whoever may ask."""
    context, token, all_tokens = service(), _sent_token(), True
    asking: Client | None = None
    open_to_all = current_app.config.get("CONTROL_KEY") is None
    if "client_assertion" not in request.form and (open_to_all or KEY_HEADER in request.headers):
        if not control_key_fits():
            raise Problem(401, "invalid-client", "The control key is not the right one.")
    else:
        found = _client()
        if not isinstance(found, Client):
            return found
        asking, all_tokens = found, INTROSPECT in found.registration.scopes
    row = find_token(context, token)
    if row is None or (asking is not None and not all_tokens and row.client != asking.client_id):
        return _private(jsonify(active=False))
    sub = context.provider.pairwise(row.client, row.world, row.subject) if row.subject else row.client
    told = {
        "active": True, "client_id": row.client, "scope": row.scope, "sub": sub, "exp": row.expires, "token_type": "Bearer",
        "iss": context.config.issuer,
    }  # fmt: skip
    if all_tokens:
        registration = context.provider.clients[row.client].registration
        world = registration.world if row.world == SERVICE else row.world
        told |= {"world": world, "subject": row.subject, "client_name": registration.name}
    return _private(jsonify(told))


@blueprint.post(OPENID + "/revoke")
@operation(
    "T1",
    "Token revocation (RFC 7009)",
    "Of the client's own tokens; an unknown token is as good as a revoked one. Assumption: as above, the path is Keycloak's.",
    form=_TOKEN | ASSERTION_FORM,
    errors=(400, 401),
    security="assertion",
    wire="oauth",
)
def revoke() -> Response:
    """The token is worth nothing from now on."""
    found = _client()
    if not isinstance(found, Client):
        return found
    with service().store.write() as connection:
        ours = (tokens.c.hash == hashed(_sent_token()), tokens.c.client == found.client_id)
        connection.execute(delete(tokens).where(*ours))
    return _private(Response(status=200))


@keys_blueprint.post("/rotation")
@operation(
    "T3",
    "Sign ID tokens with a new key",
    "For all worlds. The old key stays in `certs` until the last ID token it signed has ended.",
    response=Rotated,
    status=201,
    errors=(403,),
    security="control",
)
def rotate() -> tuple[Response, int]:
    """Clients that kept the old set have to fetch it again."""
    context = service()
    now = context.config.timestamp()
    until = now + context.config.id_token_seconds
    key = context.keys.tokens.rotate(now, until)
    published = [str(one.kid) for one in context.keys.tokens.published(now)]
    return jsonify(Rotated(kid=str(key.kid), published=published, until=until).model_dump()), 201


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
