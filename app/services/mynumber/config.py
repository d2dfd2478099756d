"""What a deployment of the service decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.services.simcore.service import ServiceConfig

APP = Path(__file__).parents[2]
REALM = "/api/realms/main"
OPENID = REALM + "/protocol/openid-connect"


@dataclass(frozen=True, slots=True)
class ClientRegistration:
    """A client that may use the service.

    `jwk`: its public ES256 key. `scopes`: all that it may ask for. `redirect_uris`: absolute ones match exactly (the port of a
    loopback address may differ, RFC 8252 7.3); one that begins with `/` is a path that this client may have on any origin, which is
    safe because the request that names it is pushed and authenticated (RFC 9126 2.4). `name` stands in access histories.
    `sector`: clients of one service share it and see the same `sub`; without it each client is a sector of its own.
    `world`: for a client that knows nothing of worlds, the one it lives in; it may send its authorization requests plainly with the
    browser, as the public specification has it. `encryption_jwk`: public RSA key; signatures go to it as JWE.
    """

    client_id: str
    name: str
    jwk: Mapping[str, Any]
    scopes: frozenset[str]
    redirect_uris: tuple[str, ...] = ()
    sector: str | None = None
    world: str | None = None
    encryption_jwk: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Config(ServiceConfig):
    """Settings of one service process.

    `base_url`: absolute URL of the service as clients know it; the issuer is made of it and may be a mere name. `real_now`: real
    time with a zone, for lifetimes of codes and tokens only. `control_key`: opens `/_sim` and the register updates; None: open.
    `providers`: register -> base URL of the service that keeps it instead of this one.
    `help_url`: where 「困ったとき」 leads. Lifetimes are in seconds of real time.
    """

    secret_key: str
    clients: tuple[ClientRegistration, ...] = ()
    providers: Mapping[str, str] = field(default_factory=dict)
    provider_seconds: float = 4.0
    help_url: str = "/help"
    templates: Path = APP / "templates"
    static: Path = APP / "static"
    request_seconds: int = 600
    code_seconds: int = 60
    user_token_seconds: int = 3600
    client_token_seconds: int = 300
    id_token_seconds: int = 300

    @property
    def issuer(self) -> str:
        """`iss` of ID tokens and the one audience of client assertions besides the token endpoint."""
        return self.base_url.rstrip("/") + REALM

    @property
    def token_endpoint(self) -> str:
        """The token endpoint as discovery names it."""
        return self.base_url.rstrip("/") + OPENID + "/token"

    def upstreams(self) -> dict[str, str]:
        """The services that keep registers."""
        return dict(self.providers)
