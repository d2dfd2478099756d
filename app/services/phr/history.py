"""The whole history of one person up to a day: what is derived, and what the household file says in place of it or beside it.

What is derived depends on subject id, birth date, sex and facts alone: a later day adds to the past and never changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Protocol, TypeVar

from app.services.phr import checkups, maternity, treatment, vaccinations
from app.services.phr.events import Allergy, Checkup, Dispensed, Expense, Given, History, Pregnancy
from app.services.phr.household import Household, Person
from app.services.phr.schedule import VACCINES
from app.services.phr.seeds import fiscal_year
from app.services.phr.shape import CheckupEntry

_KEPT_BY = {
    "infant": "maternal-register",
    "school": "school-register",
    "specific": "insurer-checkups",
    "elderly": "regional-union",
}


class _Dated(Protocol):
    @property
    def on(self) -> date: ...


D = TypeVar("D", bound=_Dated)


def history(household: Household, person: Person, began: date, today: date) -> History:
    """Everything from birth to `today`, or to the day of death."""
    until, derive, told = min(today, person.died or today), person.health.derive, person.health
    pregnancies = tuple(one for one in maternity.pregnancies(household, person, began) if one.notified <= until)
    medications = told.medications or (tuple(treatment.long_term(person)) if derive else ())
    handed = _within(person, treatment.dispensed(person, medications, derive, until), until)
    return History(
        given=_within(person, _given(person, pregnancies, until), until),
        checkups=_within(person, _checkups(household, person, pregnancies, until), until),
        taken=tuple(one for one in treatment.taken(medications) if one.since <= until),
        dispensed=handed,
        allergies=tuple(Allergy(entry.name, entry.since) for entry in told.allergies),
        expenses=_within(person, _expenses(person, handed), until),
        pregnancies=tuple(_closed(one, until) for one in pregnancies),
    )


def _within(person: Person, found: Iterable[D], until: date) -> tuple[D, ...]:
    return tuple(sorted((one for one in found if person.birth <= one.on <= until), key=lambda one: one.on))


def _closed(one: Pregnancy, until: date) -> Pregnancy:
    """What lies ahead is not known yet."""
    if one.ended and one.ended > until:
        return Pregnancy(one.due, one.notified, one.handbook, None, None)
    return one


def _given(person: Person, pregnancies: tuple[Pregnancy, ...], until: date) -> Iterator[Given]:
    told = {(entry.vaccine, entry.dose): entry for entry in person.health.immunizations}
    if person.health.derive:
        for found in (
            vaccinations.childhood(person),
            vaccinations.later_life(person, until),
            vaccinations.in_pregnancy(person, pregnancies),
        ):
            yield from (one for one in found if (one.vaccine, one.dose) not in told)
    for entry in told.values():
        if entry.vaccine not in VACCINES:
            raise ValueError(f"records.health: no vaccine {entry.vaccine}")
        lot = f"SIM{person.seed.between(1000, 9999, 'lot', entry.vaccine, entry.dose, entry.on)}"
        yield Given(entry.vaccine, entry.dose, entry.on, lot, not_done=entry.not_done, note=entry.note)


def _place(one: Checkup | CheckupEntry) -> tuple[str, str]:
    """Two check-ups with the same place are the same one."""
    return one.kind, str(one.stage) if one.kind == "infant" else str(fiscal_year(one.on))


def _checkups(
    household: Household, person: Person, pregnancies: tuple[Pregnancy, ...], until: date
) -> Iterator[Checkup]:
    told = {_place(entry): entry for entry in person.health.checkups}
    if person.health.derive:
        for found in (checkups.infant(person), checkups.school(person, until), checkups.adult(person, until)):
            yield from (one for one in found if _place(one) not in told)
        born = maternity.birth(household.people, person, _due_of(household, person))
        if born:
            yield born
    yield from maternity.visits(person, pregnancies)
    for (kind, stage), entry in told.items():
        yield Checkup(kind, stage, entry.on, "健診の会場（模擬）", entry.findings, entry.judgement, _KEPT_BY[kind])


def _due_of(household: Household, child: Person) -> date | None:
    for kin in household.parents:
        mother = household.people.get(kin.parent)
        if kin.child == child.id and kin.mother and mother:
            for one in maternity.pregnancies(household, mother, child.birth):
                if one.ended and abs(one.ended - child.birth) <= timedelta(days=1):
                    return one.due
    return None


def _expenses(person: Person, handed: tuple[Dispensed, ...]) -> Iterator[Expense]:
    if person.health.derive:
        yield from treatment.expenses(person, handed)
    for entry in person.health.expenses:
        yield Expense(entry.on, entry.facility, entry.kind, entry.total, entry.paid)
