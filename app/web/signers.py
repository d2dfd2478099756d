"""Who signs for themselves: who has, who has not, and the links that are handed over. What becomes of a link stands in `confirm`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from app.engine.capacity import signs_apart
from app.engine.lifecycle import ENDS
from app.engine.planner import PlannedProcedure
from app.formats import full_date
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import caseviews, once, reviewing, shell
from app.web.come_back import qr
from app.web.notices import flashed
from app.web.words import who
from app.world import applications, invitations, outbox
from app.world.invitations import Invitation
from app.world.journeys import Journey
from app.world.outbox.inviting import HOLDING
from app.world.views import CaseView
from app.world.worlds import World

blueprint = Blueprint("signers", __name__)
OPEN = (*HOLDING, "expired")
"""Standings in which somebody can be given a link."""
LINK = "signer_link"


# --- for other pages ------------------------------------------------------------------------------------------------------------
def offices(journey: Journey) -> list[reviewing.Office]:
    """The offices to which something goes with the applicant's own signature."""
    found = []
    for office in reviewing.offices(journey):
        own = tuple(one for one in office.planned if not signs_apart(journey.plan, one))
        if own:
            found.append(replace(office, planned=own))
    return found


def others(journey: Journey) -> str:
    """Names of those whose part the next signature does not cover; empty where it covers all."""
    return _names(journey, [one.subject or "" for one in outbox.apart(journey)])


def summary(journey: Journey) -> dict[str, str] | None:
    """One line for the plan; None where nobody beside the applicant signs."""
    found = [one for one in journey.plan.by_verdict["required"] if signs_apart(journey.plan, one)]
    if not found:
        return None
    title = _("、").join(dict.fromkeys(gettext(one.compiled.definition.title) for one in found))
    names = _names(journey, [one.subject or "" for one in found])
    text = _("{title}は、{names}も、それぞれ自分で署名します。", title=title, names=names)
    return {"text": text, "href": url_for("signers.page", n=journey.n)}


def of_case(here: World, journey: Journey, case: CaseView) -> dict[str, str] | None:
    """Who signs a case, in words; None where it is the applicant for all."""
    if caseviews.definition(here, case).signed_by is None:
        return None
    text = said(here, journey, case) or caseviews.waiting_text(here, case) or _("窓口で本人だと示します")
    return {"text": text, "href": url_for("signers.page", n=journey.n)}


def said(here: World, journey: Journey, case: CaseView) -> str:
    """Who has signed a case, where each person signs for themselves; empty elsewhere, and before."""
    sent = applications.sent(here, case)
    if sent.signer is None or sent.signed is None:
        return ""
    day = full_date(sent.signed.at.date(), current_tag())
    return _("{day}に、{who}が自分で署名しました", day=day, who=who(journey, sent.signer))


def _names(journey: Journey, subjects: Sequence[str]) -> str:
    return _("、").join(dict.fromkeys(who(journey, one) for one in subjects))


# --- the page -----------------------------------------------------------------------------------------------------------------------
@blueprint.get("/journeys/<int:n>/signers")
@shell.personal
def page(n: int) -> Any:
    """Everybody who signs, procedure by procedure; the link that was just made, once."""
    here, journey = _here(n)
    here.deliver()
    groups = _groups(here, journey)
    rows = [row for group in groups for row in group["rows"]]
    return render_template(
        "signers/page.html",
        n=n,
        event_title=gettext(journey.event.definition.title),
        filed=here.submitted_at(n) is not None,
        groups=groups,
        signed=sum(row["standing"] == "signed" for row in rows),
        total=len(rows),
        may_ask=_may_ask(here, journey),
        link=_link(here, journey),
        days=invitations.LIFE.days,
        notice=flashed(),
    )


@blueprint.post("/journeys/<int:n>/signers")
@shell.personal
def ask(n: int) -> Any:
    """Ask for signatures that became possible, or possible again, after the applicant's own."""
    here, journey = _here(n)
    if _may_ask(here, journey):
        transaction = f"apart-{journey.n}-{journey.version}"
        outbox.prepare(here.context, journey, transaction, outbox.only_apart(journey))
        outbox.file(here.context, journey, transaction, None)
        here.deliver()
        flash(_("署名を頼めるようになりました"), "done")
    return redirect(url_for("signers.page", n=n), 303)


@blueprint.post("/journeys/<int:n>/signers/<int:case>/link")
@shell.personal
def link(n: int, case: int) -> Any:
    """A new link for one person; the one before leads nowhere from now on."""
    here, journey = _here(n)
    if _invitation(here, journey, case) is not None:
        token = invitations.offer(here, case)
        if token is not None:
            once.keep(here, LINK, [case, token])
            return redirect(url_for("signers.page", n=n) + "#link", 303)
    return redirect(url_for("signers.page", n=n), 303)


