"""The bodies of the interface, in and out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Purpose = Literal[
    "address_change", "start_stop", "start", "stop", "forwarding", "move_line", "termination", "transfer",
    "employment_certificate",
]  # fmt: skip
PURPOSES: tuple[str, ...] = get_args(Purpose)
State = Literal[
    "accepted", "in_review", "question", "call_back", "visit_required", "confirming", "scheduled", "completed", "rejected",
    "withdrawn", "ended",
]  # fmt: skip
"""`question`: an answer is awaited. `call_back`: the partner wants to be called. `visit_required`: at its counter, in person.
`confirming`: it looks whether somebody lives at the old address. `scheduled`: somebody comes on a day. `ended`: what lasted is over."""

Reference = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$")]


class In(BaseModel):
    """What comes in: nothing that is not documented."""

    model_config = ConfigDict(extra="forbid")


class Holder(In):
    """A person as the partner knows them; `kana` in katakana."""

    name: str = Field(min_length=1, max_length=100)
    kana: str | None = Field(default=None, max_length=100, pattern=r"^[ァ-ヶー・ 　A-Za-z]+$")


class Address(In):
    """An address in Japan; `municipality` is a code of six digits."""

    postcode: str = Field(max_length=8)
    municipality: str = Field(pattern=r"^\d{6}$")
    town: str = Field(max_length=100)
    block: str = Field(max_length=100)
    building: str = Field(default="", max_length=100)


class Details(In):
    """What single partners need besides. Each takes only those that it lists; anything else is refused."""

    phone: str | None = Field(default=None, max_length=20)
    birth_date: date | None = None
    stop_date: date | None = None
    start_date: date | None = None
    payment: Literal["same", "account", "slip"] | None = None
    appliances: list[Literal["stove", "water_heater", "heater"]] | None = Field(default=None, max_length=3)
    visit_slot: Literal["morning", "early_afternoon", "late_afternoon"] | None = None
    overseas_address: str | None = Field(default=None, max_length=300)
    insurance_kinds: list[Literal["life", "fire", "car"]] | None = Field(default=None, max_length=3)
    building_structure: Literal["wood", "steel", "concrete"] | None = None
    internet_choice: Literal["keep", "cancel"] | None = None
    line_permission: Literal["allowed", "not_needed", "asking"] | None = None
    broadcast_merge: bool | None = None
    commute_route: str | None = Field(default=None, max_length=300)
    deposit_account: str | None = Field(default=None, max_length=200)
    movers: list[Holder] | None = Field(default=None, max_length=20)
    school: str | None = Field(default=None, max_length=100)


class NoticeIn(In):
    """One notice for one partner. `consent_ref`: where the holder's consent to tell this partner is recorded; without it nothing is taken.

    `effective_date`: the day from which it holds.
    """

    customer_number: Annotated[str, Field(pattern=r"^[A-Z0-9-]{4,20}$")] | None = None
    holder: Holder
    old_address: Address | None = None
    new_address: Address | None = None
    effective_date: date
    consent_ref: Reference
    purpose: Purpose = "address_change"
    details: Details = Details()


class CertificateIn(In):
    """A request for an employment certificate (就労証明書) for childcare. `submit_to`: code of the municipality that will read it,
    None where the employer is not to know it."""

    holder: Holder
    birth_date: date | None = None
    submit_to: Annotated[str, Field(pattern=r"^\d{6}$")] | None = None
    children: list[Holder] = Field(default=[], max_length=10)
    consent_ref: Reference
    purpose: Literal["childcare", "after_school"] = "childcare"


class Outcome(In):
    """What the partner decides, chosen by a facilitator or a test. `field`: what a question asks for."""

    outcome: Literal["completed", "rejected", "question", "call_back", "visit_required", "in_review", "missed"]
    reason: str | None = Field(default=None, max_length=200)
    field: str | None = Field(default=None, max_length=40)


class Step(BaseModel):
    """One change of a notice. `version` counts from 1 without gaps. `note`: words for the holder; `reason`, `remedy`: of a refusal;
    `field`, `until`, `choices`: what is asked, by when, and what could be answered; `appointment`: day and window of a visit."""

    version: int
    state: State
    at: datetime
    note: str
    code: str | None = None
    reason: str | None = None
    remedy: str | None = None
    field: str | None = None
    until: date | None = None
    choices: list[str] | None = None
    appointment: dict[str, str] | None = None


class NoticeOut(BaseModel):
    """Where a notice stands. What it said is not repeated. `result`: documents or a certificate, once there are some."""

    id: str
    partner: str
    purpose: Purpose
    consent_ref: str
    state: State
    version: int
    received_at: datetime
    steps: list[Step]
    result: dict[str, Any] | None = None


class Accepted(BaseModel):
    """The answer to a notice, 202."""

    id: str
    partner: str
    state: State
    version: int


class NoticeList(BaseModel):
    """Notices that rest on one consent."""

    notices: list[Accepted]


class PartnerOut(BaseModel):
    """A partner as its clients need to know it. `takes`: details that it accepts; `assumes`: what was assumed of it (T3)."""

    id: str
    name: str
    kind: str
    phone: str
    closed: str
    purposes: list[str]
    takes: list[str]
    assumes: str
    area: list[str] | None = None
    maintenance: list[str] | None = None


class PartnerList(BaseModel):
    """All partners."""

    partners: list[PartnerOut]


class NextOut(BaseModel):
    """A simulated moment."""

    next: datetime | None
