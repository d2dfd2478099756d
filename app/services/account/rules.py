"""Which account a person may register, and why another one is refused. What a citizen reads stands in Japanese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.services.account import bank, people
from app.services.account.banks import SAVINGS, Account
from app.services.account.book import Book
from app.services.account.names import likeness, same
from app.services.account.people import ADULT, Person
from app.services.simcore.problems import Problem

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "savings": "貯蓄預金の口座は登録できません。普通預金か当座預金の口座を選んでください。",
        "no-such-branch": "銀行か支店が見つかりません。番号を確かめてください。",
        "dead": "亡くなった方の口座は登録できません。",
        "parents-account": "親の口座を、子の口座として登録することはできません。子の名義の口座を登録してください。",
        "someone-else": "ほかの人の名義の口座は登録できません。本人の名義の口座を登録してください。",
        "not-own-name": "入力した口座名義が、本人の名前ではありません。本人の名義の口座を登録してください。",
        "shared": "この口座は、ほかの人が登録しています。1つの口座を登録できるのは1人だけです。",
        "not_found": "この口座が見つかりません。支店と口座番号を確かめてください。",
        "closed": "この口座は解約されています。使っている口座を登録してください。",
        "frozen": "この口座は、いま使えません。銀行に聞いてください。",
        "old_name": "口座の名義が、前の名前のままです。銀行で名義を変えてから登録してください。",
        "kana_mismatch": "口座の名義と、住民票のフリガナが合いません。口座番号と名義を確かめてください。",
    }
)


def check_names(book: Book, account: Account, person: Person) -> bank.Result:
    """The bank's word on an account and a person's names."""
    return bank.check_name(book.connection, book.world, account, person.own_names, person.former)


def _related(book: Book, person: Person) -> dict[str, Person]:
    ids = dict.fromkeys((*person.parents, *person.home))
    return {id_: one for id_ in ids if (one := people.find(book.connection, book.world, id_)) is not None}


def _other(book: Book, person: Person, other: Person) -> str:
    child = other.id in person.parents and person.age(book.today) < ADULT
    return "parents-account" if child else "someone-else"


def refusal(
    book: Book, person: Person, account: Account, holder: str | None = None, *, mismatch: bool = False
) -> str | None:
    """Why a person may not register an account: a key of `REASONS`, or None. `holder`: the account's name as it was typed in.

    `mismatch`: the bank says so whatever it knows. The bank is asked with the names of parents and of the home too, to tell whose it is.
    """
    if person.dead:
        return "dead"
    if account.type == SAVINGS:
        return "savings"
    if bank.branch(book.connection, book.world, account.bank, account.branch) is None:
        return "no-such-branch"
    related = _related(book, person).values()
    if holder is not None and (said := likeness(holder, person.own_names, person.former)) != "match":
        owner = next((one for one in related if any(same(holder, name) for name in one.own_names)), None)
        return _other(book, person, owner) if owner else "old_name" if said == "old_name" else "not-own-name"
    result = "kana_mismatch" if mismatch else check_names(book, account, person)
    if result == "kana_mismatch" and not mismatch:
        owner = next((one for one in related if check_names(book, account, one) == "match"), None)
        return _other(book, person, owner) if owner else result
    if result != "match":
        return result
    registered = book.on(account)
    return "shared" if registered and registered.person != person.id else None


def refuse(reason: str) -> Problem:
    """The refusal as a problem with its Japanese reason."""
    return Problem(422, "account-refused", "This account cannot be registered.", REASONS[reason], reason=reason)
