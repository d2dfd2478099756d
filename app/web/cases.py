"""Tracking: the list of cases, one case, correction, visit, withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from app.engine.definitions import Evidence
from app.engine.lifecycle import EventType, State
from app.formats import short_date
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import capacities, caseviews, deadlineviews, enclosures, papers, shell, signers
from app.web.notices import flashed
from app.web.words import entry_lines, moment, source
from app.world import applications, outbox
from app.world.journeys import Journey
from app.world.outbox.packing import UNDONE
from app.world.views import CaseView
from app.world.worlds import VisitRefused, World

blueprint = Blueprint("cases", __name__)


def _here() -> World:
    here = shell.world()
    assert here is not None
    return here


def _case(n: int) -> CaseView:
    case = _here().case(n)
    if case is None:
        abort(403)
    return case


@blueprint.get("/cases")
@shell.personal
def list_cases() -> Any:
    """All cases: your turn first, then visits, then the offices' turn, then what is finished."""
    here = _here()
    here.deliver()
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in caseviews.GROUPS}
    for case in here.cases():
        groups[caseviews.group(case)].append(_row(here, case))
    return render_template(
        "cases/list.html",
        groups=[(name, _(text), groups[name]) for name, text in caseviews.GROUPS.items() if groups[name]],
    )


def _row(here: World, case: CaseView) -> dict[str, Any]:
    meta = [f"{caseviews.office(here, case)}　{caseviews.state_words(case)}"]
    meta += [
        text
        for text in (
            caseviews.until_text(here, case),
            caseviews.expected_text(here, case),
            caseviews.waiting_text(here, case),
        )
        if text
    ]
    mark = caseviews.state_words(case) if caseviews.group(case) in (caseviews.YOUR_TURN, caseviews.VISIT) else None
    return {
        "id": f"case-{case.n}",
        "name": caseviews.title(here, case),
        "href": url_for("cases.one", n=case.n),
        "meta": meta,
        "mark": mark,
    }


@blueprint.get("/cases/<int:n>")
@shell.personal
def one(n: int) -> Any:
    """One case: whose turn, what to do, what happened, what comes, what was sent."""
    here = _here()
    case = _case(n)
    journey = here.journey(case.journey)
    assert journey is not None
    shell.about(journey)
    definition = caseviews.definition(here, case)
    sent = [entry for entry in journey.entries if entry.seq in case.sent]
    office = here.context.library.authorities.get(case.authority)
    told = applications.sent(here, case)
    asked = [one for one in _evidence(journey, case) if one.replaced_by == "stays"]
    bring = [one for one in asked if one.document not in told.on_paper]
    notice = flashed()
    draft = outbox.draft_of(here.context, here.id, n)
    later = [
        caseviews.title(here, other)
        for other in here.cases()
        if n in other.waits_for and other.state.state is State.QUEUED
    ]
    return render_template(
        "cases/one.html",
        case=case,
        state=case.state.state.value,
        headline=caseviews.headline(case, sending=draft is not None and draft.ready),
        title=caseviews.title(here, case),
        short_title=gettext(caseviews.definition(here, case).title),
        office_name=caseviews.office(here, case),
        office=office,
        definition=definition,
        timeline=caseviews.timeline(here, case),
        late=deadlineviews.late_note(here, case),
        has_visit=any(event.type is EventType.VISIT_NEEDED for event, _actor in case.history),
        expected=caseviews.expected_text(here, case),
        until=caseviews.until_text(here, case),
        waiting=caseviews.waiting_text(here, case),
        opens=moment_day(case),
        bring=bring,
        on_paper=told.on_paper,
        paper_names=[_(name) for name in told.on_paper],
        made=enclosures.shown(journey, told.paper) if told.paper else None,
        enclosed=[enclosures.shown(journey, one) for one in told.enclosed],
        later=list(dict.fromkeys(later)),
        capacities=[capacities.text(journey, one) for one in told.acting_for],
        signer=signers.of_case(here, journey, case),
        papers=papers.offered(case),
        refile=_refile(journey, case),
        standing=_standing(case),
        correction="" if draft is None else "sent" if draft.ready else "begun",
        notice=notice,
        sent=[
            {"name": _(item.label), "lines": entry_lines(journey, entry), "source": source(journey, entry)}
            for entry in sent
            if (item := journey.plan.item(entry.key))
        ],
    )


