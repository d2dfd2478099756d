"""What `records.health` of a household file may hold for one person, beside what is derived. See docs/health-records.md."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

# What a person can consent to, one by one. The words are those of the consent page.
CATEGORIES = {
    "immunization": "予防接種",
    "infant_checkup": "乳幼児健診",
    "school_checkup": "学校健診",
    "adult_checkup": "特定健診・後期高齢者健診",
    "medication": "薬・アレルギー",
    "expenses": "医療費通知",
    "maternal": "母子健康手帳",
    "insurance": "健康保険の資格",
}
Category = Literal[
    "immunization", "infant_checkup", "school_checkup", "adult_checkup", "medication", "expenses", "maternal", "insurance",
]  # fmt: skip
CheckupKind = Literal["infant", "school", "specific", "elderly"]
# Why a source has nothing to hand over, with what the record's reader is told.
REASONS = {
    "municipality-unsupported": "この市区町村は、まだ記録を提供していません。",
    "before-digital-records": "電子の記録を始める前のものはありません。",
    "not-provided": "記録を持つ機関が、いま提供していません。",
    "temporarily-unavailable": "記録を持つ機関に、いまつながりません。",
}
Reason = Literal["municipality-unsupported", "before-digital-records", "not-provided", "temporarily-unavailable"]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GivenEntry(_Entry):
    """A vaccination. One with the vaccine and dose of a derived one takes its place; `not_done` says that it was not given."""

    vaccine: str = Field(max_length=40)
    dose: int = Field(ge=1, le=20)
    on: date
    not_done: bool = False
    note: str | None = Field(default=None, max_length=200)


class CheckupEntry(_Entry):
    """A check-up. One of the same kind in the same fiscal year (infants: the same stage) takes the derived one's place."""

    kind: CheckupKind
    on: date
    stage: Literal["3-4m", "1y6m", "3y"] | None = None
    findings: dict[str, float | str] = {}
    judgement: str | None = Field(default=None, max_length=200)


class MedicationEntry(_Entry):
    """A medicine that is or was taken over time. Any entry takes the place of all derived ones."""

    name: str = Field(max_length=80)
    since: date
    until: date | None = None
    dosage: str | None = Field(default=None, max_length=80)
    days: int = Field(default=28, ge=1, le=180, description="days that one dispense lasts")


class AllergyEntry(_Entry):
    """An allergy, by the name of what causes it."""

    name: str = Field(max_length=80)
    since: date | None = None


class ExpenseEntry(_Entry):
    """A line of a medical-expense notice (医療費通知): yen, all of it and what the person paid."""

    on: date
    facility: str = Field(max_length=80)
    kind: Literal["outpatient", "inpatient", "dental", "pharmacy"] = "outpatient"
    total: int = Field(ge=0)
    paid: int = Field(ge=0)


class PregnancyEntry(_Entry):
    """A pregnancy. `born` and `child` once it has ended in a birth; `ended` where it ended otherwise. An entry takes the place
    of the one derived from the same child or day of birth."""

    due: date
    notified: date | None = None
    handbook: str | None = Field(default=None, max_length=40)
    municipality: str | None = Field(default=None, pattern=r"^\d{6}$")
    born: date | None = None
    child: str | None = Field(default=None, max_length=40)
    ended: date | None = None


class MissingEntry(_Entry):
    """Records that their source does not hand over: all of a category, or those before a day."""

    category: Category
    reason: Reason
    before: date | None = None


class HealthFile(_Entry):
    """`records.health.<subject>`. `derive: false`: nothing but what stands here."""

    derive: bool = True
    immunizations: tuple[GivenEntry, ...] = ()
    checkups: tuple[CheckupEntry, ...] = ()
    medications: tuple[MedicationEntry, ...] = ()
    allergies: tuple[AllergyEntry, ...] = ()
    expenses: tuple[ExpenseEntry, ...] = ()
    pregnancies: tuple[PregnancyEntry, ...] = ()
    missing: tuple[MissingEntry, ...] = ()
