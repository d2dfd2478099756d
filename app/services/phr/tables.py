"""Tables of the service. Times are simulated local time (ISO) unless the name says `expires`: that is real time in seconds."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()

# World of what belongs to no visitor: keys and used assertions.
SERVICE = "-"


def _world() -> Column[str]:
    return Column("world", String(64), primary_key=True)


# `household`: the parts of a household file that matter here. `now`: how far the world's clock has come.
worlds = Table(
    "phr_world",
    metadata,
    _world(),
    Column("persona", String(80), nullable=False),
    Column("began", String(32), nullable=False),
    Column("now", String(32), nullable=False),
    Column("household", JSON, nullable=False),
)
# Up to which day the records of a person are made.
settled = Table(
    "phr_settled", metadata, _world(), Column("subject", String(40), primary_key=True), Column("day", String(10))
)
# `category`: what consent it needs, None for the person alone. `day`: of the event. `updated`: of this version.
resources = Table(
    "phr_resource",
    metadata,
    _world(),
    Column("type", String(40), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("subject", String(40), nullable=False),
    Column("category", String(20)),
    Column("day", String(10), nullable=False),
    Column("updated", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Index("phr_resource_of", "world", "subject", "type"),
)
# Who lets whom read what of whom. `until`: the last day.
consents = Table(
    "phr_consent",
    metadata,
    _world(),
    Column("id", String(40), primary_key=True),
    Column("client", String(255), nullable=False),
    Column("granter", String(40), nullable=False),
    Column("patient", String(40), nullable=False),
    Column("categories", JSON, nullable=False),
    Column("since", String(32), nullable=False),
    Column("until", String(10), nullable=False),
    Column("withdrawn", String(32)),
)
keys = Table("phr_key", metadata, _world(), Column("name", String(20), primary_key=True), Column("pem", Text))
used_assertions = Table(
    "phr_used_assertion",
    metadata,
    _world(),
    Column("client", String(255), primary_key=True),
    Column("jti", String(255), primary_key=True),
    Column("expires", Integer, nullable=False, index=True),
)
# One-time sign-ins that the control plane gives out.
tickets = Table(
    "phr_ticket",
    metadata,
    _world(),
    Column("hash", String(64), primary_key=True),
    Column("subject", String(40), nullable=False),
    Column("expires", Integer, nullable=False),
)
# Pushed authorization requests (RFC 9126), until the browser comes.
pushed = Table(
    "phr_pushed",
    metadata,
    _world(),
    Column("id", String(64), primary_key=True),
    Column("parameters", JSON, nullable=False),
    Column("expires", Integer, nullable=False),
)
codes = Table(
    "phr_code",
    metadata,
    _world(),
    Column("hash", String(64), primary_key=True),
    Column("client", String(255), nullable=False),
    Column("consent", String(40), nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("auth_time", Integer, nullable=False),
    Column("expires", Integer, nullable=False),
    Column("used", Boolean, nullable=False),
)
# `kind`: access | refresh. `family`: all tokens that began with one code; the use of a refresh token a second time ends them.
tokens = Table(
    "phr_token",
    metadata,
    _world(),
    Column("hash", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("client", String(255), nullable=False),
    Column("consent", String(40), nullable=False),
    Column("scope", Text, nullable=False),
    Column("family", String(64), nullable=False, index=True),
    Column("expires", Integer, nullable=False),
    Column("used", Boolean, nullable=False),
)
