"""Addresses that carry no name and no id: subjects are known by their place among those of their kind."""

from __future__ import annotations

from typing import Any

from flask import url_for
from werkzeug.exceptions import NotFound

from app.engine.facts import Key
from app.engine.planner import path_page
from app.engine.vocabulary import Item
from app.world.journeys import Journey


def subjects(journey: Journey, kind: str) -> list[str]:
    """All subjects of a kind, in the order in which they became known."""
    return [subject for subject, other in journey.facts.kinds.items() if other == kind]


def ordinal(journey: Journey, subject: str) -> int:
    """The place of a subject among those of its kind, from 1."""
    return subjects(journey, journey.facts.kinds[subject]).index(subject) + 1


def items_on(journey: Journey, page_id: str) -> tuple[str, dict[str, Item]]:
    """The kind of subject of a question page, and its items by name. 404 for a page that does not exist."""
    kind, _dot, name = page_id.partition(".")
    if name:
        item = journey.event.vocabulary.item(kind, name)
        if item is not None and not item.worked_out:
            return kind, {name: item}
        raise NotFound
    for id_, one in journey.event.vocabulary.kinds.items():
        found = {name: item for name, item in one.items.items() if item.page == page_id}
        if found:
            return id_, found
    raise NotFound


def subject_at(journey: Journey, kind: str, place: int) -> str:
    """The subject at a place among its kind. 404 where there is none."""
    found = subjects(journey, kind)
    if not 1 <= place <= len(found):
        raise NotFound
    return found[place - 1]


def question(journey: Journey, page_id: str, subject: str, endpoint: str = "questions.page", **more: int) -> str:
    """The address of a question page for a subject; the first subject of a kind has no number."""
    place = ordinal(journey, subject)
    values: dict[str, Any] = {**({"place": place} if place > 1 else {}), **more}
    return url_for(endpoint, n=journey.n, page_id=page_id, **values)


def change(journey: Journey, key: Key) -> str:
    """Where one answer is given, or given again."""
    return question(journey, f"{journey.facts.kinds[key[0]]}.{key[1]}", key[0])


def naming(journey: Journey, subject: str) -> str:
    """Where a subject that the person added gets its name."""
    named_by = journey.event.vocabulary.kinds[journey.facts.kinds[subject]].named_by or ""
    return question(journey, path_page(journey.plan, (subject, named_by)), subject)


def row(journey: Journey, key: Key) -> str:
    """The id of a fact's row on the review page."""
    return f"row-{journey.facts.kinds[key[0]]}-{ordinal(journey, key[0])}-{key[1]}"
