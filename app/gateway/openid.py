"""The site as a relying party: client authentication, pushed requests, codes, and ID tokens that are checked.

The person's browser goes to `browser_url`, everything else to the service's own address. Addresses that the browser sees carry
nothing but a one-time handle.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from app.gateway.base import Place, ServiceClient, ServiceError

SERVICE = "mynumber"
REALM = "/api/realms/main"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 30
LEEWAY = 10  # seconds between the clocks of the two machines
LOGIN_SCOPE = "openid name address birthdate gender registers"
SIGN_SCOPE = "openid sign"

Clock = Callable[[], datetime]


class IdentityRefused(ServiceError):
    """What came back is not to be trusted: a wrong ID token, issuer or nonce."""


@dataclass(frozen=True)
class ClientKey:
    """The site's own key and name at the service."""

    client_id: str
    key: ECKey

    @classmethod
    def generate(cls, client_id: str) -> ClientKey:
        """A new key (ES256)."""
        return cls(client_id, ECKey.generate_key("P-256"))

    @classmethod
    def from_pem(cls, client_id: str, pem: bytes) -> ClientKey:
        """A key that was kept."""
        return cls(client_id, ECKey.import_key(pem))

    @property
    def pem(self) -> bytes:
        """The private key, to be kept."""
        return self.key.as_pem(private=True)

    @property
    def public_jwk(self) -> dict[str, Any]:
        """What the service registers."""
        return dict(self.key.as_dict(private=False))

    def assertion(self, audience: str, now: datetime) -> str:
        """A `private_key_jwt` for one call."""
        at = int(now.timestamp())
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": audience, "jti": secrets.token_urlsafe(16),
            "iat": at, "exp": at + ASSERTION_SECONDS,
        }  # fmt: skip
        return jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, self.key)


@dataclass(frozen=True, slots=True)
class Pushed:
    """A request that waits for the browser at `url`. Keep the rest in the session until it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str
    redirect_uri: str

    def as_dict(self) -> dict[str, str]:
        """For the session, without the address."""
        return {"state": self.state, "nonce": self.nonce, "verifier": self.verifier, "redirect_uri": self.redirect_uri}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What the code was worth. `sub`: this person for this client, always the same in a world. `expires_in`: real seconds."""

    access_token: str = field(repr=False)
    expires_in: int
    sub: str
    claims: Mapping[str, Any] = field(repr=False)