def _standing(case: CaseView) -> dict[str, Any] | None:
    """Where the case stands on waiting lists, for the page; None where it waits for no place."""
    told = case.state.standing
    if told is None:
        return None
    rows = [[_("{n}番目", n=count), name, _("{n}番目", n=place)] for count, (name, place) in enumerate(told.wishes, 1)]
    day = short_date(told.again, current_tag())
    href = url_for("plan.one", n=case.journey, procedure=case.procedure) + "#points"
    return {"points": told.points, "again": day, "rows": rows, "href": href}


def _evidence(journey: Journey, case: CaseView) -> Sequence[Evidence]:
    """The documents of a case as the answers have it; all that its definition knows where the plan has it no more."""
    planned = next(
        (one for one in journey.plan.procedures if (one.id, one.subject) == (case.procedure, case.subject)), None
    )
    return planned.evidence if planned is not None else journey.event.by_id[case.procedure].definition.evidence


def moment_day(case: CaseView) -> str:
    """The first day on which the counter can be visited."""
    return moment(datetime.combine(case.state.opens, time())) if case.state.opens else ""


@blueprint.post("/cases/<int:n>/visit")
@shell.personal
def visit(n: int) -> Any:
    """Go to the counter (simulated): everything that waits at that office is done in one visit."""
    case = _case(n)
    before = {one.n: one.state.state for one in _here().cases()}
    try:
        _here().visit(n)
    except VisitRefused as refused:
        flash(str(refused), "warning")
        return redirect(url_for("cases.one", n=case.n), 303)
    done = sum(1 for one in _here().cases() if before.get(one.n) is not one.state.state)
    flash(_("窓口へ行きました。{n}つの手続が進みました", n=done), "done")
    return redirect(url_for("cases.one", n=case.n), 303)


@blueprint.post("/cases/<int:n>/send-again")
@shell.personal
def send_again(n: int) -> Any:
    """Send what was given up once more, with the same key: an office that has it already does not get it twice."""
    case = _case(n)
    _here().send_again(case.n)
    sent = _case(n).arrival_number
    flash(_("送りました") if sent else _("まだ返事がありません。自動で送り続けます"), "done" if sent else "warning")
    return redirect(url_for("cases.one", n=case.n), 303)


@blueprint.route("/cases/<int:n>/withdraw", methods=["GET", "POST"])
@shell.personal
def withdraw(n: int) -> Any:
    """Take a case back, after saying what that means."""
    here, case = _here(), _case(n)
    if not case.may("withdrawn"):
        return redirect(url_for("cases.one", n=n), 303)
    if request.method == "POST":
        here.withdraw(n)
        if _case(n).state.state is State.WITHDRAWN:
            flash(_("取り下げました"), "done")
        else:
            flash(_("取り下げられませんでした。窓口が先に決めました"), "warning")
        return redirect(url_for("cases.one", n=n), 303)
    waiting = [caseviews.title(here, other) for other in here.cases() if n in other.waits_for]
    return render_template(
        "cases/withdraw.html",
        n=n,
        title=caseviews.title(here, case),
        short_title=gettext(caseviews.definition(here, case).title),
        office_name=caseviews.office(here, case),
        waiting=waiting,
    )


def _refile(journey: Journey, case: CaseView) -> str | None:
    """Where what was taken back or refused can be filed again; None where nothing stands open."""
    if case.state.state not in UNDONE:
        return None
    again = any((one.id, one.subject) == (case.procedure, case.subject) for one in outbox.fileable(journey))
    return url_for("review.review_page", n=journey.n) if again else None
