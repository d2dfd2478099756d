"""What happened to a person's health, before it becomes FHIR. Every entry names the source that keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

# Source -> who keeps it and by which law.
SOURCES = {
    "immunization-register": "予防接種台帳（市区町村、予防接種法 第9条の3）",
    "vaccination-record-system": "新型コロナワクチンの接種記録（市区町村、予防接種法 第6条）",
    "maternal-register": "母子保健の記録（市区町村、母子保健法 第12条・第13条・第16条）",
    "school-register": "児童生徒健康診断票（学校、学校保健安全法 第13条）",
    "insurer-checkups": "特定健康診査の記録（医療保険者、高齢者の医療の確保に関する法律 第20条）",
    "regional-union": "後期高齢者健康診査の記録（広域連合、高齢者の医療の確保に関する法律 第125条）",
    "claims": "診療報酬・調剤報酬の明細（医療保険者、健康保険法 第76条）",
    "eligibility": "被保険者資格（医療保険者）",
    "personal": "本人の申告",
}


@dataclass(frozen=True, slots=True)
class Given:
    """A vaccination. `vaccine` is a key of `schedule.VACCINES`; `lot` is made up."""

    vaccine: str
    dose: int
    on: date
    lot: str
    source: str = "immunization-register"
    not_done: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Checkup:
    """A check-up or an antenatal visit. `stage` names it within its kind; findings by the keys of `codes.FINDINGS`."""

    kind: str  # infant | school | specific | elderly | antenatal | birth
    stage: str
    on: date
    place: str
    findings: Mapping[str, float | str]
    judgement: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A medicine over a time."""

    name: str
    dosage: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Dispensed:
    """A medicine handed over at a pharmacy. `days`: how long it lasts."""

    name: str
    dosage: str
    on: date
    days: int


@dataclass(frozen=True, slots=True)
class Allergy:
    """An allergy as the person told it."""

    name: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Expense:
    """A line of a medical-expense notice; yen."""

    on: date
    facility: str
    kind: str
    total: int
    paid: int


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """A pregnancy. `ended`: the birth or another end, None while it lasts or is not known to have ended."""

    due: date
    notified: date
    handbook: str
    ended: date | None
    child: str | None


@dataclass(frozen=True)
class History:
    """All that is known of one person, each list in the order of its days."""

    given: tuple[Given, ...] = ()
    checkups: tuple[Checkup, ...] = ()
    taken: tuple[Taken, ...] = ()
    dispensed: tuple[Dispensed, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    expenses: tuple[Expense, ...] = ()
    pregnancies: tuple[Pregnancy, ...] = ()
