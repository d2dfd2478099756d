"""A plan as JSON in its documented shape, and as text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from app.engine import burden
from app.engine.planner import Plan, PlannedProcedure


def as_json(plan: Plan) -> dict[str, Any]:
    """A plan in its documented shape."""
    cost = burden.measure(plan)
    return {
        "procedures": [_procedure(planned) for planned in plan.procedures],
        "questions": [
            {
                "item": ".".join(ask.key),
                "page": page.id,
                "confirm": ask.confirm,
                "decides": ask.decides,
                "needed_by": list(ask.needed_by),
            }
            for page in plan.pages
            for ask in page.asks
        ],
        "burden": {"paper": vars(cost.paper), "here": vars(cost.here), "fetched": cost.fetched, "typed": cost.typed},
    }


def _procedure(planned: PlannedProcedure) -> dict[str, Any]:
    required = planned.word == "required"
    authority = planned.authority
    mode, reason = planned.channel
    return {
        "id": planned.id,
        "subject": planned.subject,
        "verdict": planned.word,
        "reasons": [reason.text for reason in planned.reasons],
        "due": _due(planned) if planned.word != "not_required" else None,
        "authority": authority.id if authority else planned.compiled.definition.authority,
        "channel": {"mode": mode, "reason": reason},
        "after": list(planned.after),
        "known": _keys(planned.known) if required else [],
        "missing": _keys(planned.missing) if required else [],
    }


def _keys(keys: Iterable[tuple[str, str]]) -> list[str]:
    return [".".join(key) for key in keys]


def _due(planned: PlannedProcedure) -> dict[str, Any]:
    """The deadline; without days where the law names none, or where the day it is counted from is not known."""
    stated, due = planned.compiled.definition.due, planned.due
    opens, last = (due.opens, due.last) if due else (None, None)
    return {"kind": stated.kind, "opens": _iso(opens), "last": _iso(last), "note": stated.note or stated.counting}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def as_text(plan: Plan, day: date) -> list[str]:
    """A plan as lines."""
    groups = plan.by_verdict
    lines = [
        f"{day}の計画: 必要 {len(groups['required'])}、まだ決まらない {len(groups['undecided'])}、必要ない {len(groups['not_required'])}"
    ]
    for word, heading in (("required", "必要です"), ("undecided", "まだ決まりません")):
        lines.append(f"\n{heading}")
        for planned in groups[word]:
            due = planned.due
            last = f"  {due.last}まで" if due and due.last else ""
            subject = f"（{planned.subject}）" if planned.subject else ""
            lines.append(f"  {planned.id}{subject}  {planned.compiled.definition.title}{last}  {planned.channel[0]}")
            lines += [f"      {reason.text}" for reason in planned.reasons]
    lines.append(f"\n質問 {len(plan.pages)}")
    lines += [f"  {page.id}: {', '.join('.'.join(ask.key) for ask in page.asks)}" for page in plan.pages]
    return lines
