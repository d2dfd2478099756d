"""One official paper as data, and how it becomes a PDF: tagged, Japanese, with the mark of the simulation on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from app.papers.setting import set_pdf

HEADER = "模擬: この書類に法的な効力はありません"
CHECK = (
    "この書類が本当に出されたものかは、ひとまどの「書類を確かめる」で調べられます。受付番号 {number}　確認コード {code}"
)
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
    """What stands on a paper. `reference`: number of the case; `kind` and it are in the file's keywords, which the signature covers.

    `code`: what somebody who holds the paper alone proves with that it was issued; empty where there is none.
    """

    kind: str
    title: str
    reference: str
    issuer: str
    issued_at: datetime
    addressee: str = ""
    contact: str = ""
    sections: Sequence[Section] = field(default_factory=tuple)
    code: str = ""


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
    said = {
        **asdict(paper),
        "issued_at": paper.issued_at.isoformat(),
        "issued_words": japanese_day(paper.issued_at.date()),
        "author": f"{paper.issuer}（模擬）",
        "keywords": keywords(paper),
        "header": HEADER,
        "footer": f"{paper.reference}　確認コード {paper.code}" if paper.code else paper.reference,
        "check": [CHECK.format(number=paper.reference, code=paper.code)] if paper.code else [],
    }
    return set_pdf("official", said, paper.issued_at.date())
