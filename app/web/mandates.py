"""Mandates (委任): for whom the person may act and on what ground, who may act for them, and how that ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app.formats import full_date
from app.gateway.base import ServiceError
from app.gateway.mandates import Held, Mandate
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import shell
from app.web.notices import flashed
from app.web.start import user_token
from app.world.worlds import World

blueprint = Blueprint("mandates", __name__)

GROUNDS = {
    "household": "同じ世帯の人",
    "guardian": "親権者・後見人として（法律で決まっています）",
    "kin": "亡くなった方の家族として（法律で決まっています）",
    "mandate": "本人から頼まれて（委任）",
}


@blueprint.route("/my-data/mandates", methods=["GET", "POST"])
@shell.personal
def overview() -> Any:
    """Both directions; a form to ask somebody of the household."""
    here, token = _here(), user_token()
    if token is None:
        return render_template("mandates/no_card.html")
    try:
        if request.method == "POST":
            _act(here, token)
            return redirect(url_for("mandates.overview"), 303)
        held = here.context.mynumber.mandates.read(here.id, here.now, token)
    except ServiceError:
        return render_template("mandates/down.html"), 503
    me = here.household.roles["applicant"]
    given = [one for one in held.mandates if one.giver == me]
    holding = [one for one in given if one.withdrawn_at is None]
    return render_template(
        "mandates/overview.html",
        may=_may(here, held, me),
        given=[_row(here, one) for one in given],
        candidates=_candidates(here, me, {one.delegate for one in holding}),
        notice=flashed(),
    )


def _here() -> World:
    here = shell.world()
    assert here is not None
    return here


def _act(here: World, token: str) -> None:
    """Give or take back, as the pressed button says; what names nobody changes nothing."""
    mandates, me = here.context.mynumber.mandates, here.household.roles["applicant"]
    delegate, place = request.form.get("give", ""), request.form.get("withdraw", "")
    if delegate in dict(_candidates(here, me, set())):
        mandates.give(here.id, here.now, token, delegate)
        flash(_("{who}に、代わりに手続することを頼みました", who=_name(here, delegate)), "done")
    elif place.isdecimal():
        held = mandates.read(here.id, here.now, token).mandates
        given = [one for one in held if one.giver == me]
        if int(place) < len(given) and given[int(place)].withdrawn_at is None:
            mandates.withdraw(here.id, here.now, token, given[int(place)].id)
            flash(_("{who}に頼むのをやめました", who=_name(here, given[int(place)].delegate)), "done")


def _name(here: World, subject: str) -> str:
    name = here.household.held.get((subject, "name"))
    return _("{name}さん", name=name) if name else _("もう1人")


def _may(here: World, held: Held, me: str) -> list[dict[str, str]]:
    """Everybody the person may act for; things that belong to the household are left out."""
    return [
        {"who": _name(here, subject), "ground": gettext(GROUNDS[ground])}
        for subject, ground in held.grounds.items()
        if subject != me and ground in GROUNDS and here.household.kinds.get(subject) == "person"
    ]


def _candidates(here: World, me: str, already: set[str]) -> list[tuple[str, str]]:
    return [
        (subject, _name(here, subject))
        for subject, kind in here.household.kinds.items()
        if kind == "person" and subject != me and subject not in already
    ]


def _row(here: World, one: Mandate) -> dict[str, str]:
    def day(moment: str) -> str:
        return full_date(datetime.fromisoformat(moment).date(), current_tag())

    since = _("{day}から", day=day(one.given_at)) if one.given_at else _("はじめから")
    until = _("{day}にやめました", day=day(one.withdrawn_at)) if one.withdrawn_at else ""
    return {"who": _name(here, one.delegate), "since": since, "until": until}
