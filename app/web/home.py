"""The way in: what happened? Open journeys first, then life events; the start page of an event with its true cost."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for

from app.engine.burden import measure
from app.engine.compiling import CompiledEvent
from app.engine.lifecycle import ENDS
from app.engine.planner import Plan, make_plan
from app.formats import full_date
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import planviews, shell
from app.web.journey_steps import left, present_page, stage
from app.world.worlds import World

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> Any:
    """Go on, or say what happened."""
    here = shell.world() if shell.signed_in() else None
    words = request.args.get("q", "").strip()[:60]
    going = _open_journeys(here) if here else []
    first = going[0] if going else None
    found = search(words) if words else None
    return render_template(
        "home/home.html",
        going=going,
        near=planviews.near_dates(first["journey"]) if first and first["stage"] > 2 else [],
        rested=_rested(here) if here and not going else None,
        events=_events(),
        words=words,
        found=found,
        known=shell.world() is not None,
    )


def _open_journeys(here: World) -> list[dict[str, Any]]:
    """Journeys that are not filed yet, newest first."""
    return [
        {
            "journey": one,
            "title": gettext(one.event.definition.title),
            "stage": stage(one, here),
            "left": left(one, here),
            "href": present_page(one, here),
        }
        for one in here.journeys()
        if not here.submitted_at(one.n)
    ]


def _rested(here: World) -> dict[str, Any] | None:
    """After filing: whether something is still to do, with the day of the last news. None before the first filing."""
    cases = here.cases()
    if not cases:
        return None
    last = max((event.at for case in cases for event, _actor in case.history), default=here.now)
    yours = sum(1 for case in cases if case.turn == "citizen" and case.state.state not in ENDS)
    return {
        "over": all(case.state.state in ENDS for case in cases),
        "yours": yours,
        "day": full_date(last.date(), current_tag()),
    }


def _events() -> list[dict[str, Any]]:
    return [
        {
            "title": gettext(event.definition.title),
            "summary": gettext(event.definition.summary),
            "count": len(event.procedures),
            "href": url_for("home.event", id=event.id),
        }
        for event in shell.context().library.events.values()
    ]


# --- search ---------------------------------------------------------------------------------------------------------------
def folded(text: str) -> str:
    """Text for comparing: widths, letter case, spaces and the two kana made equal."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(chr(ord(sign) - 0x60) if "ァ" <= sign <= "ヶ" else sign for sign in plain if not sign.isspace())


def search(words: str) -> dict[str, list[dict[str, Any]]]:
    """Events and procedures that everyday words lead to."""
    wanted = folded(words)
    events, procedures = [], []
    for event in shell.context().library.events.values():
        definition = event.definition
        texts = [gettext(definition.title), gettext(definition.summary), *definition.search]
        if any(wanted in folded(text) or (len(folded(text)) > 1 and folded(text) in wanted) for text in texts):
            events.append(
                {
                    "title": gettext(definition.title),
                    "summary": gettext(definition.summary),
                    "count": len(event.procedures),
                    "href": url_for("home.event", id=event.id),
                }
            )
        for one in event.procedures:
            if any(wanted in folded(text) for text in (gettext(one.definition.title), gettext(one.definition.summary))):
                procedures.append(
                    {
                        "title": gettext(one.definition.title),
                        "summary": gettext(one.definition.summary),
                        "href": url_for("library.one_procedure", id=one.id),
                    }
                )
    return {"events": events, "procedures": procedures}


# --- events ---------------------------------------------------------------------------------------------------------------
@blueprint.get("/events")
def events() -> Any:
    """Every life event."""
    return render_template("home/events.html", events=_events())


@blueprint.get("/events/<id>")
def event(id: str) -> Any:
    """What an event's journey promises, what stays, what it costs."""
    found = _event_or_404(id)
    plan, own = _example(found)
    cost = measure(plan)
    minutes = max(5, round(cost.here.fields / 2 / 5) * 5)
    here = shell.world()
    going = (
        next((one for one in _open_journeys(here) if one["journey"].event.id == id), None)
        if here and shell.signed_in()
        else None
    )
    return render_template(
        "home/event.html",
        event=found.definition,
        event_tone=found.definition.tone,
        support=found.definition.support,
        visits=planviews.visits(plan),
        cost=cost,
        own=own,
        going=going,
        least=minutes,
        most=minutes + 10,
        groups=_by_stage(found),
        times=_by_time(plan),
        total=len(found.procedures),
        required=len(planviews.tasks(plan)),
        signed_in=shell.signed_in(),
    )


@blueprint.post("/events/<id>")
def begin(id: str) -> Any:
    """Start a journey; who has no world yet, or is not signed in, does that first and comes back here."""
    found = _event_or_404(id)
    here = shell.world()
    if here is None or not shell.signed_in():
        session["back_to"] = url_for("home.event", id=id)
        return redirect(url_for("start.choose" if here is None else "start.sign_in"), 303)
    shell.extend_session()
    return redirect(present_page(here.start_journey(found.id), here), 303)


def _event_or_404(id: str) -> CompiledEvent:
    found = shell.context().library.events.get(id)
    if found is None:
        abort(404)
    return found


def _example(event: CompiledEvent) -> tuple[Plan, bool]:
    """A plan to take the numbers from: of the household that the visitor plays, else of the event's example."""
    here, households = shell.world(), shell.context().households
    own = here is not None and here.household.persona.event == event.id
    household = here.household if own and here else households[event.definition.examples[0]]
    return make_plan(event, household.facts(event.vocabulary), household.persona.today), own


def _by_time(plan: Plan) -> list[list[str]]:
    """Stage label and how many procedures the plan has in it; stages without any are left out."""
    tasks = planviews.tasks(plan)
    counts = [
        (stage, sum(task.definition.stage == stage.id for task in tasks)) for stage in plan.event.definition.stages
    ]
    return [[gettext(stage.label), _("{n}つ", n=count)] for stage, count in counts if count]


def _by_stage(event: CompiledEvent) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Stage label, and (title, address, summary) of its procedures."""
    return [
        (
            _(stage.label),
            [
                (
                    gettext(one.definition.title),
                    url_for("library.one_procedure", id=one.id),
                    gettext(one.definition.summary),
                )
                for one in event.procedures
                if one.definition.stage == stage.id
            ],
        )
        for stage in event.definition.stages
    ]
