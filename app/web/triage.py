"""The few questions that no register can answer and that decide which procedures come into view."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from app.engine.facts import NOT_YET, Key
from app.i18n import gettext
from app.mynumber_guard import RealNumber
from app.web import errors, shell
from app.web.forms.answers import ask_for, page_form
from app.web.journey_steps import present_page
from app.web.words import lines
from app.world.journeys import Journey, Stale

blueprint = Blueprint("triage", __name__)


@blueprint.get("/journeys/<int:n>")
@shell.personal
def resume(n: int) -> Any:
    """To the page on which the journey goes on."""
    here = shell.world()
    assert here is not None
    return redirect(present_page(shell.journey_or_404(n), here), 303)


@blueprint.route("/journeys/<int:n>/triage/<item>", methods=["GET", "POST"])
@shell.personal
def ask(n: int, item: str) -> Any:
    """One question. Every answer may be 「まだ分からない」, and none blocks."""
    here, journey = shell.world(), shell.journey_or_404(n)
    assert here is not None
    paths = [f"{path.kind}.{path.name}" for path in journey.event.triage]
    if item not in paths:
        abort(404)
    if here.submitted_at(n):
        return redirect(present_page(journey, here), 303)
    path = journey.event.triage[paths.index(item)]
    key = (journey.facts.roles[path.role], path.name)
    form = page_form(journey, [ask_for(journey, key)], request.form if request.method == "POST" else None)
    if request.method == "GET":
        return _page(journey, paths, item, form)
    try:
        if not form.validate():
            return _page(journey, paths, item, form), 422
        journey.answer(form.values(), based_on=shell.based_on())
    except RealNumber:
        return errors.real_number(request.path)
    except Stale:
        return errors.stale([_difference(journey, key, form.value())], request.path)
    return redirect(present_page(journey, here), 303)


def _page(journey: Journey, paths: list[str], item: str, form: Any) -> Any:
    asked = form.asks[0].item
    place = paths.index(item)
    back = (
        url_for("triage.ask", n=journey.n, item=paths[place - 1])
        if place
        else url_for("home.event", id=journey.event.id)
    )
    return render_template(
        "triage/ask.html",
        title=gettext(asked.question),
        event_title=gettext(journey.event.definition.title),
        form=form,
        errors=form.error_list() if form.posted is not None else [],
        reasons=[{"why": asked.why, "procedures": []}],
        back=back,
        based_on=request.form.get("based_on") or journey.mark,
        saved=place > 0,
    )


def _difference(journey: Journey, key: Key, value: Any) -> dict[str, Any]:
    fact, item = journey.facts.get(key), journey.plan.item(key)
    now = lines(journey, key, fact.value if fact else NOT_YET)
    return {
        "name": gettext(item.label) if item else "",
        "now": " ".join(now),
        "yours": " ".join(lines(journey, key, value)),
    }
