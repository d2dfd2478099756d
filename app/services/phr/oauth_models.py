"""Clients, codes and refresh tokens as Authlib asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from authlib.oauth2.rfc6749 import ClientMixin
from joserfc.jwk import ECKey

from app.services.phr import scopes
from app.services.phr.config import ClientRegistration
from app.services.phr.consents import Consent
from app.services.simcore.authorization import ASSERTION, redirect_fits


class Client(ClientMixin):
    """A registered app as Authlib sees it."""

    def __init__(self, registration: ClientRegistration) -> None:
        self.registration = registration
        self.client_id = registration.client_id
        self.key = ECKey.import_key(dict(registration.jwk)) if registration.jwk else None
        self.id_token_signed_response_alg = "ES256"

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        return scopes.granted(scope or "", self.registration.scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_fits(redirect_uri, self.registration.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        return False

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return bool(method == (ASSERTION if self.key else "none"))

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code or token stands for. `family`: begins with a code, goes on with every refresh."""

    consent: Consent
    family: str
    patient: str
    user: str


@dataclass
class StoredCode:
    """An authorization code as Authlib asks for it."""

    code: str
    granted: Granted
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

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class StoredRefresh:
    """A refresh token as Authlib asks for it."""

    hash: str
    scope: str
    granted: Granted
    client: str

    def check_client(self, client: Client) -> bool:
        return self.client == client.client_id

    def get_scope(self) -> str:
        return self.scope
