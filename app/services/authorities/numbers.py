"""Arrival numbers: `SIM-dddd-dddd`, made from the world and its counter alone, and never the same twice in a world."""

from __future__ import annotations

import hashlib

SPAN = 10**8
STEP = 61_803_399  # shares no factor with SPAN, so that counting on visits every number once before any comes again


def arrival_number(world: str, count: int) -> str:
    """The number of a world's `count`-th application (from 1). Raises `ValueError` when the numbers are used up."""
    if not 1 <= count <= SPAN:
        raise ValueError("a world has 100,000,000 arrival numbers")
    start = int.from_bytes(hashlib.sha256(world.encode()).digest()[:8])
    digits = f"{(start + count * STEP) % SPAN:08d}"
    return f"SIM-{digits[:4]}-{digits[4:]}"
