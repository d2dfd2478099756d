"""Tables of the site. Every key begins with the world. What is personal is sealed (``sealing.py``): columns ``sealed``."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import JSON, ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {dict[str, Any]: JSON, list[Any]: JSON, bytes: LargeBinary}


class World(Base):
    """One visitor's sandbox. ``now`` is the simulated date-time (ISO), ``event_seq`` the last event read from offices.

    ``persona`` is the id of a household; ``sealed`` holds the household itself where the visitor made it up: its people are synthetic, but
    the choices may be like the visitor's own family.
    """

    __tablename__ = "worlds"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    persona: Mapped[str] = mapped_column(String(64))
    now: Mapped[str] = mapped_column(String(32))
    event_seq: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes | None] = mapped_column(default=None)


def _world_key() -> Mapped[str]:
    return mapped_column(String(32), primary_key=True)


class Journey(Base):
    """One life event that a person goes through. ``state`` holds what is not personal: registers asked, subjects added."""

    __tablename__ = "journeys"
    world: Mapped[str] = _world_key()
    n: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(default=0)
    consents: Mapped[dict[str, Any]] = mapped_column(default=dict)  # register -> {decision, at}
    lookups: Mapped[dict[str, Any]] = mapped_column(default=dict)  # register -> {status, as_of, items, later}
    subjects: Mapped[dict[str, Any]] = mapped_column(default=dict)  # subject id -> {kind, source}
    notice: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the plan as the person last saw it
    __table_args__ = (ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),)


class Fact(Base):
    """The ledger: append-only. A correction supersedes, it does not overwrite."""

    __tablename__ = "facts"
    world: Mapped[str] = _world_key()
    journey: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(64))
    item: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]
    source: Mapped[str] = mapped_column(String(64))
    at: Mapped[str] = mapped_column(String(32))
    basis: Mapped[str] = mapped_column(String(200), default="")
    purpose: Mapped[list[Any]] = mapped_column(default=list)
    reuse: Mapped[str] = mapped_column(String(16))
    superseded_by: Mapped[int | None] = mapped_column(default=None)
    __table_args__ = (ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),)


class Submission(Base):
    """One signature over everything that a journey files."""

    __tablename__ = "submissions"
    world: Mapped[str] = _world_key()
    journey: Mapped[int] = mapped_column(primary_key=True)
    transaction: Mapped[str] = mapped_column(String(64))
    at: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[bytes]  # digest, signature, certificate, algorithm
    __table_args__ = (ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),)


class Case(Base):
    """One submitted procedure at one authority, and its place in the outbox.

    ``state`` follows from the events (``app.engine.lifecycle``); it is kept for listing. ``waits_for`` are case numbers
    that must be finished first. ``sent`` are the ledger rows whose facts the authority received. ``tries`` counts since the case was
    released or sent again; ``failing_since`` and ``tried_at`` are simulated moments (ISO), ``not_before`` a real one (ISO, UTC).
    ``office_seq`` is the last of the office's events that was entered.
    """

    __tablename__ = "cases"
    world: Mapped[str] = _world_key()
    n: Mapped[int] = mapped_column(primary_key=True)
    journey: Mapped[int]
    procedure: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str | None] = mapped_column(String(64))
    authority: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(32))
    idempotency_key: Mapped[str] = mapped_column(String(64))
    arrival_number: Mapped[str | None] = mapped_column(String(32))
    tries: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[str | None] = mapped_column(String(32), default=None)
    tried_at: Mapped[str | None] = mapped_column(String(32), default=None)
    not_before: Mapped[str | None] = mapped_column(String(40), default=None)
    office_seq: Mapped[int] = mapped_column(default=0)
    waits_for: Mapped[list[Any]] = mapped_column(default=list)
    sent: Mapped[list[Any]] = mapped_column(default=list)
    sealed: Mapped[bytes]  # the application's body
    __table_args__ = (
        ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        UniqueConstraint("idempotency_key"),
    )


class CaseEvent(Base):
    """What happened to a case, in order."""

    __tablename__ = "case_events"
    world: Mapped[str] = _world_key()
    case: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(32))
    at: Mapped[str] = mapped_column(String(32))
    actor: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(1000), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)  # arrival_number, item, opens, until
    __table_args__ = (ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),)


class Letter(Base):
    """What an office wrote to the person."""

    __tablename__ = "letters"
    world: Mapped[str] = _world_key()
    n: Mapped[int] = mapped_column(primary_key=True)
    case: Mapped[int]
    at: Mapped[str] = mapped_column(String(32))
    sender: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(String(2000))
    needs_action: Mapped[bool] = mapped_column(default=False)
    read: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),)


class DeadlineNotice(Base):
    """That a procedure's last day was spoken of: ``mark`` is 14, 7, 1, passed (``app.engine.notices``), or card where the card lapsed.

    ``last`` is an ISO day, ``letter`` the letter that says it.
    """

    __tablename__ = "deadline_notices"
    world: Mapped[str] = _world_key()
    journey: Mapped[int] = mapped_column(primary_key=True)
    procedure: Mapped[str] = mapped_column(String(64), primary_key=True)
    last: Mapped[str] = mapped_column(String(10), primary_key=True)
    mark: Mapped[str] = mapped_column(String(16), primary_key=True)
    letter: Mapped[int]
    __table_args__ = (ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),)


class CalendarEntry(Base):
    """What calendars were last told about an event: ``key`` names it within the world, ``days`` are its ISO days, ``sequence`` counts
    its changes (RFC 5545, 3.8.7.4)."""

    __tablename__ = "calendar_entries"
    world: Mapped[str] = _world_key()
    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    days: Mapped[str] = mapped_column(String(40))
    cancelled: Mapped[bool] = mapped_column(default=False)
    sequence: Mapped[int] = mapped_column(default=0)
    __table_args__ = (ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),)


class CalendarLink(Base):
    """The address under which a calendar may read a world's dates. Found by the SHA-256 of its token; the token itself is sealed."""

    __tablename__ = "calendar_links"
    world: Mapped[str] = _world_key()
    digest: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes]
    __table_args__ = (
        ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        UniqueConstraint("digest"),
    )


