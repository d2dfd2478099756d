"""The register `account` (公金受取口座), kept here: asked and changed by the identity and register service. T3."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, Field

from app.services.account import bank, people
from app.services.account.banks import Account, read_text
from app.services.account.book import Book
from app.services.account.context import Context, service
from app.services.account.rules import refusal, refuse
from app.services.account.shapes import LINE, Shape
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import current_world, guard_control

REGISTER = "account"
ACTOR = 120  # letters of an actor in the log
blueprint = Blueprint("register", __name__, url_prefix="/registers")
install(blueprint)
guard_control(blueprint)

_ERRORS = (400, 403, 404, 409, 413, 415, 422, 429, 503)
_CALL = ("X-Sim-World", "X-Sim-Now")


class RegisterInquiry(Shape):
    """Who is asked about, and what. `client`: for whom; all of it goes into the log."""

    subjects: list[str] = Field(max_length=200)
    items: list[str] = Field(min_length=1, max_length=200)
    purpose: str = Field(default="", max_length=200, pattern=LINE)
    legal_basis: str = Field(default="", max_length=300, pattern=LINE)
    client: str = Field(default="", max_length=255, pattern=LINE)


class RegisterAnswer(BaseModel):
    """`subjects` maps a subject to {items: {item: {value} | {reason}}}."""

    as_of: str
    subjects: dict[str, Any]


class RegisterUpdate(Shape):
    """A change that an office makes. `value`: an account as text (`ひだまり銀行 中央支店 普通 0000021`), or null to erase it."""

    subject: str = Field(max_length=40)
    item: str = Field(max_length=80)
    value: str | None = Field(max_length=120)
    reason: str = Field(min_length=1, max_length=200, pattern=LINE)


def _held(context: Context, register: str, items: list[str]) -> None:
    if register != REGISTER:
        raise not_found("There is no such register.")
    if foreign := sorted(set(items) - context.items.held_by(REGISTER)):
        raise Problem(403, "outside-purpose", "The register does not hold some of the items.", items=foreign)


def _told(book: Book, subject: str) -> dict[str, Any]:
    one = book.registered(subject)
    if one is None or one.account is None:
        return {"reason": "not_registered"}
    if one.state != "valid":
        return {"reason": "not_provided"}
    return {"value": book.text(one.account)}


@blueprint.post("/<register>/inquiries")
@operation(
    "T3", "Ask the register",
    "The account as the site shows it. `{reason: not_registered}` where there is none, `{reason: not_provided}` where it is of no use now.",
    request=RegisterInquiry, response=RegisterAnswer, errors=_ERRORS, security="control", headers=_CALL,
)  # fmt: skip
def inquire(register: str) -> Response:
    """One row in the log for every call; the citizen's history of it is kept by the service that asks."""
    context, world, sent = service(), current_world(), body(RegisterInquiry)
    _held(context, register, sent.items)
    shapes = context.core.suffer(world, f"register:{register}")
    if "refused" in shapes:
        raise Problem(403, "refused", "The register refused the inquiry.")
    with context.writing(world) as book:
        known = [one for one in dict.fromkeys(sent.subjects) if people.find(book.connection, world, one)]
        partial = {"reason": "not_provided"} if shapes & {"partial", "unsupported", "consent_missing"} else None
        found = {one: {"items": {item: partial or _told(book, one) for item in sent.items}} for one in known}
        book.audit.append(
            book.connection, world, book.now, sent.client[:ACTOR] or "register", "register_inquiry", subjects=known, purpose=sent.purpose,
            legal_basis=sent.legal_basis,
        )  # fmt: skip
        answer = jsonify(RegisterAnswer(as_of=book.today.isoformat(), subjects=found).model_dump())
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _account(book: Book, text: str) -> Account:
    spoken = read_text(text)
    if spoken is None:
        raise Problem(422, "invalid-value", "This is no account at one of the banks here.")
    found = bank.located(book.connection, book.world, spoken)
    if found is None:
        raise refuse("no-such-branch")
    return found


@blueprint.post("/<register>/updates")
@operation(
    "T3", "Change the register",
    "After a completed procedure. The same value again changes nothing. The rules of a registration hold: 422 with the reason.",
    request=RegisterUpdate, status=204, errors=_ERRORS, security="control", headers=_CALL,
)  # fmt: skip
def change(register: str) -> tuple[str, int]:
    """A registration by the route `procedure`."""
    context, world, sent = service(), current_world(), body(RegisterUpdate)
    _held(context, register, [sent.item])
    context.core.suffer(world, "updates")
    with context.writing(world) as book:
        person = book.person(sent.subject)
        if not sent.value:
            book.erase(person.id, "procedure", "register", sent.reason[:40])
            return "", 204
        account, one = _account(book, sent.value), book.registered(person.id)
        if one is not None and (one.account, one.state) == (account, "valid"):
            return "", 204
        reason = refusal(book, person, account)
        if reason is not None:
            raise refuse(reason)
        book.put(person, account, "procedure", "register")
    return "", 204
