"""What ``records:`` of a household may hold beside its facts. Field by field in ``docs/personas.md``.

Days are ISO text, months ``2013-04``. A spelling mistake in a key is an error, never silence.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Subject = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

PARENTS = (
    "father", "mother", "adoptive_father", "adoptive_mother", "special_adoptive_father", "special_adoptive_mother",
)  # fmt: skip
Relation = Literal[
    "father", "mother", "adoptive_father", "adoptive_mother", "special_adoptive_father", "special_adoptive_mother",
    "spouse", "partner", "child", "sibling", "half_sibling",
]  # fmt: skip


class Shape(BaseModel):
    """Nothing but the named fields."""

    model_config = ConfigDict(extra="forbid")


class Kin(Shape):
    """``person`` is the ``relation`` of ``of``, from a day on, and until a day where it ended by divorce, death or dissolution."""

    person: Subject
    relation: Relation
    of: Subject
    since: Day | None = None
    until: Day | None = None
    ended: Literal["divorce", "death", "dissolution"] | None = None
    acknowledged: Day | None = None


class Death(Shape):
    """A death. ``notified``: whether the registers know of it. ``presumed``: a court's declaration after a disappearance."""

    person: Subject
    on: Day
    notified: bool
    learned: Day | None = None
    place: Literal["hospital", "home", "facility", "abroad", "unknown"] = "hospital"
    country: str | None = None
    presumed: bool = False


class Birth(Shape):
    """A child that is born and, while ``notified`` is false, in no register yet. Weight in grams."""

    mother: Subject
    on: Day
    sex: Literal["female", "male"]
    weight: int = Field(ge=300, le=6000)
    notified: bool = False
    weeks: int = Field(default=39, ge=22, le=43)
    place: str = ""
    municipality: str = ""
    father: Subject | None = None
    name: str | None = None
    kana: str | None = None


class Stay(Shape):
    """One line of the address history: an address here, or a country and place abroad in words."""

    since: Day = Field(alias="from")
    until: Day | None = Field(default=None, alias="to")
    address: dict[str, str] | None = None
    abroad: str | None = None
    reason: Literal["birth", "moved_in", "moved_within", "from_abroad", "to_abroad", "facility", "marriage"] | None = (
        None
    )


class Names(Shape):
    """Other names: in Latin letters, by which a person goes (通称), or before marriage (旧氏); ``noted``: on the resident record."""

    latin: str | None = None
    alias: str | None = None
    alias_kana: str | None = None
    former: str | None = None
    former_kana: str | None = None
    noted: bool = False


class Numbers(Shape):
    """The numbers of one person, none of which can be real."""

    my_number: str | None = None
    resident_code: str | None = None
    licence: str | None = None
    residence_card: str | None = None
    phone: str | None = None


class PensionPeriod(Shape):
    """Months from the first to the last, both counted; no last month: still running."""

    category: Literal["first", "second", "third"]
    since: Month = Field(alias="from")
    until: Month | None = Field(default=None, alias="to")
    state: Literal["paid", "exempt", "deferred", "unpaid"] = "paid"


class PensionPaid(Shape):
    """A pension that is paid out, by its kind, since a month."""

    kind: Literal[
        "old_age_basic",
        "old_age_employee",
        "survivor_basic",
        "survivor_employee",
        "disability_basic",
        "disability_employee",
    ]
    since: Month


class Pension(Shape):
    """What the pension register holds of one person."""

    periods: tuple[PensionPeriod, ...] = ()
    paid: tuple[PensionPaid, ...] = ()


class TaxYear(Shape):
    """The income (合計所得金額, yen) of a calendar year, and whether resident tax is due on it the year after."""

    year: int
    income: int = Field(ge=0)
    taxable: bool
    kinds: tuple[Literal["salary", "business", "farm", "rent", "pension", "other"], ...] = ()


class Insurance(Shape):
    """Insurer, since when, and whose dependant the person is, where they are."""

    insurer: str
    since: Day | None = None
    dependant_of: Subject | None = None


