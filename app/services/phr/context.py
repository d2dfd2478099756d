"""What every view of the service works with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, request

from app.services.phr.config import FHIR, Config
from app.services.phr.oauth import Provider
from app.services.phr.relying import MyNumber
from app.services.simcore.audit import AuditLog
from app.services.simcore.personas import Items
from app.services.simcore.service import Service
from app.services.simcore.store import Store
from app.services.simcore.world import NOW_HEADER, parse_now

EXTENSION = "phr"


@dataclass(frozen=True)
class Context:
    """One service process. `core`: what every service has. `mynumber` is None where nobody can sign in there."""

    config: Config
    core: Service
    provider: Provider
    mynumber: MyNumber | None
    items: Items

    @property
    def store(self) -> Store:
        """The service's own store."""
        return self.core.store

    @property
    def audit(self) -> AuditLog:
        """Who read what, chained by hashes."""
        return self.core.audit

    def suffer(
        self, world: str, *targets: str, citizen: str | None = None, client: str | None = None
    ) -> frozenset[str]:
        """Wait or fail by the faults of a world at places; returns the kinds that shape the answer."""
        return self.core.suffer(world, *targets, citizen=citizen, client=client)


def service() -> Context:
    """The context of the application that serves this request."""
    return cast(Context, current_app.extensions[EXTENSION])


def base_url() -> str:
    """Absolute URL of the service, without a slash at its end."""
    return (service().config.base_url or request.url_root).rstrip("/")


def fhir_url() -> str:
    """Absolute URL of the FHIR endpoint."""
    return base_url() + FHIR


def told_now() -> datetime | None:
    """The simulated time that a call tells, or None."""
    text = request.headers.get(NOW_HEADER)
    return parse_now(text) if text else None
