"""What a deployment of the service decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

APP = Path(__file__).parents[2]
REALM = "/api/realms/main"
OPENID = REALM + "/protocol/openid-connect"


@dataclass(frozen=True, slots=True)
class ClientRegistration:
    """A client that may use the service.

    `jwk`: its public ES256 key. `scopes`: all that it may ask for. `redirect_uris`: absolute ones match exactly (the port of a
    loopback address may differ, RFC 8252 7.3); one that begins with `/` is a path that this client may have on any origin, which is
    safe because the request that names it is pushed and authenticated (RFC 9126 2.4). `name` stands in access histories.
    """

    client_id: str
    name: str
    jwk: Mapping[str, Any]
    scopes: frozenset[str]
    redirect_uris: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Config:
    """Settings of one service process.

    `base_url`: absolute URL of the service as clients know it; the issuer is made of it and may be a mere name. `real_now`: real
    time with a zone, for lifetimes of codes and tokens only. `control_key`: opens `/_sim` and the register updates; None: open.
    `help_url`: where 「困ったとき」 leads. Lifetimes are in seconds of real time.
    """

    database_url: str
    procedures: Path
    base_url: str
    secret_key: str
    real_now: Callable[[], datetime]
    clients: tuple[ClientRegistration, ...] = ()
    control_key: str | None = None
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

    def timestamp(self) -> int:
        """Real time in seconds since 1970."""
        return int(self.real_now().timestamp())
