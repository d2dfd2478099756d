"""Webhooks of both ends: signatures after Standard Webhooks, and a receiver that takes every event once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, json, request
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, delete, insert, select

from app.services.simcore.problems import Problem

MEDIA_TYPE = "application/cloudevents+json"
TOLERANCE = 300  # real seconds between signature and receipt
PREFIX = "whsec_"


def new_secret() -> str:
    """A secret as Standard Webhooks writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return secret.encode()


def signature(secret: str, id_: str, timestamp: int, body: bytes) -> str:
    """`v1,<base64>`: HMAC-SHA256 over id, time and body."""
    digest = hmac.new(_key(secret), f"{id_}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def headers(secret: str, id_: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one delivery."""
    return {
        "Content-Type": MEDIA_TYPE,
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, id_, timestamp, body),
    }


def verify(secret: str, sent: Mapping[str, str], body: bytes, now: int) -> str:
    """The id of a delivery; `Problem` 401 where it is not signed by this secret, or not about now (real seconds since 1970)."""
    id_, stamp = sent.get("webhook-id", ""), sent.get("webhook-timestamp", "")
    refused = Problem(401, "bad-signature", "The delivery is not signed by the secret that was agreed.")
    if not id_ or not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise refused
    right = signature(secret, id_, int(stamp), body)
    if not any(hmac.compare_digest(right.encode(), one.encode()) for one in sent.get("webhook-signature", "").split()):
        raise refused
    if abs(now - int(stamp)) > TOLERANCE:
        raise Problem(401, "stale-delivery", "The delivery was signed too long ago, or in the future.")
    return id_


@dataclass(frozen=True)
class Inbox:
    """Deliveries that arrived, so that none counts twice. `timestamp`: real seconds since 1970."""

    table: Table
    timestamp: Callable[[], int]

    @classmethod
    def on(cls, metadata: MetaData, timestamp: Callable[[], int]) -> Inbox:
        """With its own table of a service's store."""
        found = metadata.tables.get("sim_received")
        if found is None:
            found = Table(
                "sim_received",
                metadata,
                Column("world", String(64), primary_key=True),
                Column("id", String(200), primary_key=True),
                Column("at", Integer, nullable=False),
            )
        return cls(found, timestamp)

    def read(self, secret: str) -> tuple[str, dict[str, Any]]:
        """Id and CloudEvent of the delivery in this request; `Problem` 401 or 415 or 422."""
        body = request.get_data()
        if request.mimetype != MEDIA_TYPE:
            raise Problem(415, "not-an-event", f"A delivery must be {MEDIA_TYPE}.")
        id_ = verify(secret, {name.lower(): value for name, value in request.headers}, body, self.timestamp())
        try:
            event = json.loads(body)
        except ValueError:
            event = None
        if not isinstance(event, dict) or any(
            not isinstance(event.get(name), str) for name in ("id", "source", "type")
        ):
            raise Problem(422, "invalid-event", "The body is no CloudEvent.")
        return id_[:200], event

    def first(self, connection: Connection, world: str, id_: str) -> bool:
        """Whether a delivery is new; it is noted in the caller's transaction, together with what it causes."""
        t = self.table
        if connection.execute(select(t.c.id).where(t.c.world == world, t.c.id == id_)).first():
            return False
        connection.execute(insert(t).values(world=world, id=id_, at=self.timestamp()))
        return True

    def tidy(self, connection: Connection, older: int) -> None:
        """Forget deliveries that arrived before a moment."""
        connection.execute(delete(self.table).where(self.table.c.at < older))


def allow(*origins: str) -> Response:
    """The answer to `OPTIONS` of a sender (CloudEvents webhook abuse protection); 403 for an origin that is not expected."""
    asked = request.headers.get("WebHook-Request-Origin", "")
    if not asked or not ({asked, "*"} & set(origins)):
        raise Problem(403, "origin-not-allowed", "Deliveries of this origin are not expected here.")
    return Response(status=200, headers={"WebHook-Allowed-Origin": asked, "WebHook-Allowed-Rate": "*", "Allow": "POST"})
