"""Who calls: a person for themself or for a child, or an office."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from app.services.account import people
from app.services.account.book import Book
from app.services.account.people import Person
from app.services.simcore.callers import Caller, bearer, client, person, unauthorized
from app.services.simcore.problems import Problem
from app.services.simcore.world import current_client, current_world, has_control_key, note_client

SCOPE = "account"
FOR = {"for": "Subject of a child under 18 for whom the person who signed in may act. Left out: that person."}


def citizen() -> Caller:
    """The token of a person with the scope `account`."""
    caller = person(SCOPE)
    note_client(caller.client)
    return caller


def whose(book: Book, caller: Caller) -> Person:
    """Whose account a call is about: the caller's, or by `?for=` that of a child; `Problem` 403 where they may not act."""
    own = book.person(caller.of_person())
    for_ = request.args.get("for")
    if for_ is None or for_ == own.id:
        return own
    child = people.find(book.connection, book.world, for_)
    if child is None or not people.may_act(own, child, book.today):
        title = "This person may not act for the other one."
        raise Problem(403, "may-not-act", title, "この人の口座を、あなたが手続きすることはできません。")
    return child


@dataclass(frozen=True, slots=True)
class Office:
    """A caller that is no person. `name`: how it stands in the log."""

    world: str
    name: str


def office() -> Office:
    """A client with the scope `account`, or who has the control key; `Problem` 401 or 403."""
    if bearer() is not None:
        caller = client(SCOPE)
        note_client(caller.client)
        return Office(current_world(), caller.name)
    if not has_control_key():
        raise unauthorized(401, "invalid_token", "A token of a client or the control key is needed.")
    return Office(current_world(), current_client() or "office")
