"""Answers question pages as a person does: reads the form, types what the household says, goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.engine.facts import NOT_YET, Key
from app.engine.planner import Ask
from app.world.journeys import Journey

SOMETHING: dict[str, Any] = {
    "text": "何か", "kana": "ナニカ", "phone": "000-8000-0201", "email": "", "number": 3, "money": 50000, "date": date(2027, 4, 1),
    "address": {"postcode": "000-0256", "municipality": "970018", "town": "南", "block": "1丁目2番3号", "building": ""},
    "yes_no": False, "document": {"name": "photo.jpg"},
}  # fmt: skip


def typed(journey: Journey, ask: Ask, value: Any) -> dict[str, Any]:
    """The inputs of one field for an inside value."""
    name, kind = ask.key[1], ask.item.type
    if ask.confirm:
        return {f"{name}-confirm": "use"}
    if value is None:
        return {}  # an optional field stays empty
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
        return {name: list(value) or ["none-of-these"]} if ask.item.source_list else {"more": "no"}
    if kind == "document":
        return {name: (value["name"], b"a picture", "image/jpeg")}
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


def _add_all(site: Any, path: str, ask: Ask, wanted: Sequence[str], answers: Mapping[Key, Any]) -> dict[str, str]:
    """Puts those whom no register told on a list, each under its name; by the site's names for them, who they are."""
    found: dict[str, str] = {}
    for one in wanted:
        before = set(site.journey.facts.kinds)
        naming = site.post(path, based_on=str(site.journey.mark), more="yes")
        journey = site.journey
        (new,) = set(journey.facts.kinds) - before
        named: dict[str, Any] = {item: str(answers.get((one, item), "")) for item in ("name", "kana")}
        for asked in (ask for page in journey.plan.pages if page.subject == new for ask in page.asks):
            if f'name="{asked.key[1]}' in naming.html:
                named |= typed(journey, asked, answers.get((one, asked.key[1]), anything(journey, asked)))
        answer = site.post(naming.path, follow=False, based_on=str(journey.mark), **named)
        assert answer.status == 303, (naming.path, named, answer.html[:3000])
        found[new] = one
        site.get(path)
    return found


def _here(value: Any, there: Mapping[str, str]) -> Any:
    """A subject, or a list of them, as the site calls them."""
    back = {true: here for here, true in there.items()}
    if isinstance(value, tuple):
        return tuple(back.get(one, one) for one in value)
    return back.get(value, value) if isinstance(value, str) else value


def walk(site: Any, answers: Mapping[Key, Any], n: int = 1, most: int = 120) -> list[str]:
    """Answer every open page; returns the pages' addresses in order. Fails when anything is asked twice."""
    seen: list[str] = []
    answered: set[Key] = set()
    there: dict[str, str] = {}  # the site's name for somebody new -> the household's
    for _ in range(most):
        shown = site.get(f"/journeys/{n}/questions")
        if shown.path.endswith("/review"):
            return seen
        assert shown.status == 200, shown.path
        seen.append(shown.path)
        journey = site.journey
        page = journey.plan.pages[0]
        keys = {ask.key for ask in page.asks}
        assert not keys & answered, f"asked twice: {keys & answered}"
        answered |= keys
        fields: dict[str, Any] = {}
        for ask in page.asks:
            owner, item = ask.key
            value = answers.get((there.get(owner, owner), item), anything(journey, ask))
            if ask.item.type == "subjects" and not ask.item.source_list and journey.facts.get(ask.key) is None:
                there |= _add_all(
                    site, shown.path, ask, [one for one in value if one != journey.facts.roles["applicant"]], answers
                )
                journey = site.journey
            fields |= typed(journey, ask, _here(value, there))
        answer = site.post(shown.path, follow=False, based_on=str(journey.mark), **fields)
        assert answer.status == 303, (shown.path, fields, answer.html[:3000])
    raise AssertionError(f"no end: {seen}")
