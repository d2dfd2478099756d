"""What a deployment of the service decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.services.simcore.service import ServiceConfig


@dataclass(frozen=True, kw_only=True)
class Config(ServiceConfig):
    """Settings of one service process. `control_key` also opens the register updates at `mynumber_url`, and `partners_url`.

    `partners_url`: the service that private notices are passed on to; empty: they are settled here.

    `systems`: which authority an OAuth client's own system acts for; one that is not listed acts by its name, `office-<authority>`.
    """

    timeout: float = 5.0
    partners_url: str = ""
    systems: Mapping[str, str] = field(default_factory=dict)

    def upstreams(self) -> dict[str, str]:
        """The companies too, where there are any."""
        return super().upstreams() | ({"partners": self.partners_url} if self.partners_url else {})
