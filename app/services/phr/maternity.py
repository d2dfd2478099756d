"""Pregnancies and births: what the municipality keeps of them, and what stands in a mother-and-child handbook (母子健康手帳)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from app.services.phr import growth
from app.services.phr.events import Checkup, Pregnancy
from app.services.phr.household import Household, Person
from app.services.phr.seeds import open_day

TERM = timedelta(days=280)
BIRTHS_FROM = date(2015, 4, 1)
# The fourteen antenatal check-ups that the 望ましい基準 (母子保健法 第13条第2項) names: weeks in which they usually are.
VISITS = (8, 12, 16, 20, 24, 26, 28, 30, 32, 34, 36, 37, 38, 39)


def pregnancies(household: Household, person: Person, began: date) -> tuple[Pregnancy, ...]:
    """As the household file tells them, one for every other child born since 2015, and one for the fact that she is pregnant.

    `began`: the day on which the world begins, which the derived due date is near.
    """
    told = tuple(
        Pregnancy(
            entry.due,
            entry.notified or entry.due - TERM + timedelta(days=63),
            entry.handbook or _handbook(person, entry.due),
            entry.born or entry.ended,
            entry.child,
        )
        for entry in person.health.pregnancies
    )
    derived = _births(household, person) if person.health.derive else ()
    known = {one.child for one in told} | {one.ended for one in told}
    found = (*told, *(one for one in derived if not known & {one.child, one.ended}))
    if person.facts.get("pregnant") is True and all(one.ended for one in found):
        due = began + timedelta(days=person.seed.between(40, 200, "due"))
        notified = open_day(min(due - TERM + timedelta(days=63), began))
        found += (Pregnancy(due, notified, _handbook(person, due), None, None),)
    return tuple(sorted(found, key=lambda one: one.due))


def _births(household: Household, person: Person) -> Iterator[Pregnancy]:
    seen = set()
    if not person.female:
        return
    for kin in household.parents:
        child = household.people.get(kin.child)
        # Twins share a pregnancy.
        if kin.parent == person.id and kin.mother and child and child.birth >= BIRTHS_FROM and child.birth not in seen:
            seen.add(child.birth)
            due = child.birth + timedelta(days=person.seed.between(-6, 14, "due", child.birth))
            notified = open_day(due - TERM + timedelta(days=63))
            yield Pregnancy(due, notified, _handbook(person, due), child.birth, child.id)


def _handbook(person: Person, due: date) -> str:
    return f"SIM-{person.seed.between(0, 99_999_999, 'handbook', due):08d}"


def visits(person: Person, found: tuple[Pregnancy, ...]) -> Iterator[Checkup]:
    """妊婦健診: from the notification to the end."""
    seed = person.seed
    for one in found:
        begin = one.due - TERM
        for week in VISITS:
            day = open_day(begin + timedelta(days=week * 7 + seed.between(0, 5, "visit", one.due, week)))
            if day < one.notified or day >= (one.ended or one.due):
                continue
            weeks = (day - begin).days // 7
            findings: dict[str, float | str] = {
                "gestation": float(weeks),
                "weight": round(51 + 5 * seed.bell("weight") + max(0, weeks - 10) * 0.35, 1),
                "systolic": round(110 + 7 * seed.bell("systolic") + seed.bell("systolic", day)),
                "diastolic": round(66 + 5 * seed.bell("diastolic") + seed.bell("diastolic", day)),
                "urine_protein": "(-)",
            }
            if weeks >= 20:
                findings["fundus"] = float(round(weeks - 1 + seed.bell("fundus", day)))
            yield Checkup(
                "antenatal",
                f"{one.due.isoformat()}-{week}",
                day,
                "産婦人科（模擬）",
                findings,
                "異常なし",
                "maternal-register",
            )


def birth(household: Mapping[str, Person], person: Person, due: date | None) -> Checkup | None:
    """The birth as it stands in the child's handbook, of those born since April 2015."""
    if person.birth < BIRTHS_FROM:
        return None
    seed = person.seed
    weeks = 40 - round((due - person.birth).days / 7) if due else 39
    findings: dict[str, float | str] = {
        "gestation": float(weeks),
        "birth_weight": round(growth.weight(seed, person.female, 0.0) * 1000),
        "birth_height": growth.height(seed, person.female, 0.0),
        "birth_head": growth.head(seed, person.female, 0.0),
    }
    return Checkup("birth", "birth", person.birth, "産婦人科（模擬）", findings, None, "maternal-register")
