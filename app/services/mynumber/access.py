"""Who calls: access tokens of people and of clients."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from flask import current_app, request
from sqlalchemy import select

from app.services.mynumber.context import service
from app.services.mynumber.oauth import hashed
from app.services.mynumber.tables import tokens
from app.services.simcore.problems import Problem
from app.services.simcore.world import KEY_HEADER, WORLD_HEADER


@dataclass(frozen=True, slots=True)
class Caller:
    """A valid token. `subject` is None where a client speaks for itself; `name` stands in histories."""

    world: str
    client: str
    name: str
    subject: str | None
    scopes: frozenset[str]
    transaction: str | None


def _unauthorized(status: int, error: str, title: str) -> Problem:
    return Problem(status, error.replace("_", "-"), title, headers={"WWW-Authenticate": f'Bearer error="{error}"'})


def _token() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _caller(scope: str) -> Caller:
    context, token = service(), _token()
    if token is None:
        raise _unauthorized(401, "invalid_token", "An access token is needed.")
    with context.store.read() as connection:
        row = connection.execute(select(tokens).where(tokens.c.hash == hashed(token))).first()
    if row is None or row.expires < context.config.timestamp() or row.client not in context.provider.clients:
        raise _unauthorized(401, "invalid_token", "The access token is not valid, or no longer.")
    scopes = frozenset(row.scope.split())
    if scope not in scopes:
        raise _unauthorized(403, "insufficient_scope", f"The access token lacks the scope {scope}.")
    name = context.provider.clients[row.client].registration.name
    return Caller(row.world, row.client, name, row.subject, scopes, row.transaction)


def person(scope: str) -> tuple[Caller, str]:
    """The token of a person with this scope, and the person's subject; raises `Problem` 401 or 403.

    The world is the token's. A header that names another is refused.
    """
    caller = _caller(scope)
    if caller.subject is None:
        raise _unauthorized(403, "insufficient_scope", "The access token belongs to no person.")
    if request.headers.get(WORLD_HEADER, caller.world) != caller.world:
        raise _unauthorized(403, "insufficient_scope", "The access token belongs to another world.")
    return caller, caller.subject


def client(scope: str) -> Caller:
    """The token that a client got for itself with this scope; raises `Problem` 401 or 403."""
    caller = _caller(scope)
    if caller.subject is not None:
        raise _unauthorized(403, "insufficient_scope", "This needs a token of the client itself.")
    return caller


def authority(scope: str) -> str:
    """Name of the office that calls: by its own token, or, within one deployment, by the control key; raises `Problem`."""
    if _token() is not None:
        return client(scope).name
    key = current_app.config.get("CONTROL_KEY")
    if key is not None and not hmac.compare_digest(request.headers.get(KEY_HEADER, "").encode(), key.encode()):
        raise _unauthorized(401, "invalid_token", "An access token is needed.")
    return "authority"
