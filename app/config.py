"""Settings, read once from the environment. The only module that may look at the real clock."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent


def real_now() -> datetime:
    """The real time, for session ends and logs only. Everything a person sees in the simulation has the world's time."""
    return datetime.now(UTC)


def _key(name: str, folder: Path) -> str:
    """A secret from the environment, or one made once and kept beside the database."""
    value = os.environ.get(name)
    if value:
        return value
    path = folder / f".{name.lower()}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()


@dataclass(frozen=True)
class Config:
    """Everything that may differ between installations.

    ``data`` is the folder of the databases; ``database`` overrides the site's own (SQLAlchemy URL), ``databases`` those of services by
    name. ``services`` maps a service's name to its URL where it runs elsewhere. ``control_key`` opens the services' control planes; empty:
    one is made for this process. ``clients``: a JSON file of further clients of the identity provider. Times in minutes and seconds.
    ``streams``: how many pages one process keeps up to date by a stream at the same time.
    """

    data: Path = ROOT / "var"
    database: str = ""
    procedures: Path = ROOT / "procedures"
    services: dict[str, str] = field(default_factory=dict)
    databases: dict[str, str] = field(default_factory=dict)
    control_key: str = ""
    clients: Path | None = None
    secret_key: str = ""
    storage_key: str = ""
    session_minutes: int = 30
    lookup_seconds: float = 2.0
    service_timeout: float = 4.0
    streams: int = 200

    @property
    def database_url(self) -> str:
        """Where the site keeps worlds, journeys and cases."""
        return self.database or f"sqlite:///{self.data / 'site.sqlite3'}"


def _named(ending: str) -> dict[str, str]:
    """Settings of services by name: HITOMADO_<NAME>_<ending>."""
    pattern = re.compile(rf"HITOMADO_([A-Z]+)_{ending}")
    return {
        found[1].lower(): value for name, value in os.environ.items() if value and (found := pattern.fullmatch(name))
    }


def from_environment() -> Config:
    """The configuration of this process."""
    data = Path(os.environ.get("HITOMADO_DATA", ROOT / "var"))
    data.mkdir(parents=True, exist_ok=True)
    clients = os.environ.get("HITOMADO_CLIENTS")
    return Config(
        data=data,
        database=os.environ.get("DATABASE_URL", ""),
        services=_named("URL"),
        databases=_named("DATABASE_URL"),
        control_key=_key("HITOMADO_CONTROL_KEY", data),
        clients=Path(clients) if clients else None,
        secret_key=_key("HITOMADO_SECRET_KEY", data),
        storage_key=_key("HITOMADO_STORAGE_KEY", data),
        session_minutes=int(os.environ.get("HITOMADO_SESSION_MINUTES", "30")),
        streams=int(os.environ.get("HITOMADO_STREAMS", "200")),
    )
