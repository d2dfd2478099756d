"""Misspelt names."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like a misspelt one, or an empty string."""
    return next(iter(difflib.get_close_matches(name, list(known), 1, 0.6)), "")
