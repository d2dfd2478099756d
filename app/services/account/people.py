"""People as the register of accounts knows them, out of a household file.

Beside the facts these records are read: `names` (former names; a 通称 that is noted counts as a name of today), `addresses` (whether the last
one is abroad), `deaths` that were notified, `family` and `guardianship` (who acts for a child). Where `family` says nothing of a child, adults
of its home who are of a parent's age are taken for its parents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.services.account.tables import people as table
from app.services.simcore.problems import not_found

ADULT = 18
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_PARENT_AGES = range(16, 56)


@dataclass(frozen=True)
class Person:
    """`kana`: as in the resident record; `names`: others of today; `former`: of before. `home`: who lives there too; `parents`: who act
    for the child. `protected`: 支援措置."""

    id: str
    kana: str
    birth: str
    names: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    dead: bool = False
    protected: bool = False
    abroad: bool = False
    home: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()

    @property
    def own_names(self) -> tuple[str, ...]:
        """In which an account may be held."""
        return (self.kana, *self.names)

    def age(self, today: date) -> int:
        """Whole years."""
        return _age(date.fromisoformat(self.birth), today)

    def renamed(self, kana: str) -> Person:
        """With another name, the one of today becoming a former one."""
        return replace(self, kana=kana, former=(*self.former, self.kana))


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def may_act(parent: Person, child: Person, today: date) -> bool:
    """Whether a parent may act for a child: of age, both alive, and no protection that could be against this very parent."""
    if parent.id not in child.parents or child.dead or parent.dead:
        return False
    if child.age(today) >= ADULT or parent.age(today) < ADULT:
        return False
    return not child.protected or (parent.protected and parent.id in child.home)


def read_people(household: Mapping[str, Any]) -> list[Person]:
    """Everybody of a household file who has a name and a birth date; raises what a wrong form raises."""
    records = household.get("records") or {}
    facts = {
        id_: subject["facts"]
        for id_, subject in household["subjects"].items()
        if subject["kind"] == "person" and {"kana", "birth_date"} <= set(subject.get("facts") or {})
    }
    homes = [
        frozenset((subject.get("facts") or {}).get("members") or ())
        for subject in household["subjects"].values()
        if subject["kind"] == "household"
    ]
    dead = {entry["person"] for entry in records.get("deaths") or () if entry["notified"]}
    parents = _parents(records, facts, homes)
    return [_person(id_, own, records, homes, id_ in dead, parents.get(id_, ())) for id_, own in facts.items()]


def _person(
    id_: str,
    facts: Mapping[str, Any],
    records: Mapping[str, Any],
    homes: Iterable[frozenset[str]],
    dead: bool,
    parents: Iterable[str],
) -> Person:
    known = (records.get("names") or {}).get(id_) or {}
    stays = (records.get("addresses") or {}).get(id_) or [{}]
    home = sorted({other for one in homes if id_ in one for other in one} - {id_})
    return Person(
        id_,
        str(facts["kana"]),
        date.fromisoformat(str(facts["birth_date"])).isoformat(),
        names=(known["alias_kana"],) if known.get("alias_kana") and known.get("noted") else (),
        former=(known["former_kana"],) if known.get("former_kana") else (),
        dead=dead,
        protected=facts.get("address_protected") is True,
        abroad=bool(stays[-1].get("abroad")),
        home=tuple(home),
        parents=tuple(sorted(set(parents))),
    )


def _parents(
    records: Mapping[str, Any], facts: Mapping[str, Mapping[str, Any]], homes: Iterable[frozenset[str]]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kin in records.get("family") or ():
        if kin["relation"] == "child":
            found.setdefault(kin["person"], []).append(kin["of"])
        elif kin["relation"].endswith(("father", "mother")):
            found.setdefault(kin["of"], []).append(kin["person"])
    for entry in records.get("guardianship") or ():
        if entry["kind"] == "minor":
            found.setdefault(entry["person"], []).append(entry["guardian"])
    births = {id_: date.fromisoformat(str(own["birth_date"])) for id_, own in facts.items()}
    known = set(found)
    for home in homes:
        for child in sorted((home & set(births)) - known):
            of_age = [id_ for id_ in sorted(home & set(births)) if _age(births[id_], births[child]) in _PARENT_AGES]
            found.setdefault(child, []).extend(of_age)
    return found


# --- kept -----------------------------------------------------------------------------------------------------------------
def keep(connection: Connection, world: str, everybody: Iterable[Person]) -> None:
    """Write people of a new world."""
    rows = [{"world": world, "id": one.id, "data": asdict(one)} for one in everybody]
    if rows:
        connection.execute(insert(table), rows)


def change(connection: Connection, world: str, person: Person) -> None:
    """Write what the resident record says now."""
    where = (table.c.world == world, table.c.id == person.id)
    connection.execute(update(table).where(*where).values(data=asdict(person)))


def _read(data: Mapping[str, Any]) -> Person:
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
    return Person(**values)


def find(connection: Connection, world: str, id_: str) -> Person | None:
    """Someone of a world, or None."""
    if not _ID.fullmatch(id_):
        return None
    data = connection.execute(select(table.c.data).where(table.c.world == world, table.c.id == id_)).scalar()
    return _read(data) if data else None


def get(connection: Connection, world: str, id_: str) -> Person:
    """Someone of a world; `Problem` 404."""
    found = find(connection, world, id_)
    if found is None:
        raise not_found("There is no such person here.")
    return found
