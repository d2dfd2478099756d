"""A household that the visitor makes up: from a few choices to a household in the documented form (docs/personas.md).

Pure: the same choices and day give the same household. Whoever lives in it has a made-up name, an address in しらかば市 and numbers that
nobody can have; nothing is taken from the visitor but the choices. All birthdays lie after the day on which the world begins, so that
everybody was as many years apart at every birth as their ages are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.mynumber_guard import check_digit
from app.world.own_choices import ADULT, Choices, Work

OWN = "own"  # the id of every such household

_SELF, _PARTNER = "aoi", "haru"
_SERIAL = 90_009_900  # used by no household file
_HOME = {
    "postcode": "000-0123",
    "municipality": "980013",
    "town": "緑町",
    "block": "3丁目6番9号",
    "building": "みどりコーポ302",
}
_BEFORE = {"postcode": "000-0112", "municipality": "980013", "town": "川辺町", "block": "2丁目5番8号", "building": ""}
_MOVED_IN = date(2019, 10, 1)
_INSURERS = {"employee": "けんぽ協会（模擬）", "elderly": "広域連合（模擬）", "nhi": "国民健康保険"}
# id, sex, day of birth in a year, given name and reading, in Japanese and in Latin letters
_ADULTS = {
    _SELF: ("female", (6, 11), ("あおい", "アオイ"), ("MARIA", "マリア")),
    _PARTNER: ("male", (7, 24), ("はる", "ハル"), ("PAOLO", "パオロ")),
}
_CHILDREN = {
    "mei": ("female", (9, 20), ("めい", "メイ"), ("GRACE", "グレース")),
    "rui": ("male", (10, 8), ("るい", "ルイ"), ("RAMON", "ラモン")),
    "non": ("female", (11, 17), ("のん", "ノン"), ("JASMINE", "ジャスミン")),
}
_FAMILY = {"japan": ("野々原", "ノノハラ"), "other": ("SANTOS", "サントス")}


def build(choices: Choices, event: str, today: date) -> dict[str, Any]:
    """The household as data: JSON values only. ``today``: the simulated day on which its world begins."""
    return _Builder(choices, today).household(event)


@dataclass(frozen=True, slots=True)
class _Living:
    """What an adult lives on. ``category``: of the pension; ``insurer_of``: whose dependant the person is."""

    work: Work
    insurance: str
    category: str
    pensioner: bool
    dependant_of: str | None = None


class _Builder:
    """One household. The applicant and the partner are of the same age, and the parents of all children."""

    def __init__(self, choices: Choices, today: date) -> None:
        self.choices, self.today = choices, today
        self.born: dict[str, date] = {}
        adults = [_SELF, *([_PARTNER] if choices.partner else [])]
        self.adults, self.young = adults, dict(zip(_CHILDREN, sorted(choices.children, reverse=True), strict=False))
        for id_ in adults:
            self.born[id_] = self._birth(choices.age, _ADULTS[id_][1])
        days = [one[1] for one in _CHILDREN.values()]
        ages = list(self.young.values())
        for id_, age in self.young.items():
            self.born[id_] = self._birth(age, days[ages.index(age)])  # twins share the day
        self.members = [*adults, *self.young]
        self.living = self._livings()

    def _birth(self, age: int, day: tuple[int, int]) -> date:
        return date(self.today.year - age - 1, *day)

    # --- what the adults live on ------------------------------------------------------------------------------------------
    def _livings(self) -> dict[str, _Living]:
        """The partner of an employee is provided for; else the partner is employed, and from 65 both have their pensions."""
        own, age = self.choices.work, self.choices.age
        other: Work = "pension" if age >= 65 else "none" if own == "employee" else "employee"
        works: dict[str, Work] = {_SELF: own, _PARTNER: other}
        found = {}
        for id_ in self.adults:
            spouse = next((one for one in self.adults if one != id_), None)
            kept = works[id_] == "none" and age < 65 and spouse is not None and works[spouse] == "employee"
            found[id_] = self._living(works[id_], spouse if kept else None)
        return found

    def _living(self, work: Work, keeper: str | None) -> _Living:
        age = self.choices.age
        employed = work == "employee"
        insurance = "elderly" if age >= 75 else "employee" if employed or keeper else "nhi"
        category = "none"
        if employed and age < 70:
            category = "second"
        elif 20 <= age < 60:
            category = "third" if keeper else "first"
        return _Living(work, insurance, category, age >= 65 or work == "pension", keeper)

    # --- the file ---------------------------------------------------------------------------------------------------------
    def household(self, event: str) -> dict[str, Any]:
        """All of it."""
        subjects = {id_: {"kind": "person", "facts": self._facts(id_)} for id_ in self.members}
        lists: dict[str, list[str]] = {"vehicles": [], "mopeds": [], "dogs": []}
        for id_, kind, name, facts in self._things():
            subjects[id_] = {"kind": kind, "facts": facts}
            lists[name].append(id_)
        own = {"members": self.members, "head": _SELF, "water_customer": True}
        subjects["household"] = {"kind": "household", "facts": own | lists}
        return {
            "id": OWN,
            "title": "自分で決めた家族",
            "summary": "訪れた人が家族構成を決めた、架空の世帯。",
            "event": event,
            "today": self.today.isoformat(),
            "card": {"pin": "1234", "signing_pin": "ABC123", "state": self.choices.card},
            "subjects": subjects,
            "roles": {"applicant": _SELF},
            "records": self._records([name for names in lists.values() for name in names]),
        }

    def _things(self) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
        """Id, kind, list of the household, facts."""
        if "car" in self.choices.things:
            car = {"plate": "あさぎり 500 あ 00-98", "vehicle_type": "car", "owner_is_user": True}
            yield "car", "vehicle", "vehicles", car
        if "moped" in self.choices.things:
            moped = {"plate": "しらかば市 あ 00-98", "vehicle_type": "moped", "owner_is_user": True}
            yield "moped", "vehicle", "mopeds", moped
        if "dog" in self.choices.things:
            yield "koro", "dog", "dogs", {"name": "コロ", "microchip": False}

    def _name(self, id_: str) -> tuple[str, str]:
        """Name and reading, family name first."""
        family, kana = _FAMILY[self.choices.nationality]
        _sex, _day, japanese, latin = (_ADULTS | _CHILDREN)[id_]
        given, reading = latin if self.choices.nationality == "other" else japanese
        return f"{family} {given}", f"{kana} {reading}"

    def _facts(self, id_: str) -> dict[str, Any]:
        choices, (name, kana) = self.choices, self._name(id_)
        facts: dict[str, Any] = {
            "name": name, "kana": kana, "birth_date": self.born[id_].isoformat(), "sex": (_ADULTS | _CHILDREN)[id_][0],
            "address": _HOME, "nationality": choices.nationality,
        }  # fmt: skip
        if choices.nationality == "other":
            facts["residence_card_until"] = date(self.today.year + 2, 10, 31).isoformat()
        return facts | (self._adult(id_) if id_ in self.living else self._child(self.young[id_]))

    def _adult(self, id_: str) -> dict[str, Any]:
        living, state = self.living[id_], self.choices.card if id_ == _SELF else "valid"
        signing = {"valid": "valid", "signing_expired": "expired", "none": "none"}[state]
        facts: dict[str, Any] = {
            "card_held": state != "none", "signing_certificate": signing, "health_card_use": state != "none",
            "health_insurance": living.insurance, "pension_category": living.category,
            "public_account": _spoken(self._account(id_)),
        }  # fmt: skip
        if living.pensioner:
            facts["pension_recipient"] = True
        if living.work == "none":
            facts["tax_exempt"] = True
        if self._drives:
            facts["licence"] = "plastic"
        if self.young and id_ == self._earner:
            facts["child_allowance_recipient"] = True
            if len(self.adults) == 1 and living.work == "none":
                facts["rearing_allowance_recipient"] = True
        return facts

    def _child(self, age: int) -> dict[str, Any]:
        """Of an age; birthdays lie in autumn, so that school begins in the year after the sixth one."""
        facts: dict[str, Any] = {
            "card_held": age >= 1, "signing_certificate": "valid" if age >= 15 else "none",
            "health_insurance": self._childrens_insurance, "medical_subsidy": True,
        }  # fmt: skip
        both_work = all(one.work in ("employee", "self_employed") for one in self.living.values())
        if 7 <= age <= 15:
            facts["school"] = "public"
        elif 1 <= age <= 6 and both_work:
            facts |= {"childcare": "nursery", "childcare_facility": "しらかばどんぐり保育園"}
        elif 3 <= age <= 6:
            facts |= {"childcare": "kindergarten", "childcare_facility": "しらかばこだま幼稚園"}
        return facts

    @property
    def _drives(self) -> bool:
        return bool({"car", "moped"} & set(self.choices.things)) or self.choices.age < 75

    @property
    def _earner(self) -> str:
        """Who earns most: an employee, else the applicant."""
        return next((id_ for id_, one in self.living.items() if one.work == "employee"), _SELF)

    @property
    def _keeper(self) -> str | None:
        """Whose dependants the children are, in an employee's insurance."""
        return self._earner if self.living[self._earner].insurance == "employee" else None

    @property
    def _childrens_insurance(self) -> str:
        return "employee" if self._keeper else "nhi"

    # --- what stands behind the facts -------------------------------------------------------------------------------------
    def _records(self, things: list[str]) -> dict[str, Any]:
        records: dict[str, Any] = {
            "family": self._family(),
            "numbers": {id_: self._numbers(place, id_) for place, id_ in enumerate(self.members)},
            "addresses": {id_: self._stays(id_) for id_ in self.members},
            "work": {id_: self._work(one.work) for id_, one in self.living.items()},
            "insurance": {id_: self._insurance(id_) for id_ in self.members},
            "owners": {thing: [{"owner": _SELF}] for thing in things},
            "accounts": {id_: [self._account(id_)] for id_ in self.adults},
        }
        if self._drives:
            until = {id_: date(self.today.year + 2, self.born[id_].month, self.born[id_].day) for id_ in self.adults}
            records["licences"] = {id_: {"kinds": ["car"], "until": day.isoformat()} for id_, day in until.items()}
        if self.choices.nationality == "other":
            records["names"] = {id_: {"latin": self._name(id_)[0]} for id_ in self.members}
        else:
            register = {"legal_domicile": "緑町3丁目", "municipality": "980013", "first": _SELF}
            records["family_registers"] = [register | {"members": self.members}]
        return records

    def _family(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        born = self.born[_SELF].year
        if _PARTNER in self.adults:
            first = min((self.born[id_].year - 1 for id_ in self.young), default=born + 26)
            year = min(max(born + ADULT, min(born + 26, first)), self.today.year - 1)
            found.append({"person": _PARTNER, "relation": "spouse", "of": _SELF, "since": f"{year}-11-22"})
        for child in self.young:
            relations = {_SELF: "mother", _PARTNER: "father"}
            found += [{"person": id_, "relation": relations[id_], "of": child} for id_ in self.adults]
        return found

    def _numbers(self, place: int, id_: str) -> dict[str, str]:
        serial = _SERIAL + place
        first, licence = f"999{serial:08d}", f"00{serial:09d}"
        found = {"my_number": first + _wrong_digit(first), "resident_code": f"SIM{serial:08d}"}
        if self.choices.nationality == "other":
            found["residence_card"] = f"SIM{serial:08d}X"
        if id_ in self.living:
            found["phone"] = f"000-{serial // 10_000 % 10_000:04d}-{serial % 10_000:04d}"
            if self._drives:
                found["licence"] = licence + _wrong_digit(licence)
        return found

    def _stays(self, id_: str) -> list[dict[str, Any]]:
        born, moved = self.born[id_].isoformat(), _MOVED_IN.isoformat()
        if born >= moved:
            return [{"from": born, "address": _HOME, "reason": "birth"}]
        return [
            {"from": born, "to": moved, "address": _BEFORE, "reason": "birth"},
            {"from": moved, "address": _HOME, "reason": "moved_within"},
        ]

    def _work(self, work: Work) -> dict[str, str]:
        if work == "employee":
            return {"kind": "employee", "employer": "しらかば製作所（模擬）"}
        return {"kind": "self_employed" if work == "self_employed" else "none"}

    def _insurance(self, id_: str) -> dict[str, str]:
        living = self.living.get(id_)
        found = {"insurer": _INSURERS[living.insurance if living else self._childrens_insurance]}
        keeper = living.dependant_of if living else self._keeper
        return found | ({"dependant_of": keeper} if keeper else {})

    def _account(self, id_: str) -> dict[str, str]:
        number = f"{9900 + self.adults.index(id_):07d}"
        kana = self._name(id_)[1]
        return {
            "bank": "ひだまり銀行", "branch": "緑町支店", "type": "普通", "number": number, "holder_kana": kana, "state": "open",
        }  # fmt: skip


def _spoken(account: Mapping[str, str]) -> str:
    return f"{account['bank']} {account['branch']} {account['type']} {account['number']}"


def _wrong_digit(first: str) -> str:
    """A digit that makes no legal My Number of the eleven before it."""
    return str((check_digit(first) + 1) % 10)
