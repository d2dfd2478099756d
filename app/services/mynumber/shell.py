"""The pages' surroundings: language, headers, and the context that the site's `base.html` expects."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Response, g, request, session, url_for
from flask_wtf.csrf import generate_csrf

from app import foreign, i18n
from app.i18n import gettext as _
from app.pieces import piece
from app.services.mynumber.context import service
from app.services.mynumber.interactions import Interaction, current

PAGES = "pages"  # the blueprint
# Fields of the forms.
FORM = {
    "interaction": "which of this browser's requests",
    "pin": "the PIN",
    "outcome": "a failure to see",
    "csrf_token": "",
}
_WEEKDAYS = "月火水木金土日"


def install(app: Flask) -> None:
    """Hook into the application."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        _=i18n.gettext, rich=i18n.rich, csp_nonce=csp_nonce, csrf_token=generate_csrf, piece=piece
    )
    app.jinja_env.filters["translated"] = i18n.gettext
    app.after_request(_headers)
    app.context_processor(_context)


def speak(interaction: Interaction | None) -> None:
    """Use the language that the person chose here, else the one that the site asked for (`ui_locales`)."""
    chosen = session.get("lang")
    asked = (interaction.parameters.get("ui_locales", "") if interaction else "").split()
    wanted = chosen or next((tag for tag in asked if tag in i18n.TAGS), i18n.SOURCE)
    i18n.use(wanted, session.get("furigana") == "on")
    g.interaction = interaction


class Stopped(Exception):
    """A page that stands in the way; see `stops`. `chosen`: somebody wanted to see it, nothing is really wrong."""

    def __init__(self, kind: str, interaction: Interaction | None = None, *, chosen: bool = False) -> None:
        super().__init__(kind)
        self.chosen = chosen
        self.kind = kind
        self.interaction = interaction


def this_interaction() -> Interaction:
    """The request that this page is about, from now on in its language; raises `Stopped`."""
    found = current(service(), request.form.get("interaction"))
    if found is None:
        raise Stopped("gone")
    speak(found)
    return found


def csp_nonce() -> str:
    """The nonce of this answer's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return cast(str, g.csp_nonce)


def _form_action() -> str:
    """Forms post here, and their answer may lead to the client: browsers check the redirect too."""
    interaction: Interaction | None = g.get("interaction")
    if interaction is None:
        return "'self'"
    parts = urlsplit(interaction.parameters["redirect_uri"])
    if parts.netloc == request.host:
        return "'self'"
    return f"'self' {parts.scheme}://{parts.netloc}"


def _headers(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response
    if request.blueprint == PAGES:
        if response.mimetype == "text/html" and i18n.current_tag() == "en":
            response.set_data(foreign.mark(response.get_data(as_text=True)))
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'self' 'nonce-{csp_nonce()}'; style-src 'self'; img-src 'self'; "
            f"connect-src 'self'; form-action {_form_action()}; base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _day(day: date) -> str:
    """A date as the simulation bar says it."""
    if i18n.current_tag() == "en":
        return f"{day.day} {day:%B %Y} ({day:%a})"
    if i18n.current_tag() == "ja-simple":
        return f"{day.year}年{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}曜日）"
    return f"{day.year}年{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）"


def _context() -> dict[str, Any]:
    """What every page needs."""
    if request.blueprint != PAGES:
        return {}
    interaction: Interaction | None = g.get("interaction")
    here = url_for("pages.signature" if interaction and interaction.transaction else "pages.card")
    now = interaction.now.date() if interaction else None
    simple = i18n.current_tag() == "ja-simple"
    return {
        "ui_tag": i18n.current_tag(),
        "interaction": interaction,
        "shell": {
            "product": _("模擬 デジタル認証アプリ"),
            "product_title": _("デジタル認証アプリ（模擬）"),
            "home_href": here,
            "simulation": {"iso": now.isoformat(), "text": _day(now)} if now else None,
            "languages": [
                {
                    "tag": tag.tag,
                    "name": tag.name,
                    "href": url_for("pages.language", lang=tag.tag),
                    "current": tag.tag == i18n.current_tag(),
                }
                for tag in i18n.TAGS.values()
            ],
            "languages_href": None,
            "furigana": {"on": i18n.furigana_on(), "action": url_for("pages.furigana")} if simple else None,
            "nav": [],
            "help_href": service().config.help_url,
            "footer": [],
            "scheme": None,
            "contrast": None,
        },
    }
