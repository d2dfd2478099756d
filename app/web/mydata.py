"""My data: what is known, from where, since when, who used it for what; all of it to take away."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from app.formats import full_date, short_date
from app.gateway.base import ServiceError
from app.i18n import current_tag, gettext
from app.i18n import gettext as _
from app.web import caseviews, shell, signers
from app.web.words import entry_lines, name_of, source, titles
from app.world import ledger as book
from app.world.journeys import Journey
from app.world.ledger import PARTNER, Entry
from app.world.worlds import World

blueprint = Blueprint("mydata", __name__)
ANSWERED = frozenset({"complete", "partial", "none", "unsupported", "mismatch", "stale", "changed"})


def _here() -> World:
    here = shell.world()
    assert here is not None
    return here


def _row(journey: Journey, entry: Entry) -> dict[str, Any]:
    item = journey.plan.item(entry.key)
    who = name_of(journey, entry.subject) if entry.subject in journey.facts.kinds else ""
    label = gettext(item.label) if item else entry.item
    return {
        "name": _("{who}: {label}", who=who, label=label) if who else label,
        "lines": entry_lines(journey, entry),
        "source": source(journey, entry),
        "uses": titles(journey, entry.purpose),
        "action": None,
        "at": short_date(entry.at.date(), current_tag()),
        "note": None,
    }


@blueprint.get("/my-data")
@shell.personal
def overview() -> Any:
    """By register, then the person's own answers."""
    groups, untouched = known(_here())
    return render_template("mydata/overview.html", groups=groups, untouched=untouched)


def known(here: World) -> tuple[list[dict[str, Any]], list[str]]:
    """What is known now, in groups by where it comes from, and the registers that told nothing."""
    groups: list[dict[str, Any]] = []
    untouched: dict[str, str] = {}
    for journey in here.journeys():
        registers = journey.event.vocabulary.registers
        by_source: dict[str, list[Entry]] = {}
        for entry in journey.entries:
            by_source.setdefault(entry.source, []).append(entry)
        for id_, register in registers.items():
            found = by_source.get(f"register:{id_}", [])
            if found:
                heading = _("{register}から（{n}）", register=_(register.label), n=len(found))
                groups.append(
                    {"heading": heading, "id": f"{id_}-{journey.n}", "rows": [_row(journey, entry) for entry in found]}
                )
            else:
                untouched.setdefault(id_, _(register.label))
        for source_, found in by_source.items():
            office = here.context.library.authorities.get(source_.removeprefix(PARTNER))
            if source_.startswith(PARTNER) and office is not None:
                heading = _("{register}から（{n}）", register=_(office.name), n=len(found))
                rows = [_row(journey, entry) for entry in found]
                groups.append({"heading": heading, "id": f"{office.id}-{journey.n}", "rows": rows})
        answers = [entry for source_, found in by_source.items() if source_.startswith("citizen") for entry in found]
        if answers:
            heading = _("あなたの答え（{n}）", n=len(answers))
            groups.append(
                {"heading": heading, "id": f"answers-{journey.n}", "rows": [_row(journey, entry) for entry in answers]}
            )
    return groups, list(untouched.values())


@blueprint.get("/my-data/ledger")
@shell.personal
def ledger() -> Any:
    """All rows in time order, superseded ones included and marked in words."""
    here = _here()
    days: dict[str, list[dict[str, Any]]] = {}
    for journey in reversed(here.journeys()):
        with here.context.database.read() as opened:
            entries = book.entries(opened, here.context.database.seal, here.id, journey.n, current_only=False)
        at = {entry.seq: entry.at for entry in entries}
        for entry in entries:
            row = _row(journey, entry)
            if entry.superseded_by is not None:
                day = short_date(at.get(entry.superseded_by, entry.at).date(), current_tag())
                row["note"] = (
                    _("{day}に使わなくなりました", day=day)
                    if entry.superseded_by == entry.seq
                    else _("{day}に新しい内容に変わりました", day=day)
                )
            days.setdefault(full_date(entry.at.date(), current_tag()), []).append(row)
    return render_template("mydata/ledger.html", days=days)


@blueprint.get("/my-data/access")
@shell.personal
def access() -> Any:
    """Who looked at what, why and on what ground: from the registers' own records and from what was filed."""
    here = _here()
    wanted = request.args.get("office", "")
    rows, silent = looked_up(here)
    rows += filed(here)
    offices = sorted({row["office"] for row in rows})
    shown = sorted((row for row in rows if wanted in ("", row["office"])), key=lambda row: row["at"], reverse=True)
    days: dict[str, list[dict[str, Any]]] = {}
    for row in shown:
        days.setdefault(full_date(row["at"].date(), current_tag()), []).append(row)
    field = {
        "name": "office",
        "label": _("提出先"),
        "value": wanted,
        "choices": [("", _("すべて")), *((name, name) for name in offices)],
    }
    return render_template("mydata/access.html", days=days, field=field, silent=silent)


