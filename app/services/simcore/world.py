"""World and simulated clock of a back-channel call: `X-Sim-World` and `X-Sim-Now`.

A service has no clock of its own in simulated matters. `X-Sim-Now` is an ISO 8601 date-time without an offset: local time of the
simulated place. Lifetimes of tokens are real time and no concern of this module.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime

from flask import Blueprint, Flask, current_app, g, has_request_context, request

from app.services.simcore.problems import Problem

WORLD_HEADER = "X-Sim-World"
NOW_HEADER = "X-Sim-Now"
KEY_HEADER = "X-Sim-Key"
CLIENT_HEADER = "X-Sim-Client"
_WORLD = re.compile(r"[A-Za-z0-9_-]{1,64}")


def parse_world(text: str | None) -> str:
    """A world id as it stands in a header or a path; raises `Problem` 400."""
    if text is None or not _WORLD.fullmatch(text):
        raise Problem(400, "world-missing", f"The header {WORLD_HEADER} must name a world.")
    return text


def parse_now(text: str | None) -> datetime:
    """Simulated local time, to the second, without a zone; raises `Problem` 400."""
    try:
        now = datetime.fromisoformat(text or "")
    except ValueError:
        now = None
    if now is None or now.tzinfo is not None:
        raise Problem(
            400, "clock-missing", f"The header {NOW_HEADER} must give the simulated date-time without an offset."
        )
    return now.replace(microsecond=0)


def current_world() -> str:
    """The world of this call."""
    return parse_world(request.headers.get(WORLD_HEADER))


def current_now() -> datetime:
    """The simulated time of this call."""
    return parse_now(request.headers.get(NOW_HEADER))


def note_client(client: str) -> None:
    """Say who calls, once a token told: faults may be for one client alone."""
    g.sim_client = client


def current_client() -> str | None:
    """Who calls: the client whose token was read, or the one that the form or the header `X-Sim-Client` names."""
    if not has_request_context():
        return None
    return g.get("sim_client") or request.values.get("client_id") or request.headers.get(CLIENT_HEADER)


def has_control_key() -> bool:
    """Whether this call has the control key, or the service needs none."""
    key = current_app.config.get("CONTROL_KEY")
    return key is None or hmac.compare_digest(request.headers.get(KEY_HEADER, "").encode(), key.encode())


def guard_control(blueprint: Blueprint) -> None:
    """Let only holders of the control key use a control plane (`/_sim/...`).

    The key is `app.config["CONTROL_KEY"]`. None means open: only right where nothing but the site reaches the service.
    """

    def check() -> None:
        if not has_control_key():
            raise Problem(403, "control-key", f"The header {KEY_HEADER} does not open the control plane.")

    blueprint.before_request(check)


def set_control_key(app: Flask, key: str | None) -> None:
    """Set what `guard_control` checks."""
    app.config["CONTROL_KEY"] = key
