"""Family relations, deaths and the family register of a generated household."""

from __future__ import annotations

from typing import Any

from app.services.people.households import Home
from app.services.people.lives import Person

Raw = dict[str, Any]


def add(home: Home, records: Raw) -> None:
    """Put ``family``, ``deaths`` and ``family_registers`` into the records."""
    everyone = [*home.members, *home.relatives]
    family: list[Raw] = []
    for person in everyone:
        family += [{"person": parent.id, "relation": relation, "of": person.id} for relation, parent in person.parents]
        other = person.spouse
        if other and person.married and person.serial < other.serial:
            kin = {"person": other.id, "relation": "spouse", "of": person.id, "since": person.married}
            ends = [one.died for one in (person, other) if one.died]
            family.append(kin | ({"until": min(ends), "ended": "death"} if ends else {}))
    if home.divorce:
        one, former, since, until = home.divorce
        kin = {
            "person": former.id,
            "relation": "spouse",
            "of": one.id,
            "since": since,
            "until": until,
            "ended": "divorce",
        }
        family.append(kin)
    records["family"] = family
    records["deaths"] = [{"person": one.id, "on": one.died, "notified": True} for one in everyone if one.died]
    head = home.members[0]
    if head.japanese:
        place = f"{home.address['town']}{head.serial % 5 + 1}丁目{head.serial % 30 + 1}番"
        records["family_registers"] = [
            {
                "legal_domicile": place,
                "municipality": home.address["municipality"],
                "first": head.id,
                "members": [one.id for one in everyone if _shares_register(one, head)],
            }
        ]


def _shares_register(one: Person, head: Person) -> bool:
    """One family register holds a couple and their children of the same name: 戸籍法6条."""
    near = one is head or one is head.spouse or any(parent is head for _, parent in one.parents)
    return near and one.japanese and one.surname == head.surname
