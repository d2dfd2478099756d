"""Answers question pages as a person does: reads the form, types what the household says, goes on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.engine.facts import NOT_YET, Key
from app.engine.planner import Ask
from app.world.journeys import Journey

SOMETHING: dict[str, Any] = {
    "text": "何か", "kana": "ナニカ", "phone": "000-8000-0201", "email": "", "number": 3, "money": 50000, "date": date(2027, 4, 1),
    "address": {"postcode": "000-0256", "municipality": "970018", "town": "南", "block": "1丁目2番3号", "building": ""},
    "yes_no": False,
}  # fmt: skip


def typed(journey: Journey, ask: Ask, value: Any) -> dict[str, Any]:
    """The inputs of one field for an inside value."""
    name, kind = ask.key[1], ask.item.type
    if ask.confirm:
        return {f"{name}-confirm": "use"}
    if value == NOT_YET:
        return {name: "unknown", f"{name}-unknown": "1", "unknown": "1"}
    if kind == "date":
        return {
            f"{name}-era": "western",
            f"{name}-year": str(value.year),
            f"{name}-month": str(value.month),
            f"{name}-day": str(value.day),
        }
    if kind == "address":
        return {f"{name}-{part}": text for part, text in value.items()}
    if kind == "yes_no":
        return {name: "yes" if value else "no"}
    if kind == "choices":
        return {name: list(value) or ["none-of-these"]}
    if kind == "subjects":
        return {name: list(value)} if ask.item.source_list else {"more": "no"}
    return {name: str(value)}


def anything(journey: Journey, ask: Ask) -> Any:
    """Some value that an item can have."""
    if ask.item.type == "choice":
        return next(iter(ask.item.choices))
    if ask.item.type == "choices":
        return ()
    if ask.item.type in ("person", "subjects"):
        applicant = journey.facts.roles["applicant"]
        return applicant if ask.item.type == "person" else (applicant,)
    return SOMETHING[ask.item.type]


def walk(site: Any, answers: Mapping[Key, Any], n: int = 1, most: int = 120) -> list[str]:
    """Answer every open page; returns the pages' addresses in order. Fails when a page comes twice."""
    seen: list[str] = []
    for _ in range(most):
        shown = site.get(f"/journeys/{n}/questions")
        if shown.path.endswith("/review"):
            return seen
        assert shown.status == 200, shown.path
        assert shown.path not in seen, f"asked twice: {shown.path}"
        seen.append(shown.path)
        journey = site.journey
        page = journey.plan.pages[0]
        fields: dict[str, Any] = {}
        for ask in page.asks:
            fields |= typed(journey, ask, answers.get(ask.key, anything(journey, ask)))
        answer = site.post(shown.path, follow=False, based_on=str(journey.mark), **fields)
        assert answer.status == 303, (shown.path, fields, answer.html[:3000])
    raise AssertionError(f"no end: {seen}")
