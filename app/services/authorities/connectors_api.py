"""Where companies tell what became of a notice: CloudEvents by webhook. T3."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from pydantic import BaseModel, ValidationError

from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install
from app.services.simcore.webhooks import MEDIA_TYPE, allow, verify

from .api import service
from .partners_client import EVENTS

UNNAMED = "partners.invalid"  # how the service calls itself where nobody told it its address

blueprint = Blueprint("connectors", __name__)
install(blueprint)


class StepTold(BaseModel):
    """One step of a notice, as far as a case has use for it."""

    version: int
    state: str
    at: datetime
    note: str
    reason: str | None = None
    remedy: str | None = None
    field: str | None = None
    until: date | None = None


class DataTold(BaseModel):
    """What an event is about."""

    notice: str
    step: StepTold


class EventTold(BaseModel):
    """A CloudEvent of a company."""

    simworld: str
    data: DataTold


@blueprint.route(EVENTS, methods=["OPTIONS"])
def allowed() -> Response:
    """Deliveries of the companies' service, and of nobody else."""
    return allow(urlsplit(service().base.config.upstreams().get("partners", "")).netloc, UNNAMED)


@blueprint.post(EVENTS, provide_automatic_options=False)
@operation(
    "T3",
    "A company tells what became of a notice",
    "CloudEvents 1.0, signed after Standard Webhooks by the secret of the world (401). Twice, late or in another order makes no difference.",
    status=204,
    errors=(401, 413, 415, 422),
)
def take() -> tuple[str, int]:
    """Kept first, and used as soon as the steps before it are known."""
    context = service()
    world = request.headers.get("webhook-id", "").rpartition("-")[0]
    secret = context.office.partners_secret(world) if world else None
    if secret is None:
        raise Problem(401, "bad-signature", "The delivery is not signed by the secret that was agreed.")
    if request.mimetype != MEDIA_TYPE:
        raise Problem(415, "not-an-event", f"A delivery must be {MEDIA_TYPE}.")
    sent = {name.lower(): value for name, value in request.headers.items()}
    verify(secret, sent, request.get_data(), context.base.config.timestamp())
    try:
        event = EventTold.model_validate_json(request.get_data())
    except ValidationError:
        event = None
    if event is None or event.simworld != world:
        raise Problem(422, "invalid-event", "The event does not have the documented form.")
    context.office.hear(world, event.data.model_dump(mode="json", exclude_none=True))
    return "", 204
