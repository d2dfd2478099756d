"""What every page has: language, world, session, security headers, and the context that ``base.html`` expects."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from math import ceil
from typing import Any, TypeVar, cast

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from app import foreign, i18n
from app.config import Config, real_now
from app.i18n import gettext as _
from app.pieces import piece
from app.web.surroundings import Surroundings, around
from app.world import devices
from app.world.context import Context
from app.world.journeys import Journey
from app.world.worlds import World

View = TypeVar("View", bound=Callable[..., Any])
PREFIXED = [tag for tag in i18n.TAGS if tag != i18n.SOURCE]
LIVE = "live-source"
NOT_KEPT = ("csrf_token", "based_on", "pin")


class LanguagePrefix:
    """WSGI middleware: ``/en/plan`` is ``/plan`` in English. The prefix becomes part of SCRIPT_NAME, so links keep it."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ.get("PATH_INFO", "")
        first, _slash, rest = path.lstrip("/").partition("/")
        if first in PREFIXED:
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/" + first
            environ["PATH_INFO"] = "/" + rest
            environ["hitomado.tag"] = first
        return self.app(environ, start_response)


def context() -> Context:
    """The world layer of this process."""
    return cast(Context, current_app.extensions["hitomado"])


def config() -> Config:
    """The configuration of this process."""
    return cast(Config, current_app.extensions["hitomado.config"])


# --- who is here ------------------------------------------------------------------------------------------------------
def world() -> World | None:
    """The visitor's world, or None. Read once a request."""
    if "world" not in g:
        id_ = session.get("world")
        if id_ and "device" in session and devices.shut_out(context(), id_, session["device"]):
            for name in ("world", "until", "token", "token_until", "device", "back_to"):
                session.pop(name, None)
            session["shut_out"] = True
            id_ = None
        g.world = World.find(context(), id_) if id_ else None
    return cast(World | None, g.world)


def signed_in() -> bool:
    """Whether the person has shown the card and the session still runs."""
    return bool(session.get("until")) and session["until"] > real_now().timestamp()


def extend_session() -> None:
    """Let the session run its full time from now. It has a name of its own, so that its end can be told to what listens.

    It ends on a full minute, as pages say it; so the cookie is written and signed anew once a minute, not with every page.
    """
    session.setdefault("browser", secrets.token_urlsafe(12))
    end = 60 * (ceil(real_now().timestamp() / 60) + config().session_minutes)
    if session.get("until") != end:
        session["until"] = end


def personal(view: View) -> View:
    """A page of a world: without one it sends to the start, after a time-out to the ended page, which leads back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if world() is None:
            return redirect(url_for("come_back.shut_out" if "shut_out" in session else "start.choose"), 303)
        if not signed_in():
            can_be_opened = request.url_rule is not None and "GET" in (request.url_rule.methods or ())
            here = request.script_root + request.full_path.rstrip("?")
            session["back_to"] = here if can_be_opened else url_for("home.home")
            if request.method == "POST":
                typed = [one for one in request.form.items(multi=True) if one[0] not in NOT_KEPT]
                session["unsent"] = {"path": request.path, "form": typed}
            return redirect(url_for("settings.ended"), 303)
        if request.headers.get("HX-Trigger") != LIVE:  # nobody touched anything: the page brought itself up to date
            extend_session()
        return view(*args, **kwargs)

    return cast(View, guarded)


def unsent() -> MultiDict[str, str] | None:
    """What was sent to this page when the session had ended already: shown once more, so that nothing typed is lost."""
    kept = session.get("unsent")
    if not kept or kept["path"] != request.path or request.method != "GET":
        return None
    session.pop("unsent")
    return MultiDict([(name, value) for name, value in kept["form"]])


def based_on() -> int | None:
    """The newest ledger row when the sent page was made (its hidden field); None from a page without one."""
    sent = request.form.get("based_on")
    if sent is not None and not (sent.isascii() and sent.isdigit() and len(sent) < 10):
        abort(400)
    return int(sent) if sent is not None else None


def journey_or_404(n: int) -> Journey:
    """A journey of this visitor's world; what belongs to another world looks like what never existed."""
    here = world()
    found = here.journey(n) if here else None
    if found is None:
        abort(403)
    return about(found)


def about(journey: Journey) -> Journey:
    """Say which journey this page belongs to: its life event may bring words of its own to the shell."""
    g.journey = journey
    return journey


def current_journey() -> Journey | None:
    """The one that this page belongs to, where it belongs to one."""
    return cast(Journey | None, g.get("journey"))


# --- every request ------------------------------------------------------------------------------------------------------
def install(app: Flask) -> None:
    """Hook everything into the app."""
    app.before_request(_speak)
    app.after_request(_headers)
    app.teardown_request(_keep)
    app.context_processor(_template_context)
    app.jinja_env.globals.update(
        _=i18n.gettext, rich=i18n.rich, csp_nonce=csp_nonce, csrf_token=generate_csrf, piece=piece
    )


def _speak() -> BaseResponse | None:
    i18n.use(request.environ.get("hitomado.tag", i18n.SOURCE), session.get("furigana") == "on")
    if request.args.get("furigana") in ("on", "off"):
        session["furigana"] = request.args["furigana"]
        return redirect(request.path if not request.script_root else request.script_root + request.path, 303)
    return None


def csp_nonce() -> str:
    """The nonce of this response's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return cast(str, g.csp_nonce)


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' 'nonce-{csp_nonce()}'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response
    if response.mimetype == "text/html" and not i18n.current_tag().startswith(i18n.SOURCE):
        response.set_data(foreign.mark(response.get_data(as_text=True)))
    response.vary.update(["Cookie", "HX-Request"])
    response.headers.setdefault("Cache-Control", "no-store")
    if "world" in session:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


# --- the shell of the page ------------------------------------------------------------------------------------------------
def _keep(error: BaseException | None) -> None:
    here = g.pop("world", None)
    if here is not None and error is None:
        here.keep()


def _template_context() -> dict[str, Any]:
    journey = current_journey()
    event = journey.event.definition if journey is not None else None
    return {
        "ui_tag": i18n.current_tag(),
        "shell": around(_surroundings()),
        "session_ends": _session_ends(),
        "event_tone": event.tone if event else "usual",
        "support": event.support if event else (),
    }


def _surroundings() -> Surroundings:
    here, path = world(), request.path if request.method in ("GET", "HEAD") or request.endpoint else "/"
    active = here is not None and signed_in()
    return Surroundings(
        tag=i18n.current_tag(),
        furigana=i18n.furigana_on(),
        root=request.script_root,
        path=path,
        query=request.query_string.decode() if request.method == "GET" else "",
        blueprint=request.blueprint or "",
        today=here.today if here is not None else None,
        signed_in=active,
        newest=here.newest_journey if here is not None and active else None,
        unread=here.unread if here is not None and active else 0,
        scheme=session.get("scheme"),
        contrast=session.get("contrast"),
    )


def _session_ends() -> dict[str, Any] | None:
    if "world" not in session or not signed_in():
        return None
    end = session["until"]
    seconds = max(int(end - real_now().timestamp()), 0)
    local = (real_now() + timedelta(seconds=seconds, hours=9)).replace(tzinfo=None)
    return {
        "text": _("{hour}時{minute}分", hour=local.hour, minute=f"{local.minute:02}"),
        "seconds": seconds,
    }
