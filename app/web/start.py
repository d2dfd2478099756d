"""Choose whom to be, and show the simulated card."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from itertools import zip_longest
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for

from app.config import real_now
from app.engine.personas import Household
from app.gateway.base import ServiceDown, ServiceError
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.mynumber_guard import RealNumber
from app.web import shell
from app.web.errors import page, real_number
from app.web.forms.own_household import OwnHouseholdForm
from app.world import own_choices
from app.world.own_household import OWN, build
from app.world.worlds import World

blueprint = Blueprint("start", __name__)

FIRST = 5  # households on the first page: with the two other choices, no more than seven
OTHERS = "others"
OWN_EVENT = "moving"  # what a household of one's own is made for
RETURN = "/start/return"  # registered with the provider without a language prefix


# --- whom to be -----------------------------------------------------------------------------------------------------------
@blueprint.route("/start", methods=["GET", "POST"])
def choose() -> Any:
    """Choose a synthetic household; that makes a world of one's own."""
    households, chosen = shell.context().households, request.form.get("persona", "")
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        if chosen in households:
            return _enter(chosen)
        if chosen in (OTHERS, OWN):
            return redirect(url_for("start.own" if chosen == OWN else "start.others"), 303)
        errors = [("persona", _("だれとして試すか選んでください"))]
    field = {
        "name": "persona",
        "label": _("だれとして試しますか"),
        "value": chosen or None,
        "required": True,
        "errors": [text for _id, text in errors],
        "choices": [
            *((id_, _who(households[id_]), {"hint": _described(households[id_])}) for id_ in _introduced()),
            (OTHERS, _("ほかの家族から選ぶ"), {"hint": _("{n}の家族がいます。", n=len(households))}),
            (
                OWN,
                _("家族構成を自分で決める"),
                {"hint": _("年齢、子ども、仕事などを決めます。名前や番号は聞きません。")},
            ),
        ],
    }
    return render_template("start/choose.html", field=field, errors=errors, here=shell.world()), 422 if errors else 200


def _introduced() -> list[str]:
    """The households that stand on the first page: the events' examples in turn."""
    examples = [event.definition.examples for event in shell.context().library.events.values()]
    return [id_ for some in zip_longest(*examples) for id_ in some if id_ is not None][:FIRST]


@blueprint.get("/start/others")
def others() -> Any:
    """Every household, by the event that it is made for."""
    context = shell.context()
    groups = [
        (
            gettext(event.definition.title),
            [_entry(id_) for id_, one in context.households.items() if one.persona.event == name],
        )
        for name, event in context.library.events.items()
    ]
    return render_template("start/others.html", groups=groups, here=shell.world())


@blueprint.route("/start/own", methods=["GET", "POST"])
def own() -> Any:
    """Make up a household. What was chosen last stands there again, after a reset too: the same choices give the same household."""
    form = OwnHouseholdForm(request.form if request.method == "POST" else None, session.get("own"))
    try:
        if form.posted is not None and form.validate():
            return _enter_own(form.choices())
    except RealNumber:
        return real_number(url_for("start.own"))
    failed = form.errors()
    shown = render_template("start/own.html", form=form, errors=failed, bounds=own_choices, here=shell.world())
    return shown, 422 if failed else 200


def _enter_own(choices: own_choices.Choices) -> Any:
    """The world begins on the day of the guide household: the first example of its event."""
    context = shell.context()
    guide = context.households[context.library.events[OWN_EVENT].definition.examples[0]].persona
    session["own"] = choices.as_json()
    return _enter(build(choices, OWN_EVENT, guide.today), url_for("start.own"))


def _entry(id_: str) -> dict[str, str]:
    household = shell.context().households[id_]
    return {"id": id_, "who": _who(household), "described": _described(household)}


def _who(household: Household) -> str:
    person = household.roles["applicant"]
    name, born = household.held.get((person, "name"), ""), household.held.get((person, "birth_date"))
    return (
        _("{name}さん {n}歳", name=name, n=_age(born, household.persona.today))
        if isinstance(born, date)
        else _("{name}さん", name=name)
    )


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _described(household: Household) -> str:
    persona = household.persona
    return _("{title}。{summary}", title=gettext(persona.title), summary=gettext(persona.summary))


