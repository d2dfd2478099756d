"""People of a household file as the health records know them, and who may act for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.services.phr.seeds import Seed, age_on
from app.services.phr.shape import HealthFile

ADULT = 18
_PARENTS = frozenset(
    {"father", "mother", "adoptive_father", "adoptive_mother", "special_adoptive_father", "special_adoptive_mother"}
)
_BETWEEN = range(16, 56)  # years between parent and child where no family record says who is whose


@dataclass(frozen=True)
class Person:
    """One person. `facts` by name within `person`; `died`: the last day of any record."""

    id: str
    facts: Mapping[str, Any]
    health: HealthFile = field(default_factory=HealthFile)
    died: date | None = None

    @property
    def birth(self) -> date:
        """Day of birth."""
        return date.fromisoformat(str(self.facts["birth_date"]))

    @property
    def female(self) -> bool:
        """As the resident record has it."""
        return self.facts.get("sex") == "female"

    @property
    def seed(self) -> Seed:
        """The person's own chance, of no world."""
        return Seed(f"{self.id}|{self.birth.isoformat()}")

    @property
    def protected(self) -> bool:
        """支援措置: the address is kept from people."""
        return self.facts.get("address_protected") is True

    @property
    def municipality(self) -> str:
        """Code of the municipality where the person lives, or an empty text."""
        address = self.facts.get("address")
        return str(address.get("municipality", "")) if isinstance(address, dict) else ""


@dataclass(frozen=True, slots=True)
class Parent:
    """`parent` is a parent or the guardian of `child`. `mother`: gave birth to it, as far as is known."""

    child: str
    parent: str
    mother: bool


@dataclass(frozen=True)
class Household:
    """A household file as far as it matters here. `homes`: the members of each household; `awaited`: what is held of a birth to come."""

    id: str
    applicant: str
    people: Mapping[str, Person]
    homes: tuple[frozenset[str], ...]
    parents: tuple[Parent, ...]
    awaited: Mapping[str, Mapping[str, Any]]

    def held(self, subject: str) -> Mapping[str, Any] | None:
        """The facts of a person or of a birth to come; None for a stranger."""
        person = self.people.get(subject)
        return self.awaited.get(subject) if person is None else person.facts


def read_household(data: Mapping[str, Any]) -> Household:
    """From a household file's data; raises `ValueError` (pydantic's too) where `records.health` does not have the documented form."""
    records = data.get("records") or {}
    health = {id_: HealthFile.model_validate(entry) for id_, entry in (records.get("health") or {}).items()}
    died = {entry["person"]: date.fromisoformat(str(entry["on"])) for entry in records.get("deaths") or ()}
    people, homes, awaited = {}, [], {}
    for id_, subject in data["subjects"].items():
        facts = subject.get("facts") or {}
        if subject["kind"] == "household":
            homes.append(frozenset(facts.get("members") or ()))
        if subject["kind"] == "birth":
            awaited[id_] = facts
        if subject["kind"] == "person" and facts.get("birth_date"):
            people[id_] = Person(id_, facts, health.get(id_, HealthFile()), died.get(id_))
    parents = tuple(_parents(records, people, homes))
    return Household(str(data["id"]), str(data["roles"]["applicant"]), people, tuple(homes), parents, awaited)


def _parents(
    records: Mapping[str, Any], people: Mapping[str, Person], homes: Iterable[frozenset[str]]
) -> Iterable[Parent]:
    """As the family records say; where they say nothing of a child, adults of its home who are of a parent's age."""
    known: set[str] = set()
    for kin in records.get("family") or ():
        who, of, relation = kin["person"], kin["of"], kin["relation"]
        if relation == "child":
            known.add(who)
            yield Parent(who, of, of in people and people[of].female)
        elif relation in _PARENTS:
            known.add(of)
            yield Parent(of, who, relation == "mother")
    for entry in records.get("guardianship") or ():
        if entry.get("kind") == "minor":
            yield Parent(entry["person"], entry["guardian"], False)
    for home in homes:
        members = [people[id_] for id_ in sorted(home) if id_ in people]
        for child in members:
            if child.id in known:
                continue
            for adult in members:
                if (
                    child.birth.year - adult.birth.year in _BETWEEN
                    and age_on(adult.birth, child.birth) >= _BETWEEN.start
                ):
                    yield Parent(child.id, adult.id, adult.female)


def may_act_for(parent: Person, child: Person, related: bool, same_home: bool, today: date) -> bool:
    """Whether a parent may read a child's records: the child is under 18 and alive.

    A child under protection is shown to nobody but a parent who is protected along with it, in the same home: everyone else with
    parental authority may be whom the measure is against.
    """
    if not related or age_on(child.birth, today) >= ADULT or age_on(parent.birth, today) < ADULT:
        return False
    if child.died or parent.died:
        return False
    return not child.protected or (parent.protected and same_home)
