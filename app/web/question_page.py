"""How a question page looks: heading, fields, why it is asked. As long as nobody answers, it follows from the journey and is kept with it."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from app.engine.planner import Ask
from app.i18n import current_tag, furigana_on, gettext
from app.i18n import gettext as _
from app.pieces import fill, hole
from app.web import words
from app.web.forms import AnswerForm, page_form
from app.web.notices import flashed
from app.world.journeys import Journey
from app.world.worlds import World


def _shown(here: World, journey: Journey, asks: list[Ask], filed: bool) -> dict[str, Any]:
    """The page as it is asked for: it follows from the journey, and is kept."""
    tag, root = current_tag(), request.script_root
    key = ("question", tuple(ask.key for ask in asks), tag, furigana_on(), root, filed)
    return journey.part(key, lambda: _parts(journey, asks, page_form(journey, asks, None), filed))


def _parts(journey: Journey, asks: list[Ask], form: AnswerForm, filed: bool) -> dict[str, Any]:
    again = all(ask.key in journey.facts.by_key and not ask.confirm for ask in asks)
    later = url_for("plan.plan_page", n=journey.n)
    body = current_app.jinja_env.get_template("questions/body.html").render(
        form=form,
        heading=_heading(journey, asks, named=True),
        reasons=reasons_for(journey, asks),
        filed=filed,
        later=later,
        token=hole("token"),
        based_on=hole("based_on"),
    )
    return {
        "title": _heading(journey, asks, named=False),
        "event_title": gettext(journey.event.definition.title),
        "body": body,
        "left": words.questions_left(journey.plan),
        "saved": any(fact.register is None for fact in journey.facts.by_key.values()),
        "back": url_for("review.review_page", n=journey.n) if again else later,
        "mark": journey.mark,
    }


def render(
    here: World, journey: Journey, asks: list[Ask], form: AnswerForm | None, focus: str = "", status: str = ""
) -> Any:
    """``form``: what came back; None for the page as it is asked for."""
    filed = here.submitted_at(journey.n) is not None
    parts = _parts(journey, asks, form, filed) if form is not None else _shown(here, journey, asks, filed)
    based_on = (request.form.get("based_on") if request.method == "POST" else None) or parts["mark"]
    return render_template(
        "questions/page.html",
        **parts | {"body": fill(parts["body"], token=generate_csrf, based_on=based_on)},
        errors=form.error_list() if form is not None and form.posted is not None else [],
        notice=flashed(),
        focus=focus,
        status=status,
    )


def _heading(journey: Journey, asks: list[Ask], *, named: bool) -> str:
    """The question itself, or the heading of a page with several."""
    if len(asks) == 1:
        return words.question(journey, asks[0], named=named)
    first, pages = asks[0], journey.event.vocabulary.pages
    text = pages.get(first.item.page or "", journey.event.vocabulary.topics[first.item.topic].label)
    return (
        gettext(text, who=words.who(journey, first.key[0]) if named else _("この人"))
        if "{who}" in text
        else gettext(text)
    )


def reasons_for(journey: Journey, asks: list[Ask]) -> list[dict[str, Any]]:
    """Why each item is asked, and for which procedures."""
    why: dict[str, list[str]] = {}
    for ask in asks:
        why.setdefault(ask.item.why, []).extend(words.titles(journey, ask.needed_by))
    return [{"why": text, "procedures": list(dict.fromkeys(titles))} for text, titles in why.items()]
