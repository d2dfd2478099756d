"""The bodies of the authority's side: what its system reads of a case, and what it does to one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from .models import FactKey, In


class Review(In):
    """The authority looks at it now."""


class CorrectionAsked(In):
    """What to mend: `role.item` or `subject.item`; without it, the item that the definition names."""

    item: FactKey | None = None
    reason: str | None = Field(default=None, max_length=200)


class VisitAsked(In):
    """The citizen has to come to the counter, from the first day that the definition and the opening days give."""


class Approval(In):
    """It is granted; what it changes follows with the completion."""


class Rejection(In):
    """Why not, and what the citizen can do about it (without it, the usual remedy)."""

    reason: str = Field(min_length=1, max_length=200)
    remedy: str | None = Field(default=None, max_length=300)


class PaperIn(In):
    """A paper in the authority's own words; it is set and sealed here."""

    title: str = Field(min_length=1, max_length=80)
    paragraphs: list[str] = Field(min_length=1, max_length=40)


class Completion(In):
    """It is done. Registers are told, and the papers of the procedure are issued, with these besides."""

    documents: list[PaperIn] = Field(default_factory=list, max_length=10)


Act = Review | CorrectionAsked | VisitAsked | Approval | Rejection | Completion


class FeedItem(BaseModel):
    """One thing that a citizen did. `change`: received | resubmitted | visited | withdrawn; `state`: where the case stands now."""

    cursor: int
    arrival_number: str
    change: Literal["received", "resubmitted", "visited", "withdrawn"]
    at: datetime
    procedure: str
    state: str
    acknowledged: bool


class Feed(BaseModel):
    """In order. Ask again with `next` as `after`; `more` says that it will not be empty."""

    authority: str
    applications: list[FeedItem]
    next: int
    more: bool


class AttachmentOut(BaseModel):
    """An attached document, described."""

    name: str
    media_type: str
    size: int


class PulledCase(BaseModel):
    """One case as its own authority sees it: only the facts that the procedure asks for."""

    arrival_number: str
    procedure: str
    title: str
    state: str
    channel: str
    received_at: datetime
    round: int
    acknowledged_at: datetime | None
    facts: dict[str, Any]
    noted: dict[str, Any]
    subjects: dict[str, str | list[str]]
    attachments: list[AttachmentOut]
    opens: date | None
    until: date | None
    item: str | None


class DeskIn(In):
    """Who decides: `automatic` (this simulator, in simulated time) or `pulled` (the authority's own system)."""

    desk: Literal["automatic", "pulled"]
