"""Tables of the service. Every time is simulated local time (ISO)."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()


def _world() -> Column[str]:
    return Column("world", String(64), primary_key=True)


def _account(required: bool = True) -> tuple[Column[str], ...]:
    return (
        Column("bank", String(4), nullable=not required),
        Column("branch", String(3), nullable=not required),
        Column("type", String(1), nullable=not required),
        Column("number", String(7), nullable=not required),
    )


# What the resident record says of people, as far as it matters here; the shape is `people.Person`.
people = Table(
    "account_person", metadata, _world(), Column("id", String(40), primary_key=True), Column("data", JSON, nullable=False)
)  # fmt: skip
# `into_bank`, `into_code`: where the branch went in a merger.
branches = Table(
    "account_branch",
    metadata,
    _world(),
    Column("bank", String(4), primary_key=True),
    Column("code", String(3), primary_key=True),
    Column("name", String(40), nullable=False),
    Column("kana", String(40), nullable=False),
    Column("into_bank", String(4)),
    Column("into_code", String(3)),
)
# Accounts at the mock bank. `kana`: the name the bank knows. `state`: open | frozen | closed. `holder` is known to the simulator alone.
accounts = Table(
    "account_bank_account",
    metadata,
    _world(),
    Column("bank", String(4), primary_key=True),
    Column("branch", String(3), primary_key=True),
    Column("type", String(1), primary_key=True),
    Column("number", String(7), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("kana", String(120), nullable=False),
    Column("state", String(8), nullable=False),
)
# The register. `state`: valid | invalid | none; a row stays after erasure, so that a version is never used twice.
registrations = Table(
    "account_registration",
    metadata,
    _world(),
    Column("person", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(20)),
    *_account(required=False),
    Column("kana", String(120)),
    Column("route", String(20)),
    Column("at", String(32), nullable=False),
    Index("account_registration_of", "world", "bank", "branch", "type", "number"),
)
# What became of registrations. `what`: registered | changed | erased | corrected | invalidated | restored | refused.
changes = Table(
    "account_change",
    metadata,
    _world(),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("person", String(40), nullable=False),
    Column("at", String(32), nullable=False),
    Column("what", String(16), nullable=False),
    Column("route", String(20), nullable=False),
    Column("account", String(80)),
    Column("reason", String(40)),
)
notices = Table(
    "account_notice",
    metadata,
    _world(),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("person", String(40), nullable=False),
    Column("at", String(32), nullable=False),
    Column("code", String(2), nullable=False),
    Column("text", Text, nullable=False),
)
# Registrations by other routes on their way, until the clock comes to `due`. `state`: pending | completed | refused.
pending = Table(
    "account_pending",
    metadata,
    _world(),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("person", String(40), nullable=False),
    Column("route", String(20), nullable=False),
    Column("received", String(32), nullable=False),
    Column("due", String(32), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", String(40)),
    *_account(),
)
# Letters to those who draw a pension. `state`: sent | objected | registered | stopped.
letters = Table(
    "account_letter",
    metadata,
    _world(),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("person", String(40), nullable=False),
    Column("sent", String(32), nullable=False),
    Column("due", String(32), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", String(40)),
    *_account(),
)
# Questions of offices whether they may pay there. `state`: asked | agreed | refused. `until`: the last day.
consents = Table(
    "account_consent",
    metadata,
    _world(),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("person", String(40), nullable=False),
    Column("authority", String(80), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("benefit", String(120), nullable=False),
    Column("asked", String(32), nullable=False),
    Column("until", String(10), nullable=False),
    Column("state", String(8), nullable=False),
    Column("answered", String(32)),
)
# Answers to calls with an Idempotency-Key. `place`: method and path; `digest`: of what was sent.
answered = Table(
    "account_answered",
    metadata,
    _world(),
    Column("caller", String(300), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("place", String(200), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", JSON),
    Column("etag", String(20)),
)
