"""Where a generated person has lived since birth."""

from __future__ import annotations

import random
from typing import Any

from app.services.people.days import age, years_on
from app.services.people.histories import since, stays
from app.services.people.households import Home
from app.services.people.lives import Person
from app.services.people.places import Places

Raw = dict[str, Any]
Steps = list[tuple[str, Raw | str, str]]  # first day, address or words for a place abroad, reason


def add(home: Home, person: Person, rng: random.Random, places: Places, known: Raw) -> None:
    """Write one person's address history into ``known``, which holds those of the others so far."""
    settled_on = max(home.settled, person.born)
    steps: Steps = []
    if settled_on == person.born:
        steps = [(person.born, home.address, "birth")]
    elif person.arrived or not person.japanese:
        arrived = person.arrived or person.born
        if arrived > person.born:
            steps.append((person.born, person.country, "birth"))
        if arrived < settled_on:
            steps.append((arrived, places.home(rng, flat=True), "from_abroad"))
        steps.append((max(settled_on, arrived), home.address, "moved_in"))
    else:
        left = years_on(person.born, 18 + person.serial % 9)
        steps.append((person.born, places.home(rng, flat=False), "birth"))
        if left < settled_on and rng.random() < 0.6:
            steps.append((left, places.home(rng, flat=True), "moved_in"))
        steps.append((settled_on, home.address, "facility" if home.facility else "moved_in"))
    known[person.id] = stays(_together(home, person, steps, known))


def _together(home: Home, person: Person, steps: Steps, known: Raw) -> Steps:
    """A young child has lived where its parent did, a spouse where the other did, as far as the other's history is written."""
    if age(person.born, home.today) < 20:
        for _, parent in person.parents:
            if parent.id in known:
                return since(person.born, known[parent.id], "birth")
    elif person.spouse and person.married and person.spouse.id in known:
        shared = since(person.married, known[person.spouse.id], "marriage")
        return [step for step in steps if step[0] < person.married] + shared
    return steps
