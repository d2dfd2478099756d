"""The mock bank: what banks and branches there are, and whether an account is in a name. All T3."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify

from app.services.account import bank
from app.services.account.access import office
from app.services.account.banks import BANKS
from app.services.account.context import service
from app.services.account.names import normal
from app.services.account.shapes import NameCheckInput, NameCheckOut
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import install, not_found
from app.services.simcore.world import current_world

blueprint = Blueprint("bank", __name__)
install(blueprint)

_CODES = "Codes 9701 to 9799: no bank has one between 9494 and 9899 in the public list (August 2026), so nothing here can be paid into."


@blueprint.get("/banks")
@operation("T3", "Banks", _CODES, response=list[dict[str, str]])
def read_banks() -> Response:
    """In the order of their codes."""
    return jsonify([asdict(one) for one in BANKS.values()])


@blueprint.get("/banks/<code>/branches")
@operation(
    "T3", "Branches of a bank", "Those that are open; not those of the postal bank that come of a 記号.",
    response=list[dict[str, str]], errors=(400, 404, 429, 503), headers=("X-Sim-World",),
)  # fmt: skip
def read_branches(code: str) -> Response:
    """In the order of their codes."""
    if code not in BANKS:
        raise not_found("There is no such bank.")
    context, world = service(), current_world()
    context.core.suffer(world, "bank")
    with context.reading(world) as book:
        return jsonify([asdict(one) for one in bank.all_branches(book.connection, world, code)])


@blueprint.post("/name-check")
@operation(
    "T3", "Check the name of an account",
    "match, kana_mismatch, old_name, closed, frozen or not_found. Names are compared in the letters of transfer files; the bank never tells "
    "the holder's name. With a client's token of the scope `account`, or the control key.",
    request=NameCheckInput, response=NameCheckOut, errors=(400, 401, 403, 404, 413, 415, 422, 429, 503), security="client",
    headers=("X-Sim-World",),
)  # fmt: skip
def check_name() -> Response:
    """Leaves a row in the log, without the name."""
    context, caller, sent = service(), office(), body(NameCheckInput)
    shapes = context.core.suffer(caller.world, "bank")
    account = sent.account()
    with context.writing(caller.world) as book:
        result = bank.check_name(book.connection, book.world, account, [sent.holder_kana], sent.former_kana)
        if "mismatch" in shapes:
            result = "kana_mismatch"
        book.audit.append(
            book.connection, book.world, book.now, caller.name, "name_check", account=account.masked, result=result
        )
    return jsonify(NameCheckOut(result=result, compared=normal(sent.holder_kana)).model_dump())
