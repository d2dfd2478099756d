"""Which official papers a case has brought about, and the words on them.

A receipt when it arrived, a decision when an office granted or refused it, a certificate where the procedure ends with one, and what an
authority's own system wrote. Everything follows from the case, its events and the definition; nothing is looked up elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.services.documents.paper import Paper, Section, japanese_day

from . import facts
from .catalogue import Authority, Catalogue, Procedure
from .records import Application

Event = Mapping[str, Any]
MOVING_OUT = "moving-out-notice"
CHANNELS = {"online": "オンライン", "visit": "窓口", "mail": "郵便"}
SEX = {"male": "男", "female": "女"}


@dataclass(frozen=True, slots=True)
class Document:
    """One paper. `name` is unique in its case; `notice`: position of its event among the case's events, from 1."""

    name: str
    kind: str
    title: str
    notice: int
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A case with all that its papers are made of."""

    application: Application
    events: Sequence[Event]
    authority: Authority
    procedure: Procedure
    extras: Sequence[tuple[str, Sequence[str]]] = ()

    def known(self) -> facts.Facts:
        """The facts of the application by (subject, item)."""
        return {facts.key(text): value for text, value in self.application.body["facts"].items()}

    def people(self, role: str) -> tuple[str, ...]:
        """The subjects of a role."""
        return facts.named(role, self.application.body["subjects"], self.known())

    def value(self, reference: str) -> Any:
        """The value of `role.item`, or None."""
        return facts.value_of(reference, self.application.body["subjects"], self.known())

    def applicant(self) -> str:
        """The name of who applied; empty where the application does not say it."""
        known = self.known()
        people = (*self.people("applicant"), *filter(None, (self.application.body["subject"],)))
        return next((str(known[one, "name"]) for one in people if (one, "name") in known), "")


def _certificate(procedure: Procedure) -> tuple[str, str] | None:
    """(kind, title) of what a procedure certifies when it is finished."""
    if procedure.id == MOVING_OUT:
        return "moving-out-certificate", "転出証明書情報"
    moves = any(e.get("register") == "resident" and "person.address" in e.get("set", ()) for e in procedure.effects)
    return ("residence-certificate", "住民票の写し") if moves else None


def documents(case: Case) -> list[Document]:
    """All papers of a case so far, in the order of their issue."""
    found = []
    for position, event in enumerate(case.events, 1):
        at = datetime.fromisoformat(event["at"])
        match event["type"]:
            case "received":
                found.append(Document("receipt", "receipt", "受付票", position, at))
            case "approved" | "rejected" if not case.procedure.private:
                found.append(Document("decision", "decision", "決定通知書", position, at))
            case "waitlisted":
                found.append(Document("waiting", "waiting", "保留通知書", position, at))
            case "completed":
                certificate = _certificate(case.procedure)
                if certificate:
                    found.append(Document("certificate", *certificate, position, at))
                for count, (title, _) in enumerate(case.extras, 1):
                    found.append(Document(f"paper-{count}", "paper", title, position, at))
    return found


def paper(catalogue: Catalogue, case: Case, document: Document) -> Paper:
    """The words of one paper."""
    match document.kind:
        case "receipt":
            sections = _receipt(case)
        case "decision":
            sections = _decision(case, document)
        case "waiting":
            sections = _waiting(case, document)
        case "moving-out-certificate":
            sections = _moving_out(catalogue, case)
        case "residence-certificate":
            sections = _residence(catalogue, case)
        case _:
            paragraphs = case.extras[int(document.name.rpartition("-")[2]) - 1][1]
            sections = [Section("", (), paragraphs)]
    contact = " ".join(filter(None, (case.authority.place, case.authority.hours, case.authority.phone)))
    return Paper(
        document.kind, document.title, case.application.number, case.authority.name, document.issued_at, case.applicant(),
        contact, tuple(sections),
    )  # fmt: skip


def _about(case: Case) -> list[tuple[str, str]]:
    received = datetime.fromisoformat(case.application.received_at)
    return [
        ("手続", case.procedure.title),
        ("受付番号", case.application.number),
        ("受け付けた日", f"{japanese_day(received.date())} {received:%H:%M}"),
        ("出し方", CHANNELS.get(case.application.channel, case.application.channel)),
    ]


def _receipt(case: Case) -> list[Section]:
    notes = [
        str(event["note"])
        for event in case.events
        if event["type"] in ("received", "visit_needed") and event.get("note")
    ]
    attached = case.application.body["attachments"]
    rows = _about(case) + [("添えた書類", one["name"]) for one in attached]
    return [Section("受け付けた手続", rows), Section("お知らせ", (), notes)]


def _decision(case: Case, document: Document) -> list[Section]:
    event = case.events[document.notice - 1]
    granted = event["type"] == "approved"
    rows = [("決定", "認めます" if granted else "認めません"), ("決定の日", japanese_day(document.issued_at.date()))]
    return [Section("手続", _about(case)), Section("決定", rows, [str(event.get("note") or "")])]


def _waiting(case: Case, document: Document) -> list[Section]:
    event = case.events[document.notice - 1]
    rows = [("結果", "保留"), ("通知の日", japanese_day(document.issued_at.date()))]
    children = [row for one in case.people("each") for row in _person(case, one)]
    told = [
        str(event.get("note") or ""),
        "育児休業給付の期間を延ばす手続などで、保育所に入れないことを示す書類になります。",
    ]
    return [Section("手続", _about(case)), Section("子ども", children), Section("利用調整の結果", rows, told)]


def _person(case: Case, who: str) -> list[tuple[str, str]]:
    known = case.known()
    labels = (("name", "氏名"), ("kana", "フリガナ"), ("birth_date", "生年月日"), ("sex", "性別"))
    return [(label, _words(item, known[who, item])) for item, label in labels if known.get((who, item)) is not None]


def _words(item: str, value: Any) -> str:
    if item == "sex":
        return SEX.get(str(value), "—")
    try:
        return japanese_day(date.fromisoformat(value)) if item.endswith("date") else str(value)
    except ValueError:
        return str(value)


def _address(catalogue: Catalogue, value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    city = catalogue.authorities.get(str(value.get("municipality", "")))
    parts = (city.name if city else "", *(str(value.get(part) or "") for part in ("town", "block")))
    building = str(value.get("building") or "")
    return "".join(parts) + (f" {building}" if building else "")


def _given(*rows: tuple[str, str | None]) -> list[tuple[str, str]]:
    return [(label, text) for label, text in rows if text]


def _move(catalogue: Catalogue, case: Case) -> tuple[str | None, str | None, str | None]:
    """Old address, new address, day of the move, in words."""
    old, new, day = (case.value(reference) for reference in ("applicant.address", "move.new_address", "move.date"))
    return (
        _address(catalogue, old) if old else None, _address(catalogue, new) if new else None,
        _words("date", day) if day else None,
    )  # fmt: skip


def _moving_out(catalogue: Catalogue, case: Case) -> list[Section]:
    old, new, day = _move(catalogue, case)
    rows = _given(("いままでの住所", old), ("新しい住所", new), ("引っ越す日", day))
    return [
        Section("引っ越し", rows),
        *(Section(f"引っ越す人 {count}", _person(case, who)) for count, who in enumerate(case.people("movers"), 1)),
        Section("", (), ["新しい市には、この内容がデータで送られます。新しい市の窓口へ行ってください。"]),
    ]


def _residence(catalogue: Catalogue, case: Case) -> list[Section]:
    old, new, day = _move(catalogue, case)
    rows = _given(("住所", new), ("前の住所", old), ("住所を定めた日", day))
    return [
        Section("住所", rows),
        *(Section(f"住んでいる人 {count}", _person(case, who)) for count, who in enumerate(case.people("movers"), 1)),
        Section("", (), ["届け出の内容から作った模擬の写しです。続柄と本籍は載せていません。"]),
    ]
