"""For whom a person acts and as what, in words; the page that says it of a whole journey."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.engine import capacity
from app.engine.capacity import ActingFor, Capacity
from app.engine.planner import PlannedProcedure
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import shell, words
from app.web.reviewing import procedure_titles
from app.world.journeys import Journey

blueprint = Blueprint("capacities", __name__)

MOST_NAMES = 2  # in the shell
AS = {
    Capacity.PARENT: "親（保護者）として",
    Capacity.KIN: "亡くなった方の家族として",
    Capacity.DELEGATE: "頼まれた代理人として",
}


def text(journey: Journey, one: ActingFor) -> str:
    """One person and the capacity."""
    return _("{who}の分を、{capacity}", who=words.name_of(journey, one.subject), capacity=gettext(AS[one.capacity]))


def texts(journey: Journey, planned: PlannedProcedure) -> list[str]:
    """For whom one procedure is filed beside oneself."""
    return [text(journey, one) for one in capacity.acting_for(journey.plan, planned)]


def of(journey: Journey, procedures: Iterable[PlannedProcedure]) -> list[str]:
    """The same for several, each person once."""
    return list(dict.fromkeys(line for planned in procedures for line in texts(journey, planned)))


def names(journey: Journey) -> list[str]:
    """Everybody for whom the journey acts, each once."""
    return list(dict.fromkeys(words.name_of(journey, one.subject) for one in capacity.everybody(journey.plan)))


def on_every_page() -> dict[str, Any]:
    """For the shell: whose part the person does as well, and where that is explained. Empty without a journey, or where it is their own alone."""
    here = shell.world() if shell.signed_in() else None
    journey = shell.current_journey() or (here.journey(here.newest_journey) if here and here.newest_journey else None)
    if journey is None:
        return {"acting": None}
    return {"acting": journey.part(("acting", current_tag(), request.script_root), partial(_acting, journey))}


def _acting(journey: Journey) -> dict[str, str] | None:
    found = names(journey)
    if not found:
        return None
    said = (
        _("{names}の分も、あなたが手続しています", names=_("、").join(found))
        if len(found) <= MOST_NAMES
        else _("{name}ほか{n}人の分も、あなたが手続しています", name=found[0], n=len(found) - 1)
    )
    return {"text": said, "href": url_for("capacities.people", n=journey.n)}


@blueprint.get("/journeys/<int:n>/people")
@shell.personal
def people(n: int) -> Any:
    """Each person, the capacity, its law, and the procedures."""
    journey = shell.journey_or_404(n)
    rows = [
        {
            "who": words.name_of(journey, one.subject),
            "capacity": gettext(AS[one.capacity]),
            "law": one.capacity.law,
            "titles": procedure_titles(journey, procedures),
        }
        for one, procedures in capacity.everybody(journey.plan).items()
    ]
    return render_template(
        "capacities/people.html",
        n=n,
        event_title=gettext(journey.event.definition.title),
        applicant=words.name_of(journey, journey.facts.roles["applicant"]),
        rows=rows,
    )
