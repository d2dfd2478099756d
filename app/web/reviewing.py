"""What the review shows: each fact once with its uses, what is kept from whom, papers that stay, what each office gets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.engine.facts import NOT_YET, Key
from app.engine.planner import PlannedProcedure
from app.engine.vocabulary import Item
from app.i18n import gettext
from app.i18n import gettext as _
from app.web import links, words
from app.web.planviews import Task
from app.web.planviews import title as task_title
from app.world import outbox
from app.world.journeys import Journey


@dataclass(frozen=True)
class Office:
    """One office and what it gets; ``place`` is its place in the list, from 1."""

    place: int
    name: str
    planned: tuple[PlannedProcedure, ...]


def offices(journey: Journey) -> list[Office]:
    """The offices to which something goes with the next signature, in the plan's order."""
    found: dict[str, list[PlannedProcedure]] = {}
    for planned in outbox.fileable(journey):
        if planned.channel[0] != "automatic":
            name = words.office_name(planned.authority, planned.compiled.definition)
            found.setdefault(name, []).append(planned)
    return [Office(place, name, tuple(some)) for place, (name, some) in enumerate(found.items(), 1)]


def procedure_titles(journey: Journey, planned: Iterable[PlannedProcedure]) -> list[str]:
    """Titles, each procedure once with everybody it is for."""
    tasks: dict[str, list[PlannedProcedure]] = {}
    for one in planned:
        tasks.setdefault(one.id, []).append(one)
    return [task_title(journey, Task(tuple(some))) for some in tasks.values()]


# --- facts --------------------------------------------------------------------------------------------------------------
def sections(journey: Journey) -> list[dict[str, Any]]:
    """Facts by topic, in the vocabulary's order, and within a topic by the subject they are about."""
    uses = _uses(journey)
    order = journey.event.vocabulary.topic_order
    topics: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for key in [*uses, *_own_answers(journey, uses)]:
        item = journey.plan.item(key)
        if item is not None and not item.worked_out:
            rows = topics.setdefault(item.topic, {}).setdefault(key[0], [])
            rows.append(fact_row(journey, key, item, uses.get(key, [])))
    return [
        {
            "label": gettext(journey.event.vocabulary.topics[topic].label),
            "groups": _groups(journey, groups),
        }
        for topic, groups in sorted(topics.items(), key=lambda pair: order[pair[0]])
    ]


def _groups(journey: Journey, rows: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What the topic itself names first, then whom or what each further group is about."""
    groups = [{"who": _heading(journey, subject), "rows": some} for subject, some in rows.items()]
    return sorted(groups, key=lambda group: bool(group["who"]))


def _uses(journey: Journey) -> dict[Key, list[PlannedProcedure]]:
    """Every key that a required procedure needs, with those that send it."""
    uses: dict[Key, list[PlannedProcedure]] = {}
    for planned in journey.plan.by_verdict["required"]:
        sent = set(planned.sent)
        for key in planned.needs:
            using = uses.setdefault(key, [])
            if key in sent:
                using.append(planned)
    return uses


def _own_answers(journey: Journey, uses: dict[Key, list[PlannedProcedure]]) -> list[Key]:
    """Answers that only decided which procedures are needed."""
    return [key for key in journey.plan.on_path if journey.facts.by_key[key].register is None and key not in uses]


def _heading(journey: Journey, subject: str) -> str:
    """Whom or what a group of facts is about; empty for the move and the household, which the topic names."""
    kind = journey.event.vocabulary.kinds[journey.facts.kinds[subject]]
    return words.who(journey, subject) if kind.named_by else ""


def fact_row(journey: Journey, key: Key, item: Item, using: list[PlannedProcedure]) -> dict[str, Any]:
    """A fact for the macro summary_list."""
    label, entry = gettext(item.label), journey.entry(key)
    whose = _heading(journey, key[0])
    named = _("{who}の{label}", who=whose, label=label) if whose else label
    row: dict[str, Any] = {
        "id": links.row(journey, key),
        "name": label,
        "uses": procedure_titles(journey, using),
        "source": words.source(journey, entry) if entry else None,
    }
    if entry is None or (entry.value != NOT_YET and key in {ask.key for ask in journey.plan.asks}):
        return row | {
            "missing": _("まだ答えていません"),
            "source": None,
            "action": (_("{label}を答える", label=named), links.change(journey, key)),
        }
    row["lines"] = words.entry_lines(journey, entry)
    if not using and entry.source == "citizen" and entry.value != NOT_YET:
        row["note"] = _("手続を決めるために使いました。どこにも送りません。") if not _withheld(journey, key) else None
    if entry.source.startswith("register:"):
        wrong = url_for("review.wrong", n=journey.n, fact=entry.seq)
        return row | {"action": (_("{label}の内容が違うとき", label=named), wrong)}
    return row | {"action": (_("{label}を変える", label=named), links.change(journey, key))}


def _withheld(journey: Journey, key: Key) -> bool:
    return any(key in planned.withheld for planned in journey.plan.by_verdict["required"])


# --- around the facts -----------------------------------------------------------------------------------------------------
def kept_from(journey: Journey) -> list[dict[str, str]]:
    """Which fact goes to which offices not."""
    found: dict[Key, list[str]] = {}
    for planned in journey.plan.by_verdict["required"]:
        for key in planned.withheld:
            found.setdefault(key, []).append(words.office_name(planned.authority, planned.compiled.definition))
    return [
        {"label": gettext(item.label), "offices": _("、").join(dict.fromkeys(names))}
        for key, names in found.items()
        if (item := journey.plan.item(key)) is not None
    ]


def papers(planned: Iterable[PlannedProcedure]) -> list[dict[str, Any]]:
    """Papers that stay, each once, with what they are for."""
    found: dict[str, dict[str, Any]] = {}
    for one in planned:
        for document in one.evidence:
            if document.replaced_by in ("stays", "photo"):
                title = gettext(one.compiled.definition.title)
                row = found.setdefault(
                    document.document, {"name": gettext(document.document), "note": gettext(document.note), "uses": []}
                )
                if title not in row["uses"]:
                    row["uses"].append(title)
    return list(found.values())


def not_filed(journey: Journey) -> list[dict[str, Any]]:
    """Required procedures that cannot go yet: an answer is still 「まだ分からない」."""
    rows: dict[str, dict[str, Any]] = {}
    for planned in outbox.incomplete(journey):
        open_ = [key for key in planned.missing if journey.plan.item(key) is not None]
        row = rows.setdefault(planned.id, {"name": gettext(planned.compiled.definition.title), "open": {}})
        for key in open_:
            item = journey.plan.item(key)
            assert item is not None
            row["open"][links.change(journey, key)] = gettext(item.label)
    return [
        {
            "name": row["name"],
            "open": [(_("{label}を答える", label=label), href) for href, label in row["open"].items()],
        }
        for row in rows.values()
    ]
