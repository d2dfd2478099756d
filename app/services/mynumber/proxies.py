"""Who may look at whose records: oneself, a child, somebody who gave a mandate; and from whom a protected person is kept.

Rules. One sees one's own records, one's household and its things, and of the others in the household what the resident register
itself shows to each of them (住民基本台帳法 第12条). Parents and guardians see the records of a child under 18 (民法 第818条), guardians of adults
those of their ward. Anybody else needs a mandate (委任), which its giver can withdraw at any time.

Those who belong to the family of somebody who died see that person's records, for it falls to them to report and to settle, and in the
family register what each of the family was to the deceased (戸籍法 第10条・第87条). Assumption: in reality each office checks this anew.

A person under a protection measure (支援措置) is as if absent for a parent who does not live with them, and what tells where they
live is kept from everybody but themselves and those who live with them.

Assumptions: a child of whom no guardian is recorded is represented by the adults of its household; when a world begins, everybody in
the applicant's household whom the applicant does not represent by law has given the applicant a mandate.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, or_, select, update

from app.services.mynumber.people import BIRTH, DEATH, HouseholdFile, People, age_on
from app.services.mynumber.tables import guardians, mandates
from app.services.simcore.personas import Items

ADULT = 18
RESIDENT, FAMILY = "resident", "family"
_LOCATING = frozenset(
    {"person.school", "person.childcare_facility", "person.public_account", "person.phone", "vehicle.plate", "household.water_customer"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mandate:
    """`registers`: what it covers, empty: all. Days and moments are simulated (ISO); `withdrawn_at` None: it holds."""

    id: str
    giver: str
    delegate: str
    registers: list[str]
    given_at: str
    ends_on: str | None
    withdrawn_at: str | None


def record_family(connection: Connection, world: str, household: HouseholdFile) -> None:
    """Write who represents whom by law, and the mandates with which a world begins."""
    found: dict[tuple[str, str], bool] = {}
    for kin in household.records.family:
        if kin.until is None and kin.relation.endswith(("father", "mother")):
            found[kin.person, kin.of] = False
        elif kin.until is None and kin.relation == "child":
            found[kin.of, kin.person] = False
    for one in household.records.guardianship:
        if one.kind in ("minor", "adult"):  # curators and assistants act only in what a court named
            found[one.guardian, one.person] = one.kind == "adult"
    for (guardian, ward), adult in found.items():
        connection.execute(insert(guardians).values(world=world, guardian=guardian, ward=ward, adult=adult))
    applicant = household.applicant
    for home in household.subjects.values():
        members = home.facts.get("members") if home.kind == "household" else None
        if isinstance(members, list) and applicant in members:
            for member in members:
                if member != applicant and member in household.subjects:
                    _give(connection, world, member, applicant, [], "", None)


def _give(
    connection: Connection, world: str, giver: str, delegate: str, registers: list[str], at: str, ends_on: str | None
) -> Mandate:
    found = Mandate(str(uuid.uuid4()), giver, delegate, registers, at, ends_on, None)
    row = {name: getattr(found, name) for name in Mandate.__slots__}
    connection.execute(insert(mandates).values(world=world, **row))
    return found


def give(
    connection: Connection,
    world: str,
    giver: str,
    delegate: str,
    registers: list[str],
    now: datetime,
    ends_on: date | None,
) -> Mandate:
    """A person lets another one see their records in these registers (none named: in all)."""
    return _give(
        connection, world, giver, delegate, registers, now.isoformat(), ends_on.isoformat() if ends_on else None
    )


def withdraw(connection: Connection, world: str, id_: str, giver: str, now: datetime) -> str | None:
    """Take a mandate back; returns who held it, None where this person gave no such one, or took it back before."""
    t = mandates.c
    mine = (t.world == world, t.id == id_, t.giver == giver, t.withdrawn_at.is_(None))
    delegate = connection.execute(select(t.delegate).where(*mine)).scalar()
    connection.execute(update(mandates).where(*mine).values(withdrawn_at=now.isoformat()))
    return delegate


def mandates_of(connection: Connection, world: str, person: str) -> list[Mandate]:
    """All that a person gave or holds, withdrawn ones too, in the order of their giving."""
    t = mandates.c
    query = (
        select(mandates)
        .where(t.world == world, or_(t.giver == person, t.delegate == person))
        .order_by(t.given_at, t.id)
    )
    return [Mandate(*(getattr(row, name) for name in Mandate.__slots__)) for row in connection.execute(query)]


class Sight:
    """What one person may see in a world at a simulated day."""

    def __init__(self, connection: Connection, world: str, people: People, person: str, today: date) -> None:
        self.people, self.person, self.today = people, person, today
        rows = connection.execute(select(guardians).where(guardians.c.world == world))
        self._guardians: dict[str, dict[str, bool]] = {}
        for row in rows:
            self._guardians.setdefault(row.ward, {})[row.guardian] = row.adult
        self._mandates = [
            one for one in mandates_of(connection, world, person) if one.delegate == person and self._holds(one)
        ]
        self.homes = people.homes(person)
        self.kin = people.kin(person)
        self.things = [thing for home in self.homes for thing in people.things(home)]

    def _holds(self, mandate: Mandate) -> bool:
        return mandate.withdrawn_at is None and (mandate.ends_on is None or self.today.isoformat() <= mandate.ends_on)

    def together(self, other: str) -> bool:
        """Whether the two live in one household."""
        return any(other in members for members in self.homes.values())

    def represents(self, other: str) -> bool:
        """Whether the person is a parent or guardian of the other one by law, today."""
        birth = self.people.value(other, "person.birth_date")
        minor = isinstance(birth, str) and age_on(birth, self.today) < ADULT
        recorded = {guardian for guardian, adult in self._guardians.get(other, {}).items() if adult != minor}
        if recorded or not minor:
            return self.person in recorded
        own = self.people.value(self.person, "person.birth_date")
        return self.together(other) and isinstance(own, str) and age_on(own, self.today) >= ADULT

    def kept_from(self, other: str) -> bool:
        """Whether a protection measure keeps the other one's whereabouts from this person."""
        return other != self.person and self.people.withheld(other) and not self.together(other)

    def ground(self, other: str, register: str) -> str | None:
        """Why the person may see the other one in a register: self | guardian | mandate | household | kin; None: not at all."""
        if other == self.person:
            return "self"
        if self.represents(other) and not self.kept_from(other):
            return "guardian"
        if any(one.giver == other and (not one.registers or register in one.registers) for one in self._mandates):
            return "mandate"
        if register == RESIDENT and self.together(other):
            return "household"
        if self.kin.get(other) == "self" or (register == FAMILY and other in self.kin):
            return None if self.kept_from(other) else "kin"
        return None

    def visible(self, register: str) -> dict[str, str]:
        """Everybody and everything to be seen in a register, with the ground: oneself, the household, its things, other people."""
        found = {self.person: "self"} | dict.fromkeys([*self.homes, *self.things], "household")
        if self.kin:
            found[DEATH] = "kin"
        if self.homes and BIRTH in self.people.kinds:
            found[BIRTH] = "household"
        for subject, kind in self.people.kinds.items():
            ground = self.ground(subject, register) if kind == "person" else None
            if ground is not None:
                found[subject] = ground
        return found


def locating(item: str, items: Items) -> bool:
    """Whether an item tells where a person lives or can be met."""
    return item in _LOCATING or items.by_id[item].type == "address"
