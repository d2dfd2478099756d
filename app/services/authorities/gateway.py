"""The submission gateway: accounts file applications on forms, one or many at once, and see their own cases alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import JSON, Column, Connection, Integer, String, Table, insert, select

from app.services.simcore.problems import Problem, not_found
from app.services.simcore.store import Store

from . import envelope, records, signature
from .archive import Archive
from .catalogue import Authority, Catalogue
from .desk import StaffedOffice
from .forms import CONFIGURATION, Form, FormError, forms, read_configuration, read_facts, read_signature
from .models import ApplicationIn, Correction, Receipt
from .papers import Case

ARRIVAL = "SIM"
MAX_BULK = 50  # applications in one ZIP


def _world() -> Column[str]:
    return Column("world", String(64), primary_key=True)


SUBMISSIONS = Table(
    "egov_submission", records.METADATA, _world(), Column("number", String(16), primary_key=True),
    Column("account", String(120), nullable=False), Column("send_number", String(18)), Column("send_date", String(32)),
)  # fmt: skip
BULKS = Table(
    "egov_bulk", records.METADATA, _world(), Column("send_number", String(18), primary_key=True),
    Column("account", String(120), nullable=False), Column("send_date", String(32), nullable=False),
    Column("file_name", String(200), nullable=False), Column("result", JSON, nullable=False),
)  # fmt: skip
DOWNLOADS = Table(
    "egov_download", records.METADATA, _world(), Column("number", String(16), primary_key=True),
    Column("notice", Integer, primary_key=True, autoincrement=False), Column("at", String(32), nullable=False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """Who files: a person, or a client that files for others. `subject`: the person's id in the registers."""

    id: str
    subject: str | None


@dataclass(frozen=True, slots=True)
class Filed:
    """An application that was read: its form, and its body as an office takes it."""

    form: Form
    raw: dict[str, Any]
    sent: ApplicationIn

    def digest(self) -> str:
        """Base64 of what a signature has to cover."""
        return signature.application_digest(self.raw)


def arrive_id(number: str) -> str:
    """`SIM-4821-7730` as 到達番号: 16 characters without hyphens."""
    return f"{ARRIVAL}{number.removeprefix(ARRIVAL).replace('-', ''):>013}"


def arrival_number(arrive: str) -> str:
    """The office's number of a 到達番号; `Problem` 404 for what is none."""
    digits = arrive.removeprefix(ARRIVAL)
    if len(digits) != 13 or not digits.isascii() or not digits.isdigit() or int(digits) >= 10**8:
        raise not_found("There is no such application.")
    return f"{ARRIVAL}-{digits[5:9]}-{digits[9:]}"


def moment(at: datetime | str) -> str:
    """`YYYY-MM-DD HH:MM:SS`."""
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).strftime("%Y-%m-%d %H:%M:%S")


