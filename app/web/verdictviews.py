"""One procedure of a plan in words: why, what is sent to whom, what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.engine.allocation import work_out
from app.engine.conditions import UNKNOWN
from app.engine.facts import Fact, Key
from app.engine.planner import PlannedProcedure, Reason, make_plan
from app.i18n import gettext
from app.i18n import gettext as _
from app.web import links
from app.web.planviews import REPLACED
from app.web.words import entry_lines, lines, name_of, question, source, who
from app.world.journeys import Journey

Instances = tuple[PlannedProcedure, ...]


def item_labels(journey: Journey, keys: Iterable[Key]) -> list[str]:
    """Labels of items, each once."""
    items = (journey.plan.item(key) for key in keys)
    return list(dict.fromkeys(gettext(item.label) for item in items if item is not None))


def verdicts(journey: Journey, instances: Instances) -> list[dict[str, Any]]:
    """The verdict macro's arguments; people with the same verdict for the same reasons stand together."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for planned in instances:
        row = _verdict(journey, planned)
        same = found.setdefault((row["value"], row["reason"]), row | {"people": []})
        if planned.subject is not None:
            same["people"].append(who(journey, planned.subject))
        same["facts"] += [fact for fact in row["facts"] if fact not in same["facts"]]
    return [row | {"who": _("、").join(row["people"])} for row in found.values()]


def _verdict(journey: Journey, planned: PlannedProcedure) -> dict[str, Any]:
    value = {"required": "needed", "not_required": "not_needed", "undecided": "unknown"}[planned.word]
    if planned.word == "undecided":
        waits = _("、").join(item_labels(journey, planned.open))
        return {"value": value, "reason": _("{items}が分かると決まります。", items=waits), "facts": []}
    reasons = [_("{reason}です。", reason=gettext(reason.text)) for reason in planned.reasons]
    facts = [fact for reason in planned.reasons for fact in _facts(journey, reason)]
    return {"value": value, "reason": " ".join(reasons) or _("だれにでも必要な手続です。"), "facts": facts}


def _facts(journey: Journey, reason: Reason) -> Iterator[dict[str, Any]]:
    """The facts of a reason with their sources; each key once."""
    for key in reason.keys:
        entry, item = journey.entry(key), journey.plan.item(key)
        if entry is not None and item is not None:
            yield {
                "text": _(
                    "{label}：{value}", label=_labelled(journey, key), value=" ".join(entry_lines(journey, entry))
                ),
                "source": source(journey, entry),
            }


def _labelled(journey: Journey, key: Key) -> str:
    """The item's label, with the name of the one it speaks of where that is not the applicant."""
    item = journey.plan.item(key)
    label = gettext(item.label) if item else key[1]
    kind = journey.event.vocabulary.kinds.get(journey.facts.kinds.get(key[0], ""))
    if kind is None or kind.named_by is None or key[0] == journey.facts.roles.get("applicant"):
        return label
    return _("{who}の{label}", who=name_of(journey, key[0]), label=label)


