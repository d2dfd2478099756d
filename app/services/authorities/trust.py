"""What the card authority publishes, fetched when it is needed and kept while it still decides."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime

from .effects import Registers
from .signature import Trust

WORLDS_KEPT = 256


class TrustStore:
    """Revocation lists by world. Thread-safe.

    A list as of a simulated moment decides every signature that was made by then, so it is fetched anew only for a
    later signature.
    """

    def __init__(self, registers: Registers) -> None:
        self._registers = registers
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[datetime, Trust]] = OrderedDict()

    def as_of(self, world: str, signed_at: datetime, now: datetime) -> Trust:
        """Raises `NotDeliveredError` when the card authority is out of reach."""
        with self._lock:
            kept = self._kept.get(world)
        if kept and kept[0] >= signed_at:
            return kept[1]
        trust = self._registers.trust(world, now)
        with self._lock:
            self._kept[world] = (now, trust)
            self._kept.move_to_end(world)
            while len(self._kept) > WORLDS_KEPT:
                self._kept.popitem(last=False)
        return trust

    def forget(self, world: str) -> None:
        """The world begins anew."""
        with self._lock:
            self._kept.pop(world, None)