class Gateway:
    """One service process."""

    def __init__(self, store: Store, catalogue: Catalogue, office: StaffedOffice, archive: Archive) -> None:
        self._store = store
        self._office = office
        self._archive = archive
        self.catalogue = catalogue
        self.forms: Mapping[str, Form] = forms(catalogue)

    def form(self, proc_id: str) -> Form:
        """`Problem` 404 for an unknown 手続識別子."""
        found = self.forms.get(proc_id)
        if found is None:
            raise not_found("There is no such procedure.")
        return found

    def now(self, world: str) -> datetime:
        """The world's own clock, for callers that do not tell the time; `Problem` 404 for an unknown world."""
        with self._store.read() as db:
            found = records.clock(db, world)
        if found is None:
            raise not_found("There is no such world.")
        return found

    # --- filing -------------------------------------------------------------------------------------------------------
    def read(self, files: Mapping[str, bytes], proc_id: str | None = None) -> Filed:
        """An application out of the files of one folder. Raises `FormError`, or `Problem` 404 for an unknown procedure."""
        told, body, version, name = read_configuration(files)
        if proc_id is not None and told != proc_id:
            raise FormError("kousei.xml", "手続識別子", "送信した手続と違います")
        form = self.form(told)
        if version != f"{form.form_id}/{form.version}":
            raise FormError("kousei.xml", "様式バージョン", "いまの様式ではありません。様式を取り直してください")
        raw = {"procedure": form.procedure.id, "facts": read_facts(form, files, name), **body}
        raw = {key: value for key, value in raw.items() if value is not None}
        try:
            return Filed(form, raw, ApplicationIn.model_validate(raw))
        except ValidationError as error:
            place = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
            raise FormError("kousei.xml", place, "正しい形ではありません") from None

    def addressee(self, filed: Filed, account: Account) -> Authority:
        """Whom it goes to; `Problem` 422, or 403 where a person files for somebody else."""
        if account.subject is not None and filed.sent.subjects.get("applicant") != account.subject:
            raise Problem(403, "not-own", "A person files for themselves with this token.")
        return self._office.addressee(filed.sent)[0]

    def submit(
        self, world: str, now: datetime, account: Account, key: str, filed: Filed, send_number: str | None = None
    ) -> Receipt:
        """File it, once for each key of an account. Raises `Problem`."""
        self.addressee(filed, account)
        unique = hashlib.sha256(f"{account.id}\0{key}".encode()).hexdigest()
        found, _ = self._office.receive(world, now, unique, filed.sent, filed.raw)
        with self._store.write() as db:
            t = SUBMISSIONS.c
            known = db.execute(select(t.number).where(t.world == world, t.number == found.arrival_number)).first()
            if known is None:
                row = {"number": found.arrival_number, "account": account.id, "send_number": send_number}
                db.execute(insert(SUBMISSIONS).values(world=world, send_date=moment(now), **row))
        return found

    def submit_all(
        self, world: str, now: datetime, account: Account, key: str, name: str, files: Mapping[str, bytes]
    ) -> dict[str, Any]:
        """File every folder of a ZIP. What one lacks stops no other. Returns the report; the same key gives the same again."""
        folders = {folder: content for folder, content in envelope.folders(files).items() if folder}
        if not 1 <= len(folders) <= MAX_BULK:
            raise Problem(400, "bulk-size", f"The ZIP must hold 1 to {MAX_BULK} folders.", error_count=1)
        number = f"{int.from_bytes(hashlib.sha256(f'{world}/{account.id}/{key}'.encode()).digest()[:8]) % 10**18:018d}"
        known = [one for one in self.reports(world, account) if one["send_number"] == number]
        if known:
            return known[0]
        lines = [
            self._one_of_many(world, now, account, f"{number}/{folder}", folder, content, number)
            for folder, content in sorted(folders.items())
        ]
        arrived = sum(1 for line in lines if line["arrive_id"] != "-")
        report = {
            "send_number": number, "send_date": moment(now), "file_name": name, "apply_count": len(lines),
            "arrive_count": arrived, "error_count": len(lines) - arrived, "result": lines,
        }  # fmt: skip
        with self._store.write() as db:
            row = {"send_number": number, "account": account.id, "send_date": moment(now), "file_name": name}
            db.execute(insert(BULKS).values(world=world, result=report, **row))
        return report

    def _one_of_many(
        self,
        world: str,
        now: datetime,
        account: Account,
        key: str,
        folder: str,
        files: Mapping[str, bytes],
        number: str,
    ) -> dict[str, Any]:
        line: dict[str, Any] = {"arrive_id": "-", "arrive_date": "-", "proc_name": "-", "folder_name": folder}
        try:
            filed = self.read(files)
            line["proc_name"] = filed.form.procedure.title
            found = self.submit(world, now, account, key, filed, number)
            return line | {"arrive_id": arrive_id(found.arrival_number), "arrive_date": moment(now), "report_list": []}
        except FormError as error:
            report = {"file_name": error.file, "item": error.item, "content": error.content}
        except Problem as error:
            if error.status >= 500:
                raise
            report = {"file_name": "-", "item": "-", "content": error.detail or error.title}
        return line | {"report_list": [{"form_name": line["proc_name"], "attached_file_name": "-", **report}]}

    # --- an account's own cases ---------------------------------------------------------------------------------------
    def numbers(self, world: str, account: Account) -> dict[str, tuple[str | None, str | None]]:
        """Arrival numbers that an account may see -> (send number, send date): those it filed, and those in which it applies."""
        t, a = SUBMISSIONS.c, records.APPLICATIONS.c
        with self._store.read() as db:
            rows = db.execute(
                select(t.number, t.send_number, t.send_date).where(t.world == world, t.account == account.id)
            )
            found = {row.number: (row.send_number, row.send_date) for row in rows}
            if account.subject is not None:
                for row in db.execute(select(a.number, a.body).where(a.world == world)):
                    if row.body["subjects"].get("applicant") == account.subject:
                        found.setdefault(row.number, (None, None))
        return found

    def case(self, world: str, account: Account, arrive: str) -> Case:
        """One of the account's own cases; `Problem` 404 for every other."""
        number = arrival_number(arrive)
        if number not in self.numbers(world, account):
            raise not_found("There is no such application.")
        return self._archive.case(world, number)

    def cases(self, world: str, account: Account) -> list[tuple[Case, str | None, str | None]]:
        """All own cases with send number and date, by arrival."""
        found = [(self._archive.case(world, one), *sent) for one, sent in self.numbers(world, account).items()]
        return sorted(found, key=lambda one: (one[0].application.received_at, one[0].application.number))

    def reports(self, world: str, account: Account) -> list[dict[str, Any]]:
        """What became of the account's bulks."""
        t = BULKS.c
        query = select(t.result).where(t.world == world, t.account == account.id).order_by(t.send_date, t.send_number)
        with self._store.read() as db:
            return [dict(row.result) for row in db.execute(query)]

    def correction(self, case: Case, files: Mapping[str, bytes]) -> dict[str, Any]:
        """A correction as an office takes it, out of the files of a ZIP. Raises `FormError`, `Problem` 404."""
        form = next((one for one in self.forms.values() if one.procedure.id == case.procedure.id), None)
        if form is None:
            raise not_found("There is no such procedure.")
        inside = next(iter(envelope.folders(files).values()), {})
        new = read_facts(form, inside, form.file_name, partial=True)
        if not new:
            raise FormError(form.file_name, "-", "直した項目がありません")
        return {"arrival_number": case.application.number, "facts": new, **read_signature(inside)}

    def amend(self, world: str, now: datetime, case: Case, files: Mapping[str, bytes]) -> Receipt:
        """Answer a request to correct with the corrected items of the form, signed anew. Raises `FormError`, `Problem`."""
        raw = self.correction(case, files)
        try:
            sent = Correction.model_validate(raw)
        except ValidationError as error:
            place = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
            raise FormError(CONFIGURATION, place, "正しい形ではありません") from None
        return self._office.correct(world, now, case.application.number, "", sent, raw)

    def withdraw(self, world: str, now: datetime, case: Case) -> Receipt:
        """Take it back; `Problem` 409 once it is decided."""
        return self._office.withdraw(world, now, case.application.number)

    # --- papers -------------------------------------------------------------------------------------------------------
    def downloaded(self, world: str, number: str) -> dict[int, str]:
        """When the papers of each notice were taken over for good."""
        t = DOWNLOADS.c
        with self._store.read() as db:
            rows: Sequence[Any] = db.execute(select(t.notice, t.at).where(t.world == world, t.number == number)).all()
        return {row.notice: row.at for row in rows}

    def mark_downloaded(self, world: str, now: datetime, number: str, notice: int) -> str:
        """The first time counts."""
        with self._store.write() as db:
            return _mark(db, world, number, notice, moment(now))


def _mark(db: Connection, world: str, number: str, notice: int, at: str) -> str:
    t = DOWNLOADS.c
    known = db.execute(select(t.at).where(t.world == world, t.number == number, t.notice == notice)).scalar()
    if known is None:
        db.execute(insert(DOWNLOADS).values(world=world, number=number, notice=notice, at=at))
    return str(known or at)
