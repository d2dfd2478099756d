"""The bodies of the API, in and out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .records import Application

FactKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[a-z0-9_]+){1,2}$", max_length=160)]
EventName = Literal[
    "received", "review_started", "correction_requested", "resubmitted", "visit_needed", "visited", "approved",
    "rejected", "completed", "withdrawn", "expired",
    "paid", "waitlisted", "looked_again",
]  # fmt: skip


Unsigned = Literal["certificate-revoked", "certificate-expired", "no-certificate", "no-card"]


class In(BaseModel):
    """What comes in: nothing that is not documented."""

    model_config = ConfigDict(extra="forbid")


class Attachment(In):
    """A document that goes along, described; its content stays with the citizen in this simulator."""

    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size: int = Field(ge=0)


class Paper(In):
    """A document that a company made for a case. `fields`: what stands in it, by the names on the form."""

    document: str = Field(max_length=100)
    issuer: str = Field(max_length=200)
    issued_on: date
    fields: dict[str, Any] = Field(max_length=100)


class Enclosed(Paper):
    """The same, going along with another application. `arrival_number`: of the case for which it was made."""

    procedure: str = Field(max_length=80)
    subject: str = Field(max_length=80)
    arrival_number: str = Field(max_length=32)


class Waiting(BaseModel):
    """A place on a waiting list. `place`: how many are served before this child, itself included."""

    name: str
    place: int


class Standing(BaseModel):
    """Where an application stands that got no place. `again`: the day on which the office looks again."""

    points: int
    wishes: list[Waiting]
    again: date


class OnPaper(In):
    """A document that was asked for in vain, and that the citizen brings to the counter."""

    procedure: str = Field(max_length=80)
    subject: str = Field(max_length=80)
    document: str = Field(max_length=100)


class Signed(In):
    """What proves who sent it, and what: see `signature`."""

    signature: str | None = None
    certificate: str | None = None
    signed_digest: str | None = None
    signed_at: datetime | None = None
    manifest: list[str] | None = Field(default=None, max_length=1000)


class ApplicationIn(Signed):
    """One procedure for one office. `subjects` says whom each role of the definition stands for."""

    procedure: str = Field(max_length=80)
    subject: str | None = Field(default=None, max_length=80)
    authority: str = Field(max_length=80)
    channel: Literal["online", "visit", "mail", "automatic"] | None = None
    facts: dict[FactKey, Any] = Field(default_factory=dict)
    noted: dict[FactKey, Any] = Field(default_factory=dict)
    """What a register holds where the citizen says in `facts` that something else is right."""
    subjects: dict[str, str | list[str]] = Field(default_factory=dict)
    attachments: list[Attachment] = Field(default_factory=list)
    acting_for: dict[str, Literal["parent", "kin", "delegate"]] = Field(default_factory=dict, max_length=100)
    """For whom beside themselves the citizen files, and in what capacity; who signs answers for it (民法 第99条)."""
    enclosed: list[Enclosed] = Field(default_factory=list, max_length=20)
    """What companies made for it. Not signed by the citizen, who has not written it: the office knows each by its case."""
    on_paper: list[OnPaper] = Field(default_factory=list, max_length=20)
    """What companies did not make: the citizen is asked to the counter with it."""
    signer: str | None = Field(default=None, max_length=80)
    """Who signs, where each person signs for themselves; else it is the applicant of `subjects`."""


class Correction(Signed):
    """New values for what was asked. The digest covers `arrival_number` and `facts`."""

    arrival_number: str | None = Field(default=None, max_length=32)
    facts: dict[FactKey, Any] = Field(min_length=1)
    unsigned: Unsigned | None = None
    """Why the citizen cannot sign (any more), who has shown with the card's other certificate who they are."""


class Outcome(In):
    """What the office decides, chosen by a facilitator or a test."""

    outcome: Literal["rejected", "correction"]
    item: FactKey | None = None
    reason: str | None = Field(default=None, max_length=200)


class Clock(In):
    """A simulated local moment without an offset."""

    now: datetime


class ClockOut(BaseModel):
    """After a drain. `waiting`: arrival numbers whose effects could not be delivered; `next`: the next due moment."""

    now: datetime
    waiting: list[str]
    next: datetime | None


class Receipt(BaseModel):
    """Answer to an application and to every act on it. Days are None where they mean nothing in this state."""

    arrival_number: str
    state: str
    usual_from: date | None = None
    usual_to: date | None = None
    opens: date | None = None
    until: date | None = None
    item: str | None = None


def receipt(case: Application) -> Receipt:
    """What a citizen is told about where an application stands."""
    return Receipt.model_validate(
        {
            "arrival_number": case.number,
            **{name: getattr(case, name) for name in ("state", "usual_from", "usual_to", "opens", "until", "item")},
        }
    )


class EventOut(BaseModel):
    """One event. `item`, `opens`, `until`: what is asked of the citizen, from when, by when."""

    seq: int
    arrival_number: str
    type: EventName
    at: datetime
    actor: Literal["citizen", "authority"]
    note: str | None = None
    item: str | None = None
    opens: date | None = None
    until: date | None = None
    paper: Paper | None = None
    """What a company made, with the end of the case for which it was made."""
    standing: Standing | None = None
    """Of what waits: points, and the place on each list."""
    signed: bool | None = None
    """Of what was resubmitted: with a signature that holds, or without one; absent where none is ever asked for."""


class Events(BaseModel):
    """A page of the world's events, at most 500; ask again after the last `seq`."""

    events: list[EventOut]


class ApplicationOut(Receipt):
    """Where an application stands. Facts are not repeated."""

    procedure: str
    subject: str | None
    authority: str
    channel: str
    received_at: datetime
    events: list[EventOut]
