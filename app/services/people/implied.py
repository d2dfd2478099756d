"""What the registers say because of the records of a household file: facts that are worked out, not chosen.

A household file states them under ``subjects``, where every reader finds them; the rule ``implied`` tells where the two contradict
each other. Items of the vocabulary by kind, as ``(subject, item)``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.services.people.kin import relatives
from app.services.people.rules import Found, rule
from app.services.people.view import Raw, View, months_between

DEATH, BIRTH = "death", "birth"  # the subjects that the death and the birth at hand are
_INSURED, _YEAR = ("employee", "part_time"), 365  # kinds of work with employment insurance; days
_INCOME_LIMIT = 6_555_000  # yen of income a year: 国民年金法施行令 第4条の5, as the pension offices apply it since 1994
_LONG, _TEN_YEARS = 300, 120  # months of premiums
_FIRST_PAID = ((420, "from_35"), (360, "from_30"), (300, "from_25"), (240, "from_20"), (180, "from_15"), (36, "from_3"))

Fact = tuple[str, str, Any]  # subject, item, value


def implied(view: View) -> Iterator[Fact]:
    """Every fact that the records settle: of everybody, of the child that is awaited, and around the first death of the file."""
    yield from _domiciles(view)
    yield from _work(view)
    yield from _pregnancy(view)
    deaths = view.records.get("deaths", ())
    if not deaths:
        return
    deceased = deaths[0]["person"]
    yield from _family(view)
    yield DEATH, "person", deceased
    yield DEATH, "notified", deaths[0]["notified"]
    yield from _insurance(view, deceased)
    yield from _pension(view, deceased, str(deaths[0]["on"]))
    yield from _incomes(view)
    for thing, owners in view.records.get("owners", {}).items():
        names = [one["owner"] for one in owners]
        yield thing, "owner", deceased if deceased in names else names[0]


def _mothers(view: View) -> set[str]:
    """Whose child is awaited, or born and not notified yet."""
    awaiting = {id_ for id_, one in view.records.get("health", {}).items() if _awaited(one)}
    return awaiting | {one["mother"] for one in view.records.get("births", ())}


def _awaited(health: Raw) -> list[Raw]:
    return [
        one
        for one in health.get("pregnancies") or ()
        if one.get("notified") and not one.get("born") and not one.get("ended")
    ]


def _work(view: View) -> Iterator[Fact]:
    """雇用保険: the employer, and whether somebody has been insured for the last twelve months (雇用保険法 第61条の7)."""
    for id_, work in view.records.get("work", {}).items():
        if work["kind"] in _INSURED and work.get("employer"):
            yield id_, "employer_name", work["employer"]
            if since := work.get("since"):
                yield id_, "insured_year", view.age_in_days(str(since)) >= _YEAR


def _pregnancy(view: View) -> Iterator[Fact]:
    """妊娠届: what the municipality knows of a child that is not born yet (母子保健法 第15条)."""
    for health in view.records.get("health", {}).values():
        for one in _awaited(health):
            yield BIRTH, "due_date", one["due"]
            yield BIRTH, "fetuses", 1  # the records name no more: twins are told when they are born


def _family(view: View) -> Iterator[Fact]:
    """戸籍: who belongs to the family, as what, and who died before (戸籍法 第13条)."""
    found = relatives(view.records)
    yield DEATH, "family", [one.id for one in found]
    for one in found:
        yield one.id, "kin", one.kin
        if one.through:
            yield one.id, "kin_through", one.through
        if one.died_first:
            yield one.id, "died_first", True


def _domiciles(view: View) -> Iterator[Fact]:
    for register in view.records.get("family_registers", ()):
        for id_ in register["members"]:
            yield id_, "legal_domicile", register["legal_domicile"]
    of = {id_: register for register in view.records.get("family_registers", ()) for id_ in register["members"]}
    for mother in _mothers(view) & of.keys():
        first = view.people.get(of[mother]["first"], {}).get("name", "")
        yield BIRTH, "domicile", f"{of[mother]['legal_domicile']} {first}".strip()


def _insurance(view: View, deceased: str) -> Iterator[Fact]:
    """健康保険: as what the deceased was insured, and whom the insurance covered with them."""
    if view.people[deceased].get("health_insurance") != "employee":
        return
    insurance = view.records.get("insurance", {})
    own = insurance.get(deceased, {})
    yield DEATH, "insured_as", "dependant" if own.get("dependant_of") else "insured"
    yield DEATH, "insurance_dependants", [id_ for id_, one in insurance.items() if one.get("dependant_of") == deceased]


def _pension(view: View, deceased: str, died: str) -> Iterator[Fact]:
    """年金: what was paid out, and for how many months premiums were paid, up to the month before the death."""
    record: Raw | None = view.records.get("pension", {}).get(deceased)
    if record is None:
        return
    periods = record.get("periods", ())
    months = {id(one): months_between(one["from"], one.get("to") or died[:7]) for one in periods}
    first = sum(months[id(one)] for one in periods if one["category"] == "first" and one.get("state", "paid") == "paid")
    counted = sum(months[id(one)] for one in periods if one.get("state", "paid") != "unpaid")
    if paid := [one["kind"] for one in record.get("paid", ())]:
        yield deceased, "paid_pensions", paid
    yield deceased, "employee_pension", any(one["category"] == "second" for one in periods)
    yield deceased, "first_pension_paid", next((word for least, word in _FIRST_PAID if first >= least), "under_3")
    yield deceased, "first_pension_ten_years", "yes" if first >= _TEN_YEARS else "no"
    due = months_between(str(int(view.people[deceased]["birth_date"][:4]) + 20) + "-01", died[:7])
    yield deceased, "pension_premiums", "long" if counted >= _LONG else "met" if counted * 3 >= due * 2 else "unmet"


def _incomes(view: View) -> Iterator[Fact]:
    """課税台帳: whether somebody's last income lies below the limit for survivors whom the deceased supported."""
    for id_, years in view.records.get("tax", {}).items():
        if years:
            yield id_, "income_under_limit", max(years, key=lambda one: int(one["year"]))["income"] < _INCOME_LIMIT


@rule("implied")
def agrees(view: View) -> Found:
    """What the subjects say of family, owners, insurance and pension is what the records say of them."""
    stated = {id_: subject.get("facts") or {} for id_, subject in view.raw["subjects"].items()}
    for id_, item, value in implied(view):
        told = stated.get(id_, {})
        same = (
            sorted(told[item]) == sorted(value) if item in told and isinstance(value, list) else told.get(item) == value
        )
        if item in told and not same:
            yield id_, f"{item} は、records によれば {value} です"
