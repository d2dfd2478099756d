"""The choice before any look-up, the look-up, and what to do when a register does not answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, get_flashed_messages, redirect, render_template, request, session, url_for

from app.formats import full_date
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import shell
from app.web.journey_steps import present_page, unanswered_registers, undecided_registers
from app.web.start import user_token
from app.web.words import register_answer, titles
from app.world.journeys import Journey
from app.world.lookups import RegisterCost

blueprint = Blueprint("consent", __name__)

SHOWN = 4
NEVER_SEEN = ("診療の内容", "預金の残高", "マイナンバーそのもの")


def listed(texts: Iterable[str]) -> str:
    """Words in a row."""
    return _("、").join(texts)


def _shortened(texts: list[str]) -> str:
    if len(texts) <= SHOWN:
        return listed(texts)
    return _("{names} ほか{n}つ", names=listed(texts[:SHOWN]), n=len(texts) - SHOWN)


def _item_labels(journey: Journey, cost: RegisterCost) -> list[str]:
    found = (journey.event.vocabulary.item(*path.split(".", 1)) for path in cost.items)
    return list(dict.fromkeys(gettext(item.label) for item in found if item is not None))


def _rows(journey: Journey, costs: list[RegisterCost]) -> list[dict[str, Any]]:
    return [
        {
            "id": cost.register.id,
            "label": gettext(cost.register.label),
            "office": gettext(cost.register.office),
            "holds": gettext(cost.register.holds),
            "basis": gettext(cost.register.basis),
            "items": _item_labels(journey, cost),
            "shown": _shortened(_item_labels(journey, cost)),
            "uses": titles(journey, cost.procedures),
            "used_by": _shortened(titles(journey, cost.procedures)),
            "questions": cost.questions,
            "decision": journey.consents.get(cost.register.id, {}),
        }
        for cost in costs
    ]


def _closed(journey: Journey) -> Any:
    """A redirect where nothing can be asked any more or yet: after filing, and before the first questions are answered."""
    here = shell.world()
    assert here is not None
    if here.submitted_at(journey.n) or journey.open_triage:
        return redirect(present_page(journey, here), 303)
    return None


# --- the choice -------------------------------------------------------------------------------------------------------------
@blueprint.route("/journeys/<int:n>/consent", methods=["GET", "POST"])
@shell.personal
def ask(n: int) -> Any:
    """Ask all, choose, or none: three buttons of one weight, the cost of refusing beside them."""
    journey = shell.journey_or_404(n)
    if (elsewhere := _closed(journey)) is not None:
        return elsewhere
    choices = journey.consent_choices
    waiting = undecided_registers(journey)
    costs = waiting or list(choices.registers)
    if request.method == "POST":
        return _decided(journey, costs, request.form.get("consent", ""))
    context = {
        "event_title": gettext(journey.event.definition.title),
        "n": n,
        "rows": _rows(journey, costs),
        "few": choices.with_registers,
        "many": choices.without_registers,
        "unseen": listed([*(_(text) for text in NEVER_SEEN), *_left_out(journey, choices.registers)]),
    }
    if user_token() is None and waiting:
        return render_template("consent/no_card.html", **context)
    if not waiting:
        return render_template("consent/decided.html", on_href=url_for("triage.resume", n=n), **_decisions(context))
    return render_template("consent/ask.html", **context)


def _left_out(journey: Journey, asked: Iterable[RegisterCost]) -> list[str]:
    """Registers that nothing in this journey needs."""
    wanted = {cost.register.id for cost in asked}
    return [
        gettext(register.label) for register in journey.event.vocabulary.registers.values() if register.id not in wanted
    ]


def _decisions(context: dict[str, Any]) -> dict[str, Any]:
    for row in context["rows"]:
        decision = row["decision"]
        when = full_date(datetime.fromisoformat(decision["at"]).date(), current_tag())
        row["decided"] = (
            _("問い合わせる（{date}）", date=when)
            if decision["decision"] == "granted"
            else _("自分で入力する（{date}）", date=when)
        )
    return context


def _decided(journey: Journey, costs: list[RegisterCost], answer: str) -> Any:
    if answer == "choose":
        return redirect(url_for("consent.choose", n=journey.n), 303)
    if answer == "all":
        if user_token() is None:
            return _to_card(journey)
        return _ask_registers(journey, {cost.register.id: True for cost in costs})
    if answer == "none":
        return _ask_registers(journey, {cost.register.id: False for cost in costs})
    return redirect(url_for("consent.ask", n=journey.n), 303)


def _to_card(journey: Journey) -> Any:
    session["back_to"] = url_for("triage.resume", n=journey.n)
    return redirect(url_for("start.sign_in"), 303)


def _ask_registers(journey: Journey, decisions: dict[str, bool]) -> Any:
    """Record the decisions and ask at once; the page after it shows what came."""
    here = shell.world()
    assert here is not None
    journey.decide_consents(decisions)
    token = user_token()
    if any(decisions.values()) and token:
        journey.look_up(token)
        flash("asked")
        return redirect(url_for("consent.lookup", n=journey.n), 303)
    return redirect(present_page(journey, here), 303)


@blueprint.route("/journeys/<int:n>/consent/choose", methods=["GET", "POST"])
@shell.personal
def choose(n: int) -> Any:
    """One decision a register; nothing is chosen beforehand but what was decided before."""
    journey = shell.journey_or_404(n)
    if (elsewhere := _closed(journey)) is not None:
        return elsewhere
    if user_token() is None:
        return redirect(url_for("consent.ask", n=n), 303)
    rows = _rows(journey, list(journey.consent_choices.registers))
    errors: list[tuple[str, str]] = []
    answers = {row["id"]: request.form.get(f"register-{row['id']}") for row in rows}
    if request.method == "POST":
        errors = [
            (f"register-{row['id']}", _("{register}に問い合わせるかどうかを選んでください", register=row["label"]))
            for row in rows
            if answers[row["id"]] not in ("yes", "no")
        ]
        if not errors:
            return _ask_registers(journey, {id_: answer == "yes" for id_, answer in answers.items()})
    told = dict(errors)
    for row in rows:
        name = f"register-{row['id']}"
        before = {"granted": "yes", "refused": "no"}.get(row["decision"].get("decision", ""))
        row["field"] = {
            "name": name,
            "label": row["label"],
            "value": answers[row["id"]] if request.method == "POST" else before,
            "errors": [told[name]] if name in told else [],
            "choices": [
                ("yes", _("問い合わせる")),
                ("no", _("自分で入力する（多くて{n}問ふえます）", n=row["questions"])),
            ],
        }
    status = 422 if errors else 200
    return render_template(
        "consent/choose.html", event_title=gettext(journey.event.definition.title), n=n, rows=rows, errors=errors
    ), status


# --- the look-up ------------------------------------------------------------------------------------------------------------
@blueprint.get("/journeys/<int:n>/lookup")
@shell.personal
def lookup(n: int) -> Any:
    """What each register answered. It never asks by itself; the journey goes on whatever came."""
    journey = shell.journey_or_404(n)
    granted = [id_ for id_, consent in journey.consents.items() if consent["decision"] == "granted"]
    here = shell.world()
    assert here is not None
    if not granted:
        return redirect(present_page(journey, here), 303)
    return _lookup_page(journey, granted, [])


def _lookup_page(journey: Journey, granted: list[str], errors: list[tuple[str, str]]) -> Any:
    silent = [id_ for id_ in granted if id_ in journey.pending_registers]
    waiting = unanswered_registers(journey)
    told = dict(errors)
    questions = {cost.register.id: cost.questions for cost in journey.consent_choices.registers}
    fields = []
    for id_ in waiting:
        label, name = gettext(journey.event.vocabulary.registers[id_].label), f"register-{id_}"
        fields.append(
            {
                "name": name,
                "label": _("{register}をどうしますか", register=label),
                "value": request.form.get(name),
                "errors": [told[name]] if name in told else [],
                "choices": [
                    ("later", _("あとでまた問い合わせる")),
                    ("type", _("自分で入力する（多くて{n}問ふえます）", n=questions.get(id_, 0))),
                ],
            }
        )
    heard = len(granted) - len(silent)
    title = _("{n}つの台帳から返事がありました", n=heard) if heard else _("台帳から返事がありません")
    status = (
        _("{title}。{n}つは返事がありません。", title=title, n=len(silent)) if silent else _("{title}。", title=title)
    )
    return render_template(
        "consent/lookup.html",
        title=title,
        event_title=gettext(journey.event.definition.title),
        n=journey.n,
        fields=fields,
        errors=errors,
        silent=bool(silent),
        rows=[register_answer(journey, id_) for id_ in granted],
        status=status if "asked" in get_flashed_messages() else None,
        received=any(journey.lookups.get(id_, {}).get("count") for id_ in granted),
        card=user_token() is not None,
    )


@blueprint.post("/journeys/<int:n>/lookup")
@shell.personal
def go_on(n: int) -> Any:
    """Ask again, or decide what to do without those that are silent."""
    journey, here = shell.journey_or_404(n), shell.world()
    assert here is not None
    if "again" in request.form:
        token = user_token()
        if token is None:
            return _to_card(journey)
        journey.look_up(token)
        flash("asked")
        return redirect(url_for("consent.lookup", n=n), 303)
    answers = {id_: request.form.get(f"register-{id_}") for id_ in unanswered_registers(journey)}
    errors = [
        (
            f"register-{id_}",
            _(
                "{register}に、あとで問い合わせるか自分で入力するかを選んでください",
                register=gettext(journey.event.vocabulary.registers[id_].label),
            ),
        )
        for id_, answer in answers.items()
        if answer not in ("later", "type")
    ]
    if errors:
        granted = [id_ for id_, consent in journey.consents.items() if consent["decision"] == "granted"]
        return _lookup_page(journey, granted, errors), 422
    journey.ask_instead([id_ for id_, answer in answers.items() if answer == "type"])
    journey.ask_later([id_ for id_, answer in answers.items() if answer == "later"])
    return redirect(present_page(journey, here), 303)