@blueprint.post("/journeys/<int:n>/signers/<int:case>/counter")
@shell.personal
def counter(n: int, case: int) -> Any:
    """One person goes to the counter instead of signing with a card."""
    here, journey = _here(n)
    found = _invitation(here, journey, case)
    if found is not None and invitations.to_counter(here, case):
        flash(_("{who}は、窓口で確かめます", who=who(journey, found.subject)), "done")
    return redirect(url_for("signers.page", n=n), 303)


def _here(n: int) -> tuple[World, Journey]:
    here, journey = shell.world(), shell.journey_or_404(n)
    assert here is not None
    return here, journey


def _invitation(here: World, journey: Journey, case: int) -> Invitation | None:
    """One that can be answered, of this journey."""
    found = (one for one in invitations.asked(here, journey.n) if one.case == case and one.standing in OPEN)
    return next(found, None)


def _may_ask(here: World, journey: Journey) -> bool:
    """Whether all that is left to file is what others sign. Before the applicant's own signature that files it as well."""
    return here.submitted_at(journey.n) is not None and not journey.plan.pages and bool(outbox.apart(journey))


def _link(here: World, journey: Journey) -> dict[str, Any] | None:
    kept = once.take(here, LINK)
    found = _invitation(here, journey, kept[0]) if kept else None
    if found is None or found.expires_on is None:
        return None
    address = url_for("confirm.arrive", token=kept[1], _external=True)
    name = who(journey, found.subject)
    return {
        "who": name,
        "address": address,
        "code": qr(address, _("リンクの四角い模様（QRコード）。下のリンクと同じです")),
        "until": full_date(found.expires_on, current_tag()),
    }


# --- rows ---------------------------------------------------------------------------------------------------------------------------
def _groups(here: World, journey: Journey) -> list[dict[str, Any]]:
    """A group for each procedure that each person signs: what was filed, then what is still to be filed."""
    asked = {one.case: one for one in invitations.asked(here, journey.n)}
    cases = {(one.procedure, one.subject): one for one in here.cases() if one.journey == journey.n}
    rows: dict[str, list[dict[str, Any]]] = {}
    for case in cases.values():
        if caseviews.definition(here, case).signed_by is not None:
            rows.setdefault(case.procedure, []).append(_row(here, journey, case, asked.get(case.n)))
    for planned in journey.plan.by_verdict["required"]:
        filed = (planned.id, planned.subject) in cases
        if planned.compiled.definition.signed_by is not None and not filed:
            rows.setdefault(planned.id, []).append(_not_yet(journey, planned))
    return [
        {
            "title": gettext(journey.event.by_id[id_].definition.title),
            "summary": gettext(journey.event.by_id[id_].definition.summary),
            "rows": some,
        }
        for id_, some in rows.items()
    ]


def _row(here: World, journey: Journey, case: CaseView, asked: Invitation | None) -> dict[str, Any]:
    name, signed = who(journey, case.subject or ""), said(here, journey, case)
    standing = "signed" if signed else asked.standing if asked else "ended" if case.state.state in ENDS else "counter"
    office = here.context.library.authorities.get(case.authority)
    return {
        "who": name,
        "case": case.n,
        "href": url_for("cases.one", n=case.n),
        "standing": standing,
        "text": signed or _standing_text(standing, asked),
        "open": asked is not None and standing in OPEN,
        "made": asked is not None and asked.expires_on is not None,
        "reason": _reason(journey, case) if standing == "counter" else "",
        "office": office.counter if office and standing in ("counter", "refused", *OPEN) else None,
    }


def _not_yet(journey: Journey, planned: PlannedProcedure) -> dict[str, Any]:
    own = not signs_apart(journey.plan, planned)
    text = _("まだ提出していません。") if own else _("まだ頼んでいません。")
    return {"who": who(journey, planned.subject or ""), "standing": "not_yet", "text": text, "open": False}


def _standing_text(standing: str, asked: Invitation | None) -> str:
    words = {
        "refused": _("同意しませんでした。理由は聞いていません。"),
        "expired": _("まだ署名していません。リンクの期限が過ぎました。"),
        "counter": _("署名のかわりに、窓口で本人だと示します。"),
        "gone": _("取り下げました。"),
        "ended": _("取り下げたか、終わりになりました。"),
    }
    if standing in words:
        return words[standing]
    if asked is None or asked.expires_on is None:
        return _("まだ署名していません。リンクは、まだ作っていません。")
    return _("まだ署名していません。リンクは{day}まで使えます。", day=full_date(asked.expires_on, current_tag()))


def _reason(journey: Journey, case: CaseView) -> str:
    """Why somebody goes to the counter, where the law says so."""
    planned = journey.plan.find(case.procedure, case.subject)
    return gettext(planned.channel[1]) if planned is not None and planned.channel[0] == "visit" else ""
