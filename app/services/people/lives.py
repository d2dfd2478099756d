"""One generated person: who they are and their relations. What they do for a living, and what follows from it for a household.

Shares of the population are rounded from public statistics of Japan (population estimates, labour force, driving licences); they are
meant to be plausible, not exact.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from app.services.people.days import age, any_day, years_on

EMPLOYED = ("employee", "civil_servant", "director")
_WORK_KINDS = ("employee", "civil_servant", "director", "self_employed", "farmer", "part_time", "none")
# Shares by age from, for men and women, in the order of _WORK_KINDS.
_WORK: tuple[tuple[int, tuple[int, ...], tuple[int, ...]], ...] = (
    (18, (80, 4, 0, 2, 1, 9, 4), (70, 5, 0, 2, 0, 15, 8)),
    (25, (78, 5, 2, 7, 1, 3, 4), (58, 5, 1, 4, 1, 19, 12)),
    (40, (73, 5, 4, 10, 2, 2, 4), (49, 4, 1, 6, 1, 26, 13)),
    (60, (55, 3, 4, 14, 5, 10, 9), (32, 1, 1, 7, 3, 28, 28)),
    (65, (26, 0, 3, 13, 7, 10, 41), (12, 0, 1, 6, 3, 16, 62)),
    (70, (10, 0, 2, 10, 7, 6, 65), (4, 0, 0, 4, 3, 7, 82)),
    (75, (0, 0, 0, 6, 6, 2, 86), (0, 0, 0, 2, 2, 1, 95)),
)
_EMPLOYERS = (
    "みずほ製作所", "あさぎり物流", "しらかば食品", "つばさ電機", "あおば建設", "こもれび書店", "ひかり介護サービス", "港町水産",
    "翼が丘病院", "白樺台スーパー", "青葉システム", "北野運輸", "若草保育会", "森の里木材",
)  # fmt: skip
_DEPENDANT_LIMIT = 650_000  # income of a salary of 1,300,000 after the deduction of 650,000


@dataclass(eq=False, slots=True)
class Person:
    """A person while the household is being made. `serial` numbers them among all; `member` False: a relative elsewhere or dead."""

    id: str
    serial: int
    sex: str
    born: str
    surname: tuple[str, str]
    given: tuple[str, str]
    country: str = "日本"
    member: bool = True
    died: str | None = None
    arrived: str | None = None
    maiden: tuple[str, str] | None = None
    alias: tuple[str, str] | None = None
    spouse: Person | None = None
    married: str | None = None
    parents: list[tuple[str, Person]] = field(default_factory=list)
    children: list[Person] = field(default_factory=list)
    work: str = "none"
    since: str | None = None
    employer: str | None = None
    student: bool = False
    income: int = 0
    insurance: str = "nhi"
    category: str = "none"
    dependant_of: Person | None = None

    @property
    def japanese(self) -> bool:
        """Whether the person is Japanese."""
        return self.country == "日本"

    @property
    def name(self) -> str:
        """As the resident record writes it."""
        return f"{self.surname[0]} {self.given[0]}"

    @property
    def kana(self) -> str:
        """Its reading."""
        return f"{self.surname[1]} {self.given[1]}"


def marry(husband: Person, wife: Person, day: str) -> None:
    """Two become spouses."""
    husband.spouse, wife.spouse = wife, husband
    husband.married = wife.married = day


def bear(child: Person, father: Person | None, mother: Person | None) -> None:
    """A child and its parents."""
    for relation, parent in (("father", father), ("mother", mother)):
        if parent is not None:
            child.parents.append((relation, parent))
            parent.children.append(child)


def take_work(rng: random.Random, person: Person, today: str) -> None:
    """Study, a job or none, with its income and since when."""
    years = age(person.born, today)
    if years < 15:
        return
    if years < 18 or (years < 22 and rng.random() < 0.62):
        person.work, person.student = "student", years >= 18
        return
    _, men, women = next(row for row in reversed(_WORK) if years >= row[0])
    person.work = kind = rng.choices(_WORK_KINDS, men if person.sex == "male" else women)[0]
    if kind == "none":
        person.income = int(rng.triangular(0, 2_000_000, 300_000)) // 1000 * 1000 if years >= 65 else 0  # pension
        return
    first = years_on(person.born, 18 if rng.random() < 0.45 else 22)
    start = min(max(first, years_on(today, -int(rng.random() ** 2 * 40))), years_on(today, -1) if years > 23 else today)
    person.since = min(start[:5] + ("04-01" if rng.random() < 0.6 else any_day(rng, 2000)[5:]), today)
    if person.since < first:
        person.since = min(max(first, person.since), today)
    if kind in EMPLOYED or kind == "part_time":
        person.employer = "市役所・県庁など（模擬）" if kind == "civil_servant" else rng.choice(_EMPLOYERS)
    if kind == "part_time":
        person.income = int(rng.triangular(0, 650_000, 380_000)) // 1000 * 1000
    else:
        top = min(years, 55) * 130_000
        person.income = int(rng.triangular(600_000, top, top * 0.4)) // 1000 * 1000


def insure(members: list[Person], today: str, assisted: bool) -> None:
    """Health insurance and pension category of everybody, from the work of all of them."""
    for person in members:
        years = age(person.born, today)
        if assisted:
            person.work, person.income, person.since, person.employer = (
                ("student" if person.student else "none"),
                0,
                None,
                None,
            )
            person.insurance, person.category = "other", "first" if 20 <= years < 60 else "none"
        elif person.work in EMPLOYED and years < 75:
            person.insurance, person.category = "employee", "second" if years < 70 else "none"
        else:
            person.insurance = "elderly" if years >= 75 else "nhi"
            person.category = "first" if 20 <= years < 60 else "none"
    if assisted:
        return
    for person in members:
        if person.insurance != "nhi" or person.income > _DEPENDANT_LIMIT:
            continue
        kin = [person.spouse, *(parent for _, parent in person.parents)]
        if age(person.born, today) >= 60 or person.work == "none":
            kin += person.children
        earners = [
            one for one in kin if one and one in members and one.insurance == "employee" and not one.dependant_of
        ]
        if earners:
            insured = max(earners, key=lambda one: one.income)
            person.insurance, person.dependant_of = "employee", insured
            if insured is person.spouse and insured.category == "second" and person.category == "first":
                person.category = "third"
