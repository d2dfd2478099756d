"""行政機関等経由登録の特例: a registered letter asks somebody who draws a pension whether the account of the pension may be registered.

Who does not send the postcard back within 45 days has agreed. Assumption: 45 times 24 hours from the moment of sending; at that very moment the
account is registered and a postcard is too late. An obstacle is looked for when the letter is sent and once more before registering.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from app.services.account import bank
from app.services.account.banks import Account
from app.services.account.book import Book
from app.services.account.people import Person
from app.services.account.rules import refusal
from app.services.account.tables import letters
from app.services.simcore.problems import Problem, not_found

DAYS = 45
Payment = Literal["paid", "failed", "undecided"]
# Why no letter goes out, or why it comes to nothing.
OBSTACLES: Mapping[str, str] = MappingProxyType(
    {
        "registered": "もう公金受取口座が登録されています。",
        "undecided": "年金の支払いがまだ決まっていません。",
        "failed": "はじめの年金の振込みができませんでした。",
        "old_name": "年金を受け取る口座の名義が、前の氏のままです。",
        "not_own_name": "年金を受け取る口座が、本人の名義ではありません。",
        "protected": "住所などを知らせない措置がとられています。",
        "abroad": "海外に住んでいます。",
        "dead": "亡くなっています。",
        "account": "年金を受け取る口座が使えません。",
        "letter": "もう意向確認の手紙を送っています。",
    }
)
_ACCOUNT = {
    "old_name": "old_name",
    "kana_mismatch": "not_own_name",
    "someone-else": "not_own_name",
    "parents-account": "not_own_name",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. `state`: sent | objected | registered | stopped (by an obstacle: `reason`)."""

    n: int
    person: str
    sent: str
    due: str
    state: str
    reason: str | None
    account: Account


def _read(row: Any) -> Letter:
    account = Account(row.bank, row.branch, row.type, row.number)
    return Letter(row.n, row.person, row.sent, row.due, row.state, row.reason, account)


def _obstacle(book: Book, person: Person, account: Account) -> str | None:
    if person.dead:
        return "dead"
    if person.protected:
        return "protected"
    if person.abroad:
        return "abroad"
    if book.registered(person.id):
        return "registered"
    reason = refusal(book, person, account)
    return _ACCOUNT.get(reason, "account") if reason else None


def send(book: Book, person: Person, account: Account, payment: Payment) -> Letter:
    """Send a letter; `Problem` 409 with the reason where this person is left out of the special rule."""
    obstacle = payment if payment != "paid" else _obstacle(book, person, account)
    if obstacle is None and any(one.state == "sent" for one in of_person(book, person.id)):
        obstacle = "letter"
    if obstacle is not None:
        raise Problem(409, "letter-excluded", "No letter is sent to this person.", OBSTACLES[obstacle], reason=obstacle)
    n, due = book.next(letters), book.now + timedelta(days=DAYS)
    row = {"world": book.world, "n": n, "person": person.id, "sent": book.now.isoformat(), "due": due.isoformat()}
    book.connection.execute(insert(letters).values(**row, state="sent", **bank.columns(account)))
    book.audit.append(book.connection, book.world, book.now, "pension", "letter_sent", person=person.id, letter=n)
    book.post("letter_sent", person.id, {"person": person.id, "letter": n, "due": due.isoformat()})
    text = "年金を受け取る口座を公金受取口座に登録してよいか、手紙でたずねています。登録しないときは、{day}までに返してください。"
    book.tell(person.id, "01", text.format(day=due.date().isoformat()))
    return find(book.connection, book.world, n)


def find(connection: Connection, world: str, n: int) -> Letter:
    """One by its number; `Problem` 404."""
    row = connection.execute(select(letters).where(letters.c.world == world, letters.c.n == n)).first()
    if row is None:
        raise not_found("There is no such letter.")
    return _read(row)


def of_person(book: Book, person: str) -> list[Letter]:
    """All letters to a person, in order."""
    query = select(letters).where(letters.c.world == book.world, letters.c.person == person).order_by(letters.c.n)
    return [_read(row) for row in book.connection.execute(query)]


def _end(book: Book, one: Letter, state: str, reason: str | None = None) -> None:
    where = (letters.c.world == book.world, letters.c.n == one.n)
    book.connection.execute(update(letters).where(*where).values(state=state, reason=reason))


def refuse(book: Book, one: Letter, actor: str) -> Letter:
    """The postcard: the person does not want it. Once more changes nothing; `Problem` 409 where it comes too late."""
    if one.state == "objected":
        return one
    if one.state != "sent" or book.now >= datetime.fromisoformat(one.due):
        raise Problem(
            409, "objection-late", "The letter is settled already.", "返事の期限を過ぎています。登録された口座は、いつでも消せます。"
        )  # fmt: skip
    _end(book, one, "objected")
    book.audit.append(book.connection, book.world, book.now, actor, "objected", person=one.person, letter=one.n)
    book.post("letter_objected", one.person, {"person": one.person, "letter": one.n})
    return find(book.connection, book.world, one.n)


def waiting(connection: Connection, world: str, now: datetime) -> list[Letter]:
    """Those whose time is over by now."""
    query = select(letters).where(letters.c.world == world, letters.c.state == "sent", letters.c.due <= now.isoformat())
    return [_read(row) for row in connection.execute(query)]


def complete(book: Book, one: Letter) -> None:
    """No objection: register the account, unless an obstacle has come up."""
    person = book.person(one.person)
    reason = _obstacle(book, person, one.account)
    _end(book, one, "stopped" if reason else "registered", reason)
    if reason is None:
        book.put(person, one.account, "pension_letter", "pension")
    else:
        book.audit.append(
            book.connection, book.world, book.now, "pension", "letter_stopped", person=person.id, reason=reason
        )
