"""職権修正・抹消: what happens at the bank and in the resident record is carried over into the register.

Notice codes 17, 18 and 19 stand for corrections after a merger. Which is which is not public; assumed: 17 another bank, 18 another branch of the
same bank, 19 another account number too. Of our own: 01 the person's own matter, 20 of no use any more, 21 of use again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.services.account import bank, people
from app.services.account.banks import Account
from app.services.account.book import Book, Registration
from app.services.account.people import Person
from app.services.account.rules import check_names

INVALID, RESTORED = "20", "21"


def merger_code(before: Account, after: Account) -> str:
    """The notice code of a correction."""
    if before.number != after.number:
        return "19"
    return "17" if before.bank != after.bank else "18"


def _invalidate(book: Book, one: Registration, reason: str) -> None:
    if (one.state, one.reason) != ("invalid", reason):
        book.amend(replace(one, state="invalid", reason=reason), "invalidated", told=INVALID)


def merged(book: Book, moved: Iterable[tuple[Account, Account]], *, reported: bool) -> int:
    """After a merger: corrected where the bank reported old and new, of no use where it did not. Returns how many were touched.

    All rows are found before the first is changed: one account may go where another was.
    """
    touched = [(one, before, after) for before, after in moved if (one := book.on(before)) is not None]
    for one, before, after in touched:
        if reported:
            book.amend(replace(one, account=after), "corrected", told=merger_code(before, after))
        else:
            _invalidate(book, one, "merged")
    return len(touched)


def review(book: Book, account: Account) -> None:
    """After an account was closed, frozen, opened again or renamed: see whether its registration still holds."""
    one = book.on(account)
    if one is not None:
        settle(book, one)


def settle(book: Book, one: Registration) -> None:
    """Bring one registration in line with what the bank says now."""
    if one.account is None or one.reason == "merged":
        return  # the bank never said where an account went that was merged away
    result = check_names(book, one.account, book.person(one.person))
    if result != "match":
        _invalidate(book, one, result)
    elif one.state == "invalid":
        book.amend(replace(one, state="valid", reason=None), "restored", told=RESTORED)


def died(book: Book, person: Person) -> None:
    """A death: the registration goes and nobody is told; the bank freezes the accounts."""
    people.change(book.connection, book.world, replace(person, dead=True))
    book.erase(person.id, "office", "デジタル庁（模擬）", "death", silent=True)
    for held in bank.held_by(book.connection, book.world, person.id):
        if held.state == "open":
            bank.set_state(book.connection, book.world, held.account, "frozen")


def renamed(book: Book, person: Person, kana: str) -> None:
    """The resident record has a new name: the register follows; an account still in the old name is of no use until the bank knows."""
    people.change(book.connection, book.world, person.renamed(kana))
    one = book.registered(person.id)
    if one is None:
        return
    fresh = replace(one, kana=kana)
    book.amend(fresh, "corrected")
    current = book.registered(person.id)
    if current is not None:
        settle(book, current)
