"""Codes that a phone reads from paper: an address of the site, as a picture that prints sharply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import segno

QUIET = 4  # modules of white around the code, as ISO/IEC 18004 asks for


@dataclass(frozen=True)
class Code:
    """An address, and what a screen reader says instead of the picture."""

    address: str
    said: str

    def drawn(self, words: Sequence[Any]) -> dict[str, Any]:
        """As templates of papers take it, with the words beside the picture."""
        target = BytesIO()
        segno.make(self.address, error="m", micro=False).save(
            target, kind="svg", border=QUIET, xmldecl=False, svgns=True
        )
        return {"svg": target.getvalue().decode(), "alt": self.said, "words": list(words)}
