"""The vaccinations of one person by the schedule. What was given does not depend on the day of asking: later days only add."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.services.phr import schedule
from app.services.phr.events import Given, Pregnancy
from app.services.phr.household import Person
from app.services.phr.schedule import CHILD, LIVE_BY_NEEDLE, RECORDS_FROM, Dose
from app.services.phr.seeds import add_months, age_on, first_grade_year, open_day

_KEPT = 0.97  # how often a child's series is begun and kept to
_AFTER_LIVE = timedelta(days=28)


def _day(days: int) -> timedelta:
    return timedelta(days=days)


def _given(person: Person, vaccine: str, dose: int, on: date, source: str = "immunization-register") -> Given:
    return Given(vaccine, dose, on, f"SIM{person.seed.between(1000, 9999, 'lot', vaccine, dose, on)}", source)


def _later_of(birth: date, dose: Dose, spread: int, before: date | None) -> date:
    day = add_months(birth, dose.months) + _day(spread)
    return max(day, before + _day(dose.gap)) if before else day


def childhood(person: Person) -> Iterator[Given]:
    """The routine series from two months on, in the order of the table within each vaccine."""
    birth, seed = person.birth, person.seed
    last: dict[str, Given] = {}
    for dose in CHILD:
        first, final = dose.born
        before = last.get(dose.vaccine)
        if not first <= birth <= final or seed.share("kept", dose.vaccine) > _KEPT:
            continue
        if dose.number != (before.dose + 1 if before else 1):
            continue
        # What is given on one visit is given together: the spread belongs to the age, not to the vaccine.
        spread = seed.between(0, dose.spread, "spread", dose.months)
        day = open_day(_later_of(birth, dose, spread, before.on if before else None))
        if dose.vaccine in LIVE_BY_NEEDLE:
            day = _apart(day, [one.on for one in last.values() if one.vaccine in LIVE_BY_NEEDLE])
        if day < add_months(birth, dose.until):
            last[dose.vaccine] = _given(person, dose.vaccine, dose.number, day)
            yield last[dose.vaccine]
    if birth >= RECORDS_FROM and "mr" in last:
        yield from _second_mr(person, [one.on for one in last.values() if one.vaccine in LIVE_BY_NEEDLE])
    yield from _hpv(person)


def _apart(day: date, live: list[date]) -> date:
    """Not within 27 days of another live vaccine, but on its very day is right."""
    while any(timedelta() < abs(day - other) < _AFTER_LIVE for other in live):
        day = open_day(day + _day(1))
    return day


def _second_mr(person: Person, live: list[date]) -> Iterator[Given]:
    """第2期: in the fiscal year before elementary school."""
    year = first_grade_year(person.birth) - 1
    day = _apart(open_day(date(year, 4, 1) + _day(person.seed.between(5, 200, "mr2"))), live)
    if person.seed.share("kept", "mr2") <= _KEPT:
        yield _given(person, "mr", 2, day)


def _hpv(person: Person) -> Iterator[Given]:
    """Girls in the first year of middle school: two doses where the first is before the fifteenth birthday."""
    day = open_day(date(first_grade_year(person.birth) + 6, 6, 1) + _day(person.seed.between(0, 120, "hpv")))
    if not person.female or day < schedule.HPV_FROM or person.seed.share("hpv", "wanted") > 0.75:
        return
    yield _given(person, "hpv", 1, day)
    yield _given(person, "hpv", 2, open_day(day + _day(183 + person.seed.between(0, 30, "hpv", 2))))


def later_life(person: Person, today: date) -> Iterator[Given]:
    """What comes at 65 and every autumn after it, and the special vaccinations of 2021."""
    birth, seed = person.birth, person.seed
    yield from _covid(person)
    at_65 = add_months(birth, schedule.PNEUMOCOCCAL_AGE * 12)
    day = open_day(at_65 + _day(seed.between(30, 300, "pneumococcal")))
    if day >= schedule.PNEUMOCOCCAL_FROM and seed.share("pneumococcal") < 0.5:
        yield _given(person, "pneumococcal_elderly", 1, day)
    year = first_grade_year(birth) - 7 + schedule.ZOSTER_AGE  # the fiscal year in which the 65th birthday lies
    day = open_day(date(year, 4, 1) + _day(seed.between(20, 250, "zoster")))
    if day >= schedule.ZOSTER_FROM and seed.share("zoster") < 0.4:
        yield _given(person, "zoster", 1, day)
        yield _given(person, "zoster", 2, open_day(day + _day(60 + seed.between(0, 60, "zoster", 2))))
    number = 0
    for year in range(max(at_65.year, 2015), today.year + 1):
        day = open_day(date(year, 10, 10) + _day(seed.between(0, 60, "influenza", year)))
        if age_on(birth, day) >= schedule.INFLUENZA_AGE and seed.share("influenza", year) < 0.65:
            number += 1
            yield _given(person, "influenza", number, day)


def _covid(person: Person) -> Iterator[Given]:
    seed, number, source = person.seed, 0, "vaccination-record-system"
    first = open_day(schedule.COVID_SPECIAL[0] + _day(seed.between(0, 110, "covid")))
    if age_on(person.birth, first) >= schedule.COVID_LEAST_AGE and seed.share("covid") < 0.85:
        days = [
            first,
            first + _day(21 + seed.between(0, 7, "covid", 2)),
            first + _day(220 + seed.between(0, 60, "covid", 3)),
        ]
        for number, day in enumerate(days[: 3 if seed.share("covid", 3) < 0.8 else 2], 1):  # counted on below
            yield _given(person, "covid19", number, open_day(day), source)
    for year in range(2024, 2040):
        day = open_day(date(year, 10, 12) + _day(seed.between(0, 60, "covid", year)))
        if age_on(person.birth, day) >= schedule.INFLUENZA_AGE and seed.share("covid", "routine", year) < 0.4:
            number += 1
            yield _given(person, "covid19", number, day)


def in_pregnancy(person: Person, pregnancies: tuple[Pregnancy, ...]) -> Iterator[Given]:
    """RSウイルス母子免疫ワクチン: from 28 weeks to the end of the 36th (routine since April 2026)."""
    number = 0
    for one in pregnancies:
        day = open_day(one.due - _day(280) + _day(28 * 7 + person.seed.between(2, 42, "rsv", one.due)))
        if day >= schedule.RSV_FROM and (one.ended is None or day < one.ended):
            number += 1
            yield _given(person, "rsv_maternal", number, day)
