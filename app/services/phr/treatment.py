"""Medicines, dispenses and the lines of medical-expense notices, as the claims of the insurers would tell them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.services.phr.events import Dispensed, Expense, Taken
from app.services.phr.household import Person
from app.services.phr.seeds import age_on, open_day
from app.services.phr.shape import MedicationEntry

CLAIMS_FROM = date(2021, 9, 1)  # months of care from which マイナポータル shows medicines and expenses
_LONG = (  # least age, share of people, medicine, dosage
    (45, 0.3, "アムロジピン錠 5mg", "1日1回 朝食後 1錠"),
    (50, 0.25, "ロスバスタチン錠 2.5mg", "1日1回 夕食後 1錠"),
    (55, 0.12, "メトホルミン塩酸塩錠 250mg", "1日2回 朝夕食後 1錠"),
    (65, 0.25, "ランソプラゾールOD錠 15mg", "1日1回 朝食後 1錠"),
)
_SHORT = (
    ("アセトアミノフェン錠 200mg", "熱や痛みのとき 1回1錠", 5),
    ("カルボシステイン錠 250mg", "1日3回 毎食後 1錠", 5),
    ("フェキソフェナジン塩酸塩錠 60mg", "1日2回 朝夕食後 1錠", 14),
)
_CLINICS = ("みどり内科（模擬）", "ひかり小児科（模擬）", "あおぞら耳鼻科（模擬）", "さくら皮膚科（模擬）")
PHARMACY = "こもれび薬局（模擬）"
_USUAL = "医師の指示のとおり"


def long_term(person: Person) -> Iterator[MedicationEntry]:
    """Medicines that people of an age often take for years."""
    for least, share, name, dosage in _LONG:
        if person.seed.share("long", name) < share:
            years = least + person.seed.between(0, 14, "since", name)
            since = open_day(
                date(person.birth.year + years, 1, 5) + timedelta(days=person.seed.between(0, 350, "day", name))
            )
            yield MedicationEntry(
                name=name, since=since, dosage=dosage, days=28 * person.seed.between(1, 3, "days", name)
            )


def taken(entries: tuple[MedicationEntry, ...]) -> Iterator[Taken]:
    """Long-term medicines as they are taken."""
    for entry in entries:
        yield Taken(entry.name, entry.dosage or _USUAL, entry.since, entry.until)


def dispensed(person: Person, entries: tuple[MedicationEntry, ...], derive: bool, today: date) -> Iterator[Dispensed]:
    """Every refill since the claims are shown, and, where it is derived, a short course now and then."""
    for entry in entries:
        # In steps from the beginning, so that the days of the past stay what they were.
        missed = max(0, (CLAIMS_FROM - entry.since).days + entry.days - 1) // entry.days
        day = entry.since + timedelta(days=missed * entry.days)
        while day <= min(today, entry.until or today):
            yield Dispensed(entry.name, entry.dosage or _USUAL, open_day(day), entry.days)
            day += timedelta(days=entry.days)
    if derive:
        for day in sorted(set(_visits(person, today))):
            name, dosage, days = person.seed.pick(_SHORT, "short", day)
            yield Dispensed(name, dosage, day, days)


def _visits(person: Person, today: date) -> Iterator[date]:
    """Visits for what passes by itself: more often while small."""
    for year in range(CLAIMS_FROM.year, today.year + 1):
        young = age_on(person.birth, date(year, 7, 1)) < 7
        for n in range(
            person.seed.between(1, 4, "visits", year) if young else person.seed.between(0, 2, "visits", year)
        ):
            day = open_day(date(year, 1, 5) + timedelta(days=person.seed.between(0, 350, "visit", year, n)))
            if day >= CLAIMS_FROM and day > person.birth + timedelta(days=30):
                yield day


def copay(person: Person, day: date) -> float:
    """The share that a person pays: nothing with the municipality's subsidy, 20 per cent before school, 30 after it, 20 from 70 and
    10 from 75 on (健康保険法 第74条・第110条, 高齢者の医療の確保に関する法律 第67条; incomes are left aside)."""
    if person.facts.get("medical_subsidy") is True:
        return 0.0
    age = age_on(person.birth, day)
    if age >= 75:
        return 0.1
    return 0.2 if age < 6 or age >= 70 else 0.3


def expenses(person: Person, handed: tuple[Dispensed, ...]) -> Iterator[Expense]:
    """For every day with a dispense: the visit before it, and the pharmacy."""
    for day in sorted({one.on for one in handed}):
        share = copay(person, day)
        for kind, facility, low, high in (
            ("outpatient", person.seed.pick(_CLINICS, "clinic", day.month), 250, 900),
            ("pharmacy", PHARMACY, 120, 600),
        ):
            total = person.seed.between(low, high, kind, day) * 10  # points of ten yen
            yield Expense(day, facility, kind, total, round(total * share / 10) * 10)
