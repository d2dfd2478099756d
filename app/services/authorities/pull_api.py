"""The authority's side: its own system lists, fetches and decides its cases. T3, after the roles of ぴったりサービス's 申請受取."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.services.simcore import callers
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import current_now, guard_control, note_client, parse_world

from . import facts
from .api import service
from .catalogue import Procedure
from .models import Receipt
from .pull_models import (
    Act,
    Approval,
    Completion,
    CorrectionAsked,
    DeskIn,
    Feed,
    PulledCase,
    Rejection,
    Review,
    VisitAsked,
)
from .records import Application

SCOPE = "office"
CLIENT_PREFIX = "office-"
PAGE = 100
ASSUMED = (
    "T3: the specification of the 申請受取 API is not public; public are its four roles (log in, list, fetch, list states) "
    "and that the municipality pulls. Names and shapes are ours. Needs a client's own token with the scope `office`; a client "
    f"`{CLIENT_PREFIX}<authority>` acts for that authority unless the service is told otherwise."
)
CALL = ("X-Sim-World", "X-Sim-Now")
ACT_ERRORS = (400, 401, 403, 404, 409, 415, 422, 503)

blueprint = Blueprint("pull", __name__, url_prefix="/pull")
install(blueprint)
desks = Blueprint("desks", __name__, url_prefix="/_sim")
install(desks)
guard_control(desks)


@dataclass(frozen=True)
class System:
    """An authority's system that calls: where, when, for whom."""

    world: str
    now: datetime
    authority: str


def _system() -> System:
    """Who calls; `Problem` 401 or 403. Faults of the authority apply to its own system as well."""
    caller = callers.client(SCOPE)
    note_client(caller.client)
    context = service()
    name = caller.client.removeprefix(CLIENT_PREFIX) if caller.client.startswith(CLIENT_PREFIX) else ""
    authority = context.systems.get(caller.client, name)
    known = context.catalogue.authorities.get(authority)
    if known is None:
        raise callers.unauthorized(403, "insufficient_scope", "This client acts for no authority.")
    world = parse_world(caller.world)
    context.suffer(world, "pull", f"authority:{known.id}")
    return System(world, current_now(), known.id)


def _only_its_own(case: Application, procedure: Procedure) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts and notes of a case, as far as its procedure asks for them: whatever else was sent stays here."""
    known = {facts.key(text): value for text, value in case.body["facts"].items()}
    asked = set()
    for need in procedure.needs:
        role, item = facts.key(need.reference)
        subjects = facts.named(role, case.body["subjects"], known)
        if role == "each":
            subjects = (case.body["subject"],) if case.body["subject"] else ()
        asked |= {(subject, item) for subject in subjects}
    return tuple(  # type: ignore[return-value]
        {text: value for text, value in case.body[part].items() if facts.key(text) in asked}
        for part in ("facts", "noted")
    )


def _answer(value: Any) -> Response:
    response = jsonify(value)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/applications")
@operation(
    "T3", "What came in", f"New applications and what citizens did since, after `?after=`. {ASSUMED}",
    response=Feed, errors=(400, 401, 403, 422, 503), headers=CALL, security="client",
    query={"after": "cursor of the last one known, 0 at first", "limit": f"at most {PAGE}"},
)  # fmt: skip
def list_applications() -> Response:
    """Of the caller's authority only; facts are not in the list."""
    system = _system()
    after, limit = (request.args.get(name, default) for name, default in (("after", "0"), ("limit", str(PAGE))))
    if not all(text.isascii() and text.isdigit() and len(text) < 16 for text in (after, limit)):
        raise Problem(400, "invalid-page", "The parameters after and limit must be numbers.")
    size = max(1, min(int(limit), PAGE))
    found = service().office.feed(system.world, system.authority, int(after), size + 1)
    page = found[:size]
    last = page[-1]["cursor"] if page else int(after)
    feed = {"authority": system.authority, "applications": page, "next": last, "more": len(found) > size}
    return _answer(Feed.model_validate(feed).model_dump(mode="json"))


