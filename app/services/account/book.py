"""The register of accounts and its only writer: every change leaves a line of history, a log row, an event, and a notice where one is due.

Event types: account.registered, .changed, .erased, .auto_corrected, .invalidated, .restored, .refused. Their data names the person, the
route and the reason, never a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update

from app.services.account import bank, people
from app.services.account.banks import Account
from app.services.account.people import Person
from app.services.account.tables import changes, notices, registrations
from app.services.simcore.audit import AuditLog
from app.services.simcore.outlet import Outlet
from app.services.simcore.service import Service

ROUTES: Mapping[str, str] = MappingProxyType(
    {
        "portal": "マイナポータル",
        "tax_return": "所得税の確定申告",
        "bank_counter": "金融機関の窓口",
        "pension_claim": "年金の請求",
        "pension_letter": "年金を受け取る人への意向確認",
        "procedure": "ほかの手続",
        "office": "職権",
    }
)
_EVENTS = {"corrected": "auto_corrected"}  # a change's word -> the last part of its event type, where it is another
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Registration:
    """What the register says of one person. `state`: valid | invalid | none. `version` only grows."""

    person: str
    version: int
    state: str
    reason: str | None
    account: Account | None
    kana: str | None
    route: str | None
    at: str

    @property
    def etag(self) -> str:
        """Of this version."""
        return f"v{self.version}"

    @property
    def there(self) -> bool:
        """Whether an account is registered, of use or not."""
        return self.state != "none"


def _registration(row: Any) -> Registration:
    account = Account(row.bank, row.branch, row.type, row.number) if row.state != "none" else None
    return Registration(row.person, row.version, row.state, row.reason, account, row.kana, row.route, row.at)


@dataclass(frozen=True)
class Book:
    """The register of one world at one moment, in the caller's transaction."""

    connection: Connection
    world: str
    now: datetime
    audit: AuditLog
    outlet: Outlet

    @classmethod
    def of(cls, core: Service, connection: Connection, world: str, now: datetime) -> Book:
        """With the log and the outlet of a service."""
        return cls(connection, world, now, core.audit, core.outlet)

    @property
    def today(self) -> date:
        """The simulated day."""
        return self.now.date()

    def person(self, id_: str) -> Person:
        """Someone of this world; `Problem` 404."""
        return people.get(self.connection, self.world, id_)

    def next(self, table: Table) -> int:
        """The next number of a table within this world."""
        last = self.connection.execute(select(func.max(table.c.n)).where(table.c.world == self.world)).scalar()
        return (last or 0) + 1

    def text(self, account: Account) -> str:
        """An account in words."""
        return str(bank.spoken(self.connection, self.world, account))

    # --- reading ------------------------------------------------------------------------------------------------------
    def find(self, person: str) -> Registration | None:
        """A person's row, also after erasure; None where there never was one."""
        r = registrations
        where = (r.c.world == self.world, r.c.person == person)
        row = self.connection.execute(select(r).where(*where)).first()
        return _registration(row) if row else None

    def registered(self, person: str) -> Registration | None:
        """What is registered now, or None."""
        found = self.find(person)
        return found if found and found.there else None

    def on(self, account: Account) -> Registration | None:
        """Who has this account registered."""
        where = (bank.of_account(registrations, self.world, account), registrations.c.state != "none")
        row = self.connection.execute(select(registrations).where(*where)).first()
        return _registration(row) if row else None

    def history(self, person: str) -> list[Facts]:
        """What became of a person's registration, in order."""
        return self._rows(changes, person)

    def notices(self, person: str) -> list[Facts]:
        """What the person was told, in order."""
        return self._rows(notices, person)

    def _rows(self, table: Table, person: str) -> list[Facts]:
        query = select(table).where(table.c.world == self.world, table.c.person == person).order_by(table.c.n)
        return [dict(row._mapping) for row in self.connection.execute(query)]

    # --- writing ------------------------------------------------------------------------------------------------------
    def put(self, person: Person, account: Account, route: str, actor: str) -> Registration:
        """Register an account that was checked, or change to it; what another route registered before is replaced."""
        before = self.registered(person.id)
        fresh = Registration(person.id, 0, "valid", None, account, person.kana, route, self.now.isoformat())
        after = self._write(fresh)
        self.note(after, "changed" if before else "registered", route, actor)
        return after

    def erase(self, person: str, route: str, actor: str, reason: str | None = None, *, silent: bool = False) -> None:
        """Take a registration out. `silent`: nobody is told."""
        gone = self.registered(person)
        if gone is None:
            return
        self._write(
            replace(gone, state="none", reason=None, account=None, kana=None, route=None, at=self.now.isoformat())
        )
        self.note(replace(gone, reason=reason), "erased", route, actor, silent=silent)

    def amend(self, now: Registration, what: str, *, told: str | None = None) -> None:
        """A correction ex officio. `what`: corrected | invalidated | restored; `told`: the code of the notice."""
        self.note(self._write(now), what, "office", "デジタル庁（模擬）", code=told)

    def _write(self, one: Registration) -> Registration:
        r = registrations
        last = self.find(one.person)
        kept = replace(one, version=(last.version if last else 0) + 1)
        blank = dict.fromkeys(("bank", "branch", "type", "number"))
        values = {
            "version": kept.version, "state": kept.state, "reason": kept.reason, "kana": kept.kana, "route": kept.route, "at": kept.at,
        } | (bank.columns(kept.account) if kept.account else blank)  # fmt: skip
        if last:
            where = (r.c.world == self.world, r.c.person == one.person)
            self.connection.execute(update(r).where(*where).values(**values))
        else:
            self.connection.execute(insert(r).values(world=self.world, person=one.person, **values))
        return kept

    def note(
        self, one: Registration, what: str, route: str, actor: str, *, code: str | None = None, silent: bool = False
    ) -> None:
        """History, log and event of a change, and the notice with its code."""
        text = self.text(one.account) if one.account else None
        row = {
            "world": self.world, "n": self.next(changes), "person": one.person, "at": self.now.isoformat(), "what": what, "route": route,
            "account": text, "reason": one.reason,
        }  # fmt: skip
        self.connection.execute(insert(changes).values(**row))
        self.audit.append(
            self.connection, self.world, self.now, actor, what, person=one.person, route=route, reason=one.reason
        )
        data = {"person": one.person, "route": route, "reason": one.reason, "notice": None if silent else code or "01"}
        self.post(_EVENTS.get(what, what), one.person, data)
        if not silent:
            self.tell(one.person, code or "01", _TOLD[what].format(account=text or "", route=ROUTES[route]))

    def tell(self, person: str, code: str, text: str) -> None:
        """A notice on the person's own page. It goes nowhere by post."""
        row = {"world": self.world, "n": self.next(notices), "person": person, "at": self.now.isoformat(), "code": code}
        self.connection.execute(insert(notices).values(**row, text=text))

    def post(self, type_: str, subject: str, data: Facts) -> None:
        """An event of this service."""
        self.outlet.post(self.connection, self.world, f"account.{type_}", subject, self.now, data)


_TOLD = {
    "registered": "公金受取口座を登録しました（{route}）。{account}",
    "changed": "公金受取口座を変えました（{route}）。{account}",
    "erased": "公金受取口座の登録を消しました（{route}）。",
    "corrected": "銀行や支店が変わったため、登録を直しました。{account}",
    "invalidated": "登録した口座が使えなくなりました。別の口座を登録してください。{account}",
    "restored": "登録した口座が、また使えるようになりました。{account}",
    "refused": "口座を登録できませんでした（{route}）。{account}",
}
