"""The seeded generator: coherent, the same again, plausible as a whole, and of a form that a service takes."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from app.engine.library import load
from app.engine.personas import load_household
from app.services.mynumber.people import HouseholdFile
from app.services.people import generator
from app.services.people.coherence import check_all
from app.services.people.view import age
from app.services.simcore.personas import read_items

PROCEDURES = Path(__file__).parents[3] / "procedures"


def made(seed: int, count: int) -> Iterator[dict[str, Any]]:
    return generator.households(PROCEDURES, seed, count)


@pytest.mark.parametrize("seed", range(1, 5))  # four quarters, so that several processes can share the work
def test_a_hundred_thousand_citizens_are_coherent_and_look_like_a_country(seed: int) -> None:
    ages: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    people = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal people
        for household in made(seed, 25_000):
            home = household["subjects"]["household"]["facts"]
            seen["households"] += 1
            seen["cars"] += bool(home.get("vehicles"))
            seen["dogs"] += bool(home.get("dogs"))
            seen["widowed or divorced"] += any(kin.get("until") for kin in household["records"].get("family", ()))
            for id_ in home["members"]:
                facts = household["subjects"][id_]["facts"]
                years = age(facts["birth_date"], household["today"])
                ages["0-14" if years < 15 else "15-64" if years < 65 else "65-74" if years < 75 else "75-"] += 1
                seen["foreign"] += facts["nationality"] == "other"
                seen["newborn"] += years == 0
                seen["pregnant"] += facts.get("pregnant", False)
                seen["licence"] += "licence" in facts
                people += 1
            yield household

    assert [str(one) for one in islice(check_all(counted()), 20)] == []
    assert people >= 25_000
    shares = {group: 100 * number / people for group, number in ages.items()}
    # Population estimates of Japan, 2025: 11, 60, 12 and 17 %.
    assert shares == pytest.approx({"0-14": 11, "15-64": 60, "65-74": 12, "75-": 17}, abs=3)
    assert 2 < 100 * seen["foreign"] / people < 4
    assert 2.0 < people / seen["households"] < 2.4
    assert all(seen[name] > 20 for name in ("cars", "dogs", "widowed or divorced", "newborn", "pregnant", "licence"))


def test_the_same_seed_makes_the_same_people_and_a_longer_run_begins_with_them() -> None:
    first, longer, other = list(made(7, 60)), list(made(7, 200)), list(made(8, 60))
    assert longer[: len(first)] == first
    assert [one["title"] for one in other] != [one["title"] for one in first]
    assert sum(len(one["subjects"]["household"]["facts"]["members"]) for one in first) in range(60, 70)


def test_json_lines_come_back_as_they_were() -> None:
    out = io.StringIO()
    households, people = generator.write(out, PROCEDURES, 3, 40)
    lines = out.getvalue().splitlines()
    assert len(lines) == households <= people
    assert list(generator.read(io.StringIO(out.getvalue()))) == list(made(3, 40))


def test_services_and_the_planner_take_a_generated_household(tmp_path: Path) -> None:
    items, library = read_items(PROCEDURES), load(PROCEDURES)
    for household in made(5, 150):
        assert HouseholdFile.model_validate(household).problem(items) is None
        path = tmp_path / f"{household['id']}.yaml"
        path.write_text(json.dumps(household, ensure_ascii=False), "utf-8")
        assert load_household(path, library.events["moving"]).persona.id == household["id"]
