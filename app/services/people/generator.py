"""The seeded generator: any number of coherent citizens, household by household, the same ones for the same seed.

Every household has random numbers of its own, so that a longer run begins with the people of a shorter one, and nothing but the
household at hand is kept in memory.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from app.services.people.dossier import Dossier
from app.services.people.households import Maker
from app.services.people.places import read_places

TODAY = "2027-03-15"


def households(procedures: Path, seed: int, count: int, today: str = TODAY) -> Iterator[dict[str, Any]]:
    """Household files with at least `count` living members in all; the last household is not cut."""
    places = read_places(procedures)
    made = index = 0
    while made < count:
        rng = random.Random(seed * 1_000_003 + index)
        home = Maker(rng, places, today, index).make()
        made += len(home.members)
        index += 1
        yield Dossier(home, rng, places).file()


def write(out: TextIO, procedures: Path, seed: int, count: int, today: str = TODAY) -> tuple[int, int]:
    """Write JSON lines. Returns how many households and how many people."""
    people = lines = 0
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    for household in households(procedures, seed, count, today):
        out.write(encode(household) + "\n")
        lines += 1
        people += len(household["subjects"]["household"]["facts"]["members"])
    return lines, people


def read(source: TextIO) -> Iterator[dict[str, Any]]:
    """The households of JSON lines."""
    return (json.loads(line) for line in source if line.strip())