def looked_up(here: World) -> tuple[list[dict[str, Any]], bool]:
    """The registers' own records; True when they cannot be read now."""
    try:
        history = here.context.mynumber.simulation.history(here.id, here.now)
    except ServiceError:
        return [], True
    event = next((journey.event for journey in here.journeys()), None)
    rows = []
    for one in history.entries if event else ():
        register = event.vocabulary.registers.get(one.register_id) if event else None
        label = _(register.label) if register else one.register_id
        items = [item for path in one.items if event and (item := event.vocabulary.item(*path.split(".", 1)))]
        why = [event.by_id[id_].definition.title for id_ in one.procedures if event and id_ in event.by_id]
        rows.append(
            {
                "at": datetime.fromisoformat(one.at),
                "office": _(one.who),
                "register": label,
                "items": _("、").join(_(item.label) for item in items),
                "why": _("{title}など{n}の手続", title=_(why[0]), n=len(why))
                if len(why) > 1
                else _(why[0])
                if why
                else _("確認"),
                "basis": one.legal_basis,
                "changed": one.outcome == "changed",
                "refused": one.outcome not in ANSWERED,
            }
        )
    return rows, False


def filed(here: World) -> list[dict[str, Any]]:
    """What each office received with a filing."""
    rows = []
    for case in here.cases():
        journey = here.journey(case.journey)
        received = next((event.at for event, _actor in case.history if event.type.value == "received"), None)
        if journey is None or received is None:
            continue
        entries = [entry for entry in journey.entries if entry.seq in case.sent]
        names = _("、").join(
            dict.fromkeys(_(item.label) for entry in entries if (item := journey.plan.item(entry.key)))
        )
        law = caseviews.definition(here, case).law
        rows.append(
            {
                "at": received,
                "office": caseviews.office(here, case),
                "register": _("提出した内容"),
                "items": names,
                "why": caseviews.title(here, case),
                "basis": law,
                "refused": False,
                "signer": signers.said(here, journey, case),
            }
        )
    return rows


@blueprint.get("/my-data/export.json")
@shell.personal
def export() -> Response:
    """Everything that the site keeps of this world, as JSON."""
    here = _here()
    journeys = []
    for journey in here.journeys():
        with here.context.database.read() as opened:
            entries = book.entries(opened, here.context.database.seal, here.id, journey.n, current_only=False)
        journeys.append(
            {
                "event": journey.event.id,
                "consents": journey.consents,
                "lookups": journey.lookups,
                "facts": [
                    {
                        "subject": e.subject,
                        "item": e.item,
                        "value": e.value,
                        "source": e.source,
                        "at": e.at.isoformat(),
                        "basis": e.basis,
                        "purpose": e.purpose,
                        "reuse": e.reuse,
                        "superseded_by": e.superseded_by,
                        "seq": e.seq,
                    }
                    for e in entries
                ],
            }
        )
    cases = [
        {
            "procedure": c.procedure,
            "subject": c.subject,
            "authority": c.authority,
            "arrival_number": c.arrival_number,
            "state": c.state.state.value,
            "events": [{"type": e.type.value, "at": e.at.isoformat(), "note": e.note} for e, _actor in c.history],
        }
        for c in here.cases()
    ]
    letters = [
        {"from": letter.sender, "at": letter.at.isoformat(), "kind": letter.kind, "body": letter.body}
        for letter in here.letters()
    ]
    body = {
        "simulation": True,
        "persona": here.persona_id,
        "now": here.now.isoformat(),
        "journeys": journeys,
        "cases": cases,
        "letters": letters,
    }
    response = Response(json.dumps(body, ensure_ascii=False, indent=2), mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="hitomado.json"'
    return response


@blueprint.get("/my-data/<register>")
@shell.personal
def one_register(register: str) -> Any:
    """What one register told."""
    rows: list[dict[str, Any]] = []
    label = ""
    for journey in _here().journeys():
        found = journey.event.vocabulary.registers.get(register)
        if found is not None:
            label = _(found.label)
            rows += [_row(journey, entry) for entry in journey.entries if entry.source == f"register:{register}"]
    if not label:
        abort(404)
    return render_template(
        "mydata/register.html", label=label, rows=rows, library_href=url_for("library.one_register", id=register)
    )
