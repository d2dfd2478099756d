"""A household as the rules of coherence look at it: plain data, with relations and deaths looked up once. No checks here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Incoherence:
    """Something that cannot be: which rule, in which household, about whom, and a sentence that says it."""

    rule: str
    household: str
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.household}: {self.subject}: {self.message}（{self.rule}）"


def age(birth: str, day: str) -> int:
    """Completed years between two ISO days."""
    return int(day[:4]) - int(birth[:4]) - (day[5:] < birth[5:])


def fiscal_year(day: str) -> int:
    """The fiscal year of an ISO day, from April."""
    return int(day[:4]) - (day[5:7] < "04")


def grade(birth: str, day: str) -> int:
    """Years of school: 1 to 6 primary, 7 to 9 lower secondary, 10 to 12 upper secondary. 0 and below: not yet."""
    entry = int(birth[:4]) - (birth[5:] < "04-02")  # a child born on 1 April goes with those of March: 学校教育法17条
    return fiscal_year(day) - entry - 6


def months_between(first: str, last: str) -> int:
    """Months from the first to the last, both counted."""
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[5:7]) - int(first[5:7]) + 1


class View:
    """Lookups over one household file or generated household."""

    def __init__(self, household: Raw) -> None:
        self.id: str = household.get("id", "?")
        self.today: str = str(household["today"])
        self.raw = household
        self.card: Raw = household.get("card") or {}
        self.applicant: str = household["roles"]["applicant"]
        subjects: dict[str, Raw] = household["subjects"]
        self.records: Raw = household.get("records") or {}
        self.of_kind: dict[str, dict[str, Raw]] = defaultdict(dict)
        for id_, subject in subjects.items():
            self.of_kind[subject["kind"]][id_] = subject.get("facts") or {}
        self.people = self.of_kind["person"]
        self.households = self.of_kind["household"]
        self.members: set[str] = {id_ for home in self.households.values() for id_ in home.get("members", ())}
        self.deaths: dict[str, Raw] = {death["person"]: death for death in self.records.get("deaths", ())}
        self.dead = frozenset(id_ for id_, death in self.deaths.items() if death["notified"])
        self.parents: dict[str, list[tuple[str, str]]] = defaultdict(list)  # child -> (relation, parent)
        self.spouses: dict[str, list[Raw]] = defaultdict(list)
        for kin in self.records.get("family", ()):
            relation, person, of = kin["relation"], kin["person"], kin["of"]
            if relation.endswith(("father", "mother")):
                self.parents[of].append((relation, person))
            elif relation == "child":
                mother = self.people.get(of, {}).get("sex") == "female"
                self.parents[person].append(("mother" if mother else "father", of))
            elif relation == "spouse":
                self.spouses[person].append({**kin, "person": of})
                self.spouses[of].append(kin)

    def age(self, person: str, day: str | None = None) -> int:
        """Age on a day, by default today."""
        return age(self.people[person]["birth_date"], day or self.today)

    def age_in_days(self, day: str) -> int:
        """Days from a day up to today."""
        return (date.fromisoformat(self.today) - date.fromisoformat(day)).days

    def living(self) -> Iterator[tuple[str, Raw]]:
        """Everybody who is not dead for the registers."""
        return ((id_, facts) for id_, facts in self.people.items() if id_ not in self.dead)

    def spouse(self, person: str) -> str | None:
        """Whom a person is married to today; somebody whose death is not notified yet counts."""
        return next((kin["person"] for kin in self.spouses[person] if not kin.get("until")), None)

    def children(self, person: str) -> list[str]:
        """Children of a person, adopted ones too."""
        return [child for child, parents in self.parents.items() if any(parent == person for _, parent in parents)]

    def raising(self, person: str) -> list[str]:
        """Living children up to the end of the school year in which they become 18, whom the person raises."""
        wards = [
            g["person"]
            for g in self.records.get("guardianship", ())
            if g["kind"] == "minor" and g["guardian"] == person
        ]
        return [
            child
            for child in (*self.children(person), *wards)
            if child in self.people
            and child not in self.dead
            and grade(self.people[child]["birth_date"], self.today) <= 12
        ]
