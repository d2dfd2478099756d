"""A person's own account: register, change, erase, and see who asked. With an access token of the scope `account`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.services.account import consents, letters
from app.services.account.access import FOR, citizen, whose
from app.services.account.banks import Account
from app.services.account.book import ROUTES, Book, Registration
from app.services.account.consents import Consent
from app.services.account.context import service
from app.services.account.letters import Letter
from app.services.account.lookups import history
from app.services.account.once import Answer, idempotency_key, once
from app.services.account.people import Person
from app.services.account.purposes import PURPOSES
from app.services.account.rules import refusal, refuse
from app.services.account.shapes import (
    ChangeOut,
    ConsentAnswer,
    ConsentOut,
    HistoryOut,
    InquiryShown,
    LetterOut,
    NoticeOut,
    RegistrationInput,
    RegistrationOut,
    registration_out,
)  # fmt: skip
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found

blueprint = Blueprint("own", __name__)
install(blueprint)

_READ = (400, 401, 403, 404, 429, 503)
_CHANGE = (400, 401, 403, 404, 409, 412, 415, 422, 428, 429, 503)
PLACE = "registration"


def _absent() -> Problem:
    return Problem(404, "not-registered", "No account is registered.", "公金受取口座は登録されていません。")


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/account")
@operation(
    "T3", "Own account", "With an ETag; If-None-Match is honoured (304).",
    response=RegistrationOut, errors=(304, *_READ), security="user", query=FOR,
)  # fmt: skip
def read_account() -> Response:
    """What is registered, of use or not."""
    context, caller = service(), citizen()
    context.core.suffer(caller.world, PLACE, citizen=caller.subject)
    with context.reading(caller.world) as book:
        one = book.registered(whose(book, caller).id)
        if one is None:
            raise _absent()
        answer = jsonify(registration_out(book, one))
    answer.set_etag(one.etag)
    answer.make_conditional(request.environ)
    return _private(answer)


def _stale() -> Problem:
    return Problem(
        412, "changed-meanwhile", "The registration was changed meanwhile.", "ほかの画面で登録が変わっています。今の登録を確かめてください。"
    )  # fmt: skip


def _preconditions(one: Registration | None) -> None:
    """If-Match for what is there, `If-None-Match: *` for what is not; 428 without, 412 where it does not fit."""
    if not request.if_match and not request.if_none_match:
        raise Problem(428, "precondition-missing", "If-Match or `If-None-Match: *` must say what is to be changed.")
    if request.if_none_match:
        if not request.if_none_match.star_tag:
            raise Problem(400, "precondition-unknown", "A change takes `If-None-Match: *` alone.")
        if one is not None:
            raise _stale()
    if request.if_match and (one is None or not request.if_match.contains(one.etag)):
        raise _stale()


def _put(book: Book, person: Person, account: Account, holder: str | None, actor: str, mismatch: bool) -> Answer:
    one = book.registered(person.id)
    _preconditions(one)
    reason = refusal(book, person, account, holder, mismatch=mismatch)
    if reason is not None:
        raise refuse(reason)
    fresh = book.put(person, account, "portal", actor)
    return Answer(200 if one else 201, registration_out(book, fresh), fresh.etag)


@blueprint.put("/account")
@operation(
    "T3", "Register or change an account",
    "One account each, in one's own name; the bank checks the name. A first registration takes `If-None-Match: *`, a change If-Match. "
    "201 for the first, 200 for a change. A repeated Idempotency-Key tells the same answer. Assumed: an account in a former name is "
    "refused until the bank knows the new one; a 通称 that stands in the resident record counts as a name.",
    request=RegistrationInput, response=RegistrationOut, errors=(201, *_CHANGE, 413), security="user", headers=("Idempotency-Key",), query=FOR,
)  # fmt: skip
def put_account() -> Response:
    """The last completed registration wins over those of other routes."""
    context, caller, key = service(), citizen(), idempotency_key()
    sent = body(RegistrationInput)
    shapes = context.core.suffer(caller.world, PLACE, "bank", citizen=caller.subject)
    account = sent.account()
    with context.writing(caller.world) as book:
        person = whose(book, caller)
        done = once(
            book, f"{caller.client}/{caller.subject}", key,
            lambda: _put(book, person, account, sent.holder_kana, caller.name, "mismatch" in shapes),
        )  # fmt: skip
    return done.response()


def _delete(book: Book, person: Person, actor: str) -> Answer:
    one = book.registered(person.id)
    if one is None:
        raise _absent()
    if not request.if_match:
        raise Problem(428, "precondition-missing", "If-Match must say which version is to be erased.")
    if not request.if_match.contains(one.etag):
        raise _stale()
    book.erase(person.id, "portal", actor)
    return Answer(204, None)


@blueprint.delete("/account")
@operation(
    "T3", "Erase the registration", "At any time. The account itself stays.",
    status=204, errors=_CHANGE, security="user", headers=("Idempotency-Key", "If-Match"), query=FOR,
)  # fmt: skip
def delete_account() -> Response:
    """With an If-Match, so that nobody erases what they have not seen."""
    context, caller, key = service(), citizen(), idempotency_key()
    context.core.suffer(caller.world, PLACE, citizen=caller.subject)
    with context.writing(caller.world) as book:
        person = whose(book, caller)
        done = once(book, f"{caller.client}/{caller.subject}", key, lambda: _delete(book, person, caller.name))
    return done.response()


@blueprint.get("/history")
@operation(
    "T3", "Own history", "What became of the registration, and which offices asked about it, why and on what ground.",
    response=HistoryOut, errors=_READ, security="user", query=FOR,
)  # fmt: skip
def read_history() -> Response:
    """In order."""
    context, caller = service(), citizen()
    context.core.suffer(caller.world, "history", citizen=caller.subject)
    with context.reading(caller.world) as book:
        person = whose(book, caller)
        changes = [ChangeOut(**{name: row[name] for name in ChangeOut.model_fields if name in row}, route_name=ROUTES[row["route"]])
                   for row in book.history(person.id)]  # fmt: skip
        asked = [InquiryShown(**row, purpose_name=PURPOSES[row["purpose"]].name) for row in history(book, person.id)]
    return _private(jsonify(HistoryOut(registrations=changes, inquiries=asked).model_dump()))


@blueprint.get("/notices")
@operation("T3", "Own notices", "In order.", response=list[NoticeOut], errors=_READ, security="user", query=FOR)
def read_notices() -> Response:
    """What the person was told."""
    context, caller = service(), citizen()
    with context.reading(caller.world) as book:
        rows = book.notices(whose(book, caller).id)
        told: list[Any] = [{name: row[name] for name in NoticeOut.model_fields} for row in rows]
    return _private(jsonify(told))


def consent_out(one: Consent) -> dict[str, Any]:
    """A question as data."""
    told = {name: value for name, value in asdict(one).items() if name not in ("n", "person")}
    return ConsentOut(id=one.n, **told, purpose_name=PURPOSES[one.purpose].name).model_dump()


@blueprint.get("/consents")
@operation(
    "T3", "Questions of offices", "In order.", response=list[ConsentOut], errors=_READ, security="user", query=FOR
)
def read_consents() -> Response:
    """Whether they may pay into the registered account."""
    context, caller = service(), citizen()
    with context.reading(caller.world) as book:
        told = [consent_out(one) for one in consents.of_person(book, whose(book, caller).id)]
    return _private(jsonify(told))


@blueprint.put("/consents/<int(max=999999999):number>")
@operation(
    "T3", "Answer a question", "May be changed until its last day.",
    request=ConsentAnswer, response=ConsentOut, errors=(400, 401, 403, 404, 409, 413, 415, 422, 429, 503), security="user", query=FOR,
)  # fmt: skip
def answer_consent(number: int) -> Response:
    """The same answer again changes nothing."""
    context, caller, sent = service(), citizen(), body(ConsentAnswer)
    context.core.suffer(caller.world, "consents", citizen=caller.subject)
    with context.writing(caller.world) as book:
        one = consents.find(book, number)
        if one.person != whose(book, caller).id:
            raise not_found("There is no such question.")
        told = consent_out(consents.answer(book, one, sent.answer, caller.name))
    return _private(jsonify(told))


def letter_out(book: Book, one: Letter) -> dict[str, Any]:
    """A letter as data."""
    told = LetterOut(
        id=one.n, sent=one.sent, due=one.due, state=one.state, reason=one.reason, account=book.text(one.account)
    )
    return told.model_dump()


@blueprint.get("/letters")
@operation(
    "T3", "Letters about the account of the pension", "In order.",
    response=list[LetterOut], errors=_READ, security="user", query=FOR,
)  # fmt: skip
def read_letters() -> Response:
    """Those that were sent to the person."""
    context, caller = service(), citizen()
    with context.reading(caller.world) as book:
        told = [letter_out(book, one) for one in letters.of_person(book, whose(book, caller).id)]
    return _private(jsonify(told))


@blueprint.put("/letters/<int(max=999999999):number>/objection")
@operation(
    "T3", "Send the postcard back", "The account of the pension is not registered. Up to the moment at which 45 days are over.",
    response=LetterOut, errors=(400, 401, 403, 404, 409, 429, 503), security="user", query=FOR,
)  # fmt: skip
def object_to_letter(number: int) -> Response:
    """Once more changes nothing."""
    context, caller = service(), citizen()
    context.core.suffer(caller.world, "letters", citizen=caller.subject)
    with context.writing(caller.world) as book:
        one = letters.find(book.connection, book.world, number)
        if one.person != whose(book, caller).id:
            raise not_found("There is no such letter.")
        told = letter_out(book, letters.refuse(book, one, caller.name))
    return _private(jsonify(told))
