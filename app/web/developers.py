"""For developers: which services there are and what they offer, and faults within one's own world. Reading needs no sign-in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from flask import (
    Blueprint,
    abort,
    flash,
    get_flashed_messages,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from app.formats import full_date
from app.gateway.base import ServiceDown, ServiceError
from app.gateway.simulation import Health, Simulation, ask_all
from app.i18n import current_tag
from app.i18n import gettext as _
from app.mynumber_guard import looks_real
from app.web import apidocs, errors, shell
from app.web.faultviews import SERVICES, FaultForm, described, key, kind_text, place_text, service_title

blueprint = Blueprint("developers", __name__, url_prefix="/developers")

STATES = {
    "ready": "動いています。",
    "unready": "動いていますが、要るものが足りません。",
    "up": "動いています。要るものがそろっているかは分かりません。",
    "down": "つながりません。",
    "strange": "返事が読めません。",
}
NOTICES = {
    "fault-on": "こわしました",
    "fault-off": "やめました",
    "faults-off": "すべて直しました",
}
LONGEST = 7.0  # real seconds for a page that asks all services
GLANCE = 3.5  # real seconds for one question to all
View = TypeVar("View", bound=Callable[..., Any])


def with_world(view: View) -> View:
    """A page of one's own world: without one it leads to the start, and back from there."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if shell.world() is None:
            session["back_to"] = url_for("developers.faults")
            return redirect(url_for("start.choose"), 303)
        return view(*args, **kwargs)

    return cast(View, guarded)


def _service_or_404(name: str) -> Simulation:
    found = shell.context().services.get(name)
    if found is None:
        abort(404)
    return found


# --- what there is --------------------------------------------------------------------------------------------------------
def _look(service: Simulation) -> tuple[Health, dict[str, Any] | None]:
    health = service.health()
    if health.state in ("down", "strange"):
        return health, None
    try:
        return health, service.document()
    except ServiceError:
        return health, None


@blueprint.get("")
def overview() -> Any:
    """Every service with its state now, the tiers, test clients, and how to change all this."""
    context, here = shell.context(), shell.world()
    seen = ask_all(context.services, _look, LONGEST)
    rows = [
        {"name": name, "title": service_title(name), **_row(name, service, seen[name] or (Health("down"), None))}
        for name, service in context.services.items()
    ]
    clients = [
        [
            apidocs.code(one.client_id),
            one.name,
            apidocs.codes(one.scopes),
            apidocs.codes(one.redirects) or _("ありません"),
        ]
        for one in context.clients
    ]
    today = full_date(here.today, current_tag()) if here else None
    return render_template("developers/overview.html", rows=rows, clients=clients, today=today)


def _row(name: str, service: Simulation, seen: tuple[Health, dict[str, Any] | None]) -> dict[str, Any]:
    health, document = seen
    facts = [
        {"name": _("まねるもの"), "value": _(SERVICES[name][1]) if name in SERVICES else name},
        {"name": _("アドレス"), "value": apidocs.code(service.base_url)},
        {"name": _("いまの状態"), "lines": _state(health)},
        {"name": _("別のところにあるときの設定"), "value": apidocs.code(f"HITOMADO_{name.upper()}_URL")},
    ]
    if document is not None:
        counted = [_("{tier}は{n}つ", tier=tier, n=n) for tier, n in apidocs.count(document).items()]
        assumed = sum(bool(one.assumptions) for one in apidocs.operations(document))
        told = [_("{n}つの操作にあります", n=assumed)] if assumed else []
        if any(apidocs.assumptions(text) for text in apidocs.paragraphs(document)):
            told.append(_("サービス全体の説明にあります"))
        facts[3:3] = [
            {"name": _("操作の数"), "value": _("、").join(counted)},
            {"name": _("仮定"), "lines": told or [_("ありません")]},
        ]
    return {"facts": facts, "described": document is not None}


def _state(health: Health) -> list[str]:
    wrong = sorted(name for name, told in health.checks.items() if told != "ok")
    missing = [_("足りないもの：{names}。", names=_("、").join(wrong))] if wrong else []
    return [_(STATES[health.state]), *missing]


@blueprint.get("/openapi/<name>.json")
def openapi(name: str) -> Any:
    """The OpenAPI document of a service, under this site's own address."""
    service = _service_or_404(name)
    try:
        document = service.document()
    except ServiceError as error:
        title = f"{service.service}: {type(error).__name__}"
        answer = jsonify(type="urn:hitomado:problem:service-down", title=title, status=503)
        answer.status_code, answer.mimetype = 503, "application/problem+json"
        return answer
    return jsonify({"servers": [{"url": service.base_url}], **document})


@blueprint.get("/services/<name>")
def one_service(name: str) -> Any:
    """One service: what it says of itself, its place in one's own world, and its operations as a table."""
    service, here = _service_or_404(name), shell.world()
    health, document = _look(service)
    found = apidocs.operations(document) if document else ()
    rows = [
        [
            apidocs.address(one.method, one.path),
            one.tier or _("ありません"),
            apidocs.english(one.summary),
            apidocs.english(" ".join(one.assumptions)) or _("ありません"),
        ]
        for one in found
    ]
    paragraphs = apidocs.paragraphs(document) if document else []
    return render_template(
        "developers/service.html",
        name=name,
        title=service_title(name),
        facts=_row(name, service, (health, document))["facts"]
        + (_in_world(service, here.id, here.now) if here else []),
        paragraphs=paragraphs,
        rows=rows,
        described=document is not None,
    )