def sent(journey: Journey, instances: Instances) -> list[dict[str, Any]]:
    """What its office gets, by subject: {who, rows of summary_list}."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for key in dict.fromkeys(key for planned in instances if planned.word == "required" for key in planned.sent):
        entry, item = journey.entry(key), journey.plan.item(key)
        if entry is not None and item is not None:
            row = {"name": gettext(item.label), "lines": entry_lines(journey, entry), "source": source(journey, entry)}
            groups.setdefault(key[0], []).append(row)
    return [{"who": who(journey, subject), "rows": rows} for subject, rows in groups.items()]


def amounts(journey: Journey, instances: Instances) -> list[dict[str, Any]]:
    """What the law works out for this family, for summary_list: the value, or which answers it waits for."""
    found: dict[tuple[str, str | None], dict[str, Any]] = {}
    for planned in instances:
        for path in planned.compiled.amounts if planned.word == "required" else ():
            subject = planned.subject if path.role == "each" else None
            value, reads = journey.plan.look_up(path, planned.subject)
            label = gettext(path.item.label)
            name = label if subject is None else _("{who}の{label}", who=who(journey, subject), label=label)
            row = found[(path.name, subject)] = {"name": name}
            if value is UNKNOWN:
                waits = _("、").join(item_labels(journey, journey.plan.open(reads)))
                row["value"] = _("{items}が分かると決まります。", items=waits)
            else:
                (holder, *_others) = journey.plan.subjects(path.role, planned.subject) or ("",)
                row["lines"] = lines(journey, (holder, path.name), value)
    return list(found.values())


def points(journey: Journey, instances: Instances) -> dict[str, Any] | None:
    """How a city puts applications in order (利用調整), worked out for this household: {title, note, law, rows, sum}; None where nothing is."""
    planned = next((one for one in instances if one.word == "required"), None)
    name = planned.compiled.definition.lifecycle.allocation if planned else None
    table = journey.context.library.allocations.get(name or "")
    worked = work_out(table, journey.plan.values) if table else None
    if table is None or worked is None:
        return None
    rows = [
        [
            who(journey, row.who) if row.who else _("世帯"),
            _("か").join(_("「{value}」", value=gettext(line.label)) for line in row.lines),
            _between(row.low, row.high),
        ]
        for row in worked.rows
    ]
    open_ = item_labels(journey, dict.fromkeys(key for row in worked.rows for key in row.open))
    return {
        "title": gettext(table.title),
        "note": gettext(table.note),
        "law": table.law,
        "rows": rows,
        "sum": _between(worked.low, worked.high),
        "open": _("{items}が分かると決まります。", items=_("、").join(open_)) if open_ else "",
    }


def _between(low: int, high: int) -> str:
    return _("{n}点", n=low) if low == high else _("{low}点から{high}点", low=low, high=high)


def withheld(journey: Journey, instances: Instances) -> list[str]:
    """What its office does not get, in words."""
    return list(
        dict.fromkeys(
            _labelled(journey, key) for planned in instances if planned.word == "required" for key in planned.withheld
        )
    )


def missing(journey: Journey, instances: Instances) -> list[tuple[str, str]]:
    """Questions that are still open for it: words and address."""
    keys = {key for planned in instances if planned.verdict is not False for key in (*planned.missing, *planned.open)}
    return [(question(journey, ask), links.change(journey, ask.key)) for ask in journey.plan.asks if ask.key in keys]


def papers(instances: Instances) -> list[dict[str, str]]:
    """Documents of the paper world and what replaces them, for summary_list."""
    documents = dict.fromkeys(
        document for planned in instances if planned.word == "required" for document in planned.evidence
    )
    return [
        {
            "name": gettext(d.document),
            "value": _(REPLACED[d.replaced_by]),
            "note": gettext(d.note) if d.note else "",
        }
        for d in documents
    ]


def what_if(journey: Journey, procedure: str, instances: Instances) -> list[str]:
    """For each answer that the verdict rests on: other answers that would turn it round. Worked out, not guessed."""
    keys = dict.fromkeys(key for planned in instances for reason in planned.reasons for key in reason.keys)
    now = any(planned.word == "required" for planned in instances)
    found = []
    for key in keys:
        fact, item = journey.facts.get(key), journey.plan.item(key)
        if fact is None or item is None or fact.register is not None or item.type not in ("choice", "yes_no"):
            continue
        others = [value for value in (item.choices if item.type == "choice" else (True, False)) if value != fact.value]
        turned = [value for value in others if _required(journey, procedure, Fact(*key, value)) is not now]
        if turned:
            values = _("か").join(_("「{value}」", value=" ".join(lines(journey, key, value))) for value in turned)
            text = (
                "{label}が{values}なら、必要ありません"
                if now
                else "{label}が{values}なら、必要になるか、まだ決まりません"
            )
            found.append(_(text, label=_labelled(journey, key), values=values))
    return found


def _required(journey: Journey, procedure: str, fact: Fact) -> bool:
    plan = make_plan(journey.event, journey.facts.and_(fact), journey.today)
    return any(planned.id == procedure and planned.word == "required" for planned in plan.procedures)
