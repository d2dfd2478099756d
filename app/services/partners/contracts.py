"""The customers of every partner, from a household file: `records.contracts`, and what the other records and facts imply.

`records.contracts` (docs/personas.md) says who holds what. Where it names nobody of a household for a partner, contracts are derived: of
the household's head for what a home has one of, of every adult for what people have each. Numbers are drawn from person and birth date,
so that they are the same in every world.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.services.partners.partners import Partner
from app.services.partners.tables import Contract

HOMES = frozenset({"electricity", "gas", "water", "line", "broadcaster", "landlord"})
ADULT = 18
WORKING = frozenset({"employee", "civil_servant", "part_time", "director"})


@dataclass(frozen=True)
class People:
    """A household file as far as it matters here."""

    data: Mapping[str, Any]

    @property
    def records(self) -> Mapping[str, Any]:
        """`records`, empty where there is none."""
        return self.data.get("records") or {}

    @property
    def persons(self) -> dict[str, Mapping[str, Any]]:
        """Facts of people who have a name, by id."""
        subjects = self.data.get("subjects") or {}
        kinds = {id_: one.get("facts") or {} for id_, one in subjects.items() if one.get("kind") == "person"}
        return {id_: facts for id_, facts in kinds.items() if facts.get("name")}

    @property
    def homes(self) -> list[tuple[str | None, list[str]]]:
        """Head and members of every household."""
        subjects = (self.data.get("subjects") or {}).values()
        facts = [one.get("facts") or {} for one in subjects if one.get("kind") == "household"]
        return [(one.get("head"), list(one.get("members") or ())) for one in facts]

    def family(self, id_: str) -> tuple[str, ...]:
        """Names of those who live with a person."""
        near = {member for _, members in self.homes if id_ in members for member in members} - {id_}
        return tuple(sorted(str(self.persons[one]["name"]) for one in near if one in self.persons))

    def adult(self, id_: str) -> bool:
        """Whether a person is of age on the day on which the file begins."""
        born, today = self.persons[id_].get("birth_date"), self.data.get("today")
        return not (born and today) or str(date.fromisoformat(str(born)).year + ADULT) + str(born)[4:] <= str(today)


def derive(data: Mapping[str, Any], partners: Iterable[Partner]) -> list[Contract]:
    """All contracts of a household file, in a fixed order."""
    people = People(data)
    return [contract for partner in partners for contract in _of(people, partner)]


def _of(people: People, partner: Partner) -> Iterator[Contract]:
    written = [one for one in people.records.get("contracts") or () if one.get("partner") == partner.id]
    for one in written:
        if one.get("holder") in people.persons:
            yield _contract(people, partner, one["holder"], one["customer_number"], address=one.get("address"))
    held = {one.get("holder") for one in written}
    if partner.kind in HOMES:
        for head, members in people.homes:
            if head in people.persons and not held & set(members):
                yield _contract(people, partner, str(head))
        return
    for id_, facts in people.persons.items():
        if id_ in held:
            continue
        if partner.kind == "employer":
            yield from _work(people, partner, id_)
        elif partner.kind == "bank":
            yield from _accounts(people, partner, id_)
        elif partner.kind == "school":
            if facts.get("school") in ("public", "private"):
                yield _contract(people, partner, id_)
        elif partner.kind == "post" or people.adult(id_):
            yield _contract(people, partner, id_)


def _work(people: People, partner: Partner, id_: str) -> Iterator[Contract]:
    work = (people.records.get("work") or {}).get(id_)
    if work is None and people.persons[id_].get("pension_category") == "second":
        work = {"kind": "employee"}
    kept = {name: str(work[name]) for name in ("kind", "employer", "since", "leave") if work and work.get(name)}
    works, left = kept.get("kind") in WORKING, "employer" in kept or "leaving_reason" in people.persons[id_]
    if works or left:
        yield _contract(people, partner, id_, ended=not works, data=kept)


def _accounts(people: People, partner: Partner, id_: str) -> Iterator[Contract]:
    accounts = (people.records.get("accounts") or {}).get(id_) or ()
    named = (people.records.get("names") or {}).get(id_) or {}
    old = any(
        one.get("person") == id_ and one.get("register") == "account" and one.get("reason") == "old_name"
        for one in people.records.get("mismatches") or ()
    )
    ours = [one for one in accounts if one.get("bank") == partner.name]
    for one in ours:
        former = named.get("former") if old else None
        yield _contract(
            people,
            partner,
            id_,
            f"SIM-{one['number']}",
            kana=one.get("holder_kana"),
            former=former,
            ended=one.get("state") == "closed",
        )
    if not ours and people.adult(id_):
        yield _contract(people, partner, id_)


def _contract(
    people: People,
    partner: Partner,
    id_: str,
    number: str | None = None,
    *,
    address: Mapping[str, str] | None = None,
    kana: str | None = None,
    former: str | None = None,
    ended: bool = False,
    data: Mapping[str, Any] | None = None,
) -> Contract:
    facts = people.persons[id_]
    name, home = str(facts["name"]), address or facts.get("address")
    return Contract(
        partner.id,
        number or _number(partner.id, id_, facts.get("birth_date")),
        former or name,
        kana or (str(facts["kana"]) if facts.get("kana") else None),
        {key: str(value) for key, value in home.items()} if isinstance(home, Mapping) else None,
        present=name if former else None,
        family=people.family(id_),
        birth_date=str(facts["birth_date"]) if facts.get("birth_date") else None,
        ended=ended,
        data=data or {},
    )


def _number(*parts: object) -> str:
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return f"SIM-{int.from_bytes(digest[:8]) % 10**8:08d}"
