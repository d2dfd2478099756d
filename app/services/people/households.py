"""Who lives together: households of several types, with the relatives that the family register also knows."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from app.services.people import names
from app.services.people.days import any_day, birthday, day_between, years_on
from app.services.people.lives import Person, bear, insure, marry, take_work
from app.services.people.places import Places

SLOTS = 16  # numbers that one household may give out for each kind of thing
# Shares of households, near those of the census: alone 38 %, couples 20 %, with children 25 %, one parent 9 %, others 8 %.
TYPES = {
    "alone_young": 125, "alone_middle": 130, "alone_old": 140, "couple_young": 80, "couple_old": 135, "family": 160,
    "family_grown": 95, "one_parent": 35, "one_parent_grown": 60, "three_generations": 40,
}  # fmt: skip
_FOREIGN_SHARE = {"alone_young": 0.13, "alone_middle": 0.05, "couple_young": 0.07, "family": 0.05, "one_parent": 0.03}


@dataclass(slots=True)
class Home:
    """A household in the making: members with the head first, relatives elsewhere, where and since when they live there."""

    index: int
    type: str
    today: str
    address: dict[str, str] = field(default_factory=dict)
    settled: str = ""
    members: list[Person] = field(default_factory=list)
    relatives: list[Person] = field(default_factory=list)
    assisted: bool = False
    protected: bool = False
    facility: str | None = None
    owned: bool = False
    divorce: tuple[Person, Person, str, str] | None = None  # who, from whom, married and divorced on


class Maker:
    """Makes one household from its random numbers."""

    def __init__(self, rng: random.Random, places: Places, today: str, index: int) -> None:
        self.rng, self.places, self.today = rng, places, today
        kind = rng.choices(tuple(TYPES), tuple(TYPES.values()))[0]
        self.home = Home(index, kind, today)
        share = _FOREIGN_SHARE.get(kind, 0.004)
        self.country = rng.choice(tuple(names.FOREIGN)) if rng.random() < share else "日本"
        self.count = 0

    def make(self) -> Home:
        """The household."""
        getattr(self, f"_{self.home.type}")()
        home, rng = self.home, self.rng
        head = home.members[0]
        years = int(self.today[:4]) - int(head.born[:4])
        home.owned = head.japanese and not home.facility and rng.random() < min(0.85, max(0.02, (years - 25) / 55))
        home.assisted = head.japanese and not home.owned and rng.random() < (0.06 if len(home.members) == 1 else 0.012)
        home.address = self.places.home(rng, flat=not home.owned and not home.facility)
        if home.facility:
            home.address["building"] = home.facility
        home.settled = self._settled(head)
        for person in home.members:
            take_work(rng, person, self.today)
            if person.student and not person.japanese:
                person.employer = "しらかば国際大学（模擬）"
        insure(home.members, self.today, home.assisted)
        home.protected = home.type == "one_parent" and head.sex == "female" and rng.random() < 0.04
        return home

    # --- people ---
    def _person(
        self,
        sex: str,
        born: str,
        surname: tuple[str, str] | None = None,
        *,
        member: bool = True,
        country: str | None = None,
    ) -> Person:
        rng, country = self.rng, country or self.country
        if country == "日本":
            family = surname or names.surname(rng)
            given = names.given(rng, sex, int(born[:4]))
        else:
            family = surname or rng.choice(names.FOREIGN[country][0])
            given = names.foreign(rng, country, sex)
        taken = {(one.given, one.surname) for one in (*self.home.members, *self.home.relatives)}
        person = Person(
            f"p{self.count}", self.home.index * SLOTS + self.count, sex, born, family, given, country, member
        )
        while country == "日本" and (person.given, person.surname) in taken:
            person.given = names.given(rng, sex, int(born[:4]))
        self.count += 1
        (self.home.members if member else self.home.relatives).append(person)
        return person

    def _sex(self, male: float = 0.5) -> str:
        return "male" if self.rng.random() < male else "female"

    def _aged(self, low: int, high: int, mode: int | None = None) -> str:
        years = int(self.rng.triangular(low, high + 1, mode)) if mode is not None else self.rng.randint(low, high)
        return birthday(self.rng, min(years, high), self.today)

    def _couple(self, low: int, high: int, mode: int | None = None) -> tuple[Person, Person]:
        """Husband and wife with one family name, married as grown-ups."""
        rng = self.rng
        born = self._aged(low, high, mode)
        husband = self._person("male", born)
        gap = max(-4, min(8, round(rng.gauss(2, 2.5))))
        youngest = years_on(self.today, -max(low - 4, 20))
        wife = self._person("female", min(any_day(rng, int(born[:4]) + gap), youngest), husband.surname)
        if self.country == "日本":
            one = husband if rng.random() < 0.05 else wife  # who took the other's family name
            one.maiden = self._other_surname(one.surname)
        else:
            wife.surname = rng.choice(names.FOREIGN[self.country][0])
        younger = max(husband.born, wife.born)
        day = years_on(any_day(rng, int(younger[:4])), rng.randint(20, 33))
        marry(husband, wife, max(min(day, years_on(self.today, -1)), years_on(younger, 19)))
        return husband, wife

    def _children(
        self, mother: Person, father: Person | None, youngest: int, oldest: int, most: int, surname: tuple[str, str]
    ) -> None:
        """Children between two ages, born while the mother was 19 to 44 and, of a married couple, after the wedding."""
        rng, today = self.rng, self.today
        first = max(
            years_on(mother.born, 19),
            years_on(today, -oldest),
            mother.married or "",
            years_on(father.born, 18) if father else "",
        )
        last = min(years_on(mother.born, 44), years_on(today, -youngest))
        wanted = rng.choices((1, 2, 3, 4), (46, 41, 11, 2))[0]
        days: list[str] = []
        for _ in range(min(wanted, most) * 2):
            if first > last or len(days) == min(wanted, most):
                break
            day = day_between(rng, first, last)
            if all(abs(int(day[:4]) - int(other[:4])) >= 2 for other in days):
                days.append(day)
        for day in sorted(days):
            bear(self._person(self._sex(0.512), day, surname), father, mother)

    def _late(self, person: Person, sex: str) -> None:
        """A dead spouse, whom the family register still shows. None where the years leave no room for a marriage."""
        rng = self.rng
        born = any_day(rng, int(person.born[:4]) + (-3 if sex == "male" else 2))
        day = years_on(max(born, person.born), rng.randint(21, 30))
        end = day_between(rng, years_on(self.today, -12), years_on(self.today, -1))
        if day >= end:
            return
        late = self._person(sex, born, person.surname, member=False)
        late.died = end
        marry(person, late, day)
        if person.sex == "female":
            person.maiden = self._other_surname(person.surname)

    def _other_surname(self, surname: tuple[str, str]) -> tuple[str, str] | None:
        """A family name before marriage; None where it was the same."""
        found = names.surname(self.rng)
        return found if found[1] != surname[1] else None

    # --- types ---
    def _alone_young(self) -> None:
        self._person(self._sex(0.56), self._aged(18, 34, 24))
        self._arrive()

    def _alone_middle(self) -> None:
        self._person(self._sex(0.62), self._aged(35, 66, 62))
        self._arrive()

    def _alone_old(self) -> None:
        sex = self._sex(0.32)
        person = self._person(sex, self._aged(65, 99, 81))
        if self.rng.random() < (0.7 if sex == "female" else 0.45):
            self._late(person, "male" if sex == "female" else "female")
        if int(self.today[:4]) - int(person.born[:4]) > 82 and self.rng.random() < 0.16:
            self.home.facility = (
                f"特別養護老人ホーム {self.rng.choice(('ひだまり', 'こもれび', '山の音', '湖の家'))}（模擬）"
            )

    def _couple_young(self) -> None:
        self._couple(24, 62, 55)
        self._arrive()

    def _couple_old(self) -> None:
        self._couple(60, 94, 69)

    def _family(self) -> None:
        husband, wife = self._couple(27, 61, 48)
        self._children(wife, husband, 0, 24, 4, husband.surname)
        self._arrive()

    def _family_grown(self) -> None:
        husband, wife = self._couple(50, 88, 60)
        self._children(wife, husband, 20, 52, 2, husband.surname)

    def _one_parent(self) -> None:
        rng = self.rng
        mother = rng.random() < 0.87
        parent = self._person("female" if mother else "male", self._aged(24, 54, 40))
        if self.country == "日本" or not mother:
            other_born = any_day(rng, int(parent.born[:4]) + (-2 if mother else 1))
            other = self._person("male" if mother else "female", other_born, member=False, country=self.country)
            wedding = years_on(max(parent.born, other.born), 20)
            marry(parent, other, wedding)
            self._children(parent if mother else other, other if mother else parent, 1, 18, 3, parent.surname)
            parent.spouse = other.spouse = None
            youngest = max([child.born for child in parent.children], default=wedding)
            self.home.divorce = (parent, other, wedding, day_between(rng, youngest, self.today))
        else:
            self._children(parent, None, 0, 18, 2, parent.surname)
        self._arrive()

    def _one_parent_grown(self) -> None:
        mother = self.rng.random() < 0.78
        parent = self._person("female" if mother else "male", self._aged(56, 96, 80))
        self._late(parent, "male" if mother else "female")
        late = parent.spouse
        woman, man = (parent, late) if mother else (late, parent)
        if woman is not None:
            self._children(woman, man, 22, 66, 1, parent.surname)

    def _three_generations(self) -> None:
        husband, wife = self._couple(36, 60, 54)
        self._children(wife, husband, 0, 21, 4, husband.surname)
        rng = self.rng
        old = any_day(rng, int(husband.born[:4]) - rng.randint(21, 34))
        old = max(old, years_on(self.today, -99))
        if years_on(old, 18) > husband.born:
            return
        grandmother = self._person("female", old, husband.surname)
        father_born = any_day(rng, int(old[:4]) - 3)
        alive = rng.random() < 0.42 and int(father_born[:4]) > int(self.today[:4]) - 96
        grandfather = self._person("male", father_born, husband.surname, member=alive)
        wedding = max(years_on(grandmother.born, 18), years_on(grandfather.born, 18))
        if wedding > husband.born:
            wedding = years_on(grandmother.born, 18)
        marry(grandfather, grandmother, wedding)
        if not alive:
            grandfather.died = day_between(rng, years_on(self.today, -12), years_on(self.today, -1))
        bear(husband, grandfather, grandmother)

    # --- where from ---
    def _arrive(self) -> None:
        """When foreigners came to Japan; some of them go by a Japanese name."""
        if self.country == "日本":
            return
        for person in self.home.members:
            came = years_on(self.today, -self.rng.randint(0, 14))
            person.arrived = came if came > person.born else None
            if self.rng.random() < 0.12:
                person.alias = names.surname(self.rng)

    def _settled(self, head: Person) -> str:
        """Since when the household lives here: young people for a short time, grown ones longer."""
        grown = max(years_on(head.born, 18), head.arrived or "")
        back = int(self.rng.random() ** 2 * 35)
        day = years_on(any_day(self.rng, int(self.today[:4])), -back)
        day = day if day <= self.today else years_on(day, -1)
        return min(max(day, grown, head.married or ""), self.today)
