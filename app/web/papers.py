"""Papers to take along, as PDF: forms, receipt, plan, one's own data, and what offices issued. Nothing of them is kept by the site."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, redirect, url_for

from app.gateway.authorities import Paper
from app.gateway.base import ServiceError, ServiceRefused
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import caseviews, paperforms, papermydata, papersheets, shell
from app.world.journeys import Journey
from app.world.views import CaseView
from app.world.worlds import World

blueprint = Blueprint("papers", __name__)
NOT_IN_NAMES = str.maketrans(dict.fromkeys('/\\:*?"<>|;\r\n\t', "-"))
TITLES = {
    "receipt": "受付票",
    "decision": "決定通知書",
    "waiting": "保留通知書",
    "moving-out-certificate": "転出証明書情報",
    "residence-certificate": "住民票の写し",
}
"""What the offices' papers are called by their kind; what an office wrote itself keeps its own title."""
GLANCE = 1.5  # real seconds that a page waits to hear which papers there are
MOST_LETTERS = 80  # of a file name


def _here() -> World:
    here = shell.world()
    assert here is not None
    return here


def _case(n: int) -> CaseView:
    """A case of this visitor's own world; another one's looks like none."""
    case = _here().case(n)
    if case is None:
        abort(404)
    return case


def _journey(n: int) -> Journey:
    journey = _here().journey(n)
    if journey is None:
        abort(404)
    return journey


def file(content: bytes, name: str, plain: str, language: str) -> Response:
    """A PDF to save. `name`: in any script; `plain`: in ASCII, for what cannot read the other (RFC 6266)."""
    name = name.translate(NOT_IN_NAMES)[:MOST_LETTERS]
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}.pdf\"; filename*=UTF-8''{quote(name, safe='')}.pdf"
    )
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    return response


def _own(content: bytes, name: str, plain: str) -> Response:
    return file(content, name, plain, current_tag().partition("-")[0])


# --- a case --------------------------------------------------------------------------------------------------------------
@blueprint.get("/cases/<int:n>/form.pdf")
@shell.personal
def form(n: int) -> Any:
    """The official form, with what the office got."""
    case = _case(n)
    made = paperforms.form(_here(), case, url_for("cases.one", n=n, _external=True))
    title = caseviews.definition(_here(), case).title
    return file(made, f"{title}（模擬）", f"form-{n}", "ja")


@blueprint.get("/cases/<int:n>/papers/<name>.pdf")
@shell.personal
def issued(n: int, name: str) -> Any:
    """A paper that the office signed, byte for byte. `ServiceDown` where the office does not answer: the error page says so."""
    here, case = _here(), _case(n)
    if case.arrival_number is None:
        abort(404)
    papers = here.context.authorities
    found = next((one for one in papers.papers(here.id, here.now, case.arrival_number) if one.name == name), None)
    if found is None:
        abort(404)
    try:
        content = papers.paper(here.id, here.now, case.arrival_number, found.name)
    except ServiceRefused:
        abort(404)
    return file(content, f"{found.title}（模擬）", f"{case.arrival_number}-{found.name}", "ja")


def offered(case: CaseView) -> dict[str, Any]:
    """What a case's page offers: the form, the office's papers, and whether these could not be asked for now."""
    here, silent = _here(), False
    found: list[Paper] = []
    if case.arrival_number is not None:
        try:
            found = here.context.authorities.papers(here.id, here.now, case.arrival_number, timeout=GLANCE)
        except ServiceError:
            silent = True
    return {
        "form": (_("様式の控え（PDF）"), url_for("papers.form", n=case.n)),
        "issued": [
            (
                _("{title}（PDF）", title=gettext(TITLES.get(one.kind, one.title))),
                url_for("papers.issued", n=case.n, name=one.name),
            )
            for one in found
        ],
        "silent": silent,
    }


# --- a journey, and everything --------------------------------------------------------------------------------------------
@blueprint.get("/journeys/<int:n>/receipt.pdf")
@shell.personal
def receipt(n: int) -> Any:
    """The receipt of a submission; before it, the review."""
    journey = _journey(n)
    if _here().submitted_at(n) is None:
        return redirect(url_for("review.review_page", n=n), 303)
    return _own(papersheets.receipt(_here(), journey), _("提出の控え（模擬）"), f"receipt-{n}")


@blueprint.get("/journeys/<int:n>/plan.pdf")
@shell.personal
def plan(n: int) -> Any:
    """The plan to print."""
    return _own(papersheets.plan(_here(), _journey(n)), _("手続の計画（模擬）"), f"plan-{n}")


@blueprint.get("/my-data/export.pdf")
@shell.personal
def my_data() -> Any:
    """Everything that the site knows, to read."""
    return _own(papermydata.my_data(_here()), _("わたしの情報（模擬）"), "my-data")