def _enter(persona: str | Mapping[str, Any], again: str = "") -> Any:
    """Make the world of a household file or of a household's data. An older one of this browser is left: it can be removed on its
    reset page only while it is current, so it goes now; one that this browser came into from another device stays with that device.
    ``again``: where to try once more when a service is silent."""
    old = shell.world()
    try:
        made = World.make(shell.context(), persona)
        if old is not None and "device" not in session:
            old.delete()
    except ServiceDown:
        body = ["模擬の窓口のシステムから返事がありません。まだ何も作っていません。"]
        return page(
            503,
            _("いまは始められません"),
            body,
            [
                (_("もう一度ためす"), again or url_for("start.choose")),
                (_("手続の説明だけ読む"), url_for("library.procedures")),
            ],
        )
    for name in ("until", "token", "token_until", "sign_in", "device"):
        session.pop(name, None)
    session["world"] = made.id
    return redirect(url_for("start.sign_in"), 303)


# --- the card -------------------------------------------------------------------------------------------------------------
@blueprint.get("/start/sign-in")
def sign_in() -> Any:
    """What happens next, before the person is sent to the identity provider."""
    here = shell.world()
    if here is None:
        return redirect(url_for("start.choose"), 303)
    return render_template("start/sign_in.html", card=here.household.persona.card, who=_who(here.household))


@blueprint.post("/start/sign-in")
def show_card() -> Any:
    """Push the request to the provider and send the browser there with nothing but its handle."""
    here = shell.world()
    if here is None:
        return redirect(url_for("start.choose"), 303)
    try:
        asked = shell.context().mynumber.identity.push_request(
            here.id, here.now, request.host_url.rstrip("/") + RETURN, language=current_tag()
        )
    except ServiceError:
        return _down()
    session["sign_in"] = asked.as_dict() | {"prefix": request.script_root}
    return redirect(asked.url, 303)


@blueprint.get(RETURN)
def come_back() -> Any:
    """The provider sends the browser back: a code to exchange, or what went wrong."""
    here, flow = shell.world(), session.pop("sign_in", None)
    if here is None:
        return redirect(url_for("start.choose"), 303)
    if flow is None or not secrets.compare_digest(request.args.get("state", ""), flow["state"]):
        return _failed("state")
    if "error" in request.args or "code" not in request.args:
        return _failed(request.args.get("error", ""))
    try:
        told = shell.context().mynumber.identity.exchange(here.id, here.now, request.args, flow)
    except ServiceDown:
        return _down()
    except ServiceError:
        return _failed("exchange")
    session["token"] = told.access_token
    session["token_until"] = int(real_now().timestamp()) + told.expires_in
    return _go_on(flow["prefix"])


@blueprint.post("/start/without-card")
def without_card() -> Any:
    """Go on without the card: nothing can be looked up, filing is at the counter."""
    if shell.world() is None:
        return redirect(url_for("start.choose"), 303)
    session.pop("token", None)
    session.pop("token_until", None)
    return _go_on(request.script_root)


def _go_on(prefix: str) -> Any:
    """Signed in: back to where the person came from, in the language that was chosen."""
    shell.extend_session()
    where = session.pop("back_to", "/")
    return redirect(where if where.startswith(f"{prefix}/") else prefix + where, 303)


def user_token() -> str | None:
    """The access token of this session while it is good for another minute; None without the card."""
    good = session.get("token_until", 0) > real_now().timestamp() + 60
    return session.get("token") if good else None


# --- what can go wrong ------------------------------------------------------------------------------------------------------
FAILURES = {
    "access_denied": (
        "カードで示すのをやめました",
        "まだ何も始まっていません。もう一度カードで示すか、カードを使わずに続けられます。",
    ),
    "state": (
        "この画面は古くなりました",
        "カードで示す操作が、この画面から始まったものだと確かめられませんでした。もう一度、最初から示してください。",
    ),
}
OTHER = (
    "カードで示せませんでした",
    "カードが使えないときや、電子証明書の期限が切れているときに起こります。カードを使わずに続けることもできます。",
)


def _failed(error: str) -> Any:
    title, body = FAILURES.get(error, OTHER)
    return render_template("start/failed.html", title=_(title), body=body)


def _down() -> Any:
    body = ["模擬 デジタル認証アプリから返事がありません。選んだ人はそのままです。"]
    return page(
        503,
        _("いまはカードで示せません"),
        body,
        [(_("もう一度ためす"), url_for("start.sign_in")), (_("ホームへ"), url_for("home.home"))],
    )
