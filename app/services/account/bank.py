"""The mock bank: branches, accounts, the check of a name, and what happens to accounts. Every function works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Table, and_, insert, select, update

from app.services.account import yucho
from app.services.account.banks import (
    BANK_CODES,
    BANKS,
    TYPE_CODES,
    TYPES,
    YUCHO,
    Account,
    Branch,
    Spoken,
    postal_branch,
)
from app.services.account.banks import branches as first_branches
from app.services.account.names import likeness
from app.services.account.tables import accounts, branches
from app.services.simcore.problems import Problem, not_found

Result = Literal["match", "kana_mismatch", "old_name", "closed", "frozen", "not_found"]
State = Literal["open", "frozen", "closed"]
_FREE = 9_000_000  # numbers that a merger gives to accounts whose own is taken begin here


@dataclass(frozen=True, slots=True)
class Held:
    """An account as the bank keeps it. `holder`: a subject, which the bank tells nobody."""

    account: Account
    holder: str
    kana: str
    state: State


def of_account(table: Table, world: str, account: Account) -> ColumnElement[bool]:
    """Rows of a table about one account."""
    c = table.c
    return and_(
        c.world == world, c.bank == account.bank, c.branch == account.branch, c.type == account.type,
        c.number == account.number,
    )  # fmt: skip


def columns(account: Account) -> dict[str, str]:
    """An account as the four columns."""
    return {"bank": account.bank, "branch": account.branch, "type": account.type, "number": account.number}


def open_bank(connection: Connection, world: str) -> None:
    """Write the branches of a new world."""
    rows = [{"world": world, "bank": one.bank, "code": one.code, "name": one.name, "kana": one.kana}
            for bank in BANKS for one in first_branches(bank)]  # fmt: skip
    connection.execute(insert(branches), rows)


def all_branches(connection: Connection, world: str, bank: str) -> list[Branch]:
    """Those of a bank that are open, by code; not those of the postal bank that come of a 記号."""
    b = branches
    query = select(b).where(b.c.world == world, b.c.bank == bank, b.c.into_code.is_(None)).order_by(b.c.code)
    return [Branch(bank, row.code, row.name, row.kana) for row in connection.execute(query)]


def branch(connection: Connection, world: str, bank: str, code: str) -> Branch | None:
    """An open branch."""
    b = branches
    row = connection.execute(select(b).where(b.c.world == world, b.c.bank == bank, b.c.code == code)).first()
    if row is not None:
        return Branch(bank, code, row.name, row.kana) if row.into_code is None else None
    return postal_branch(code) if bank == YUCHO and yucho.is_branch(code) else None


def located(connection: Connection, world: str, spoken: Spoken, *, make: bool = False) -> Account | None:
    """The account that a text means, or None where the bank has no such branch. `make`: then it opens one."""
    bank = BANK_CODES[spoken.bank]
    b = branches
    code = connection.execute(
        select(b.c.code).where(b.c.world == world, b.c.bank == bank, b.c.name == spoken.branch)
    ).scalar()
    if code is None and bank == YUCHO:
        code = next((f"{n:02d}{d}" for n in range(100) for d in "89"
                     if yucho.branch_name(f"{n:02d}{d}")[0] == spoken.branch), None)  # fmt: skip
    if code is None and make:
        taken = set(connection.execute(select(b.c.code).where(b.c.world == world, b.c.bank == bank)).scalars())
        code = next((free for n in range(10, 100) if (free := f"{n}1") not in taken), None)
        if code is not None:
            row = {"world": world, "bank": bank, "code": code, "name": spoken.branch, "kana": f"モギ{code}"}
            connection.execute(insert(branches).values(**row))
    return Account(bank, code, TYPE_CODES[spoken.type], spoken.number) if code else None


def spoken(connection: Connection, world: str, account: Account) -> Spoken:
    """An account with names in place of codes; also one at a branch that is gone."""
    b = branches
    where = (b.c.world == world, b.c.bank == account.bank, b.c.code == account.branch)
    name = connection.execute(select(b.c.name).where(*where)).scalar() or postal_branch(account.branch).name
    return Spoken(BANKS[account.bank].name, name, TYPES[account.type], account.number)


# --- accounts -------------------------------------------------------------------------------------------------------------
def _held(row: Any) -> Held:
    return Held(Account(row.bank, row.branch, row.type, row.number), row.holder, row.kana, row.state)


def find(connection: Connection, world: str, account: Account) -> Held | None:
    """An account at an open branch."""
    if branch(connection, world, account.bank, account.branch) is None:
        return None
    row = connection.execute(select(accounts).where(of_account(accounts, world, account))).first()
    return _held(row) if row else None


def get(connection: Connection, world: str, account: Account) -> Held:
    """As `find`; `Problem` 404."""
    found = find(connection, world, account)
    if found is None:
        raise not_found("The bank has no such account.")
    return found


def held_by(connection: Connection, world: str, holder: str) -> list[Held]:
    """A person's accounts, in the order of their codes."""
    a = accounts
    query = (
        select(a).where(a.c.world == world, a.c.holder == holder).order_by(a.c.bank, a.c.branch, a.c.type, a.c.number)
    )
    return [_held(row) for row in connection.execute(query)]


