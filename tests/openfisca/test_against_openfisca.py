"""Amounts that the law fixes, beside what OpenFisca-Japan computes for the same generated households. Every difference must be one of those
that `docs/openfisca.md` lists with its reason; anything else fails.

OpenFisca lives in an environment of its own (`make test-openfisca` makes it); without that the comparison is not made.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.engine.compiled import ItemPath
from app.engine.facts import Fact, Facts
from app.engine.functions import age_on, school_year
from app.engine.library import load
from app.engine.planner import make_plan

ROOT = Path(__file__).parents[2]
THEIRS = ROOT / ".cache" / "openfisca" / "bin" / "python"
DAY = date(2026, 11, 23)
HOUSEHOLDS, SEED = 400, 20261123
LAST_YEAR_OF_HIGH_SCHOOL = 12

pytestmark = pytest.mark.skipif(not THEIRS.exists(), reason="make test-openfisca installs what it is compared with")


@dataclass(frozen=True)
class Family:
    """Days of birth; `supported`: whether the parents support those of the children who have left high school."""

    parents: tuple[date, ...]
    children: tuple[date, ...]
    supported: bool


def families() -> list[Family]:
    """One or two parents with up to five children of at most 23 years, some on the edges of an age."""
    source = random.Random(SEED)
    found = []
    for _ in range(HOUSEHOLDS):
        parents = tuple(date(1970, 1, 1) + timedelta(days=source.randrange(5000)) for _ in range(source.randint(1, 2)))
        children = []
        for _ in range(source.randint(0, 5)):
            days = source.choice(
                [
                    source.randrange(1, 23 * 365),
                    3 * 365 + source.randrange(-40, 40),
                    18 * 365 + source.randrange(-300, 300),
                ]
            )
            children.append(DAY - timedelta(days=days))
        found.append(Family(parents, tuple(children), source.random() < 0.5))
    return found


@pytest.fixture(scope="module")
def theirs() -> list[dict[str, int]]:
    asked = {
        "day": DAY.isoformat(),
        "households": [
            {
                "parents": [one.isoformat() for one in family.parents],
                "children": [one.isoformat() for one in family.children],
            }
            for family in families()
        ],
    }
    peer = Path(__file__).with_name("peer.py")
    done = subprocess.run([THEIRS, peer], input=json.dumps(asked), capture_output=True, text=True, check=True)
    found: list[dict[str, int]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def ours() -> list[dict[str, int]]:
    event = load(ROOT / "procedures").events["childcare"]
    items = {
        name: event.vocabulary.item("birth", name) for name in ("allowance_month", "rearing_children", "rearing_full")
    }
    paths = {name: ItemPath("birth", name, "birth", item) for name, item in items.items() if item is not None}
    found = []
    for family in families():
        people = {f"parent{n}": born for n, born in enumerate(family.parents)}
        people |= {f"child{n}": born for n, born in enumerate(family.children)}
        told = {
            ("household", "members"): tuple(people),
            ("birth", "stage"): "raising",
            ("birth", "matters"): ("money", "alone"),
        }
        told |= {("birth", "newborns"): (), ("birth", "older_apart"): 0}
        for name, born in people.items():
            told |= {
                (name, "birth_date"): born,
                (name, "allowance_supported"): family.supported,
                (name, "disability_handbook"): "none",
            }
        roles = {"applicant": "parent0", "household": "household", "birth": "birth"}
        kinds = {"household": "household", "birth": "birth", **dict.fromkeys(people, "person")}
        plan = make_plan(
            event, Facts.of(roles, kinds, [Fact(*key, value, "citizen", DAY) for key, value in told.items()]), DAY
        )
        found.append({name: int(plan.one_value(path, None)) for name, path in paths.items()})
    return found


# --- the listed differences, each as its reason says ----------------------------------------------------------------------
def until_the_month(born: date) -> bool:
    """Three years old already, but the law pays the higher amount to the end of the month of the birthday (児童手当法 第6条)."""
    return age_on(born, DAY) >= 3 and (born.year + 3, born.month) == (DAY.year, DAY.month)


def allowance_as_they_count(family: Family) -> int:
    """Ours, but by OpenFisca's own counting: every child of up to 22 years of age is counted, supported or not, and three is three on the day."""
    counted = sorted(one for one in family.children if age_on(one, DAY) <= 22)
    total = 0
    for place, born in enumerate(counted):
        if school_year(born, DAY) <= LAST_YEAR_OF_HIGH_SCHOOL and age_on(born, DAY) <= 18:
            total += 30000 if place >= 2 else 15000 if age_on(born, DAY) < 3 else 10000
    return total


def reasons(family: Family) -> set[str]:
    """Which listed differences of the child allowance can touch this family."""
    found = set()
    if any(until_the_month(one) for one in family.children):
        found.add("the month of the third birthday")
    older = [
        one for one in family.children if school_year(one, DAY) > LAST_YEAR_OF_HIGH_SCHOOL and age_on(one, DAY) <= 22
    ]
    if older and not family.supported:
        found.add("an older child whom nobody supports")
    if any(school_year(one, DAY) > LAST_YEAR_OF_HIGH_SCHOOL + 4 for one in older):
        found.add("22 years by the school year, not by the day")
    return found


def test_child_allowance(
    ours: list[dict[str, int]], theirs: list[dict[str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    table: Counter[str] = Counter()
    for family, our, their in zip(families(), ours, theirs, strict=True):
        assert their["child_allowance"] == allowance_as_they_count(family), "what we say of their counting is so"
        if our["allowance_month"] != their["child_allowance"]:
            why = reasons(family)
            assert why, (family, our, their)
            table[" + ".join(sorted(why))] += 1
        else:
            table["equal"] += 1
    with capsys.disabled():
        print("", *(f"{count:4} {name}" for name, count in table.most_common()), sep="\n")
    assert table["equal"] > HOUSEHOLDS // 2


def test_child_rearing_allowance(ours: list[dict[str, int]], theirs: list[dict[str, int]]) -> None:
    """They know the amounts of November 2024, ours are those since April 2026: the same number of children, another amount for each."""
    first, more = 46690, 11030  # 2024-11
    for family, our, their in zip(families(), ours, theirs, strict=True):
        assert our["rearing_children"] == their["rearing_children"], family
        if len(family.parents) == 1 and our["rearing_children"]:
            assert their["rearing_allowance"] == first + more * (our["rearing_children"] - 1)
            assert our["rearing_full"] == 48050 + 11350 * (our["rearing_children"] - 1)
