"""The simulator's hand on bank and resident record: mergers, closures, freezes, names, deaths. All T3, with the control key."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic import Field
from sqlalchemy import select

from app.services.account import bank, corrections, people
from app.services.account.bank import State
from app.services.account.banks import BANKS, Branch
from app.services.account.context import service
from app.services.account.shapes import AccountInput, AccountOut, Code3, Code4, Name, Shape, Subject, shown
from app.services.account.tables import accounts
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import install, not_found
from app.services.simcore.world import guard_control, parse_world

blueprint = Blueprint("account_control", __name__, url_prefix="/_sim")
install(blueprint)
guard_control(blueprint)

_ERRORS = (400, 403, 404, 409, 413, 415, 422)
_LATER = "Registrations are brought in line at once."


class MergerInput(Shape):
    """Branches `branches` of `bank` (none named: all) go into `into_branch` of `into_bank`. `reported`: the bank told old and new numbers."""

    bank: Code4
    branches: list[Code3] = Field(default=[], max_length=200)
    into_bank: Code4
    into_branch: Code3
    reported: bool = True


class StateInput(AccountInput):
    """What becomes of an account."""

    state: State


class RenameInput(AccountInput):
    """The name that the bank knows from now on."""

    holder_kana: Name


class OpeningInput(AccountInput):
    """A new account. `holder`: whose it truly is."""

    holder: Subject
    holder_kana: Name


class PersonInput(Shape):
    """What changes in the resident record; what is left out stays."""

    kana: Name | None = None
    protected: bool | None = None
    abroad: bool | None = None


class BankAccountOut(AccountOut):
    """With what only the simulator knows. `state`: open | frozen | closed."""

    holder: str
    holder_kana: str
    state: str


@blueprint.get("/worlds/<world>/bank/accounts")
@operation("T3", "All accounts at the banks", response=list[BankAccountOut], errors=(400, 403, 404), security="control")
def list_accounts(world: str) -> Response:
    """In the order of their codes."""
    with service().reading(parse_world(world)) as book:
        a = accounts
        query = select(a.c.holder).where(a.c.world == world).distinct().order_by(a.c.holder)
        told: list[dict[str, Any]] = [
            shown(book, held.account).model_dump()
            | {"holder": held.holder, "holder_kana": held.kana, "state": held.state}
            for holder in book.connection.execute(query).scalars().all()
            for held in bank.held_by(book.connection, world, holder)
        ]
    return jsonify(told)


@blueprint.post("/worlds/<world>/bank/accounts")
@operation(
    "T3", "Open an account", "In whatever name, to try a check.",
    request=OpeningInput, status=204, errors=_ERRORS, security="control",
)  # fmt: skip
def open_account(world: str) -> tuple[str, int]:
    """409 where the number is taken."""
    sent, context = body(OpeningInput), service()
    account = sent.account()
    with context.writing(parse_world(world)) as book:
        book.person(sent.holder)
        if bank.branch(book.connection, world, account.bank, account.branch) is None:
            raise not_found("There is no such branch.")
        bank.make_account(book.connection, world, bank.Held(account, sent.holder, sent.holder_kana, "open"))
    return "", 204


@blueprint.put("/worlds/<world>/bank/accounts/state")
@operation(
    "T3", "Close, freeze or open again", _LATER + " A closed account stays closed.",
    request=StateInput, status=204, errors=_ERRORS, security="control",
)  # fmt: skip
def set_state(world: str) -> tuple[str, int]:
    """The registration becomes invalid, or valid again."""
    sent, context = body(StateInput), service()
    account = sent.account()
    with context.writing(parse_world(world)) as book:
        bank.set_state(book.connection, world, account, sent.state)
        corrections.review(book, account)
    return "", 204


@blueprint.put("/worlds/<world>/bank/accounts/name")
@operation(
    "T3", "Rename an account", "The holder told the bank of a name. " + _LATER,
    request=RenameInput, status=204, errors=_ERRORS, security="control",
)  # fmt: skip
def rename(world: str) -> tuple[str, int]:
    """The registration becomes invalid, or valid again."""
    sent, context = body(RenameInput), service()
    account = sent.account()
    with context.writing(parse_world(world)) as book:
        bank.rename(book.connection, world, account, sent.holder_kana)
        corrections.review(book, account)
    return "", 204


@blueprint.post("/worlds/<world>/bank/mergers")
@operation(
    "T3", "Merge branches or banks",
    "Reported with old and new numbers, registrations are corrected (notices 17, 18, 19; which is which is assumed); otherwise they are of "
    "no use from then on. `accounts`: how many moved; `registrations`: how many of them were registered.",
    request=MergerInput, response=dict[str, int], errors=_ERRORS, security="control",
)  # fmt: skip
def merge(world: str) -> Response:
    """A bank into another one: no branch named."""
    sent, context = body(MergerInput), service()
    with context.writing(parse_world(world)) as book:
        into = bank.branch(book.connection, world, sent.into_bank, sent.into_branch)
        if into is None or sent.bank not in BANKS:
            raise not_found("There is no such branch.")
        moved = bank.merge(
            book.connection, world, sent.bank, sent.branches or _all(book.connection, world, sent.bank, into), into
        )
        touched = corrections.merged(book, moved, reported=sent.reported)
    return jsonify(accounts=len(moved), registrations=touched)


def _all(connection: Any, world: str, of: str, into: Branch) -> list[str]:
    return [one.code for one in bank.all_branches(connection, world, of) if one != into]


@blueprint.put("/worlds/<world>/people/<subject>")
@operation(
    "T3", "Change the resident record", "Name, 支援措置, living abroad. " + _LATER,
    request=PersonInput, status=204, errors=_ERRORS, security="control",
)  # fmt: skip
def change_person(world: str, subject: str) -> tuple[str, int]:
    """A new name makes the one of today a former one."""
    sent, context = body(PersonInput), service()
    with context.writing(parse_world(world)) as book:
        person = book.person(subject)
        protected = person.protected if sent.protected is None else sent.protected
        abroad = person.abroad if sent.abroad is None else sent.abroad
        person = replace(person, protected=protected, abroad=abroad)
        people.change(book.connection, world, person)
        if sent.kana is not None and sent.kana != person.kana:
            corrections.renamed(book, person, sent.kana)
    return "", 204


@blueprint.put("/worlds/<world>/people/<subject>/death")
@operation(
    "T3",
    "Report a death",
    "The registration goes, and nobody is told.",
    status=204,
    errors=(400, 403, 404),
    security="control",
)
def report_death(world: str, subject: str) -> tuple[str, int]:
    """Once more changes nothing."""
    with service().writing(parse_world(world)) as book:
        corrections.died(book, book.person(subject))
    return "", 204
