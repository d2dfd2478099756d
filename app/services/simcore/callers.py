"""Who calls a service: access tokens of people and of clients, asked of the identity provider (RFC 7662).

`install` it once in an application; then `person(scope)` and `client(scope)` in a view tell who calls, or raise `Problem`: 401 where
there is no valid token, 403 where the scope is missing, 503 where the identity provider does not answer. No token is kept here, so
that one that was taken back ends at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import httpx
from flask import Flask, current_app, request

from app import tls
from app.services.simcore.problems import Problem
from app.services.simcore.world import KEY_HEADER, WORLD_HEADER, note_client

EXTENSION = "callers"
INTROSPECTION = "/api/realms/main/protocol/openid-connect/token/introspect"
RETRY_AFTER = "30"  # seconds, real time


@dataclass(frozen=True, slots=True)
class Caller:
    """A valid token. `client`: its id; `name`: how it stands in histories; `subject`: the register's id of the person, None where
    a client speaks for itself. `world`: where the token is valid; a client's own token is valid in the world its call names."""

    world: str
    client: str
    name: str
    subject: str | None
    scopes: frozenset[str]

    def may(self, scope: str) -> None:
        """Raise `Problem` 403 where the token lacks a scope."""
        if scope not in self.scopes:
            raise unauthorized(403, "insufficient_scope", f"The access token lacks the scope {scope}.")

    def of_person(self) -> str:
        """The person's subject; `Problem` 403 where the token belongs to none, or to another world than the call names."""
        if self.subject is None:
            raise unauthorized(403, "insufficient_scope", "The access token belongs to no person.")
        if request.headers.get(WORLD_HEADER, self.world) != self.world:
            raise unauthorized(403, "insufficient_scope", "The access token belongs to another world.")
        return self.subject

    def of_client(self) -> None:
        """Raise `Problem` 403 where the token belongs to a person."""
        if self.subject is not None:
            raise unauthorized(403, "insufficient_scope", "This needs a token of the client itself.")


def unauthorized(status: int, error: str, title: str) -> Problem:
    """A refusal as RFC 6750 has it. `error`: invalid_token (401) or insufficient_scope (403)."""
    return Problem(status, error.replace("_", "-"), title, headers={"WWW-Authenticate": f'Bearer error="{error}"'})


def bearer() -> str | None:
    """The access token of this call, or None."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


class Introspector:
    """Client of the identity provider's introspection. `timeout`: real seconds for a call. Thread-safe."""

    def __init__(self, url: str, control_key: str | None, timeout: float) -> None:
        key = {KEY_HEADER: control_key} if control_key else {}
        self._http = httpx.Client(verify=tls.context(), base_url=url, headers=key, timeout=timeout)

    def caller(self, token: str, world: str | None) -> Caller | None:
        """Whose token it is, or None where it is not valid. `world`: the one the call names, for tokens of clients.

        Raises `Problem` 503 where nobody can tell now.
        """
        try:
            response = self._http.post(INTROSPECTION, data={"token": token})
            told: dict[str, Any] = response.raise_for_status().json()
            if not told["active"]:
                return None
            return Caller(
                str(told["world"] or world or ""), str(told["client_id"]), str(told["client_name"]), told["subject"],
                frozenset(str(told["scope"]).split()),
            )  # fmt: skip
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            title = "The identity provider does not answer now."
            raise Problem(503, "identity-down", title, headers={"Retry-After": RETRY_AFTER}) from error

    def close(self) -> None:
        """Close all connections."""
        self._http.close()


def install(app: Flask, mynumber_url: str, control_key: str | None, timeout: float) -> None:
    """Let the views of an application ask who calls."""
    app.extensions[EXTENSION] = Introspector(mynumber_url, control_key, timeout)


def _caller(scope: str) -> Caller:
    token = bearer()
    if token is None:
        raise unauthorized(401, "invalid_token", "An access token is needed.")
    found = cast(Introspector, current_app.extensions[EXTENSION]).caller(token, request.headers.get(WORLD_HEADER))
    if found is None:
        raise unauthorized(401, "invalid_token", "The access token is not valid, or no longer.")
    note_client(found.client)
    found.may(scope)
    return found


def person(scope: str) -> Caller:
    """The token of a person with this scope. The world is the token's; a header that names another is refused."""
    found = _caller(scope)
    found.of_person()
    return found


def client(scope: str) -> Caller:
    """The token that a client got for itself with this scope."""
    found = _caller(scope)
    found.of_client()
    return found


def either(scope: str) -> Caller:
    """The token of a person, or of a client for itself, with this scope."""
    found = _caller(scope)
    if found.subject is not None:
        found.of_person()
    return found
