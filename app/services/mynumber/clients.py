"""Registered clients as Authlib sees them, and which redirect URIs they may use."""

from __future__ import annotations

from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin
from joserfc.jwk import ECKey, RSAKey

from app.services.mynumber.config import ClientRegistration
from app.services.simcore.authorization import ASSERTION

# Fields of a form by which a client shows who it is.
ASSERTION_FORM = {
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": "JWT, ES256; iss and sub are the client, aud the issuer or the token endpoint, jti used once, exp",
}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def redirect_allowed(uri: str, registered: tuple[str, ...]) -> bool:
    """Exact match; the port of a loopback address may differ; a registered path matches on any origin (see `ClientRegistration`)."""
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or parts.username is not None:
        return False
    for allowed in registered:
        if uri == allowed:
            return True
        if allowed.startswith("/"):
            if parts.path == allowed and not parts.query:
                return True
            continue
        other = urlsplit(allowed)
        same = (parts.scheme, parts.hostname, parts.path, parts.query) == (
            other.scheme, other.hostname, other.path, other.query,
        )  # fmt: skip
        if same and parts.hostname in LOOPBACK:
            return True
    return False


class Client(ClientMixin):
    """A registered client as Authlib sees it."""

    def __init__(self, registration: ClientRegistration) -> None:
        self.registration = registration
        self.client_id = registration.client_id
        self.key = ECKey.import_key(dict(registration.jwk))
        encryption = registration.encryption_jwk
        self.encryption_key = RSAKey.import_key(dict(encryption)) if encryption else None
        self.id_token_signed_response_alg = "ES256"

    @property
    def full_redirect_uris(self) -> tuple[str, ...]:
        """Those that name their origin."""
        return tuple(uri for uri in self.registration.redirect_uris if not uri.startswith("/"))

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(name for name in (scope or "").split() if name in self.registration.scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_allowed(redirect_uri, self.registration.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return bool(method == ASSERTION)

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        if grant_type == "authorization_code":
            return bool(self.registration.redirect_uris)
        return grant_type == "client_credentials"
