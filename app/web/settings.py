"""Display, session, consents: things a person sets. Display works signed out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, get_flashed_messages, redirect, render_template, request, session, url_for

from app.i18n import gettext as _
from app.web import live, shell
from app.web.words import moment, titles

blueprint = Blueprint("settings", __name__)

SCHEMES = {"auto": "自動（機器の設定に合わせる）", "light": "明るい", "dark": "暗い"}
CONTRASTS = {"normal": "ふつう", "more": "高いコントラスト"}


@blueprint.get("/settings")
@blueprint.get("/settings/display")
@blueprint.get("/settings/language")
def display() -> Any:
    """How pages look and in which language."""
    saved = any(message == "saved" for message in _flashes())
    notice = {"kind": "done", "heading": _("表示を変えました")} if saved else None
    return render_template(
        "settings/display.html",
        notice=notice,
        scheme=_field("scheme", SCHEMES, "auto"),
        contrast=_field("contrast", CONTRASTS, "normal"),
    )


def _flashes() -> list[str]:
    return [str(message) for message in get_flashed_messages()]


def _field(name: str, choices: dict[str, str], default: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": session.get(name) or default,
        "choices": [(value, _(text)) for value, text in choices.items()],
    }


@blueprint.post("/settings/display")
def save_display() -> Any:
    """Save colours; what is not on the list is left alone."""
    for name, choices, default in (("scheme", SCHEMES, "auto"), ("contrast", CONTRASTS, "normal")):
        value = request.form.get(name)
        if value in choices:
            session[name] = None if value == default else value
    flash("saved")
    return redirect(url_for("settings.display"), 303)


@blueprint.post("/settings/furigana")
def furigana() -> Any:
    """Switch furigana and return to the same page."""
    session["furigana"] = "on" if request.form.get("furigana") == "on" else "off"
    back = request.args.get("back", "/")
    safe = back if back.startswith("/") and not back.startswith("//") and "\\" not in back else "/"
    return redirect(request.script_root + safe, 303)


@blueprint.get("/settings/consents")
@shell.personal
def consents() -> Any:
    """What the person allowed, and how to take it back."""
    here = shell.world()
    assert here is not None
    rows = []
    for journey in here.journeys():
        for place, (register, consent) in enumerate(journey.consents.items()):
            if consent["decision"] == "granted":
                label = journey.event.vocabulary.registers[register]
                used = {
                    id_ for entry in journey.entries if entry.source == f"register:{register}" for id_ in entry.purpose
                }
                rows.append(
                    {
                        "label": _(label.label),
                        "office": _(label.office),
                        "event": _(journey.event.definition.title),
                        "at": moment(_at(consent)),
                        "uses": titles(journey, sorted(used)),
                        "n": journey.n,
                        "place": place,
                    }
                )
    return render_template("settings/consents.html", rows=rows)


def _at(consent: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(consent["at"])


@blueprint.route("/settings/consents/<int:n>/<int:place>", methods=["GET", "POST"])
@shell.personal
def withdraw_consent(n: int, place: int) -> Any:
    """Take one consent back: its effect is said first."""
    journey = shell.journey_or_404(n)
    registers = list(journey.consents)
    if place >= len(registers):
        return redirect(url_for("settings.consents"), 303)
    register = journey.event.vocabulary.registers[registers[place]]
    if request.method == "POST":
        journey.decide_consents({register.id: False})
        return redirect(url_for("settings.consents"), 303)
    told = sum(1 for entry in journey.entries if entry.source == f"register:{register.id}")
    return render_template("settings/withdraw.html", label=_(register.label), told=told)


# --- session ------------------------------------------------------------------------------------------------------------
@blueprint.post("/settings/session/extend")
def extend() -> Any:
    """Let the session run its full time again."""
    if shell.signed_in():
        shell.extend_session()
    if request.headers.get("HX-Request") or request.accept_mimetypes.best == "application/json":
        return "", 204
    return redirect(request.referrer or url_for("home.home"), 303)


@blueprint.post("/settings/session/end")
def end() -> Any:
    """Sign out; the world stays and can be entered again."""
    live.sign_out()
    session.pop("until", None)
    session.pop("token", None)
    session["back_to"] = url_for("home.home")
    return redirect(url_for("settings.ended"), 303)


@blueprint.get("/settings/session/ended")
def ended() -> Any:
    """After the end of a session: everything is kept, and the way back leads to the same page."""
    return render_template("settings/ended.html", known="world" in session)


@blueprint.get("/settings/session")
@shell.personal
def session_page() -> Any:
    """Time left, extend, sign out, remove the world."""
    return render_template("settings/session.html", minutes=shell.config().session_minutes)


@blueprint.route("/settings/reset", methods=["GET", "POST"])
def reset() -> Any:
    """Remove the world, after saying what is lost."""
    here = shell.world()
    if here is None:
        return redirect(url_for("start.choose"), 303)
    if request.method == "POST":
        here.delete()
        for name in ("world", "until", "token", "back_to", "device"):
            session.pop(name, None)
        return redirect(url_for("start.choose"), 303)
    return render_template("settings/reset.html")
