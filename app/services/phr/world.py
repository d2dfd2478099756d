"""The worlds of this service: household, clock, and everybody's records, which are made when they are first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.services.phr.fhir import checked, resources
from app.services.phr.history import history
from app.services.phr.household import Household, Person, may_act_for, read_household
from app.services.phr.tables import resources as table
from app.services.phr.tables import settled, worlds
from app.services.simcore.problems import Problem, not_found
from app.services.simcore.store import Store

_KEPT = ("id", "roles", "subjects", "records")
_RECORDS = ("health", "family", "guardianship", "deaths")


@dataclass(frozen=True)
class World:
    """A world at a moment. `began`: the day on which it began."""

    id: str
    began: date
    now: datetime
    household: Household

    def person(self, id_: str) -> Person:
        """Someone of the household file; `Problem` 404."""
        found = self.household.people.get(id_)
        if found is None:
            raise not_found("There is no such person here.")
        return found

    def may_act(self, parent: str, child: str) -> bool:
        """Whether a person may read another's records as a parent, now."""
        people, household = self.household.people, self.household
        if parent not in people or child not in people:
            return False
        related = any(kin.child == child and kin.parent == parent for kin in household.parents)
        same_home = any({parent, child} <= home for home in household.homes)
        return may_act_for(people[parent], people[child], related, same_home, self.now.date())

    def readable_by(self, person: str) -> list[Person]:
        """The person, and the children for whom they may act."""
        others = [one for one in self.household.people.values() if self.may_act(person, one.id)]
        return [self.person(person), *others]


def make_world(connection: Connection, world: str, household: Mapping[str, Any], now: datetime) -> None:
    """Write what a household file says; raises `Problem` 422 where it does not have the documented form."""
    data = {name: household[name] for name in _KEPT if name in household}
    data["records"] = {name: part for name, part in (household.get("records") or {}).items() if name in _RECORDS}
    try:
        for person in read_household(data).people.values():
            history(read_household(data), person, now.date(), now.date())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        title = "The household does not have the documented form."
        raise Problem(422, "invalid-household", title, "See records.health and subjects.") from error
    moment = now.isoformat()
    row = {"world": world, "persona": str(household["id"]), "began": moment, "now": moment, "household": data}
    connection.execute(insert(worlds).values(**row))


def find_world(connection: Connection, world: str, told: datetime | None = None) -> World:
    """The world at its own time, or at a later one that the call tells; `Problem` 404."""
    row = connection.execute(select(worlds).where(worlds.c.world == world)).first()
    if row is None:
        raise not_found("There is no such world here.")
    own = datetime.fromisoformat(row.now)
    began = datetime.fromisoformat(row.began).date()
    return World(world, began, max(own, told or own), read_household(row.household))


def move_clock(connection: Connection, world: str, now: datetime) -> None:
    """Forward only; what is earlier changes nothing."""
    where = (worlds.c.world == world, worlds.c.now < now.isoformat())
    connection.execute(update(worlds).where(*where).values(now=now.isoformat()))


def set_fact(connection: Connection, world: World, subject: str, item: str, value: Any) -> bool:
    """Change a fact of a person or of a birth to come; tells whether it differs from before. The records follow when they are next asked for."""
    if world.household.held(subject) is None:
        raise not_found("There is nobody of this name here.")
    query = select(worlds.c.household).where(worlds.c.world == world.id)
    data = connection.execute(query).scalar_one()
    facts, name = data["subjects"][subject]["facts"], item.partition(".")[2]
    if facts.get(name) == value:
        return False
    facts[name] = value
    connection.execute(update(worlds).where(worlds.c.world == world.id).values(household=data))
    connection.execute(delete(settled).where(settled.c.world == world.id))
    return True


def settle(store: Store, world: World, person: Person) -> None:
    """Make the records of a person up to the world's day, if that was not done. What was made stays; what changed gets a version."""
    day = world.now.date().isoformat()
    mine = (settled.c.world == world.id, settled.c.subject == person.id)
    with store.read() as connection:
        done = connection.execute(select(settled.c.day).where(*mine)).scalar()
    if done is not None and done >= day:
        return
    today = world.now.date()
    made = checked(resources(person, history(world.household, person, world.began, today), world.began, today))
    with store.write() as connection:
        if connection.execute(update(settled).where(*mine, settled.c.day < day).values(day=day)).rowcount == 0:
            if connection.execute(select(settled.c.day).where(*mine)).first():
                return  # another call was quicker
            connection.execute(insert(settled).values(world=world.id, subject=person.id, day=day))
        known = {
            (row.type, row.id): row
            for row in connection.execute(
                select(table.c.type, table.c.id, table.c.body, table.c.version).where(
                    table.c.world == world.id, table.c.subject == person.id
                )
            )
        }
        for one in made:
            here = known.get((one.type, one.id))
            if here is not None and here.body == one.body:
                continue
            values = {"category": one.category, "day": one.day.isoformat(), "body": one.body}
            if here is None:
                row = {"world": world.id, "type": one.type, "id": one.id, "subject": person.id, "version": 1}
                connection.execute(insert(table).values(**row, **values, updated=one.recorded.isoformat()))
            else:
                where = (table.c.world == world.id, table.c.type == one.type, table.c.id == one.id)
                changed = {"version": here.version + 1, "updated": world.now.isoformat()}
                connection.execute(update(table).where(*where).values(**values, **changed))
