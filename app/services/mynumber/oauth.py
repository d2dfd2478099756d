"""OAuth 2.0 and OpenID Connect on Authlib, as strict as デジタル認証アプリ.

Code flow only, pushed requests only (RFC 9126), PKCE S256 only, `state` and `nonce` required, `private_key_jwt` only with replay
refused, ES256 ID tokens with `iss`, pairwise subjects, short lifetimes. Codes and tokens are kept as hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flask
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask, Request
from joserfc.jwk import ECKey
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.services.mynumber.clients import METHOD, Client
from app.services.mynumber.config import Config
from app.services.mynumber.keys import ServiceKeys
from app.services.mynumber.tables import SERVICE, codes, tokens, used_assertions
from app.services.simcore.store import Store

_SECURE = "https://service.invalid/"


def hashed(secret: str) -> str:
    """What is stored of a code or token."""
    return hashlib.sha256(secret.encode()).hexdigest()


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
        return self.parameters.get("acr_values")

    def get_amr(self) -> None:
        return None


class _TokenRequest(FlaskOAuth2Request):
    """Authlib refuses plain http. Ours is a loopback socket, or stands behind the deployment's own TLS."""

    def __init__(self, request: Request) -> None:
        OAuth2Request.__init__(self, request.method, _SECURE, headers=request.headers)
        self._request = request
        self.payload = FlaskOAuth2Payload(request)


class AuthorizationRequest(OAuth2Request):
    """A pushed request, at the moment the browser brings it."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        super().__init__("GET", _SECURE)
        self.payload = BasicOAuth2Payload(dict(parameters))


class _Server(AuthorizationServer):
    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        if isinstance(request, OAuth2Request):
            return request

        return _TokenRequest(flask.request)


class _Challenge(CodeChallenge):
    """S256 and nothing else; the method must be named."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012  # Authlib's name and type

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or not data.get("code_challenge_method"):
            raise InvalidRequestError("Missing 'code_challenge' or 'code_challenge_method'")
        super().validate_code_challenge(grant, redirect_uri)


class Provider:
    """The authorization server of one service, on its store."""

    def __init__(self, config: Config, store: Store, keys: ServiceKeys) -> None:
        self.config = config
        self.store = store
        self.keys = keys
        self.clients = {registration.client_id: Client(registration) for registration in config.clients}
        self.server = self._server()

    def pairwise(self, client_id: str, world: str, subject: str) -> str:
        """The subject that this client sees: another for every client, and for every world."""
        return hashlib.sha256(
            b"\0".join([self.keys.salt, *(part.encode() for part in (client_id, world, subject))])
        ).hexdigest()

    def init_app(self, app: Flask) -> None:
        """Set lifetimes and register with Flask."""
        app.config["OAUTH2_TOKEN_EXPIRES_IN"] = {
            "authorization_code": self.config.user_token_seconds,
            "client_credentials": self.config.client_token_seconds,
        }
        self.server.init_app(app)

    def _server(self) -> _Server:
        server = _Server(query_client=self.clients.get, save_token=self._save_token)
        server.register_client_auth_method(METHOD, _assertion(self))
        server.register_grant(_code_grant(self), [_openid(self), _Challenge(required=True)])
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
    TOKEN_ENDPOINT_AUTH_METHODS = [METHOD]  # noqa: RUF012  # Authlib's name and type


def _assertion(provider: Provider) -> JWTBearerClientAssertion:
    class Assertion(JWTBearerClientAssertion):
        CLIENT_AUTH_METHOD = METHOD

        def get_audiences(self) -> list[str]:
            return [provider.config.issuer, provider.config.token_endpoint]

        def resolve_client_public_key(self, client: Client) -> ECKey:
            return client.key

        def validate_jti(self, claims: Mapping[str, Any], jti: Any) -> bool:
            if not isinstance(jti, str) or not 1 <= len(jti) <= 255:
                return False
            now = provider.config.timestamp()
            row = {"world": SERVICE, "client": claims["sub"], "jti": jti, "expires": int(claims["exp"]) + self.leeway}
            try:
                with provider.store.write() as connection:
                    connection.execute(delete(used_assertions).where(used_assertions.c.expires < now))
                    connection.execute(insert(used_assertions).values(**row))
            except IntegrityError:
                return False
            return True

    return Assertion()


def _code_grant(provider: Provider) -> type[grants.AuthorizationCodeGrant]:
    class CodeGrant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = [METHOD]  # noqa: RUF012  # Authlib's name and type

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
    class OpenId(OpenIDCode):
        def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
            """Looked at once, when a request is pushed (see `identity_api`); later the request would meet itself."""
            return False

        def resolve_client_private_key(self, client: Client) -> ECKey:
            return provider.keys.token

        def get_encode_header(self, client: Client) -> dict[str, str]:
            return {"alg": "ES256", "kid": str(provider.keys.token.kid), "typ": "JWT"}

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
