"""OAuth 2.0 and OpenID Connect on Authlib, as strict as デジタル認証アプリ.

Code flow only, pushed requests only (RFC 9126), PKCE S256 only, `state` and `nonce` required, `private_key_jwt` only with replay
refused, ES256 ID tokens with `iss`, pairwise subjects, short lifetimes. Codes and tokens are kept as hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import flask
from authlib.oauth2.rfc6749 import OAuth2Request, grants
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask
from joserfc.jwk import ECKey
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.services.mynumber.clients import Client
from app.services.mynumber.config import Config
from app.services.mynumber.keys import ServiceKeys
from app.services.mynumber.tables import SERVICE, codes, tokens, used_assertions
from app.services.simcore.authorization import ASSERTION, Assertions, S256Only, Server, hashed
from app.services.simcore.store import Store

ACR = "aal3"  # what a sign-in with the card is worth where the client did not ask for more


@dataclass(frozen=True, slots=True)
class Person:
    """Who granted a request, in which world. `subject` is the register's id and never leaves the service; `sub` is what the client
    sees of it, once a client is known."""

    world: str
    subject: str
    sub: str = ""


@dataclass
class StoredCode:
    """An authorization code as Authlib asks for it."""

    code: str
    world: str
    subject: str
    auth_time: int
    parameters: Mapping[str, str]

    @property
    def code_challenge(self) -> str | None:
        return self.parameters.get("code_challenge")

    @property
    def code_challenge_method(self) -> str | None:
        return self.parameters.get("code_challenge_method")

    def get_redirect_uri(self) -> str | None:
        return self.parameters.get("redirect_uri")

    def get_scope(self) -> str:
        return self.parameters.get("scope", "")

    def get_nonce(self) -> str | None:
        return self.parameters.get("nonce")

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> str | None:
        return self.parameters.get("acr_values") or ACR

    def get_amr(self) -> list[str]:
        """RFC 8176: a key on a card, opened with a PIN."""
        return ["hwk", "pin"]


class Provider:
    """The authorization server of one service, on its store."""

    def __init__(self, config: Config, store: Store, keys: ServiceKeys) -> None:
        self.config = config
        self.store = store
        self.keys = keys
        self.clients = {registration.client_id: Client(registration) for registration in config.clients}
        self.server = self._server()

    def pairwise(self, client_id: str, world: str, subject: str) -> str:
        """The subject that this client sees: another for every sector (OpenID Connect Core 8.1), and for every world."""
        sector = self.clients[client_id].registration.sector or client_id
        parts = (sector, world, subject)
        return hashlib.sha256(b"\0".join([self.keys.salt, *(part.encode() for part in parts)])).hexdigest()

    def init_app(self, app: Flask) -> None:
        """Set lifetimes and register with Flask."""
        app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {
            "authorization_code": self.config.user_token_seconds,
            "client_credentials": self.config.client_token_seconds,
        }
        self.server.init_app(app)

    def _server(self) -> Server:
        server = Server(query_client=self.clients.get, save_token=self._save_token)
        server.register_client_auth_method(ASSERTION, _assertions(self))
        server.register_grant(_code_grant(self), [_openid(self), S256Only(required=True)])
        server.register_grant(_ClientCredentials)
        issuer = IssuerParameter()
        issuer.get_issuer = lambda: self.config.issuer
        server.register_extension(issuer)
        return server

    def _save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        person: Person | None = request.user
        code: StoredCode | None = request.authorization_code
        row = {
            "world": person.world if person else SERVICE,
            "hash": hashed(token["access_token"]),
            "client": request.client.client_id,
            "subject": person.subject if person else None,
            "scope": token.get("scope", ""),
            "transaction": code.parameters.get("sign_transaction_id") if code else None,
            "code": hashed(code.code) if code else None,
            "expires": self.config.timestamp() + token["expires_in"],
        }
        with self.store.write() as connection:
            connection.execute(delete(tokens).where(tokens.c.expires < self.config.timestamp()))
            connection.execute(insert(tokens).values(**row))


class _ClientCredentials(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = [ASSERTION]  # noqa: RUF012  # Authlib's name and type


def _assertions(provider: Provider) -> Assertions:
    def first_use(client_id: str, jti: str, expires: int) -> bool:
        now = provider.config.timestamp()
        row = {"world": SERVICE, "client": client_id, "jti": jti, "expires": expires}
        try:
            with provider.store.write() as connection:
                connection.execute(delete(used_assertions).where(used_assertions.c.expires < now))
                connection.execute(insert(used_assertions).values(**row))
        except IntegrityError:
            return False
        return True

    return Assertions(lambda: [provider.config.issuer, provider.config.token_endpoint], first_use)


def _code_grant(provider: Provider) -> type[grants.AuthorizationCodeGrant]:
    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = [ASSERTION]  # noqa: RUF012  # Authlib's name and type

        def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
            person: Person = request.user
            now = provider.config.timestamp()
            row = {
                "world": person.world, "hash": hashed(code), "client": request.client.client_id, "subject": person.subject,
                "parameters": dict(request.payload.data), "auth_time": now,
                "expires": now + provider.config.code_seconds, "used": False,
            }  # fmt: skip
            with provider.store.write() as connection:
                connection.execute(insert(codes).values(**row))

        def query_authorization_code(self, code: str, client: Client) -> StoredCode | None:
            """Used up by being asked for: a second use also takes back the tokens of the first (RFC 6749 4.1.2)."""
            digest = hashed(code)
            with provider.store.write() as connection:
                row = connection.execute(select(codes).where(codes.c.hash == digest)).first()
                if row is None or row.client != client.client_id:
                    return None
                if row.used or row.expires < provider.config.timestamp():
                    connection.execute(delete(tokens).where(tokens.c.code == digest))
                    return None
                connection.execute(update(codes).where(codes.c.hash == digest).values(used=True))
            return StoredCode(code, row.world, row.subject, row.auth_time, row.parameters)

        def delete_authorization_code(self, authorization_code: StoredCode) -> None:
            """It stays, marked as used."""

        def authenticate_user(self, authorization_code: StoredCode) -> Person:
            world, subject = authorization_code.world, authorization_code.subject
            return Person(world, subject, provider.pairwise(self.request.client.client_id, world, subject))

    return CodeGrant


def _openid(provider: Provider) -> OpenIDCode:
    def signing_key() -> ECKey:
        """The same for header and signature of one token, also while keys change."""
        if "signing_key" not in flask.g:
            flask.g.signing_key = provider.keys.tokens.signing()
        return cast(ECKey, flask.g.signing_key)

    class OpenId(OpenIDCode):
        def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
            """Looked at once, when a request is pushed (see `identity_api`); later the request would meet itself."""
            return False

        def resolve_client_private_key(self, client: Client) -> ECKey:
            return signing_key()

        def get_encode_header(self, client: Client) -> dict[str, str]:
            return {"alg": "ES256", "kid": str(signing_key().kid), "typ": "JWT"}

        def get_client_algorithm(self, client: Client) -> str:
            return "ES256"

        def get_client_claims(self, client: Client) -> dict[str, Any]:
            now = provider.config.timestamp()
            return {
                "iss": provider.config.issuer,
                "aud": client.client_id,
                "iat": now,
                "exp": now + provider.config.id_token_seconds,
            }

        def generate_user_info(self, user: Person, scope: str) -> UserInfo:
            return UserInfo(sub=user.sub)

    return OpenId(require_nonce=True)
