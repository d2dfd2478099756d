"""Stage 4: check once what goes to many."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for

from app.i18n import gettext
from app.i18n import gettext as _
from app.mynumber_guard import RealNumber
from app.web import errors, links, reviewing, shell, words
from app.web.forms import answer_form
from app.web.notices import flashed
from app.world import outbox
from app.world.journeys import Journey, Stale
from app.world.worlds import World

blueprint = Blueprint("review", __name__)


def _here(n: int) -> tuple[World, Journey]:
    here, journey = shell.world(), shell.journey_or_404(n)
    assert here is not None
    return here, journey


@blueprint.get("/journeys/<int:n>/review")
@shell.personal
def review_page(n: int) -> Any:
    """Facts, each once; what is kept from whom; papers; then on to the signature."""
    here, journey = _here(n)
    package = outbox.pack(journey)
    if here.submitted_at(n) and not package.applications:
        if package.apart:
            return redirect(url_for("signers.page", n=n), 303)
        return render_template("review/done.html", n=n, event_title=gettext(journey.event.definition.title))
    change = session.pop("change", None)
    return render_template(
        "review/review.html",
        n=n,
        event_title=gettext(journey.event.definition.title),
        sections=reviewing.sections(journey),
        kept_from=reviewing.kept_from(journey),
        papers=reviewing.papers(outbox.fileable(journey)),
        not_filed=reviewing.not_filed(journey),
        offices=reviewing.offices(journey),
        count=outbox.count(package),
        left=words.questions_left(journey.plan),
        pages=len(journey.plan.pages),
        again=here.submitted_at(n) is not None,
        focus=change["row"] if change and change["n"] == n else None,
        notice=flashed(),
    )


@blueprint.get("/journeys/<int:n>/review/sent-to/<int:place>")
@shell.personal
def sent_to(n: int, place: int) -> Any:
    """Everything that one office gets, procedure by procedure."""
    _world, journey = _here(n)
    office = next((one for one in reviewing.offices(journey) if one.place == place), None)
    if office is None:
        abort(404)
    parts = []
    for planned in office.planned:
        rows = []
        for key in planned.sent:
            item = journey.plan.item(key)
            if item is not None:
                row = reviewing.fact_row(journey, key, item, [])
                whose = (
                    words.who(journey, key[0])
                    if journey.event.vocabulary.kinds[journey.facts.kinds[key[0]]].named_by
                    else ""
                )
                row |= {
                    "name": _("{who}の{label}", who=whose, label=row["name"]) if whose else row["name"],
                    "id": None,
                    "action": None,
                    "note": None,
                }
                rows.append(row)
        parts.append(
            {"title": words.procedure_title(journey, planned), "channel": words.channel_text(planned), "rows": rows}
        )
    return render_template(
        "review/sent_to.html", n=n, event_title=gettext(journey.event.definition.title), office=office.name, parts=parts
    )


@blueprint.route("/journeys/<int:n>/review/wrong/<int:fact>", methods=["GET", "POST"])
@shell.personal
def wrong(n: int, fact: int) -> Any:
    """A register's fact that does not hold: who keeps it, and a way that sends both values. ``fact``: its row in the ledger."""
    _world, journey = _here(n)
    entry = next((one for one in journey.entries if one.seq == fact and one.source.startswith("register:")), None)
    item = journey.plan.item(entry.key) if entry else None
    if entry is None or item is None:
        return redirect(url_for("review.review_page", n=n), 303)
    form = answer_form(journey, entry.key, request.form if request.method == "POST" else None)
    back = url_for("review.review_page", n=n, _anchor=links.row(journey, entry.key))
    problems: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            if form.search is None:
                if form.validate():
                    journey.differ(entry.key, form.value(), based_on=shell.based_on())
                    flash(_("「{label}」が違うことを書き添えました", label=gettext(item.label)), "done")
                    session["change"] = {"n": n, "row": links.row(journey, entry.key), "pages": []}
                    return redirect(back, 303)
                problems = form.error_list()
        except RealNumber:
            return errors.real_number(request.path)
        except Stale:
            return errors.stale([], back)
    register = journey.event.vocabulary.registers[entry.source.removeprefix("register:")]
    return render_template(
        "review/wrong.html",
        n=n,
        event_title=gettext(journey.event.definition.title),
        label=gettext(item.label),
        register=register,
        present=words.entry_lines(journey, entry),
        source=words.source(journey, entry),
        form=form,
        errors=problems,
        based_on=journey.mark,
        back=back,
    ), (422 if problems else 200)
