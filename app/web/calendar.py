"""Dates for the person's own calendar: files to take along, and a link to subscribe to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from app.i18n import gettext as _
from app.web import ics, shell
from app.web.notices import flashed
from app.world import calendars
from app.world.calendars import Entry
from app.world.worlds import World

blueprint = Blueprint("calendar", __name__)


def _here() -> World:
    here = shell.world()
    assert here is not None
    return here


def _entries(n: int) -> list[Entry]:
    return calendars.entries(_here(), shell.journey_or_404(n))


def _file(world: World, entries: list[Entry], name: str, *, shared: bool = False) -> Response:
    answer = Response(ics.build(world, entries, shared=shared))
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8; method=PUBLISH"
    answer.headers["Content-Disposition"] = f'{"inline" if shared else "attachment"}; filename="{name}.ics"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@blueprint.get("/journeys/<int:n>/calendar.ics")
@shell.personal
def journey_file(n: int) -> Any:
    """All deadlines and visits of a journey."""
    return _file(_here(), _entries(n), "hitomado")


@blueprint.get("/journeys/<int:n>/plan/<procedure>.ics")
@shell.personal
def deadline_file(n: int, procedure: str) -> Any:
    """The last day of one procedure."""
    found = [one for one in _entries(n) if one.kind == "deadline" and one.procedure == procedure]
    if not found:
        abort(404)
    return _file(_here(), found, f"hitomado-{procedure}")


@blueprint.get("/cases/<int:n>/visit.ics")
@shell.personal
def visit_file(n: int) -> Any:
    """The visit that an office asked for."""
    case = _here().case(n)
    if case is None:
        abort(403)
    found = [one for one in _entries(case.journey) if one.kind == "visit" and one.case == n]
    if not found:
        abort(404)
    return _file(_here(), found, f"hitomado-visit-{n}")


@blueprint.get("/calendar/<token>.ics")
def shared_file(token: str) -> Any:
    """All dates of a world for a calendar program, which has no cookie: who knows the address may read."""
    world = calendars.world_of(shell.context(), token)
    if world is None:
        abort(404)
    found = [entry for journey in reversed(world.journeys()) for entry in calendars.entries(world, journey)]
    return _file(world, found, "hitomado", shared=True)


@blueprint.route("/settings/calendar", methods=["GET", "POST"])
@shell.personal
def link() -> Any:
    """Make a link to subscribe to, replace it, or end it."""
    here = _here()
    if request.method == "POST":
        if request.form.get("link") == "end":
            calendars.end_link(here)
            flash(_("カレンダーのリンクを止めました"), "done")
        else:
            calendars.make_link(here)
            flash(_("カレンダーのリンクを作りました"), "done")
        return redirect(url_for("calendar.link"), 303)
    token = calendars.link(here)
    address = url_for("calendar.shared_file", token=token, _external=True) if token else None
    return render_template("settings/calendar.html", address=address, notice=flashed(), n=here.newest_journey)
