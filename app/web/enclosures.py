"""Documents that a partner made, as they are shown with a case: whose, by whom, what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.formats import full_date
from app.i18n import current_tag
from app.i18n import gettext as _
from app.web.words import who
from app.world.applications import Paper
from app.world.journeys import Journey

FORM = "form"
"""The field that names the form itself."""


def shown(journey: Journey, paper: Paper) -> dict[str, Any]:
    """Heading and rows. What stands in the document is shown as its maker wrote it, in Japanese."""
    day = full_date(paper.issued_on, current_tag())
    document = _(paper.document)
    title = _("{title}（{who}）", title=document, who=who(journey, paper.subject)) if paper.subject else document
    return {
        "title": title,
        "made": _("{issuer}が{day}に作りました", issuer=paper.issuer, day=day),
        "rows": [
            {"name": name, "lines": lines}
            for name in sorted(paper.fields, key=_place)
            if name != FORM and (lines := _lines(paper.fields[name]))
        ],
    }


def _place(name: str) -> int:
    """Where a field stands on the form: the head first, then by its number (`6 就労時間`)."""
    number = name.partition(" ")[0]
    return int(number) if number.isdigit() else 0


def _lines(value: Any) -> list[str]:
    """A field of a form as lines; none where it was left empty."""
    if isinstance(value, Mapping):
        inner = ((name, "、".join(_flat(part))) for name, part in value.items())
        return [f"{name} {text}" for name, text in inner if text]
    if isinstance(value, Sequence) and not isinstance(value, str):
        if any(isinstance(part, Mapping) for part in value):
            return ["　".join(_lines(part)) for part in value]
        return ["、".join(map(str, value))] if value else []
    return [str(value)] if value not in (None, "") else []


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (str(part) for part in value)
    elif value not in (None, ""):
        yield str(value)
