"""Stage 3: one page a topic, each question once; lists of things that no register told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.datastructures import CombinedMultiDict

from app.engine.facts import NOT_YET, Fact, Key
from app.engine.planner import Ask, Page, make_plan
from app.formats import full_date
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.mynumber_guard import RealNumber
from app.web import errors, links, question_page, shell, words
from app.web.forms import page_form
from app.web.forms.answers import ask_for
from app.web.journey_steps import present_page
from app.web.notices import flashed
from app.world.journeys import Journey, Stale
from app.world.worlds import World

blueprint = Blueprint("questions", __name__)


# --- which page ---------------------------------------------------------------------------------------------------------
@blueprint.get("/journeys/<int:n>/questions")
@shell.personal
def next_question(n: int) -> Any:
    """To the next open page, or to the review when nothing is left to ask."""
    here, journey = _here(n)
    before = present_page(journey, here)
    if before != url_for("plan.plan_page", n=n):
        return redirect(before, 303)
    return redirect(_next(journey), 303)


def _here(n: int) -> tuple[World, Journey]:
    here, journey = shell.world(), shell.journey_or_404(n)
    assert here is not None
    return here, journey


def _next(journey: Journey) -> str:
    pages = journey.plan.pages
    return _open(journey, pages[0]) if pages else url_for("review.review_page", n=journey.n)


def _open(journey: Journey, one: Page) -> str:
    """The address of an open page; a question that an answer on the same page has opened has its own."""
    if len(one.asks) == 1 and any(
        (one.subject, name) in journey.facts.by_key for name in links.items_on(journey, one.id)[1]
    ):
        return links.change(journey, one.asks[0].key)
    return links.question(journey, one.id, one.subject)


def _asks(journey: Journey, page_id: str, subject: str) -> list[Ask]:
    """What a page asks now; when nothing on it is open, what the person has answered on it before."""
    kind, items = links.items_on(journey, page_id)
    keys = [(subject, name) for name in items]
    named_by = journey.event.vocabulary.kinds[kind].named_by
    added = journey.added.get(subject, {}).get("source") == "citizen"
    open_ = {ask.key for ask in journey.plan.asks}
    wanted = [key for key in keys if key in open_ or (added and key[1] == named_by and key not in journey.facts.by_key)]
    if not wanted:
        wanted = [key for key in keys if (fact := journey.facts.get(key)) is not None and fact.register is None]
    return [ask_for(journey, key) for key in wanted]


def _is_list(asks: list[Ask]) -> bool:
    return len(asks) == 1 and asks[0].item.type == "subjects" and asks[0].item.source_list is None


# --- a question page ----------------------------------------------------------------------------------------------------
@blueprint.route("/journeys/<int:n>/questions/<page_id>", methods=["GET", "POST"])
@blueprint.route("/journeys/<int:n>/questions/<page_id>/<int:place>", methods=["GET", "POST"])
@shell.personal
def page(n: int, page_id: str, place: int = 1) -> Any:
    """Ask, or show the present answer again."""
    here, journey = _here(n)
    subject = links.subject_at(journey, links.items_on(journey, page_id)[0], place)
    asks = _asks(journey, page_id, subject)
    if not asks:
        return redirect(_next(journey), 303)
    if _is_list(asks):
        return _list_page(here, journey, asks[0])
    if request.method == "GET":
        left = shell.unsent()
        return question_page.render(here, journey, asks, None if left is None else page_form(journey, asks, left))
    form = page_form(journey, asks, CombinedMultiDict([request.form, request.files]))
    try:
        if (searched := form.search) is not None:
            return question_page.render(here, journey, asks, form, focus=f"{searched.id}-found", status=searched.found)
        if not form.validate():
            return question_page.render(here, journey, asks, form), 422
        return _save(journey, asks, form.values())
    except RealNumber:
        return errors.real_number(request.path)


# --- saving and going on ------------------------------------------------------------------------------------------------
def _save(journey: Journey, asks: list[Ask], values: Mapping[Key, Any], begun_here: bool = False) -> Any:
    """Save and go on. ``begun_here``: a list that was filled entry by entry just now is no change of an earlier answer."""
    open_before = {(one.id, one.subject) for one in journey.plan.pages}
    changed = any(ask.key in journey.facts.by_key and not ask.confirm for ask in asks)
    try:
        journey.answer(values, based_on=shell.based_on())
    except Stale as late:
        return errors.stale([_difference(journey, key, values[key]) for key in late.changed], request.path)
    for ask in asks:
        if isinstance(values[ask.key], date):
            day = full_date(values[ask.key], current_tag())
            flash(_("{label}を保存しました：{date}", label=gettext(ask.item.label), date=day), "done")
    back = session.get("list")
    if back and back["n"] == journey.n and back["subject"] == asks[0].key[0]:
        session.pop("list")
        return redirect(back["href"], 303)
    new = [[one.id, one.subject] for one in journey.plan.pages if (one.id, one.subject) not in open_before]
    if changed and not begun_here:
        session["change"] = {"n": journey.n, "row": links.row(journey, asks[0].key), "pages": new}
    return redirect(_go_on(journey, new), 303)


def _go_on(journey: Journey, new: list[list[str]]) -> str:
    """After a change made from the review: what it opened, then back to the row. Otherwise the next open page."""
    change = session.get("change")
    if not change or change["n"] != journey.n:
        return _next(journey)
    wanted = [*change["pages"], *new]
    waiting = [one for one in journey.plan.pages if [one.id, one.subject] in wanted]
    if waiting:
        session["change"] = change | {"pages": [[one.id, one.subject] for one in waiting]}
        return _open(journey, waiting[0])
    return url_for("review.review_page", n=journey.n, _anchor=change["row"])


def _difference(journey: Journey, key: Key, yours: Any) -> dict[str, str]:
    item, entry = journey.plan.item(key), journey.entry(key)
    now = words.entry_lines(journey, entry) if entry else [_("ありません")]
    return {
        "name": gettext(item.label) if item else "",
        "now": " ".join(now),
        "yours": " ".join(words.lines(journey, key, yours)),
    }


# --- lists of people and things -----------------------------------------------------------------------------------------
def _members(journey: Journey, ask: Ask) -> tuple[str, ...]:
    """Who is on a list so far; on some the applicant always is."""
    fact = journey.facts.get(ask.key)
    if fact is not None and fact.value not in (None, NOT_YET):
        return tuple(fact.value)
    return (journey.facts.roles["applicant"],) if ask.item.with_applicant else ()


def _list_page(here: World, journey: Journey, ask: Ask) -> Any:
    """The list as the hub: add another, or this is all."""
    members = _members(journey, ask)
    problem = ""
    if request.method == "POST":
        choice = request.form.get("more")
        if choice == "yes":
            return _add(journey, ask, members)
        if choice == "no":
            begun = session.pop("listing", None) == [journey.n, *ask.key]
            return _save(journey, [ask], {ask.key: members}, begun_here=begun)
        problem = (
            _("「いる」か「いない」を選んでください")
            if ask.item.of == "person"
            else _("「ある」か「ない」を選んでください")
        )
    field = {
        "name": "more",
        "label": gettext(ask.item.question)
        if not members
        else _("ほかにいますか")
        if ask.item.of == "person"
        else _("ほかにありますか"),
        "value": None,
        "choices": _more_choices(ask, members),
        "errors": [problem] if problem else [],
    }
    named = [_member_row(journey, ask, place, subject) for place, subject in enumerate(members, 1)]
    html = render_template(
        "questions/list.html",
        title=_list_heading(ask, members) if members else gettext(ask.item.question),
        event_title=gettext(journey.event.definition.title),
        members=named,
        field=field,
        hint=gettext(ask.item.hint) if ask.item.hint else None,
        errors=[("more", problem)] if problem else [],
        based_on=journey.mark,
        left=words.questions_left(journey.plan),
        reasons=question_page.reasons_for(journey, [ask]),
        back=url_for("plan.plan_page", n=journey.n),
        later=url_for("plan.plan_page", n=journey.n),
        filed=here.submitted_at(journey.n) is not None,
        notice=flashed(),
    )
    return (html, 422) if problem else html


def _more_choices(ask: Ask, members: tuple[str, ...]) -> list[tuple[str, str]]:
    if ask.item.of == "person" and members:
        return [("yes", _("いる。別の人を加える")), ("no", _("いない。これで全員"))]
    if ask.item.of == "person":
        return [("yes", _("いる。1人ずつ加える")), ("no", _("いない"))]
    if members:
        return [("yes", _("ある。もう1つ加える")), ("no", _("ない。これで全部"))]
    return [("yes", _("ある。1つずつ加える")), ("no", _("ない"))]


def _list_heading(ask: Ask, members: tuple[str, ...]) -> str:
    label, n = gettext(ask.item.label), len(members)
    return (
        _("{label}は{n}人です", label=label, n=n) if ask.item.of == "person" else _("{label}：{n}件", label=label, n=n)
    )


def _member_row(journey: Journey, ask: Ask, place: int, subject: str) -> dict[str, Any]:
    name = words.name_of(journey, subject)
    mine = subject == journey.facts.roles["applicant"]
    told = journey.added.get(subject, {}).get("source", "") != "citizen"
    remove = links.question(journey, _page_id(ask), ask.key[0], "questions.remove", member=place)
    text = _("{name}を対象にしない", name=name) if told else _("{name}を一覧から外す", name=name)
    rename = [(_("{name}の名前を直す", name=name), links.naming(journey, subject))] if not told else []
    return {
        "name": _("{name}（あなた）", name=name) if mine and journey.name_of(subject) else name,
        "source": None if mine else ("answer", None) if not told else ("register", _("台帳から")),
        "actions": [] if mine else [*rename, (text, remove)],
    }


def _page_id(ask: Ask) -> str:
    return f"{ask.kind}.{ask.key[1]}"


def _add(journey: Journey, ask: Ask, members: tuple[str, ...]) -> Any:
    """Make the new member, then ask for its name; what is on the list is kept at every step."""
    if ask.key not in journey.facts.by_key:
        session["listing"] = [journey.n, *ask.key]
    subject = journey.add_subject(ask.item.of or "person")
    journey.answer({ask.key: (*members, subject)})
    session["list"] = {"n": journey.n, "subject": subject, "href": links.question(journey, _page_id(ask), ask.key[0])}
    return redirect(links.naming(journey, subject), 303)


@blueprint.route("/journeys/<int:n>/questions/<page_id>/remove/<int:member>", methods=["GET", "POST"])
@blueprint.route("/journeys/<int:n>/questions/<page_id>/<int:place>/remove/<int:member>", methods=["GET", "POST"])
@shell.personal
def remove(n: int, page_id: str, member: int, place: int = 1) -> Any:
    """Ask once, say what falls away, then take a member off the list. Nothing that a register told is deleted."""
    _world, journey = _here(n)
    subject = links.subject_at(journey, links.items_on(journey, page_id)[0], place)
    asks = _asks(journey, page_id, subject)
    if not _is_list(asks):
        abort(404)
    members, href = _members(journey, asks[0]), links.question(journey, page_id, subject)
    if not 1 <= member <= len(members) or members[member - 1] == journey.facts.roles["applicant"]:
        return redirect(href, 303)
    gone = members[member - 1]
    rest = tuple(one for one in members if one != gone)
    if request.method == "POST":
        name = words.name_of(journey, gone)
        journey.answer({asks[0].key: rest})
        flash(_("{name}を外しました", name=name), "done")
        return redirect(href, 303)
    after = make_plan(journey.event, journey.facts.and_(Fact(*asks[0].key, rest)), journey.today)
    needed = {planned.id for planned in after.by_verdict["required"]}
    falls = [planned.id for planned in journey.plan.by_verdict["required"] if planned.id not in needed]
    return render_template(
        "questions/remove.html",
        name=words.name_of(journey, gone),
        event_title=gettext(journey.event.definition.title),
        falls=words.titles(journey, dict.fromkeys(falls)),
        back=href,
    )