@blueprint.get("/applications/<number>")
@operation(
    "T3", "One case", f"Only the facts that its procedure asks for; signatures are never kept. {ASSUMED}",
    response=PulledCase, errors=(400, 401, 403, 404, 422, 503), headers=CALL, security="client",
)  # fmt: skip
def fetch(number: str) -> Response:
    """404 for a case of another authority."""
    system = _system()
    case, procedure, acknowledged = service().office.own_case(system.world, system.now, system.authority, number)
    own, noted = _only_its_own(case, procedure)
    found = PulledCase.model_validate(
        {
            "arrival_number": case.number, "procedure": case.procedure, "title": procedure.title, "state": case.state,
            "channel": case.channel, "received_at": case.received_at, "round": case.rounds, "acknowledged_at": acknowledged,
            "facts": own, "noted": noted, "subjects": case.body["subjects"], "attachments": case.body["attachments"],
            "opens": case.opens, "until": case.until, "item": case.item,
        }
    )  # fmt: skip
    return _answer(found.model_dump(mode="json"))


@blueprint.put("/applications/<number>/acknowledgement")
@operation(
    "T3", "Say that a case has arrived in the authority's system", f"Again changes nothing. {ASSUMED}",
    status=204, errors=(400, 401, 403, 404, 422, 503), headers=CALL, security="client",
)  # fmt: skip
def acknowledge(number: str) -> tuple[str, int]:
    """No event: the citizen sees nothing of it."""
    system = _system()
    service().office.acknowledge(system.world, system.now, system.authority, number)
    return "", 204


def _does(path: str, act: type[Act], summary: str, description: str) -> None:
    """One act as an endpoint."""

    @operation(
        "T3", summary, f"{description} Only while the desk is `pulled`. The same key and content again change nothing. {ASSUMED}",
        request=act, response=Receipt, errors=ACT_ERRORS, headers=(*CALL, "Idempotency-Key"), security="client",
    )  # fmt: skip
    def view(number: str) -> Response:
        system = _system()
        key = request.headers.get("Idempotency-Key", "")
        if not 1 <= len(key) <= 64:
            raise Problem(400, "key-missing", "The header Idempotency-Key must have 1 to 64 characters.")
        found = service().office.act(system.world, system.now, system.authority, number, key, body(act))
        return _answer(found.model_dump(mode="json", exclude_none=True))

    blueprint.add_url_rule(f"/applications/<number>/{path}", path, view, methods=["POST"])


_does("review", Review, "Begin to look at a case", "The citizen is told.")
_does("correction", CorrectionAsked, "Ask for a correction", "The citizen has 14 days, to the next opening day.")
_does("visit", VisitAsked, "Ask the citizen to come", "Before the review; the review begins when they have come.")
_does("approval", Approval, "Grant it", "The registers change with the completion.")
_does("rejection", Rejection, "Refuse it", "With the reason and the remedy, which the citizen reads.")
_does("completion", Completion, "Finish it", "Grants it where that is still open, tells the registers, issues papers.")


@desks.put("/worlds/<world>/desks/<authority>")
@operation(
    "T3", "Choose who decides at an authority", "`pulled`: its own system; nothing is decided here by itself.",
    request=DeskIn, response=DeskIn, errors=(400, 403, 404, 415, 422), security="control", headers=CALL[1:],
)  # fmt: skip
def set_desk(world: str, authority: str) -> Response:
    """Open cases are handed over."""
    mode = body(DeskIn).desk
    service().office.set_desk(parse_world(world), current_now(), _known(authority), mode)
    return jsonify(desk=mode)


@desks.get("/worlds/<world>/desks/<authority>")
@operation(
    "T3", "Who decides at an authority", response=DeskIn, errors=(400, 403, 404), security="control",
)  # fmt: skip
def get_desk(world: str, authority: str) -> Response:
    """`automatic` unless it was chosen otherwise."""
    return jsonify(desk=service().office.desk(parse_world(world), _known(authority)))


def _known(authority: str) -> str:
    found = service().catalogue.authorities.get(authority)
    if found is None:
        raise not_found("There is no such authority.")
    return found.id
