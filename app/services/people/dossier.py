"""A household in the making becomes a household file: facts of the registers and the records behind them."""

from __future__ import annotations

import random
from typing import Any

from app.services.people import health, kinship, numbers, things, whereabouts
from app.services.people.days import age, grade, years_on
from app.services.people.histories import pension_periods, pensions_paid, settled, tax_years
from app.services.people.households import SLOTS, Home
from app.services.people.lives import EMPLOYED, Person
from app.services.people.places import Places
from app.services.people.rules_records import BANKS, spoken

Raw = dict[str, Any]
_BRANCHES = {
    "980013": ("中央支店", "緑町支店", "白樺台支店"),
    "970018": ("駅前支店", "青葉台支店"),
    "970034": ("港町支店", "翼が丘支店"),
    "970042": ("北本町支店", "若草支店"),
}
_INSURERS = {
    "employee": "けんぽ協会（模擬）",
    "elderly": "広域連合（模擬）",
    "nhi": "国民健康保険",
    "other": "生活保護の医療扶助",
}


class Dossier:
    """Writes one household down."""

    def __init__(self, home: Home, rng: random.Random, places: Places) -> None:
        self.home, self.rng, self.places, self.today = home, rng, places, home.today
        self.records: Raw = {
            name: {} for name in ("names", "numbers", "addresses", "insurance", "work", "pension", "tax")
        }
        self.records |= {
            "licences": {},
            "owners": {},
            "accounts": {},
            "mismatches": [],
            "health": {},
            "care": {},
            "contracts": [],
        }

    def file(self) -> Raw:
        """The household file; parts that are empty are left out."""
        home = self.home
        subjects: Raw = {person.id: {"kind": "person", "facts": self._facts(person)} for person in home.members}
        head = home.members[0]
        subjects["household"] = {
            "kind": "household",
            "facts": {"members": [one.id for one in home.members], "head": head.id},
        }
        facts = subjects["household"]["facts"]
        if home.assisted:
            facts["livelihood_assistance"] = True
        facts["water_customer"] = not home.facility
        things.add(home, self.rng, subjects, self.records)
        for person in home.relatives:
            subjects[person.id] = {"kind": "person", "facts": self._relative(person)}
        kinship.add(home, self.records)
        self._contracts(head)
        return {
            "id": f"h{home.index:07d}",
            "title": f"{head.surname[0]}さんの世帯（{len(home.members)}人）",
            "summary": "乱数で作った架空の世帯。",
            "event": "moving",
            "today": self.today,
            "card": self._card(subjects[head.id]["facts"]),
            "subjects": subjects,
            "roles": {"applicant": head.id},
            "records": {name: value for name, value in self.records.items() if value},
        }

    def _card(self, facts: Raw) -> Raw:
        if not facts.get("card_held"):
            state = "none"
        elif facts.get("signing_certificate") == "expired":
            state = "signing_expired"
        else:
            state = self.rng.choices(("valid", "locked", "expired"), (970, 20, 10))[0]
        return {"pin": "1234", "signing_pin": "ABC123", "state": state}

    # --- a member ---
    def _facts(self, person: Person) -> Raw:
        home, rng, today = self.home, self.rng, self.today
        years, year = age(person.born, today), grade(person.born, today)
        facts: Raw = {
            "name": person.name, "kana": person.kana, "birth_date": person.born, "sex": person.sex, "address": home.address,
            "nationality": "japan" if person.japanese else "other",
        }  # fmt: skip
        if home.protected:
            facts["address_protected"] = True
        self._numbers(person, facts)
        if rng.random() < (0.8 if years >= 15 else 0.7):
            facts["card_held"] = True
            if years >= 15:
                facts["signing_certificate"] = rng.choices(("valid", "expired", "none"), (90, 6, 4))[0]
                if facts["signing_certificate"] == "valid" and years < 70 and rng.random() < 0.2:
                    facts["phone_certificate"] = True
        facts["health_insurance"] = person.insurance
        if facts.get("card_held") and rng.random() < 0.75:
            facts["health_card_use"] = True
        record: Raw = {"insurer": _INSURERS[person.insurance]}
        if person.dependant_of:
            record["dependant_of"] = person.dependant_of.id
        self.records["insurance"][person.id] = record
        if person.category != "none":
            facts["pension_category"] = person.category
        if person.work == "civil_servant":
            facts["civil_servant"] = True
        self._work(person, facts)
        if 1 <= year <= 9:
            facts["school"] = "private" if rng.random() < 0.05 else "public"
        elif year <= 0 and years >= 1 and rng.random() < (0.5 if years < 3 else 0.93):
            nursery = years < 3 or rng.random() < 0.6
            facts["childcare"] = "nursery" if nursery else "kindergarten"
            facts["childcare_facility"] = f"{home.address['town']}{'保育園' if nursery else '幼稚園'}"
        if year <= 12 and person.parents:
            facts["medical_subsidy"] = True
        self._allowances(person, facts)
        health.add(person, years, rng, today, facts, self.records, home)
        self._licence(person, years, facts)
        if years >= 18 and rng.random() < 0.6:
            facts["seal_registered"] = True
        self._account(person, years, facts)
        whereabouts.add(home, person, rng, self.places, self.records["addresses"])
        return facts

    def _numbers(self, person: Person, facts: Raw) -> None:
        held = {"my_number": numbers.my_number(person.serial), "resident_code": numbers.resident_code(person.serial)}
        if not person.japanese:
            held["residence_card"] = numbers.residence_card(person.serial)
            facts["residence_card_until"] = years_on(self.today, self.rng.randint(1, 5))
            self.records["names"][person.id] = {"latin": person.name}
            if person.alias:
                alias = {
                    "alias": f"{person.alias[0]} {person.given[1]}",
                    "alias_kana": f"{person.alias[1]} {person.given[1]}",
                    "noted": True,
                }
                self.records["names"][person.id] |= alias
        elif person.maiden:
            former = {
                "former": f"{person.maiden[0]} {person.given[0]}",
                "former_kana": f"{person.maiden[1]} {person.given[1]}",
            }
            self.records["names"][person.id] = former | ({"noted": True} if self.rng.random() < 0.04 else {})
        if age(person.born, self.today) >= 12:
            held["phone"] = numbers.phone(person.serial)
        self.records["numbers"][person.id] = held

    def _work(self, person: Person, facts: Raw) -> None:
        """Job, pension and tax."""
        born, today, years = person.born, self.today, age(person.born, self.today)
        if years < 15:
            return
        work: Raw = {"kind": person.work}
        work |= {name: value for name, value in (("employer", person.employer), ("since", person.since)) if value}
        self.records["work"][person.id] = work
        # A category that the law gives for life is what it is today; before it came what is usual.
        second = (person.since or today)[:7]
        came = max(years_on(born, 20), person.arrived or "")[:7]
        employed_before = person.serial % 3 != 0
        first_job = max(years_on(born, 22)[:4] + "-04", came)
        if person.category == "second" or person.work in EMPLOYED:
            steps = [(came, "first", "deferred" if years < 30 else "paid"), (second, "second", "paid")]
            if years >= 70:
                steps = [(came, "first", "paid"), (first_job, "second", "paid")]
        elif person.category == "third" and person.married:
            start = max(person.married, years_on(born, 20))[:7]
            steps = [(came, "first", "paid"), (first_job, "second", "paid"), (start, "third", "paid")]
            steps = steps if first_job < start else [steps[0], steps[2]]
        elif person.student:
            steps = [(came, "first", "deferred")]
        elif employed_before and years > 26:
            end = years_on(born, min(60, max(25, years - 2)))[:7]
            steps = [
                (came, "first", "paid"),
                (first_job, "second", "paid"),
                (end, "first", "exempt" if self.home.assisted else "paid"),
            ]
            steps = steps if first_job < end else [steps[0]]
        else:
            steps = [(came, "first", "exempt" if self.home.assisted else "paid")]
        steps = [step for place, step in enumerate(steps) if place + 1 == len(steps) or step[0] < steps[place + 1][0]]
        periods = pension_periods(born, today, steps)
        paid = pensions_paid(born, today, periods)
        pension = {name: value for name, value in (("periods", periods), ("paid", paid)) if value}
        if pension:
            self.records["pension"][person.id] = pension
        if paid:
            facts["pension_recipient"] = True
        self._tax(person, facts, years)

    def _tax(self, person: Person, facts: Raw, years: int) -> None:
        if years < 19:
            if years < 20:
                facts["tax_exempt"] = True
            return
        income, kinds = person.income, ("salary",)
        if person.work in ("self_employed", "farmer"):
            kinds = ("farm",) if person.work == "farmer" else ("business",)
        elif person.work == "none":
            kinds = ("pension",)
        supported = sum(1 for one in self.home.members if one.dependant_of is person)
        past = [income * factor // 100_000 * 1000 for factor in (100, 98, 95)]
        found = tax_years(person.born, self.today, past, min(supported, 4), kinds if income else ())
        if found:
            self.records["tax"][person.id] = found
        latest = settled(found, self.today)
        if latest is None or not latest["taxable"]:
            facts["tax_exempt"] = True

    def _allowances(self, person: Person, facts: Raw) -> None:
        """Child allowance goes to the parent with the higher income; the one for single parents depends on it."""
        young = [child for child in person.children if child.member and grade(child.born, self.today) <= 12]
        if not young or not person.member:
            return
        other = person.spouse if person.spouse and person.spouse.member else None
        if other is None or (person.income, person.sex) > (other.income, other.sex):
            if person.work != "civil_servant":
                facts["child_allowance_recipient"] = True
            if other is None and person.spouse is None and person.income < 2_000_000:
                facts["rearing_allowance_recipient"] = True

    def _licence(self, person: Person, years: int, facts: Raw) -> None:
        rng = self.rng
        share = 0 if years < 18 else 0.55 if years < 21 else 0.9 if years < 65 else 0.72 if years < 80 else 0.25
        if person.sex == "female" and years >= 65:
            share *= 0.6
        if self.home.facility or rng.random() >= share:
            return
        facts["licence"] = (
            rng.choices(("plastic", "both", "my_number"), (88, 9, 3))[0] if facts.get("card_held") else "plastic"
        )
        if facts["licence"] != "plastic" and rng.random() < 0.5:
            facts["licence_one_stop"] = True
        kinds = ["car", *(["motorcycle"] if rng.random() < 0.15 else [])]
        until = years_on(self.today[:4] + person.born[4:], rng.randint(1, 4 if years < 70 else 3))
        self.records["licences"][person.id] = {"kinds": kinds, "until": until}
        self.records["numbers"][person.id]["licence"] = numbers.licence_number(person.serial)

    def _account(self, person: Person, years: int, facts: Raw) -> None:
        rng = self.rng
        if rng.random() > (0.97 if years >= 18 else 0.45):
            return
        branch = rng.choice(_BRANCHES[self.home.address["municipality"]])
        kana = person.kana
        if person.maiden and rng.random() < 0.02:  # the bank was never told of the marriage
            kana = f"{person.maiden[1]} {person.given[1]}"
            self.records["mismatches"].append({"person": person.id, "register": "account", "reason": "old_name"})
        held = []
        for place in range(1 if rng.random() < 0.6 else 2):
            bank = BANKS[0] if place == 0 else rng.choice(BANKS[1:])
            # Half of a household's numbers are for first accounts, half for second ones.
            number = numbers.account(person.serial * 2 + place)
            held.append(
                {"bank": bank, "branch": branch, "type": "普通", "number": number, "holder_kana": kana, "state": "open"}
            )
        self.records["accounts"][person.id] = held
        if facts.get("card_held") and kana == person.kana and rng.random() < 0.65:
            facts["public_account"] = spoken(held[0])

    # --- the family ---
    def _relative(self, person: Person) -> Raw:
        """What the family register and the resident record still hold of somebody who does not live here."""
        address = self.home.address if person.died else self.places.home(self.rng, flat=True)
        return {
            "name": person.name, "kana": person.kana, "birth_date": person.born, "sex": person.sex, "address": address,
            "nationality": "japan" if person.japanese else "other",
        }  # fmt: skip

    def _contracts(self, head: Person) -> None:
        if self.home.facility or age(head.born, self.today) < 18:
            return
        serial = self.home.index * SLOTS
        held = [("hikari-power", ["electricity"]), ("komorebi-gas", ["gas"]), ("nami-net", ["internet"])]
        share = (1.0, 0.6, 0.7)
        for place, (partner, services) in enumerate(held):
            if self.rng.random() < share[place]:
                contract = {
                    "partner": partner,
                    "customer_number": numbers.customer(serial + place),
                    "holder": head.id,
                    "services": services,
                }
                self.records["contracts"].append(contract)
