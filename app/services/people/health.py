"""Health of generated people: pregnancies, long-term care, disability, and a few highlights that seed the health records."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from app.services.people.days import years_on
from app.services.people.households import Home
from app.services.people.lives import Person

Raw = dict[str, Any]
_LEVELS = ("support_1", "support_2", "care_1", "care_2", "care_3", "care_4", "care_5")
# Usual long-term medicines by the age from which they are usual.
_MEDICINES = (
    (18, "フェキソフェナジン塩酸塩錠 60mg"),
    (40, "アムロジピン錠 5mg"),
    (45, "ロスバスタチン錠 2.5mg"),
    (50, "メトホルミン塩酸塩錠 250mg"),
    (65, "ランソプラゾールOD錠 15mg"),
)
_ALLERGIES = ("卵", "牛乳", "小麦", "そば", "落花生", "えび", "ペニシリン系抗菌薬", "スギ花粉")


def add(person: Person, years: int, rng: random.Random, today: str, facts: Raw, records: Raw, home: Home) -> None:
    """Put health into the facts and records of one person."""
    found: Raw = {}
    expecting = person.spouse is not None and person.spouse.member and person.sex == "female" and 20 <= years < 43
    if expecting and rng.random() < 0.05:
        due = (date.fromisoformat(today) + timedelta(days=rng.randint(14, 200))).isoformat()
        facts["pregnant"] = facts["pregnancy_benefit_pending"] = True
        found["pregnancies"] = [
            {"due": due, "handbook": numbers_of(person), "municipality": home.address["municipality"]}
        ]
    if rng.random() < 0.08:
        found["allergies"] = [{"name": _ALLERGIES[int(rng.random() * len(_ALLERGIES))]}]
    if rng.random() < min(0.75, years / 110):
        usual = [name for least, name in _MEDICINES if years >= least]
        if usual:
            found["medications"] = [
                {"name": rng.choice(usual), "since": years_on(today, -rng.randint(0, min(8, years - 17)))}
            ]
    if found:
        records["health"][person.id] = found
    share = 0.0 if years < 65 else 0.03 if years < 75 else 0.12 if years < 80 else 0.26 if years < 85 else 0.58
    if home.facility or rng.random() < share:
        level = rng.choice(_LEVELS[4:]) if home.facility else _LEVELS[int(rng.random() ** 1.5 * 7)]
        facts["care_certified"] = True
        since = max(years_on(today, -rng.randint(0, 6)), years_on(person.born, 65))
        records["care"][person.id] = {
            "level": level,
            "since": since,
            **({"facility": home.facility} if home.facility else {}),
        }
    if rng.random() < 0.012 + years / 1400:
        kind = "physical" if years >= 50 or rng.random() < 0.4 else rng.choice(("mental", "intellectual"))
        facts["disability_handbook"] = kind
        if rng.random() < 0.3 and years >= 6:
            facts["disability_services"] = True
    if years >= 20 and rng.random() < 0.015:
        facts["self_support_medical"], facts["self_support_kind"] = True, "mental"
    if (
        person.work == "none"
        and 25 <= years < 60
        and person.category == "first"
        and person.insurance == "nhi"
        and rng.random() < 0.12
    ):
        facts["unemployment_benefit"] = True


def numbers_of(person: Person) -> str:
    """The number of a mother-and-child handbook."""
    return f"SIM-{person.serial:08d}"
