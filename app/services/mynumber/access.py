"""Who calls: access tokens of people and of clients, read from the service's own store."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from sqlalchemy import Row, select

from app.services.mynumber.context import Context, service
from app.services.mynumber.tables import SERVICE, tokens
from app.services.simcore import callers
from app.services.simcore.authorization import hashed
from app.services.simcore.callers import bearer, unauthorized
from app.services.simcore.world import KEY_HEADER, WORLD_HEADER


@dataclass(frozen=True, slots=True)
class Caller(callers.Caller):
    """As everywhere; `transaction`: the signature that this token was given for."""

    transaction: str | None


def find_token(context: Context, token: str) -> Row[Any] | None:
    """The row of a token that is valid now, or None."""
    with context.store.read() as connection:
        row = connection.execute(select(tokens).where(tokens.c.hash == hashed(token))).first()
    if row is None or row.expires < context.config.timestamp() or row.client not in context.provider.clients:
        return None
    return row


def _caller(scope: str) -> Caller:
    context, token = service(), bearer()
    if token is None:
        raise unauthorized(401, "invalid_token", "An access token is needed.")
    row = find_token(context, token)
    if row is None:
        raise unauthorized(401, "invalid_token", "The access token is not valid, or no longer.")
    client = context.provider.clients[row.client].registration
    world = row.world if row.world != SERVICE else request.headers.get(WORLD_HEADER) or client.world or ""
    found = Caller(world, row.client, client.name, row.subject, frozenset(row.scope.split()), row.transaction)
    found.may(scope)
    return found


def person(scope: str) -> tuple[Caller, str]:
    """The token of a person with this scope, and the person's subject; raises `Problem` 401 or 403.

    The world is the token's. A header that names another is refused.
    """
    caller = _caller(scope)
    return caller, caller.of_person()


def client(scope: str) -> Caller:
    """The token that a client got for itself with this scope; raises `Problem` 401 or 403."""
    caller = _caller(scope)
    caller.of_client()
    return caller


def control_key_fits() -> bool:
    """Whether this call carries the control key, or none is needed."""
    key = current_app.config.get("CONTROL_KEY")
    return key is None or hmac.compare_digest(request.headers.get(KEY_HEADER, "").encode(), key.encode())


def office_with(scope: str) -> tuple[str, frozenset[str]]:
    """Name and scopes of the office that calls: by its own token, or, within one deployment, by the control key; raises `Problem`."""
    if bearer() is not None:
        found = client(scope)
        return found.name, found.scopes
    if not control_key_fits():
        raise unauthorized(401, "invalid_token", "An access token is needed.")
    return "authority", frozenset()


def authority(scope: str) -> str:
    """As `office_with`, the name alone."""
    return office_with(scope)[0]
