"""Stage 5: one signature at the identity provider, filing, and the receipt."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, session, url_for

from app import i18n
from app.engine.facts import NOT_YET
from app.gateway.base import ServiceDown
from app.i18n import gettext
from app.i18n import gettext as _
from app.points import reach
from app.web import capacities, corrections, receipts, reviewing, shell, signers, signing
from app.web.errors import page, stale
from app.world import outbox
from app.world.journeys import Journey
from app.world.worlds import World

blueprint = Blueprint("sign", __name__)


def _here(n: int) -> tuple[World, Journey]:
    here, journey = shell.world(), shell.journey_or_404(n)
    assert here is not None
    return here, journey


def _event(journey: Journey) -> str:
    return gettext(journey.event.definition.title)


def obstacle(journey: Journey) -> str:
    """Why this person cannot sign: no card shown, or a certificate that does not work. Empty when they can."""
    if not session.get("token"):
        return _("マイナンバーカードを使わずに始めたため、署名できません。")
    state = journey.value("applicant", "signing_certificate")
    words = {
        "expired": "署名用電子証明書の有効期限が切れています。市の窓口で新しくできます。",
        "revoked": "署名用電子証明書が使えなくなっています。市の窓口で新しくできます。",
        "none": "署名用電子証明書がありません。市の窓口で作れます。",
    }
    return _(words[state]) if state != NOT_YET and state in words else ""


# --- before the signature -----------------------------------------------------------------------------------------------
@blueprint.get("/journeys/<int:n>/sign")
@shell.personal
def sign_page(n: int) -> Any:
    """What the signature does, and what goes where."""
    here, journey = _here(n)
    package = outbox.pack(journey)
    if not package.applications:
        if package.apart:
            return redirect(url_for("signers.page", n=n), 303)
        if here.submitted_at(n):
            return render_template("review/done.html", n=n, event_title=_event(journey))
        return redirect(url_for("review.review_page", n=n), 303)
    if journey.plan.pages:
        return redirect(url_for("review.review_page", n=n), 303)
    return render_template(
        "sign/sign.html",
        n=n,
        event_title=_event(journey),
        count=outbox.count(package),
        offices=[
            (office.name, reviewing.procedure_titles(journey, office.planned)) for office in signers.offices(journey)
        ],
        before=_before_filing(journey),
        others=signers.others(journey),
        capacities=capacities.of(journey, outbox.fileable(journey)),
        obstacle=obstacle(journey),
        unsigned=_unsigned(journey),
    )


def _before_filing(journey: Journey) -> list[tuple[str, list[str]]]:
    """What each procedure sets off by being filed, as (title, texts), each procedure once."""
    found = {one.id: one.compiled.definition for one in outbox.fileable(journey)}
    return [
        (gettext(one.title), [gettext(text) for text in one.before_filing])
        for one in found.values()
        if one.before_filing
    ]


def _unsigned(journey: Journey) -> dict[str, int]:
    """How many procedures would go to a counter without a signature, and how many still go online."""
    package = outbox.pack(journey, signed=False)
    modes: dict[str, set[str]] = {"visit": set(), "online": set()}
    for application in package.applications:
        modes.setdefault(application["channel"], set()).add(application["procedure"])
    return {mode: len(ids) for mode, ids in modes.items()}


@blueprint.post("/journeys/<int:n>/sign")
@shell.personal
def start(n: int) -> Any:
    """Keep what is to be signed, announce it, and send the browser to the identity provider."""
    _world, journey = _here(n)
    package = outbox.pack(journey)
    if not package.applications or journey.plan.pages or obstacle(journey):
        return redirect(url_for("sign.sign_page", n=n), 303)
    lines = [
        (office.name, title)
        for office in signers.offices(journey)
        for title in reviewing.procedure_titles(journey, office.planned)
    ]
    title = _("{event}：{n}の手続", event=_event(journey), n=outbox.count(package))
    try:
        return signing.go(
            package.digest,
            title,
            lines,
            lambda transaction: outbox.prepare(shell.context(), journey, transaction, package),
            n=n,
        )
    except ServiceDown:
        return _down(n)


# --- after the signature ------------------------------------------------------------------------------------------------
@blueprint.get("/sign/return")
@shell.personal
def come_back() -> Any:
    """The provider sends the browser back: fetch the signature, file, deliver. A reload files nothing again."""
    flow = session.pop("signing", None)
    here = shell.world()
    if flow is None or here is None:
        return redirect(url_for("home.home"), 303)
    i18n.use(flow["tag"], session.get("furigana") == "on")
    n, journey = flow["n"], shell.journey_or_404(flow["n"])
    paths = {
        name: signing.in_language(flow["tag"], url_for(f"sign.{name}", n=n))
        for name in ("sign_page", "receipt", "without_signature")
    }
    try:
        signature = signing.signature_of(flow)
    except signing.NotSigned as failed:
        if "case" in flow:
            return corrections.not_signed(flow, failed.why)
        return _failed(journey, failed.why, paths)
    except ServiceDown:
        return corrections.down(flow["case"]) if "case" in flow else _down(n)
    reach("sign.after-result")
    if "case" in flow:
        return corrections.signed(flow, signature)
    filed = outbox.file(shell.context(), journey, flow["transaction"], signature.as_dict())
    here.forget()
    if not filed and not here.submitted_at(n):
        return stale([], signing.in_language(flow["tag"], url_for("review.review_page", n=n)))
    here.deliver()
    return redirect(paths["receipt"], 303)


@blueprint.post("/journeys/<int:n>/sign/without")
@shell.personal
def without_signature(n: int) -> Any:
    """File without a signature: public procedures are prepared for the counter, private notices go online."""
    here, journey = _here(n)
    package = outbox.pack(journey, signed=False)
    if package.applications and not journey.plan.pages:
        transaction = secrets.token_urlsafe(24)
        outbox.prepare(shell.context(), journey, transaction, package)
        outbox.file(shell.context(), journey, transaction, None)
        here.deliver()
    return redirect(url_for("sign.receipt", n=n), 303)


def _failed(journey: Journey, why: str, paths: dict[str, str]) -> Any:
    """Not signed: what happened, what is kept, and the ways on."""
    title, body = signing.FAILURES.get(why, signing.OTHER)
    return render_template("sign/failed.html", title=_(title), body=body, paths=paths, event_title=_event(journey))


def _down(n: int) -> Any:
    body = ["模擬 デジタル認証アプリから返事がありません。何も提出していません。入力した内容は残っています。"]
    links = [
        (_("もう一度、署名に進む"), url_for("sign.sign_page", n=n)),
        (_("手続の計画を見る"), url_for("plan.plan_page", n=n)),
    ]
    return page(503, _("いまは署名できません"), body, links)


# --- the receipt --------------------------------------------------------------------------------------------------------
@blueprint.get("/journeys/<int:n>/submission")
@shell.personal
def submission(n: int) -> Any:
    """The old name of the receipt."""
    return redirect(url_for("sign.receipt", n=n), 303)


@blueprint.get("/journeys/<int:n>/receipt")
@shell.personal
def receipt(n: int) -> Any:
    """What left, what waits, what comes, and what is to be done. Can be opened for ever."""
    here, journey = _here(n)
    if here.submitted_at(n) is None:
        return redirect(url_for("review.review_page", n=n), 303)
    cases = [case for case in here.cases() if case.journey == n]
    return render_template(
        "sign/receipt.html", n=n, event_title=_event(journey), **receipts.content(here, journey, cases)
    )
