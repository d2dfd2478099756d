"""Look-ups by offices: with purpose and legal basis, in the log, and shown to the person.

The number is handed over only where the person chose this account in an application, or agreed when the office asked. Otherwise the office
learns that something is registered, and has to ask first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.services.account import bank, consents
from app.services.account.banks import BANKS, Account
from app.services.account.book import Book, Registration
from app.services.account.purposes import allowed
from app.services.account.zengin import PLACE, RECEIVER, Transfer, limited, record
from app.services.simcore.problems import Problem

ACTION = "inquiry"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an office asks. `application`: arrival number of an application in which the person chose the account; `amount`: yen."""

    person: str
    authority: str
    purpose: str
    legal_basis: str
    benefit: str | None
    application: str | None
    consent: int | None
    amount: int | None


def block(book: Book, account: Account, kana: str) -> dict[str, str]:
    """The names under which 自己情報 89 (公的給付支給等口座情報) tells an account."""
    branch = bank.branch(book.connection, book.world, account.bank, account.branch)
    return {
        "金融機関コード": account.bank,
        "金融機関名（カナ）": limited(BANKS[account.bank].kana, PLACE),
        "店番": account.branch,
        "支店名（カナ）": limited(branch.kana, PLACE) if branch else "",
        "預貯金種目コード": account.type,
        "口座番号": account.number,
        "名義人氏名（カナ）": limited(kana, RECEIVER),
    }


def _line(told: dict[str, str], amount: int) -> str:
    return record(
        Transfer(
            told["金融機関コード"],
            told["金融機関名（カナ）"],
            told["店番"],
            told["支店名（カナ）"],
            told["預貯金種目コード"],
            told["口座番号"],
            told["名義人氏名（カナ）"],
            amount,
        )
    )


def _payment(book: Book, asked: Asked, one: Registration | None) -> str:
    if one is None:
        return "not_registered"
    if one.state != "valid":
        return "not_usable"
    if asked.application is not None:
        return "chosen"
    if asked.consent is None:
        return "ask_first"
    known = consents.find(book, asked.consent)
    if (known.person, known.authority, known.purpose) != (asked.person, asked.authority, asked.purpose):
        raise Problem(403, "consent-foreign", "The consent was given for something else.")
    return "agreed" if known.state == "agreed" else "refused" if known.state == "refused" else "ask_first"


def look_up(book: Book, asked: Asked) -> dict[str, Any]:
    """Answer an office and write down that it asked; `Problem` 403 where the legal basis does not cover the purpose."""
    person = book.person(asked.person)
    if not allowed(asked.purpose, asked.legal_basis):
        raise Problem(403, "outside-purpose", "The legal basis does not cover this purpose.")
    one = book.registered(person.id)
    payment = _payment(book, asked, one)
    handed = payment in ("chosen", "agreed")
    book.audit.append(
        book.connection, book.world, book.now, asked.authority, ACTION, person=person.id, purpose=asked.purpose,
        legal_basis=asked.legal_basis, benefit=asked.benefit, application=asked.application, consent=asked.consent, outcome=payment,
    )  # fmt: skip
    answer: dict[str, Any] = {
        "as_of": book.today.isoformat(), "payment": payment, "reason": one.reason if one else None, "account": None, "transfer_record": None,
        "protected": person.protected,
    }  # fmt: skip
    if handed and one is not None and one.account is not None:
        answer["account"] = block(book, one.account, person.kana)
        if asked.amount is not None:
            answer["transfer_record"] = _line(answer["account"], asked.amount)
    return answer


def history(book: Book, person: str) -> list[dict[str, Any]]:
    """Who asked about a person, in order, with what they were told."""
    rows = book.audit.entries(book.connection, book.world, ACTION)
    names = ("purpose", "legal_basis", "benefit", "application", "consent", "outcome")
    return [
        {"at": row.at, "who": row.actor} | {name: row.detail.get(name) for name in names}
        for row in rows
        if row.detail["person"] == person
    ]
