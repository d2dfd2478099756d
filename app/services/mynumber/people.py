"""The people of a world as the registers know them: made from a household file, read, and changed by authorities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, insert, select, update

from app.services.mynumber.tables import facts, subjects, worlds
from app.services.simcore.personas import Items
from app.services.simcore.problems import not_found

SUBJECT = re.compile(r"[a-z][a-z0-9_-]{0,39}")
BIRTH, DEATH = "birth", "death"
"""The subject that the family registers' record of a death is about, and its kind."""


class SubjectFile(BaseModel):
    """One person or thing of a household file."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    facts: dict[str, Any] = Field(default_factory=dict)


class CardFile(BaseModel):
    """The applicant's card in a household file."""

    model_config = ConfigDict(extra="forbid")

    pin: str = Field(default="1234", pattern=r"^[0-9]{4}$")
    signing_pin: str = Field(default="ABC123", pattern=r"^[A-Z0-9]{6,16}$")
    state: str = Field(
        default="valid",
        pattern="^(valid|expired|locked|signing_locked|revoked|cancelled|signing_expired|signing_revoked|none)$",
    )


class KinFile(BaseModel):
    """`person` is the `relation` of `of`; `until`: the relation has ended."""

    model_config = ConfigDict(extra="ignore")

    person: str
    relation: str
    of: str
    until: str | None = None
    ended: str | None = None


class DeathFile(BaseModel):
    """A death; the first of a file is the one that a journey is about."""

    model_config = ConfigDict(extra="ignore")

    person: str
    on: str


class GuardianFile(BaseModel):
    """A guardian by court: a subject, or the name of somebody who is none."""

    model_config = ConfigDict(extra="ignore")

    person: str
    guardian: str
    kind: str


class RecordsFile(BaseModel):
    """What stands behind the facts, as far as this service needs it."""

    model_config = ConfigDict(extra="ignore")

    family: list[KinFile] = Field(default_factory=list)
    deaths: list[DeathFile] = Field(default_factory=list)
    guardianship: list[GuardianFile] = Field(default_factory=list)


class HouseholdFile(BaseModel):
    """A household file (`procedures/personas/<id>.yaml`), as far as the registers need it."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(max_length=80)
    today: datetime | date | None = None
    card: CardFile = CardFile()
    subjects: dict[str, SubjectFile]
    roles: dict[str, Any]
    records: RecordsFile = RecordsFile()

    @property
    def applicant(self) -> str:
        """Subject id of the person who files."""
        return str(self.roles["applicant"])

    @property
    def elsewhere(self) -> set[str]:
        """People who are alive and belong to no household of the file."""
        people = {id_ for id_, subject in self.subjects.items() if subject.kind == "person"}
        homes = (subject.facts.get("members") for subject in self.subjects.values() if subject.kind == "household")
        at_home = {one for members in homes if isinstance(members, list) for one in members}
        return people - at_home - {death.person for death in self.records.deaths}

    def problem(self, items: Items) -> str | None:
        """What is wrong with it, in one phrase, or None."""
        applicant = self.subjects.get(str(self.roles.get("applicant")))
        if applicant is None or applicant.kind != "person":
            return "roles.applicant must name a person"
        for id_, subject in self.subjects.items():
            unknown = [name for name in subject.facts if f"{subject.kind}.{name}" not in items.by_id]
            if unknown:
                return f"subjects.{id_}.facts: no item {subject.kind}.{unknown[0]}"
        return None


@dataclass(frozen=True, slots=True)
class World:
    """A visitor's world as this service knows it."""

    id: str
    persona: str
    applicant: str
    made_at: datetime


def the_world(connection: Connection, world: str) -> World:
    """The world, or `Problem` 404."""
    row = connection.execute(select(worlds).where(worlds.c.world == world)).first()
    if row is None:
        raise not_found("There is no such world here.")
    return World(row.world, row.persona, row.applicant, datetime.fromisoformat(row.made_at))


def make_people(connection: Connection, world: str, household: HouseholdFile, now: datetime) -> None:
    """Write the people and their facts. Facts are as of the day on which the world begins."""
    connection.execute(
        insert(worlds).values(world=world, persona=household.id, applicant=household.applicant, made_at=now.isoformat())
    )
    for id_, subject in household.subjects.items():
        connection.execute(insert(subjects).values(world=world, id=id_, kind=subject.kind))
        for name, value in subject.facts.items():
            row = {"world": world, "subject": id_, "item": f"{subject.kind}.{name}", "value": value}
            connection.execute(insert(facts).values(**row, as_of=now.date().isoformat()))


@dataclass(frozen=True, slots=True)
class Known:
    """A value and the day as of which the register holds it."""

    value: Any
    as_of: str


class People:
    """Everything known of a world's people at one moment: kinds by subject, and values by (subject, item)."""

    def __init__(self, connection: Connection, world: str) -> None:
        self.kinds: dict[str, str] = {
            row.id: row.kind for row in connection.execute(select(subjects).where(subjects.c.world == world))
        }
        self.values: Mapping[tuple[str, str], Known] = {
            (row.subject, row.item): Known(row.value, row.as_of)
            for row in connection.execute(select(facts).where(facts.c.world == world))
        }

    def value(self, subject: str, item: str) -> Any:
        """A value, or None."""
        known = self.values.get((subject, item))
        return known.value if known else None

    def homes(self, person: str) -> dict[str, list[str]]:
        """The households to which a person belongs, with their members."""
        found: dict[str, list[str]] = {}
        for home, kind in self.kinds.items():
            members = self.value(home, "household.members") if kind == "household" else None
            if isinstance(members, list) and person in members:
                found[home] = members
        return found

    def kin(self, person: str) -> dict[str, str]:
        """Who belongs to the family of somebody who died, as what, for a person of that family; else nobody."""
        family = self.value(DEATH, "death.family") or ()
        if person not in family:
            return {}
        return {one: str(self.value(one, "person.kin")) for one in family}

    def things(self, home: str) -> list[str]:
        """Everything that a household's lists name besides people: vehicles, dogs, properties."""
        lists = [known.value for (subject, _), known in self.values.items() if subject == home]
        named = [one for value in lists if isinstance(value, list) for one in value]
        return [one for one in dict.fromkeys(named) if self.kinds.get(one, "person") != "person"]

    def withheld(self, subject: str) -> bool:
        """Whether this person's address must not reach those it is kept from (支援措置)."""
        return self.value(subject, "person.address_protected") is True


def make_subject(connection: Connection, world: str, subject: str, kind: str) -> None:
    """Bring a subject into being; one that is there stays as it is."""
    known = select(subjects.c.id).where(subjects.c.world == world, subjects.c.id == subject)
    if connection.execute(known).first() is None:
        connection.execute(insert(subjects).values(world=world, id=subject, kind=kind))


def change(connection: Connection, world: str, subject: str, item: str, value: Any, as_of: date) -> bool:
    """Set a value; tells whether it differs from before."""
    where = (facts.c.world == world, facts.c.subject == subject, facts.c.item == item)
    old = connection.execute(select(facts.c.value).where(*where)).first()
    day = as_of.isoformat()
    if old is None:
        row = {"world": world, "subject": subject, "item": item, "value": value, "as_of": day}
        connection.execute(insert(facts).values(**row))
        return True
    connection.execute(update(facts).where(*where).values(value=value, as_of=day))
    return bool(old.value != value)


def age_on(birth: str, day: date) -> int:
    """Completed years. 民法の年齢計算: a year is complete on the day before the birthday; for certificates the birthday counts."""
    born = date.fromisoformat(birth)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
