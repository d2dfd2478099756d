"""The library: every procedure and register in words, readable without a journey and without signing in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from app import graphs
from app.engine.compiling import CompiledEvent, CompiledProcedure
from app.engine.definitions import Authority
from app.engine.vocabulary import Item
from app.formats import full_date
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import planviews, shell
from app.web.home import search
from app.web.words import DUE_KINDS, office_there

blueprint = Blueprint("library", __name__)

MODES = {
    "online": "オンラインで出します",
    "visit": "窓口へ行きます",
    "mail": "郵便で送ります",
    "automatic": "出さなくてよい手続です",
}
REUSE = {
    "share": "1回聞いて、使う手続のすべてで使います",
    "confirm": "手続のたびに、今も同じか確かめます",
    "never": "手続のたびに聞きます",
    "withheld": "送ってよい窓口にだけ送ります",
}


# --- procedures -------------------------------------------------------------------------------------------------------------
@blueprint.get("/procedures")
def procedures() -> Any:
    """All procedures by event and time, or those that words lead to."""
    words = request.args.get("q", "").strip()[:60]
    found = search(words)["procedures"] if words else None
    events = [
        {
            "title": gettext(event.definition.title),
            "order": url_for("library.order", event=event.id),
            "stages": [
                (
                    _(stage.label),
                    [
                        (
                            gettext(one.definition.title),
                            url_for("library.one_procedure", id=one.id),
                            gettext(one.definition.summary),
                        )
                        for one in event.procedures
                        if one.definition.stage == stage.id
                    ],
                )
                for stage in event.definition.stages
            ],
        }
        for event in shell.context().library.events.values()
    ]
    return render_template(
        "library/procedures.html",
        words=words,
        found=found,
        events=events,
        total=sum(len(e.procedures) for e in shell.context().library.events.values()),
    )


@blueprint.get("/procedures/<id>")
def one_procedure(id: str) -> Any:
    """One procedure: who, by when, how, what is asked and from where, papers, steps, law, order."""
    event, found = _procedure_or_404(id)
    definition = found.definition
    needs = [
        _need(event, need.path.item, f"{need.path.kind}.{need.path.name}", need.when is not None)
        for need in found.needs
    ]
    library = shell.context().library
    return render_template(
        "library/procedure.html",
        definition=definition,
        event_title=gettext(event.definition.title),
        office=_office(event, definition.authority),
        due_kind=_(DUE_KINDS[definition.due.kind]),
        span=_span(definition),
        mode=_(MODES[definition.channel.mode]),
        exceptions=[(_(MODES[one.mode]), gettext(one.reason)) for one in definition.channel.unless],
        needs=needs,
        asked=sum(1 for need in needs if not need["register"]),
        fetched=sum(1 for need in needs if need["register"]),
        papers=[
            {
                "name": gettext(d.document),
                "value": _(planviews.REPLACED[d.replaced_by]),
                "note": gettext(d.note) if d.note else "",
            }
            for d in definition.evidence
        ],
        before=_links(event, definition.after),
        later=_links(event, [one.id for one in event.procedures if id in one.definition.after]),
        full_date=lambda day: full_date(day, current_tag()),
        steps=_steps(found),
        sources=[library.sources[ref] for ref in definition.sources.checked if ref in library.sources],
        clauses=list(dict.fromkeys(gettext(clause.because) for clause in found.clauses)),
        changes=_changes(event, found),
        graph=_drawn(event, around, id) if (around := graphs.around(event, id)).edges else None,
    )


@blueprint.get("/procedures/order/<event>")
def order(event: str) -> Any:
    """Which procedure of an event waits for which: the drawing, and the same as a list."""
    found = shell.context().library.events.get(event)
    if found is None:
        abort(404)
    graph = graphs.whole(found)
    rows = [
        (title, href, _links(found, found.by_id[id_].definition.after))
        for id_ in graph.ids
        for title, href in _links(found, [id_])
    ]
    title = gettext(found.definition.title)
    return render_template("library/order.html", event_title=title, graph=_drawn(found, graph), rows=rows)


def _drawn(event: CompiledEvent, graph: graphs.Graph, here: str = "") -> Markup:
    titles = {id_: gettext(event.by_id[id_].definition.title) for id_ in graph.ids}
    return Markup(graphs.svg(graph, titles, _("手続の順番の図。同じ内容が、図の下の一覧にあります。"), here))


def _procedure_or_404(id: str) -> tuple[CompiledEvent, CompiledProcedure]:
    event = next((one for one in shell.context().library.events.values() if id in one.by_id), None)
    if event is None:
        abort(404)
    return event, event.by_id[id]


def _office(event: CompiledEvent, name: str) -> str:
    """The receiving office; where the address decides, its kind."""
    authority: Authority | None = shell.context().library.authorities.get(name)
    return _(authority.name) if authority is not None else office_there(event.definition, name)


def _span(definition: Any) -> str:
    """The length of the deadline in words; empty where the law names no number."""
    due = definition.due
    if due.days is not None and due.days <= 0:
        return _("{n}日前まで", n=-due.days) if due.days else _("その日まで")
    for number, text in ((due.days, "{n}日"), (due.months, "{n}か月"), (due.years, "{n}年")):
        if number is not None:
            return _(text, n=number)
    return ""


def _need(event: CompiledEvent, item: Item, path: str, sometimes: bool) -> dict[str, Any]:
    register = event.vocabulary.registers.get(item.held_by or "")
    return {
        "label": gettext(item.label),
        "register": gettext(register.label) if register else "",
        "href": url_for("library.one_register", id=register.id) if register else None,
        "source": gettext(register.label) if register else _("計算した結果") if item.worked_out else _("あなたの答え"),
        "asked": _("いいえ") if register or item.worked_out else _("はい（場合による）") if sometimes else _("はい"),
        "reuse": _(REUSE[item.reuse]),
        "used": len(event.uses.get(path, ())),
    }


def _links(event: CompiledEvent, ids: Any) -> list[tuple[str, str]]:
    return [
        (gettext(event.by_id[id_].definition.title), url_for("library.one_procedure", id=id_))
        for id_ in ids
        if id_ in event.by_id
    ]


def _steps(found: CompiledProcedure) -> list[str]:
    """The way of an application, as a list."""
    definition = found.definition
    office, rules = _office(_event_of(found), definition.authority), definition.lifecycle
    if definition.channel.mode == "automatic":
        return [_("先の手続が終わると、{office}が進めます", office=office), gettext(rules.done)]
    steps = (
        [
            _(
                "{names}が終わるのを待ちます",
                names=_("、").join(title for title, _href in _links(_event_of(found), definition.after)),
            )
        ]
        if definition.after
        else []
    )
    steps.append(_("内容を確かめ、ほかの手続とまとめて署名します"))
    steps.append(
        {
            "visit": _("{office}の窓口へ行きます", office=office),
            "mail": _("{office}へ郵便で送ります", office=office),
        }.get(definition.channel.mode, _("{office}にオンラインで届きます", office=office))
    )
    if rules.correction:
        steps.append(_("直してほしいところがあれば、{office}から訂正のお願いが届きます", office=office))
    low, high = rules.days
    unit = (
        _("{a}日から{b}日（土日と祝日を除く）", a=low, b=high)
        if rules.working_days
        else _("{a}日から{b}日", a=low, b=high)
    )
    steps.append(
        _("{office}が確かめます。ふつう{days}です", office=office, days=unit) if high else _("その場で処理します")
    )
    return [*steps, gettext(rules.done)]


def _event_of(found: CompiledProcedure) -> CompiledEvent:
    return shell.context().library.events[found.definition.event]


def _changes(event: CompiledEvent, found: CompiledProcedure) -> list[str]:
    """Registers that change when it is finished."""
    registers = [event.vocabulary.registers[effect.held_by] for effect in found.definition.effects if effect.held_by]
    texts = [_("{register}の内容が変わります", register=gettext(register.label)) for register in registers]
    if any(effect.certificate for effect in found.definition.effects):
        texts.append(_("カードの署名用電子証明書が使えなくなります"))
    return list(dict.fromkeys(texts))


# --- registers --------------------------------------------------------------------------------------------------------------
@blueprint.get("/registers")
def registers() -> Any:
    """What each register holds and who keeps it."""
    vocabulary = shell.context().library.vocabulary
    rows = [
        (
            gettext(one.label),
            url_for("library.one_register", id=one.id),
            _("{office}。{holds}", office=gettext(one.office), holds=gettext(one.holds)),
        )
        for one in vocabulary.registers.values()
    ]
    return render_template("library/registers.html", rows=rows)


@blueprint.get("/registers/<id>")
def one_register(id: str) -> Any:
    """One register: items, and the procedures that need them."""
    library = shell.context().library
    register = library.vocabulary.registers.get(id)
    if register is None:
        abort(404)
    items = [
        (f"{kind.kind}.{name}", gettext(kind.label), item)
        for kind in library.vocabulary.kinds.values()
        for name, item in kind.items.items()
        if item.held_by == id
    ]
    uses = {event.id: event.uses for event in library.events.values()}
    rows = [
        [
            _("{item}（{kind}）", item=gettext(item.label), kind=kind),
            _(REUSE[item.reuse]),
            _("{n}つ", n=sum(len(some.get(path, ())) for some in uses.values())),
        ]
        for path, kind, item in items
    ]
    needed = {id_ for some in uses.values() for path, _kind, _item in items for id_ in some.get(path, ())}
    links = [
        (gettext(one.definition.title), url_for("library.one_procedure", id=one.id))
        for event in library.events.values()
        for one in event.procedures
        if one.id in needed
    ]
    return render_template("library/register.html", register=register, rows=rows, links=links)
