"""The notification of the last act, as `base.html` shows it."""

from __future__ import annotations

from typing import Any, cast

from flask import get_flashed_messages


def flashed() -> dict[str, Any] | None:
    """What was flashed before the redirect (category: news, done, warning or problem); one at a time, the newest."""
    messages = cast(list[tuple[str, str]], get_flashed_messages(with_categories=True))
    return {"kind": messages[-1][0], "heading": messages[-1][1]} if messages else None
