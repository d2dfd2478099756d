"""The receipt: result in one sentence, what the person must do, what each office got, what was saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for

from app.engine.burden import measure
from app.engine.lifecycle import ENDS, State
from app.engine.planner import PlannedProcedure
from app.formats import full_date, short_date
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import caseviews, reviewing
from app.web.words import due_chip
from app.world import outbox
from app.world.journeys import Journey
from app.world.views import CaseView
from app.world.worlds import World

UNSIGNED_REASON = "署名用電子証明書で署名していないため、窓口で本人だと示します"


def content(here: World, journey: Journey, cases: list[CaseView]) -> dict[str, Any]:
    """Everything that the page `sign/receipt.html` shows."""
    sent = [case for case in cases if case.channel != "automatic"]
    arrived = _procedures(case for case in sent if case.arrival_number)
    sending = _procedures(case for case in sent if case.state.state is State.SENDING and not case.arrival_number)
    queued = _procedures(case for case in sent if case.state.state is State.QUEUED and not case.unsigned)
    refused = _procedures(case for case in sent if case.state.state is State.REJECTED and not case.arrival_number)
    given_up = _procedures(case for case in sent if case.state.state is State.UNDELIVERED)
    filed = here.submitted_at(journey.n)
    cost = measure(journey.plan)
    return {
        "heading": _heading(_procedures(sent), arrived, sending),
        "lead": _lead(arrived, sending, queued, refused, given_up),
        "filed": full_date(filed.date(), current_tag()) if filed else "",
        "filed_iso": filed.date().isoformat() if filed else "",
        "who": here.household.held.get((here.household.roles["applicant"], "name"), ""),
        "visits": _visits(here, journey, sent),
        "groups": _groups(here, sent),
        "automatic": [caseviews.title(here, case) for case in cases if case.channel == "automatic"],
        "cost": cost,
        "left_out": reviewing.not_filed(journey),
        "unsigned": sum(case.unsigned for case in sent),
        "more": len(outbox.fileable(journey)),
    }


def _procedures(cases: Iterable[CaseView]) -> int:
    """How many procedures; one for several people counts once."""
    return len({case.procedure for case in cases})


def _heading(all_: int, arrived: int, sending: int) -> str:
    if sending and not arrived:
        return _("署名しました。送信を待っています")
    return _("{n}の手続を提出しました", n=all_)


def _lead(arrived: int, sending: int, queued: int, refused: int, given_up: int) -> str:
    """まだ終わっていません first, then where everything is."""
    parts = [_("まだ終わっていません。各窓口が確かめます。")]
    if arrived:
        parts.append(_("{n}の手続は届きました。", n=arrived))
    if sending:
        parts.append(_("{n}の手続は送信を待っています。", n=sending))
    if queued:
        parts.append(_("{n}の手続は、先の手続が終わると自動で送ります。", n=queued))
    if refused:
        parts.append(_("{n}の手続は、窓口が受け取りませんでした。理由を見てください。", n=refused))
    if given_up:
        parts.append(_("{n}の手続は、送れませんでした。手続の状況から、もう一度送れます。", n=given_up))
    return "".join(parts) if current_tag().startswith("ja") else " ".join(parts)


def _visits(here: World, journey: Journey, cases: list[CaseView]) -> list[dict[str, Any]]:
    """Offices to go to: for what, from when, by when, what to bring. One entry an office."""
    found: dict[str, list[tuple[CaseView, PlannedProcedure | None]]] = {}
    for case in cases:
        if case.channel == "visit" and case.state.state not in ENDS:
            found.setdefault(case.authority, []).append((case, journey.plan.find(case.procedure, case.subject)))
    rows = []
    for authority, pairs in found.items():
        case, planned = min(pairs, key=lambda pair: _last_day(pair[1]))
        office = here.context.library.authorities.get(authority)
        opens = [one.state.opens for one, _planned in pairs if one.state.opens]
        rows.append(
            {
                "office": caseviews.office(here, case),
                "titles": reviewing.procedure_titles(journey, [one for _case, one in pairs if one])
                or list(dict.fromkeys(caseviews.title(here, one) for one, _planned in pairs)),
                "due": due_chip(planned.due, here.today, planned.compiled.definition.due.counting) if planned else None,
                "opens": short_date(min(opens), current_tag()) if opens else "",
                "counter": office.counter if office else None,
                "reasons": list(dict.fromkeys(_reason(one, planned) for one, planned in pairs)),
                "papers": [paper["name"] for paper in reviewing.papers(planned for _case, planned in pairs if planned)],
                "href": url_for("cases.one", n=case.n),
            }
        )
    return sorted(rows, key=lambda row: row["due"]["iso"] if row["due"] else "9999")


def _last_day(planned: PlannedProcedure | None) -> str:
    due = planned.due if planned else None
    return due.last.isoformat() if due and due.last else "9999"


def _reason(case: CaseView, planned: PlannedProcedure | None) -> str:
    """Why the visit stays: the definition's reason, or that nothing was signed."""
    if planned is not None and planned.channel[0] == "visit" and planned.channel[1]:
        return gettext(planned.channel[1])
    return _(UNSIGNED_REASON)


def _groups(here: World, cases: list[CaseView]) -> list[dict[str, Any]]:
    """Cases by how far they got, each with number or what it waits for."""
    headings = {
        "refused": "窓口が受け取らなかった手続",
        "arrived": "届いた手続",
        "sending": "送信を待っている手続",
        "undelivered": "送れなかった手続",
        "unsigned": "ほかの人の署名を待っている手続",
        "queued": "先の手続のあとに送る手続",
    }
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in headings}
    for case in cases:
        rows[_group(case)].append(_row(here, case))
    return [{"heading": _(text), "rows": rows[name]} for name, text in headings.items() if rows[name]]


def _group(case: CaseView) -> str:
    if case.arrival_number:
        return "arrived"
    if case.state.state is State.QUEUED:
        return "unsigned" if case.unsigned else "queued"
    groups = {State.SENDING: "sending", State.UNDELIVERED: "undelivered"}
    return groups.get(case.state.state, "refused")


def _row(here: World, case: CaseView) -> dict[str, Any]:
    waiting = caseviews.waiting_text(here, case)
    words = {
        "unsigned": waiting,
        "queued": waiting or _("先の手続が終わると、自動で送ります"),
        "sending": _("送信待ち。相手が止まっています。自動で送ります。2回は届きません"),
        "undelivered": _("返事がないため、送るのを止めました。もう一度送れます"),
        "refused": case.state.note or _("受け取りませんでした"),
    }
    return {
        "id": f"receipt-{case.n}",
        "procedure": caseviews.title(here, case),
        "office": caseviews.office(here, case),
        "number": case.arrival_number,
        "waiting": words.get(_group(case)),
        "state": caseviews.state_words(case),
        "expected": caseviews.expected_text(here, case) or None,
        "href": url_for("cases.one", n=case.n),
    }
