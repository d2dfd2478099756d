"""Histories over years: where somebody lived, which pension they paid into, what they earned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.services.people.days import age, month_after, month_before, years_on

_BASIC_PENSION = "1961-04"  # 国民年金法: contributions from here on
_THIRD_CATEGORY = "1986-04"  # 第3号被保険者: from here on
Address = dict[str, str]


def stays(steps: Iterable[tuple[str, Address | str, str]]) -> list[dict[str, Any]]:
    """An address history from (first day, address or words for a place abroad, reason). Steps that start late enough count."""
    found: list[dict[str, Any]] = []
    for first, place, reason in steps:
        if found:
            if first <= found[-1]["from"]:
                continue
            found[-1]["to"] = first
        key = "abroad" if isinstance(place, str) else "address"
        found.append({"from": first, key: place, "reason": reason})
    return found


def since(day: str, others: Iterable[dict[str, Any]], reason: str) -> list[tuple[str, Address | str, str]]:
    """Steps of somebody who lives where another person does, from a day on: a child from its birth, a spouse from the wedding."""
    lived = [stay for stay in others if stay.get("to", "9999") > day]
    steps = [(stay["from"], stay.get("address") or stay["abroad"], stay["reason"]) for stay in lived]
    return [(day, steps[0][1], reason), *steps[1:]] if steps else []


def pension_periods(born: str, today: str, steps: Iterable[tuple[str, str, str]]) -> list[dict[str, str]]:
    """Pension periods from (first month, category, state) in order of time, up to today or to the age at which each one ends.

    Categories ``first`` and ``third`` run from the month of the 20th birthday up to the one before the 60th; ``second`` from 15 to 70.
    ``none`` opens a gap.
    """
    now, found = today[:7], []
    steps = list(steps)
    for place, (first, category, state) in enumerate(steps):
        if category == "none":
            continue
        young, old = (15, 70) if category == "second" else (20, 60)
        opens = max(first, years_on(born, young)[:7], _THIRD_CATEGORY if category == "third" else _BASIC_PENSION)
        closes = month_before(years_on(born, old))
        if place + 1 < len(steps):
            closes = min(closes, month_before(steps[place + 1][0]))
        # In the month of a birthday the category begins and ends with the day.
        inside = young <= age(born, today) < old
        if opens > now or (opens == now and not inside) or closes < opens:
            continue
        period = {"category": category, "from": opens}
        if closes < now and not (place + 1 == len(steps) and inside):
            period["to"] = closes
        if state != "paid":
            period["state"] = state
        found.append(period)
    return found


def pensions_paid(born: str, today: str, periods: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Old-age pensions from 65 on: the basic one, and that of employees where the person was one."""
    since = month_after(years_on(born, 65))
    if since > today[:7] or not (categories := {period["category"] for period in periods}):
        return []
    kinds = ["old_age_basic", *(["old_age_employee"] if "second" in categories else [])]
    return [{"kind": kind, "since": since} for kind in kinds]


def tax_threshold(dependants: int) -> int:
    """Up to which income no resident tax is due (非課税限度額 of the highest level): yen."""
    return 350_000 * (1 + dependants) + 100_000 + (210_000 if dependants else 0)


def tax_years(
    born: str,
    today: str,
    incomes: Iterable[int],
    dependants: int = 0,
    kinds: tuple[str, ...] = (),
    relieved: bool = False,
) -> list[dict[str, Any]]:
    """The last years' incomes, the latest first, as tax years. ``relieved``: disabled, minor or single parent, exempt up to 1,350,000."""
    limit = max(tax_threshold(dependants), 1_350_000 if relieved else 0)
    found: list[dict[str, Any]] = []
    for back, income in enumerate(incomes):
        year = int(today[:4]) - 1 - back
        if year < int(born[:4]) + 18:
            break
        one: dict[str, Any] = {"year": year, "income": income, "taxable": income > limit}
        if kinds and income:
            one["kinds"] = list(kinds)
        found.append(one)
    return found[::-1]


def settled(years: list[dict[str, Any]], today: str) -> dict[str, Any] | None:
    """The latest year whose resident tax is settled: that of last year from June on."""
    last = int(today[:4]) - (1 if today[5:] >= "06-01" else 2)
    return next((one for one in reversed(years) if one["year"] <= last), None)
