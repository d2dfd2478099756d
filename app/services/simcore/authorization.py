"""Parts of an OAuth 2.0 authorization server on Authlib that any service may use: PKCE S256 only, private_key_jwt without replay."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import flask
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import Request

ASSERTION = "private_key_jwt"
_SECURE = "https://service.invalid/"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def hashed(secret: str) -> str:
    """What is stored of a code or token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def redirect_fits(uri: str, registered: Sequence[str]) -> bool:
    """Exact match; the port of a loopback address may differ (RFC 8252 7.3)."""

    def loose(text: str) -> tuple[object, ...] | None:
        parts = urlsplit(text)
        if parts.hostname not in _LOOPBACK or parts.fragment or parts.username is not None:
            return None
        return parts.scheme, parts.hostname, parts.path, parts.query

    try:
        return uri in registered or (loose(uri) is not None and loose(uri) in map(loose, registered))
    except ValueError:
        return False


class TokenRequest(FlaskOAuth2Request):
    """Authlib refuses plain http. Ours is a loopback socket, or stands behind the deployment's own TLS."""

    def __init__(self, request: Request) -> None:
        OAuth2Request.__init__(self, request.method, _SECURE, headers=request.headers)
        self._request = request
        self.payload = FlaskOAuth2Payload(request)


class KeptRequest(OAuth2Request):
    """An authorization request that was kept, at the moment it is answered."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        super().__init__("GET", _SECURE)
        self.payload = BasicOAuth2Payload(dict(parameters))


class Server(AuthorizationServer):
    """Takes both kinds of requests."""

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        """The kept request, or that of Flask."""
        return request if isinstance(request, OAuth2Request) else TokenRequest(flask.request)


class S256Only(CodeChallenge):
    """S256 and nothing else; the method must be named."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012  # Authlib's name and type

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Raises `InvalidRequestError`."""
        data = grant.request.payload.data
        if not data.get("code_challenge") or not data.get("code_challenge_method"):
            raise InvalidRequestError("Missing 'code_challenge' or 'code_challenge_method'")
        super().validate_code_challenge(grant, redirect_uri)


class Assertions(JWTBearerClientAssertion):
    """private_key_jwt. `audiences` accepted; `first_use(client_id, jti, exp)` keeps an assertion and tells whether it was new."""

    CLIENT_AUTH_METHOD = ASSERTION

    def __init__(self, audiences: Callable[[], list[str]], first_use: Callable[[str, str, int], bool]) -> None:
        super().__init__(validate_jti=True)
        self._audiences, self._first_use = audiences, first_use

    def get_audiences(self) -> list[str]:
        """Who an assertion may be meant for."""
        return self._audiences()

    def resolve_client_public_key(self, client: Any) -> Any:
        """The registered key."""
        return client.key

    def process_assertion_claims(self, assertion: Any, resolve_key: Any) -> Any:
        """Raises `InvalidClientError`, with a reason for a signature that does not fit too."""
        try:
            return super().process_assertion_claims(assertion, resolve_key)
        except InvalidClientError as error:
            error.description = error.description or "The signature of the assertion does not fit."
            raise

    def validate_jti(self, claims: Mapping[str, Any], jti: Any) -> bool:
        """False for one that was used before."""
        fits = isinstance(jti, str) and 1 <= len(jti) <= 255
        return fits and self._first_use(str(claims["sub"]), jti, int(claims["exp"]) + self.leeway)