class DeviceLink(Base):
    """A link by which another browser goes on with a world, and that browser from then on. Found by the SHA-256 of its token.

    ``words`` is salt and scrypt of what has to be typed; the moments are real ones (ISO, UTC): a link lives a day.
    """

    __tablename__ = "device_links"
    world: Mapped[str] = _world_key()
    n: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    words: Mapped[bytes]
    tries_left: Mapped[int]
    made_at: Mapped[str] = mapped_column(String(40))
    expires_at: Mapped[str] = mapped_column(String(40))
    used_at: Mapped[str | None] = mapped_column(String(40), default=None)
    ended_at: Mapped[str | None] = mapped_column(String(40), default=None)
    __table_args__ = (
        ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        UniqueConstraint("digest"),
    )


class Invitation(Base):
    """That somebody beside the visitor is asked to sign a case themselves. ``standing``: open, signed, refused, or counter where they
    show themselves at one instead.

    Found by the SHA-256 of the token of its newest link, None before there is one. ``expires_on`` is the last simulated day of that link,
    ``settled_at`` the simulated moment of the answer. ``sealed``: what is signed, and the signature transaction that runs.
    """

    __tablename__ = "invitations"
    world: Mapped[str] = _world_key()
    case: Mapped[int] = mapped_column(primary_key=True)
    standing: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str | None] = mapped_column(String(64), default=None)
    expires_on: Mapped[str | None] = mapped_column(String(10), default=None)
    settled_at: Mapped[str | None] = mapped_column(String(32), default=None)
    sealed: Mapped[bytes]
    __table_args__ = (
        ForeignKeyConstraint(["world"], ["worlds.id"], ondelete="CASCADE"),
        UniqueConstraint("digest"),
    )
