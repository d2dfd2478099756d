"""Pages that bring themselves up to date: a stream that says "changed" and nothing else, and what it falls back to.

The page then asks for itself anew; no letter, name or state ever goes through the stream. Beyond the number of streams that this process
keeps threads for, the answer is 204 with Retry-After, and the page asks for the mark of its world every fifteen seconds instead.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic
from typing import Any, cast

from flask import Blueprint, Response, current_app, g, request, session, url_for
from flask.blueprints import BlueprintSetupState

from app.config import real_now
from app.web import shell
from app.web.live_streams import Stream, Streams
from app.world import devices, news
from app.world.context import Context

blueprint = Blueprint("live", __name__)

HEARTBEAT = 15.0  # real seconds
LIFE = (240, 300)  # real seconds; spread, so that not all come back at once
RETRY = 3000  # milliseconds until a browser comes back after the end of a stream
POLL = 15  # seconds between two questions of a page without a stream
MARK_LENGTH = 16


@blueprint.record_once
def _install(state: BlueprintSetupState) -> None:
    context, config = state.app.extensions["hitomado"], state.app.extensions["hitomado.config"]
    state.app.extensions["hitomado.live"] = Streams(partial(news.versions, context), config.streams)
    state.app.jinja_env.globals["live_now"] = _about_page


def streams() -> Streams:
    """The streams of this process."""
    return cast(Streams, current_app.extensions["hitomado.live"])


def _about_page() -> dict[str, Any]:
    """What a page that brings itself up to date needs: the mark of its world as it was shown, and whom to ask."""
    if "live" in g:
        return cast(dict[str, Any], g.live)
    here = shell.world()
    g.live = {
        "mark": (news.version(here.context, here.id) if here else None) or "",
        "page": request.script_root + request.path,
        "stream": url_for("live.stream"),
        "poll": url_for("live.mark"),
        "every": POLL,
    }
    return cast(dict[str, Any], g.live)


# --- the stream -----------------------------------------------------------------------------------------------------------
@blueprint.get("/live/stream")
def stream() -> Any:
    """Server-sent events of this browser's world. 204: no stream for you now, ask for the mark."""
    here = shell.world()
    if here is None or not shell.signed_in():
        return _refused()
    mine = Stream(here.id, _browser(), _connection(), _allowed(here.context, here.id))
    if not streams().join(mine):
        return _refused()
    seen = request.headers.get("Last-Event-ID", "") or request.args.get("since", "")
    ends = min(random.uniform(*LIFE), session["until"] - real_now().timestamp())
    answer = Response(mimetype="text/event-stream", headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"})
    answer.response = _events(mine, streams(), here.context, seen[:MARK_LENGTH], ends)
    answer.call_on_close(partial(streams().leave, mine))
    return answer


def _refused() -> Response:
    return Response(status=204, headers={"Retry-After": str(POLL)})


def _browser() -> str:
    """The name that this browser's session got when it began: signing out ends its streams by it."""
    return cast(str, session.get("browser", ""))


def sign_out() -> None:
    """The session is over: so are its streams."""
    streams().end_browser(session.pop("browser", ""))


def _connection() -> Any:
    return request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")


def _allowed(context: Context, world: str) -> Callable[[], bool]:
    device = session.get("device")
    return (lambda: not devices.shut_out(context, world, device)) if device else (lambda: True)


def _events(mine: Stream, all_: Streams, context: Context, seen: str, life: float) -> Iterator[str]:
    """What goes over the wire. Each event's id is the mark that is new, so that a browser that comes back misses nothing."""
    ends = monotonic() + life
    yield f"retry: {RETRY}\n\n"
    while not mine.over and (left := ends - monotonic()) > 0:
        if mine.mark and mine.mark != seen:
            seen = mine.mark
            yield f"id: {seen}\nevent: changed\ndata:\n\n"
        elif not mine.wait(min(HEARTBEAT, left)):
            yield ": still here\n\n"
            if all_.first_of_its_world(mine):
                news.catch_up(context, mine.world)
    if mine.gone:
        yield "event: gone\ndata:\n\n"


# --- without a stream -------------------------------------------------------------------------------------------------------
@blueprint.get("/live/mark")
def mark() -> Any:
    """The mark of this browser's world, as an ETag: 304 while nothing is new, 410 when there is nothing to see any more."""
    here = shell.world()
    found = news.version(here.context, here.id) if here is not None and shell.signed_in() else None
    if here is None or found is None:
        return Response(status=410)
    news.catch_up(here.context, here.id)
    answer = Response(found, mimetype="text/plain")
    answer.set_etag(found)
    return answer.make_conditional(request)