def _in_world(service: Simulation, world: str, now: datetime) -> list[dict[str, Any]]:
    """Clock and log of one's own world there."""
    try:
        clock = service.clock(world, now)
        audit = service.audit(world, now)
    except ServiceError:
        return []
    shown = full_date(clock.date(), current_tag()) if clock else _("まだ始まっていません")
    kept = _("{n}行あります。書きかえられていません。", n=len(audit.entries))
    changed = _("{n}行あります。書きかえられた行があります。", n=len(audit.entries))
    return [
        {"name": _("あなたの練習の日付"), "value": shown},
        {"name": _("あなたの練習の記録"), "value": kept if audit.intact else changed},
    ]


# --- faults ---------------------------------------------------------------------------------------------------------------
@blueprint.get("/faults")
@with_world
def faults() -> Any:
    """What is broken in one's own world, and what can be broken."""
    notice = next((NOTICES[one] for one in get_flashed_messages() if one in NOTICES), None)
    return _faults_page({"kind": "done", "heading": _(notice)} if notice else None)


def _faults_page(notice: dict[str, Any] | None, status: int = 200) -> Any:
    services, (world, now) = shell.context().services, _here()
    found = ask_all(services, lambda service: service.faults(world, now), GLANCE)
    rows = [
        {
            "name": name,
            "title": service_title(name),
            "silent": found[name] is None,
            "faults": [
                {
                    "key": key(one),
                    "title": _("{place}：{kind}", place=place_text(one.target), kind=kind_text(one.kind)),
                    "about": described(one),
                }
                for one in found[name] or ()
            ],
        }
        for name in services
    ]
    total = sum(len(found[name] or ()) for name in services)
    return render_template("developers/faults.html", rows=rows, total=total, notice=notice), status


def _here() -> tuple[str, datetime]:
    here = shell.world()
    assert here is not None
    return here.id, here.now


@blueprint.route("/faults/<name>", methods=["GET", "POST"])
@with_world
def break_one(name: str) -> Any:
    """The form that breaks one service."""
    service, (world, now) = _service_or_404(name), _here()
    if any(looks_real(value) for value in request.form.values()):
        return errors.real_number(url_for("developers.break_one", name=name))
    try:
        form = FaultForm(service.document(), request.form)
    except ServiceError:
        body = ["この練習の、ほかのところは変わっていません。"]
        links = [(_("もう一度ためす"), url_for("developers.break_one", name=name)), (_("こわしたものの一覧へ"), url_for("developers.faults"))]  # fmt: skip
        return errors.page(503, _("{service}につながりません", service=service_title(name)), body, links)
    notice, status = None, 200
    if request.method == "POST":
        wanted, status = form.read(), 422
        if wanted is not None:
            try:
                service.set_faults(world, now, [*service.faults(world, now), wanted])
                flash("fault-on")
                return redirect(url_for("developers.faults"), 303)
            except ServiceError as error:
                notice, status = _not_changed(name, error), 503
    return render_template(
        "developers/break.html",
        name=name,
        title=service_title(name),
        form=form.fields(),
        errors=form.errors,
        notice=notice,
    ), status


def _not_changed(name: str, error: ServiceError) -> dict[str, Any]:
    """What did not work, and that nothing is lost."""
    why = _("{service}につながりません", service=service_title(name))
    refused = _("{service}が受け付けませんでした", service=service_title(name))
    return {"kind": "problem", "heading": why if isinstance(error, ServiceDown) else refused, "body": _("何も変わっていません。")}  # fmt: skip


@blueprint.post("/faults/<name>/mend")
@with_world
def mend_one(name: str) -> Any:
    """End one fault; one that is not there any more is no mistake."""
    service, (world, now) = _service_or_404(name), _here()
    try:
        found = list(service.faults(world, now))
        place = next((n for n, one in enumerate(found) if key(one) == request.form.get("fault")), None)
        if place is not None:
            del found[place]
            service.set_faults(world, now, found)
    except ServiceError as error:
        return _faults_page(_not_changed(name, error), 503)
    flash("fault-off")
    return redirect(url_for("developers.faults"), 303)


@blueprint.post("/faults/mend")
@with_world
def mend_all() -> Any:
    """End every fault of the world."""
    services, (world, now) = shell.context().services, _here()

    def mend(service: Simulation) -> bool:
        service.set_faults(world, now, ())
        return True

    done = ask_all(services, mend, GLANCE)
    silent = [service_title(name) for name in services if not done[name]]
    if silent:
        heading = _("{services}につながりません", services=_("、").join(silent))
        return _faults_page({"kind": "problem", "heading": heading, "body": _("ほかは、すべて直しました。")}, 503)
    flash("faults-off")
    return redirect(url_for("developers.faults"), 303)
