"""What a page shows a single time, such as the address of a new link: kept sealed in the browser's session until then."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flask import session

from app.store.sealing import NotOpened
from app.world.worlds import World


def keep(here: World, name: str, value: Any) -> None:
    """Keep a JSON value for the next page that takes it."""
    session[name] = base64.b64encode(here.context.database.seal.close(_row(here, name), value)).decode()


def take(here: World, name: str) -> Any:
    """What was kept, out of the session: a second look does not show it. None where there is nothing."""
    kept = session.pop(name, None)
    try:
        return here.context.database.seal.open(_row(here, name), base64.b64decode(kept)) if kept else None
    except (NotOpened, binascii.Error):
        return None


def _row(here: World, name: str) -> str:
    return f"once/{here.id}/{name}"
