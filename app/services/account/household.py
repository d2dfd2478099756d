"""A new world out of a household file: people, their accounts at the bank, and what is registered.

`records.accounts` maps a person to a list of accounts:

    records:
      accounts:
        haruka:
          - {bank: ひだまり銀行, branch: 中央支店, type: 普通, number: "0000021", holder_kana: ヤマシナ ハルカ, state: open}

`bank`: ひだまり銀行, こだま信用金庫, みずほの里農協 or 模擬ゆうちょ; `branch`: any name, one that is not known yet is opened; at 模擬ゆうちょ also 〇五八店
and the like, which come of a 記号. `type`: 普通, 当座, 貯蓄. `state`: open, frozen, closed. Without the key everybody who lives has one open account in their
own name: the one of the fact `public_account`, or one derived from subject id and birth date. The fact is what is registered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter
from sqlalchemy import Connection, insert

from app.services.account import bank, people
from app.services.account.bank import State
from app.services.account.banks import BANK_CODES, Account, Spoken, read_text
from app.services.account.people import Person
from app.services.account.tables import changes, registrations
from app.services.simcore.problems import Problem

_FIRST = date(2022, 3, 28)  # registration began


class AccountRecord(BaseModel):
    """One account of `records.accounts`."""

    model_config = ConfigDict(extra="forbid")

    bank: str
    branch: Annotated[str, StringConstraints(pattern=r"^\S{1,30}$")]
    type: Literal["普通", "当座", "貯蓄"]
    number: Annotated[str, StringConstraints(pattern=r"^[0-9]{7}$")]
    holder_kana: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    state: State

    @property
    def spoken(self) -> Spoken:
        """As text."""
        return Spoken(self.bank, self.branch, self.type, self.number)


_RECORDS = TypeAdapter(dict[str, list[AccountRecord]])


def _seed(person: Person) -> int:
    return int.from_bytes(hashlib.sha256(f"{person.id}|{person.birth}".encode()).digest()[:6])


def _derived(person: Person, public: str | None) -> AccountRecord:
    text = (read_text(public) if public else None) or Spoken(
        "ひだまり銀行", "中央支店", "普通", f"{_seed(person) % 10**7:07d}"
    )
    values = {"bank": text.bank, "branch": text.branch, "type": text.type, "number": text.number}
    return AccountRecord.model_validate(values | {"holder_kana": person.kana, "state": "open"})


def read_accounts(household: Mapping[str, Any], person: Person) -> list[AccountRecord]:
    """The accounts of one person; raises pydantic's `ValidationError`."""
    told = (household.get("records") or {}).get("accounts")
    if told is not None:
        return _RECORDS.validate_python(told).get(person.id, [])
    facts = household["subjects"][person.id]["facts"]
    return [] if person.dead else [_derived(person, facts.get("public_account"))]


def populate(connection: Connection, world: str, household: Mapping[str, Any], now: datetime) -> None:
    """Write a new world; `Problem` 422 where the file does not have the documented form."""
    try:
        everybody = people.read_people(household)
        bank.open_bank(connection, world)
        people.keep(connection, world, everybody)
        rows = [row for person in everybody for row in _fill(connection, world, household, person, now)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        title = "The household does not have the documented form."
        raise Problem(422, "invalid-household", title, "See records.accounts and subjects.") from error
    for n, (row, change) in enumerate(rows, start=1):
        connection.execute(insert(registrations).values(**row))
        connection.execute(insert(changes).values(**change, n=n))


def _fill(
    connection: Connection, world: str, household: Mapping[str, Any], person: Person, now: datetime
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """A person's accounts, and the rows of what is registered."""
    for record in read_accounts(household, person):
        if record.bank not in BANK_CODES:
            raise ValueError("bank")
        account = bank.located(connection, world, record.spoken, make=True)
        if account is None:
            raise ValueError("branch")
        bank.make_account(connection, world, bank.Held(account, person.id, record.holder_kana, record.state))
    public = household["subjects"][person.id]["facts"].get("public_account")
    text = read_text(public) if public else None
    account = bank.located(connection, world, text) if text else None
    if account is None or person.dead:
        return
    yield _rows(connection, world, person, account, now)


def _rows(
    connection: Connection, world: str, person: Person, account: Account, now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    result = bank.check_name(connection, world, account, person.own_names, person.former)
    days = max(1, (now.date() - max(_FIRST, date.fromisoformat(person.birth))).days)
    at = (now - timedelta(days=1 + _seed(person) % days)).isoformat()
    common = {"world": world, "person": person.id, "route": "portal", "at": at}
    state = {"state": "valid", "reason": None} if result == "match" else {"state": "invalid", "reason": result}
    change = {"what": "registered", "account": str(bank.spoken(connection, world, account)), "reason": None}
    return common | state | bank.columns(account) | {"version": 1, "kana": person.kana}, common | change
