"""This service as a relying party of the identity provider: the person signs in there, and the token says who it is."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from app import tls
from app.services.simcore.callers import Introspector
from app.services.simcore.problems import Problem
from app.services.simcore.world import NOW_HEADER, WORLD_HEADER

DISCOVERY = "/api/realms/main/.well-known/openid-configuration"
REALM = "/api/realms/main"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "openid"
_ASSERTION_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit to the identity provider: where the browser goes, and what is compared and needed when it comes back."""

    url: str
    state: str
    verifier: str


def challenge(verifier: str) -> str:
    """S256 (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class MyNumber:
    """Back channel to the identity provider. Every call raises `Problem` 503 where it does not answer."""

    def __init__(
        self,
        url: str,
        client_id: str,
        key: Mapping[str, Any],
        *,
        browser: str,
        control_key: str | None,
        timeout: float,
        clock: Callable[[], int],
    ) -> None:
        self._http = httpx.Client(verify=tls.context(), base_url=url, timeout=timeout)
        self._client, self._key, self._browser, self._clock = client_id, ECKey.import_key(dict(key)), browser, clock
        self._introspector = Introspector(url, control_key, timeout)
        self._metadata: dict[str, Any] | None = None

    def _call(self, method: str, path: str, **rest: Any) -> dict[str, Any]:
        try:
            return dict(self._http.request(method, path, **rest).raise_for_status().json())
        except (httpx.HTTPError, ValueError) as error:
            raise Problem(503, "identity-down", "The identity provider does not answer now.") from error

    @property
    def _known(self) -> dict[str, Any]:
        if self._metadata is None:
            self._metadata = self._call("GET", DISCOVERY)
        return self._metadata

    def _path(self, endpoint: str) -> str:
        """Where the service is reached may differ from what it calls itself."""
        return str(self._known[endpoint]).removeprefix(str(self._known["issuer"]).removesuffix(REALM))

    def _authentication(self) -> dict[str, str]:
        now = self._clock()
        claims = {
            "iss": self._client, "sub": self._client, "aud": self._known["issuer"], "jti": secrets.token_urlsafe(24),
            "iat": now, "exp": now + _ASSERTION_SECONDS,
        }  # fmt: skip
        assertion = jwt.encode({"alg": "ES256"}, claims, self._key)
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}

    def visit(self, world: str, now: datetime, redirect_uri: str) -> Visit:
        """Push a request (RFC 9126), so that the browser's address carries nothing but its handle."""
        state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        form = {
            "response_type": "code", "client_id": self._client, "redirect_uri": redirect_uri, "scope": SCOPE,
            "state": state, "nonce": secrets.token_urlsafe(24), "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }  # fmt: skip
        headers = {WORLD_HEADER: world, NOW_HEADER: now.isoformat()}
        sent = form | self._authentication()
        told = self._call("POST", self._path("pushed_authorization_request_endpoint"), data=sent, headers=headers)
        query = urlencode({"client_id": self._client, "request_uri": told["request_uri"]})
        endpoint = str(self._known["authorization_endpoint"])
        if self._browser:
            endpoint = self._browser.rstrip("/") + self._path("authorization_endpoint")
        return Visit(f"{endpoint}?{query}", state, verifier)

    def who(self, code: str, verifier: str, redirect_uri: str) -> tuple[str, str] | None:
        """World and subject of the person who came back with a code; None where the token is of nobody."""
        form = {
            "grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect_uri,
        }  # fmt: skip
        told = self._call("POST", self._path("token_endpoint"), data=form | self._authentication())
        found = self._introspector.caller(str(told["access_token"]), None)
        return (found.world, found.subject) if found and found.subject else None

    def close(self) -> None:
        """Close all connections."""
        self._http.close()
        self._introspector.close()
