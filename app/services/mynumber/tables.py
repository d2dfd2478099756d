"""Tables of the service. Times are simulated local time (ISO) unless the name says `expires`: that is real time in seconds."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, MetaData, String, Table, Text

from app.services.simcore.audit import AuditLog
from app.services.simcore.faults import Faults

metadata = MetaData()
faults = Faults(metadata)
audit = AuditLog(metadata)

# World of what belongs to no visitor: keys, and tokens that a client got for itself.
SERVICE = "-"


def _world() -> Column[str]:
    return Column("world", String(64), primary_key=True)


worlds = Table(
    "world",
    metadata,
    _world(),
    Column("persona", String(80), nullable=False),
    Column("applicant", String(40), nullable=False),
    Column("made_at", String(32), nullable=False),
)
subjects = Table("subject", metadata, _world(), Column("id", String(40), primary_key=True), Column("kind", String(20)))
facts = Table(
    "fact",
    metadata,
    _world(),
    Column("subject", String(40), primary_key=True),
    Column("item", String(80), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("as_of", String(10), nullable=False),
)
# Who represents whom by law. `adult`: a guardian of an adult; else a parent or a guardian of a child.
guardians = Table(
    "guardian",
    metadata,
    _world(),
    Column("guardian", String(40), primary_key=True),
    Column("ward", String(40), primary_key=True),
    Column("adult", Boolean, nullable=False),
)
# Who let whom see their records. `registers`: none named means all.
mandates = Table(
    "mandate",
    metadata,
    _world(),
    Column("id", String(40), primary_key=True),
    Column("giver", String(40), nullable=False),
    Column("delegate", String(40), nullable=False),
    Column("registers", JSON, nullable=False),
    Column("given_at", String(32), nullable=False),
    Column("ends_on", String(10)),
    Column("withdrawn_at", String(32)),
)
# Asynchronous self-information look-ups. `asked`: the inquiry; `ready_at`: simulated moment from which the result is there.
lookups = Table(
    "self_information",
    metadata,
    _world(),
    Column("id", String(40), primary_key=True),
    Column("client", String(255), nullable=False),
    Column("person", String(40), nullable=False),
    Column("asked", JSON, nullable=False),
    Column("asked_at", String(32), nullable=False),
    Column("ready_at", String(32), nullable=False),
    Column("notified", Boolean, nullable=False),
)
# `state` of the card: valid | expired | revoked | cancelled. `signing` certificate: valid | expired | revoked | none. The PINs are the
# demonstration's and are printed on the pages.
cards = Table(
    "card",
    metadata,
    _world(),
    Column("subject", String(40), primary_key=True),
    Column("state", String(12), nullable=False),
    Column("signing", String(12), nullable=False),
    Column("pin", String(4), nullable=False),
    Column("signing_pin", String(16), nullable=False),
    Column("pin_tries", Integer, nullable=False),
    Column("signing_tries", Integer, nullable=False),
    Column("issued_on", String(10), nullable=False),
    Column("serial", String(48)),
    Column("certificate", LargeBinary),
    Column("private_key", LargeBinary),
)
# The last day of a card itself; its certificates may end before. None here: the card has no end.
card_terms = Table(
    "card_term",
    metadata,
    _world(),
    Column("subject", String(40), primary_key=True),
    Column("until", String(10), nullable=False),
)
revocations = Table(
    "revocation",
    metadata,
    _world(),
    Column("serial", String(48), primary_key=True),
    Column("subject", String(40), nullable=False),
    Column("at", String(32), nullable=False),
    Column("reason", Text, nullable=False),
)
keys = Table(
    "service_key", metadata, _world(), Column("name", String(20), primary_key=True), Column("pem", LargeBinary)
)
# Keys of ID tokens. `until`: real time in seconds until which a key that no longer signs is published; NULL: it signs.
token_keys = Table(
    "token_key",
    metadata,
    _world(),
    Column("kid", String(64), primary_key=True),
    Column("pem", LargeBinary, nullable=False),
    Column("until", Integer),
)
used_assertions = Table(
    "used_assertion",
    metadata,
    _world(),
    Column("client", String(255), primary_key=True),
    Column("jti", String(255), primary_key=True),
    Column("expires", Integer, nullable=False, index=True),
)
# A pushed authorization request and what the browser did with it. `state`: pushed | opened | done.
requests = Table(
    "authorization_request",
    metadata,
    _world(),
    Column("id", String(64), primary_key=True),
    Column("client", String(255), nullable=False),
    Column("nonce", String(255), nullable=False, index=True),
    Column("parameters", JSON, nullable=False),
    Column("now", String(32), nullable=False),
    Column("state", String(8), nullable=False),
    Column("expires", Integer, nullable=False),
)
codes = Table(
    "authorization_code",
    metadata,
    _world(),
    Column("hash", String(64), primary_key=True),
    Column("client", String(255), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("auth_time", Integer, nullable=False),
    Column("expires", Integer, nullable=False),
    Column("used", Boolean, nullable=False),
)
tokens = Table(
    "token",
    metadata,
    _world(),
    Column("hash", String(64), primary_key=True),
    Column("client", String(255), nullable=False),
    Column("subject", String(40)),
    Column("scope", String(255), nullable=False),
    Column("transaction", String(40)),
    Column("code", String(64)),
    Column("expires", Integer, nullable=False),
)
# `state`: pending | signed. `lines`: [{authority, procedure}], words for the person who signs.
transactions = Table(
    "sign_transaction",
    metadata,
    _world(),
    Column("id", String(40), primary_key=True),
    Column("client", String(255), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("title", String(200), nullable=False),
    Column("lines", JSON, nullable=False),
    Column("state", String(8), nullable=False),
    Column("subject", String(40)),
    Column("signature", Text),
    Column("certificate", Text),
    Column("signed_at", String(32)),
)
# Keys of calls that were acted on, so that a repeated delivery changes nothing.
acted = Table("acted", metadata, _world(), Column("key", String(120), primary_key=True))
