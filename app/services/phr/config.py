"""What a deployment of the service decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.services.simcore.service import ServiceConfig

APP = Path(__file__).parents[2]
FHIR = "/fhir"


@dataclass(frozen=True, slots=True)
class ClientRegistration:
    """An app that may ask people for their records (SMART App Launch).

    `jwk`: the public ES256 key of a confidential client (private_key_jwt); None: a public client, which has PKCE alone. `scopes`: all
    it may ask for; `patient/*.rs` covers every type. `redirect_uris` match exactly (the port of a loopback address may differ).
    `world`: the one it works in, where its requests do not tell; None: the pushed request or the sign-in tells.
    """

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str] = frozenset({"launch/patient", "offline_access", "openid", "fhirUser", "patient/*.rs"})
    jwk: Mapping[str, Any] | None = None
    world: str | None = None


@dataclass(frozen=True, kw_only=True)
class Config(ServiceConfig):
    """Settings of one service process, beside those of every service.

    `base_url` empty: taken from each request. `mynumber_browser`: where browsers reach the identity provider (empty: what its discovery
    says). `mynumber_key`: the private JWK of this service there; without it people sign in with tickets of the control plane alone.
    Lifetimes in real seconds.
    """

    secret_key: str = field(repr=False)
    mynumber_browser: str = ""
    mynumber_client: str = "phr"
    mynumber_key: Mapping[str, Any] | None = field(default=None, repr=False)
    clients: tuple[ClientRegistration, ...] = ()
    templates: Path = APP / "templates"
    static: Path = APP / "static"
    code_seconds: int = 60
    token_seconds: int = 3600
    refresh_seconds: int = 90 * 86400
    ticket_seconds: int = 600