class Work(Shape):
    """What a person does."""

    kind: Literal["employee", "civil_servant", "part_time", "self_employed", "farmer", "director", "student", "none"]
    employer: str | None = None
    since: Day | None = None
    leave: Literal["maternity", "childcare", "sick"] | None = None


class Account(Shape):
    """An account at a bank that exists nowhere."""

    bank: str
    branch: str
    type: Literal["普通", "当座", "貯蓄"]
    number: Annotated[str, StringConstraints(pattern=r"^\d{7}$")]
    holder_kana: str
    state: Literal["open", "frozen", "closed"]


class Mismatch(Shape):
    """A difference between a register and the resident record that is meant."""

    person: Subject
    register_: Literal["account", "pension", "real_estate"] = Field(alias="register")
    reason: Literal["old_name", "reading", "alias", "latin", "address"]


class Guardianship(Shape):
    """A guardian by court: ``guardian`` is a subject or, for a professional, a name."""

    person: Subject
    kind: Literal["adult", "curator", "assistant", "voluntary", "minor", "special_representative"]
    guardian: str
    since: Day


class Care(Shape):
    """Certification of long-term care, and the facility where the person lives."""

    level: Literal["support_1", "support_2", "care_1", "care_2", "care_3", "care_4", "care_5"]
    since: Day
    facility: str | None = None


class Disaster(Shape):
    """Damage to the home by a disaster."""

    name: str
    on: Day
    damage: Literal["total", "major", "half", "partial"]
    certificate: Annotated[str, StringConstraints(pattern=r"^SIM-\d{8}$")] | None = None


class FamilyRegister(Shape):
    """One 戸籍: where it is kept, its first person, everyone who is or was in it."""

    legal_domicile: str
    municipality: str
    first: Subject
    members: tuple[Subject, ...]


class Licence(Shape):
    """A driving licence: kinds and its last day."""

    kinds: tuple[Literal["moped", "motorcycle", "car", "truck"], ...]
    until: Day


class Owned(Shape):
    """Whose a vehicle, dog or property is, in parts of a hundred where there are several owners."""

    owner: Subject
    share: int = Field(default=100, ge=1, le=100)


class Contract(Shape):
    """A contract with a company."""

    partner: str
    customer_number: str
    holder: Subject
    services: tuple[str, ...]
    address: dict[str, str] | None = None


class Absence(Shape):
    """A person who cannot be found, since a day."""

    person: Subject
    since: Day
    reported: bool = False


class Estate(Shape):
    """What a dead person leaves, as it truly is: no register holds it whole. Yen."""

    person: Subject
    deposits: int = 0
    debts: int = 0
    lands: tuple[str, ...] = ()
    business: str | None = None
    will: Literal["none", "notarised", "deposited", "handwritten"] = "none"


class Records(Shape):
    """Everything under ``records:``."""

    family: tuple[Kin, ...] = ()
    family_registers: tuple[FamilyRegister, ...] = ()
    births: tuple[Birth, ...] = ()
    deaths: tuple[Death, ...] = ()
    missing: tuple[Absence, ...] = ()
    estranged: tuple[tuple[Subject, Subject], ...] = ()
    names: dict[Subject, Names] = {}
    languages: dict[Subject, tuple[str, ...]] = {}
    numbers: dict[Subject, Numbers] = {}
    addresses: dict[Subject, tuple[Stay, ...]] = {}
    apart: dict[Subject, str] = {}
    insurance: dict[Subject, Insurance] = {}
    work: dict[Subject, Work] = {}
    pension: dict[Subject, Pension] = {}
    tax: dict[Subject, tuple[TaxYear, ...]] = {}
    licences: dict[Subject, Licence] = {}
    owners: dict[Subject, tuple[Owned, ...]] = {}
    accounts: dict[Subject, tuple[Account, ...]] = {}
    mismatches: tuple[Mismatch, ...] = ()
    health: dict[Subject, dict[str, Any]] = {}
    contracts: tuple[Contract, ...] = ()
    guardianship: tuple[Guardianship, ...] = ()
    care: dict[Subject, Care] = {}
    disasters: tuple[Disaster, ...] = ()
    estates: tuple[Estate, ...] = ()
