"""Pieces of a page that follow from its surroundings alone: drawn once, then kept with them."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from jinja2.runtime import Macro
from markupsafe import Markup


def piece(shell: MutableMapping[str, Any], macro: Macro, *args: Any) -> Markup:
    """What a macro draws. ``shell``: what surrounds the page; where it has ``pieces``, they hold what was drawn for these surroundings.

    The arguments must follow from the surroundings, and nothing that is drawn may belong to one visitor or one form (no token).
    """
    kept = shell.get("pieces")
    if kept is None:
        return Markup(macro(*args))
    if macro.name not in kept:
        kept[macro.name] = Markup(macro(*args))
    return Markup(kept[macro.name])
