"""What a deployment of the service decides."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.simcore.service import ServiceConfig


@dataclass(frozen=True, kw_only=True)
class Config(ServiceConfig):
    """Settings of one service process. `procedures`: names and telephones of companies are read from there; `control_key` opens all of it."""