def make_account(connection: Connection, world: str, held: Held) -> None:
    """Open an account; `Problem` 409 where there is one."""
    if connection.execute(select(accounts.c.number).where(of_account(accounts, world, held.account))).first():
        raise Problem(409, "account-exists", "The bank has such an account already.")
    row = columns(held.account) | {"holder": held.holder, "kana": held.kana, "state": held.state}
    connection.execute(insert(accounts).values(world=world, **row))


def set_state(connection: Connection, world: str, account: Account, state: State) -> None:
    """Close, freeze or open again; `Problem` 409 for one that is closed."""
    if get(connection, world, account).state == "closed" and state != "closed":
        raise Problem(409, "account-closed", "A closed account stays closed.")
    connection.execute(update(accounts).where(of_account(accounts, world, account)).values(state=state))


def rename(connection: Connection, world: str, account: Account, kana: str) -> None:
    """The holder told the bank of another name."""
    get(connection, world, account)
    connection.execute(update(accounts).where(of_account(accounts, world, account)).values(kana=kana))


def check_name(
    connection: Connection, world: str, account: Account, names: Iterable[str], former: Iterable[str] = ()
) -> Result:
    """What the bank says of an account and the names of one person. It does not tell the holder's name."""
    held = find(connection, world, account)
    if held is None:
        return "not_found"
    return held.state if held.state != "open" else likeness(held.kana, names, former)


def merge(
    connection: Connection, world: str, bank: str, codes: Sequence[str], into: Branch
) -> list[tuple[Account, Account]]:
    """Branches go into another one, of this bank or another; their accounts with them. Returns (before, after) of every account.

    A number that is taken there becomes a new one. `Problem` 404 where there is no such branch, 409 for a branch into itself.
    """
    moved: list[tuple[Account, Account]] = []
    for code in codes:
        old = branch(connection, world, bank, code)
        if old is None or branch(connection, world, into.bank, into.code) is None:
            raise not_found("There is no such branch.")
        if (bank, code) == (into.bank, into.code):
            raise Problem(409, "same-branch", "A branch cannot go into itself.")
        a = accounts
        where = (a.c.world == world, a.c.bank == bank, a.c.branch == code)
        for row in connection.execute(select(a).where(*where).order_by(a.c.type, a.c.number)).all():
            before = _held(row).account
            after = _free(connection, world, before.at(into.bank, into.code))
            connection.execute(update(a).where(of_account(a, world, before)).values(**columns(after)))
            moved.append((before, after))
        gone = (branches.c.world == world, branches.c.bank == bank, branches.c.code == code)
        there = {"into_bank": into.bank, "into_code": into.code}
        if connection.execute(update(branches).where(*gone).values(**there)).rowcount == 0:  # it came of a 記号
            gone_row = {"world": world, "bank": bank, "code": code, "name": old.name, "kana": old.kana}
            connection.execute(insert(branches).values(**gone_row, **there))
    return moved


def _free(connection: Connection, world: str, wanted: Account) -> Account:
    a, place = accounts.c, (wanted.bank, wanted.branch, wanted.type)
    query = select(a.number).where(a.world == world, a.bank == place[0], a.branch == place[1], a.type == place[2])
    taken = set(connection.execute(query).scalars())
    number = wanted.number
    if number in taken:
        number = next(str(n) for n in range(_FREE, 10_000_000) if str(n) not in taken)
    return Account(*place, number)
