"""What a deployment of the service decides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Config:
    """Settings of one service process.

    `procedures`: folder of the definitions. `mynumber_url`: base URL of the service that keeps registers and cards.
    `control_key`: opens `/_sim` here and the register updates there; None: open. `timeout`: real seconds for one call.
    """

    database_url: str
    procedures: Path
    mynumber_url: str
    control_key: str | None = None
    timeout: float = 5.0
