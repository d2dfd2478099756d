"""One paper as data, and how it becomes a PDF: PDF/UA-1, tagged, Japanese, with the mark of the simulation on every page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from . import fonts

TEMPLATE = Path(__file__).with_name("paper.typ")
_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a paper: rows of a table (what, value), or paragraphs, or both."""

    heading: str
    rows: Sequence[tuple[str, str]] = ()
    paragraphs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on a paper. `reference`: number of the case; `kind` and it are in the file's keywords, which the signature covers."""

    kind: str
    title: str
    reference: str
    issuer: str
    issued_at: datetime
    addressee: str = ""
    contact: str = ""
    sections: Sequence[Section] = field(default_factory=tuple)


def japanese_day(day: date) -> str:
    """`令和9年3月15日`; before Taishō the year of the common era."""
    for since, era in _ERAS:
        if day >= since:
            year = day.year - since.year + 1
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日"


def keywords(paper: Paper) -> tuple[str, ...]:
    """What tells the file apart: a mark, the kind of paper, the case."""
    return ("simulation", f"kind={paper.kind}", f"case={paper.reference}")


def render(paper: Paper) -> bytes:
    """The PDF, not signed yet. The same paper gives the same bytes."""
    import typst  # loads a compiler: only a process that sets papers pays for it

    said: dict[str, Any] = asdict(paper) | {
        "issued_at": paper.issued_at.isoformat(),
        "issued_words": japanese_day(paper.issued_at.date()),
        "day": [paper.issued_at.year, paper.issued_at.month, paper.issued_at.day],
        "keywords": keywords(paper),
        "fonts": fonts.FAMILIES,
    }
    place = fonts.folder()
    return typst.compile(
        str(TEMPLATE),
        font_paths=[str(place)] if place else [],
        ignore_system_fonts=place is not None,
        sys_inputs={"paper": json.dumps(said, ensure_ascii=False)},
        pdf_standards=["ua-1"],
    )
