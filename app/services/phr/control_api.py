"""The simulator's hand: sign-ins without a card, and consents of a world to look at. All T3."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import insert, select

from app.services.phr.context import service, told_now
from app.services.phr.tables import consents, tickets
from app.services.phr.world import find_world
from app.services.simcore.authorization import hashed
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import install
from app.services.simcore.world import guard_control, parse_world

blueprint = Blueprint("phr_control", __name__, url_prefix="/_sim")
install(blueprint)
guard_control(blueprint)


class TicketInput(BaseModel):
    """Who signs in."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(max_length=40)


class Ticket(BaseModel):
    """To be typed into the sign-in page, once, within so many real seconds."""

    ticket: str
    expires_in: int


@blueprint.post("/worlds/<world>/tickets")
@operation(
    "T3",
    "Make a one-time sign-in",
    "For tests and demonstrations of foreign clients: the sign-in page takes it in place of the card.",
    request=TicketInput,
    response=Ticket,
    status=201,
    errors=(400, 403, 404, 413, 415, 422),
    security="control",
)
def make_ticket(world: str) -> tuple[Response, int]:
    """Kept as a hash."""
    context = service()
    sent, ticket = body(TicketInput), secrets.token_urlsafe(12)
    with context.store.write() as connection:
        find_world(connection, parse_world(world), told_now()).person(sent.subject)
        expires = context.config.timestamp() + context.config.ticket_seconds
        row = {"world": world, "hash": hashed(ticket), "subject": sent.subject, "expires": expires}
        connection.execute(insert(tickets).values(**row))
    return jsonify(Ticket(ticket=ticket, expires_in=context.config.ticket_seconds).model_dump()), 201


@blueprint.get("/worlds/<world>/consents")
@operation("T3", "The consents of a world", response=list[dict[str, Any]], errors=(400, 403), security="control")
def list_consents(world: str) -> Response:
    """Everybody's, in the order in which they were given."""
    with service().store.read() as connection:
        query = select(consents).where(consents.c.world == parse_world(world)).order_by(consents.c.since, consents.c.id)
        return jsonify([dict(row._mapping) for row in connection.execute(query)])
