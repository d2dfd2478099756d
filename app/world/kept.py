"""What was worked out of a journey, kept from one request to the next.

Facts and plan follow from the ledger alone, so they hold as long as the journey's version and the simulated day do. A plan
fills itself in while it is read and is not safe between threads: whoever takes it has it alone until it is put back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from threading import Lock
from typing import Any

ROOM = 64


class Kept:
    """At most ``room`` journeys, the least recently used thrown away first. Nothing in here is ever written to disk."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._held: OrderedDict[Hashable, Mapping[str, Any]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: Hashable) -> Mapping[str, Any]:
        """What is held for a key, now the caller's alone; empty where nothing is."""
        with self._lock:
            return self._held.pop(key, {})

    def put(self, key: Hashable, found: Mapping[str, Any]) -> None:
        """Hold it for the next request."""
        with self._lock:
            self._held[key] = found
            self._held.move_to_end(key)
            while len(self._held) > self._room:
                self._held.popitem(last=False)
