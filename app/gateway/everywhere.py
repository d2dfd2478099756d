"""The simulator's hand on every service at once: a world is made, moved and forgotten in all of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.gateway.authorities import Authorities, ClockAnswer
from app.gateway.base import Place, ServiceClient, ServiceError
from app.gateway.mynumber import Households
from app.gateway.simulation import move_clock

logger = logging.getLogger(__name__)


class Everywhere(Households):
    """Worlds of mynumber and of all further services. `urls`: where each is; `timeout`: real seconds for a call."""

    def __init__(self, urls: Mapping[str, str], control_key: str | None, timeout: float) -> None:
        clients = {
            name: ServiceClient(name, url, control_key=control_key, timeout=timeout) for name, url in urls.items()
        }
        self._mynumber = clients.pop("mynumber")
        super().__init__(self._mynumber)
        self.others = {name: client for name, client in clients.items() if name != "authorities"}

    def create_world(self, world: str, now: datetime, persona: str | Mapping[str, Any]) -> None:
        """Make the world everywhere; raises what the first that fails raises."""
        for other in self.others.values():
            other.call("PUT", f"/_sim/worlds/{world}", place=Place(world, now), json={"persona": persona}, control=True)
        super().create_world(world, now, persona)

    def delete_world(self, world: str, now: datetime) -> None:
        """Forget the world everywhere."""
        super().delete_world(world, now)
        for other in self.others.values():
            other.call("DELETE", f"/_sim/worlds/{world}", place=Place(world, now), control=True)

    def advance_clock(self, world: str, now: datetime) -> None:
        """Move the clocks of the further services. One that does not answer catches up the next time."""
        for name, other in self.others.items():
            try:
                move_clock(other, world, now)
            except ServiceError as error:
                logger.warning("%s: the clock was not moved: %s", name, type(error).__name__)

    def close(self) -> None:
        """Close all connections."""
        for other in (self._mynumber, *self.others.values()):
            other.close()


class Offices(Authorities):
    """The authorities; when their clock moves, so do those of all others, before them: effects then meet the right time."""

    def __init__(self, base_url: str, control_key: str | None, everywhere: Everywhere) -> None:
        super().__init__(base_url, control_key)
        self._everywhere = everywhere

    def advance_clock(self, world: str, now: datetime) -> ClockAnswer:
        """As `Authorities.advance_clock`."""
        self._everywhere.advance_clock(world, now)
        return super().advance_clock(world, now)
