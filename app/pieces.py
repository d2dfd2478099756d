"""Texts of a page that are drawn once and kept. What belongs to one visitor or one response is never kept: a hole stands for it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, pass_environment
from markupsafe import Markup, escape

SHELL = "components/shell.html"
ROOM = 64  # pieces of one surroundings, far above what they need
_MARK = secrets.token_hex(12)  # nobody can write it: the text around a hole may hold what a visitor typed
_HOLE = re.compile(f"{_MARK}([a-z_]+)!")


def hole(name: str) -> str:
    """What to draw in the place of something that is never kept."""
    return f"{_MARK}{name}!"


def fill(text: str, **own: object) -> Markup:
    """The text with its holes filled, escaped. A function is called only where its hole is. KeyError for a hole that is not named."""
    parts = _HOLE.split(text)  # text, name, text, name, … text
    said = {name: escape(value() if callable(value := own[name]) else value) for name in set(parts[1::2])}
    parts[1::2] = [said[name] for name in parts[1::2]]
    return Markup("".join(parts))


@pass_environment
def piece(environment: Environment, shell: Mapping[str, Any], name: str, *args: Any, **own: object) -> Markup:
    """What the macro ``name`` of `SHELL` draws. ``shell``: what surrounds the page; where it has ``pieces``, they hold what was drawn.

    ``args`` are drawn and kept, so they are nobody's own and have few values (a stage, an address). ``own`` goes into holes: a token, a nonce.
    """
    kept = shell.get("pieces", {})
    key = (name, *args)
    drawn = kept.get(key)
    if drawn is None:
        macro = getattr(environment.get_template(SHELL).module, name)
        drawn = str(macro(shell, *args, **{one: hole(one) for one in own}))
        if len(kept) >= ROOM:
            kept.clear()
        kept[key] = drawn
    return fill(drawn, **own) if own else Markup(drawn)