class Provider:
    """Discovery, keys and client authentication, shared by the clients below. Thread-safe."""

    def __init__(self, client: ServiceClient, key: ClientKey, browser_url: str, clock: Clock) -> None:
        self.client, self.key, self.clock = client, key, clock
        self.browser_url = browser_url.rstrip("/")
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        self._tokens: dict[str, tuple[str, float]] = {}

    @property
    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        if self._metadata is None:
            self._metadata = dict(self.client.call("GET", REALM + "/.well-known/openid-configuration").json())
        return self._metadata

    @property
    def issuer(self) -> str:
        """`iss` of everything that comes from there."""
        return str(self.metadata["issuer"])

    def path(self, endpoint: str) -> str:
        """Path of an endpoint: where the service is reached may differ from what it calls itself."""
        return str(self.metadata[endpoint]).removeprefix(self.issuer.removesuffix(REALM))

    def authentication(self) -> dict[str, str]:
        """Form fields that show who calls."""
        assertion = self.key.assertion(self.issuer, self.clock())
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}

    def keys(self, *, anew: bool = False) -> KeySet:
        """The issuer's public keys."""
        if self._keys is None or anew:
            self._keys = KeySet.import_key_set(self.client.call("GET", self.path("jwks_uri")).json())
        return self._keys

    def own_token(self, scope: str, place: Place) -> str:
        """An access token of the site itself, kept until shortly before its end."""
        now = self.clock().timestamp()
        with self._lock:
            token, until = self._tokens.get(scope, ("", 0.0))
            if until <= now:
                form = {"grant_type": "client_credentials", "scope": scope} | self.authentication()
                told = self.client.call("POST", self.path("token_endpoint"), place=place, form=form).json()
                token, until = str(told["access_token"]), now + int(told["expires_in"]) - LEEWAY
                self._tokens[scope] = token, until
        return token


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _half_hash(token: str) -> str:
    """`at_hash` for ES256 (OpenID Connect Core 3.1.3.6)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()


class Identity:
    """Signing in, and coming back from signing."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def push_request(
        self,
        world: str,
        now: datetime,
        redirect_uri: str,
        *,
        sign_transaction: str | None = None,
        language: str = "ja",
        whose: str | None = None,
        choose: bool = False,
    ) -> Pushed:
        """Prepare a visit to the identity provider: for signing in, or for signing a transaction. `whose`: the subject whose card is
        expected (`login_hint`); by default that of the person who files; `choose`: the person takes one of the test cards.

        Raises `ServiceDown`, `ServiceRefused`.
        """
        provider = self._provider
        state, nonce, verifier = (secrets.token_urlsafe(size) for size in (24, 24, 48))
        form = {
            "response_type": "code", "client_id": provider.key.client_id, "redirect_uri": redirect_uri,
            "scope": SIGN_SCOPE if sign_transaction else LOGIN_SCOPE, "state": state, "nonce": nonce,
            "code_challenge": _challenge(verifier), "code_challenge_method": "S256", "acr_values": "aal3 crl",
            "ui_locales": language,
        }  # fmt: skip
        if sign_transaction:
            form["sign_transaction_id"] = sign_transaction
        if whose:
            form["login_hint"] = whose
        if choose:
            form["prompt"] = "select_account"
        endpoint = provider.path("pushed_authorization_request_endpoint")
        sent = form | provider.authentication()
        told = provider.client.call("POST", endpoint, place=Place(world, now), form=sent).json()
        query = urlencode({"client_id": provider.key.client_id, "request_uri": told["request_uri"]})
        url = f"{provider.browser_url}{provider.path('authorization_endpoint')}?{query}"
        return Pushed(url, state, nonce, verifier, redirect_uri)

    def exchange(self, world: str, now: datetime, back: Mapping[str, str], kept: Mapping[str, Any]) -> SignedIn:
        """Turn a code into a token. `back`: what the browser came back with, `code` and `iss` (RFC 9207); `kept`: `Pushed.as_dict`.

        The caller has compared `state`. Raises `ServiceDown`, `ServiceRefused`, `IdentityRefused`.
        """
        provider = self._provider
        if back.get("iss") != provider.issuer:
            raise IdentityRefused(SERVICE, "the answer names another issuer")
        form = {
            "grant_type": "authorization_code", "code": back["code"], "redirect_uri": kept["redirect_uri"],
            "code_verifier": kept["verifier"],
        } | provider.authentication()  # fmt: skip
        told = provider.client.call("POST", provider.path("token_endpoint"), place=Place(world, now), form=form).json()
        claims = self._verified(str(told["id_token"]), kept["nonce"])
        if claims.get("at_hash") != _half_hash(told["access_token"]):
            raise IdentityRefused(SERVICE, "the ID token belongs to another access token")
        return SignedIn(str(told["access_token"]), int(told["expires_in"]), str(claims["sub"]), claims)

    def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        provider = self._provider
        try:
            try:
                decoded = jwt.decode(token, provider.keys(), algorithms=["ES256"])
            except (JoseError, ValueError):  # the keys may have changed since they were fetched
                decoded = jwt.decode(token, provider.keys(anew=True), algorithms=["ES256"])
            registry = jwt.JWTClaimsRegistry(
                now=int(provider.clock().timestamp()),
                leeway=LEEWAY,
                iss={"essential": True, "value": provider.issuer},
                aud={"essential": True, "value": provider.key.client_id},
                nonce={"essential": True, "value": nonce},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            )
            registry.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise IdentityRefused(SERVICE, f"ID token: {type(error).__name__}") from error
        return dict(decoded.claims)

    def user_info(self, token: str) -> dict[str, str]:
        """Name, address (one line), birthdate (YYYYMMDD), gender (1 male, 2 female, 3 other), as far as the scope goes."""
        path = self._provider.path("userinfo_endpoint")
        return dict(self._provider.client.call("GET", path, token=token).json())
