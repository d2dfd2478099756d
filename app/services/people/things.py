"""Vehicles, mopeds, dogs and houses of a generated household, each with its owner."""

from __future__ import annotations

import random
from typing import Any

from app.services.people import numbers
from app.services.people.days import age
from app.services.people.households import SLOTS, Home
from app.services.people.places import PLATES
from app.services.people.rules_records import CITIES

_DOGS = ("ポチ", "モモ", "ココ", "レオ", "そら", "はな", "むぎ", "チョコ", "マロン", "小鉄")
Raw = dict[str, Any]


def add(home: Home, rng: random.Random, subjects: Raw, records: Raw) -> None:
    """Put things into the subjects and the lists of the household."""
    facts = subjects["household"]["facts"]
    drivers = [one for one in home.members if subjects[one.id]["facts"].get("licence", "none") != "none"]
    place, serial = home.address["municipality"], home.index * SLOTS

    def put(kind: str, name: str, values: Raw, owner: str) -> None:
        id_ = f"{'e' if kind == 'property' else kind[0]}{sum(subject['kind'] == kind for subject in subjects.values())}"
        subjects[id_] = {"kind": kind, "facts": values}
        facts.setdefault(name, []).append(id_)
        records["owners"][id_] = [{"owner": owner}]

    wanted = 0 if home.facility or home.assisted else min(len(drivers), 1 + (rng.random() < 0.4))
    for number in range(wanted):
        if rng.random() > 0.72:
            continue
        driver = drivers[number]
        kind = rng.choices(("car", "kei", "motorcycle"), (55, 40, 5))[0]
        if kind == "motorcycle" and "motorcycle" not in records["licences"][driver.id]["kinds"]:
            kind = "kei"
        group = {"car": "300", "kei": "580", "motorcycle": ""}[kind]
        plate = numbers.plate(PLATES[place], group, serial + number)
        put(
            "vehicle",
            "vehicles",
            {"plate": plate, "vehicle_type": kind, "owner_is_user": rng.random() < 0.93},
            driver.id,
        )
    if drivers and not home.facility and rng.random() < 0.06:
        plate = numbers.plate(CITIES[place].removesuffix("みなみ区").removesuffix("きた区"), "", serial + 8)
        put("vehicle", "mopeds", {"plate": plate, "vehicle_type": "moped", "owner_is_user": True}, drivers[-1].id)
    if not home.facility and rng.random() < 0.09:
        chipped = rng.random() < 0.6
        values: Raw = {"name": rng.choice(_DOGS), "microchip": chipped}
        put("dog", "dogs", values | ({"chip_number": numbers.chip(serial)} if chipped else {}), home.members[0].id)
    if home.owned:
        spoken = f"{CITIES[place]}{home.address['town']}{home.address['block']} 土地と建物"
        values = {
            "location": spoken,
            "municipality": CITIES[place],
            "place": home.address,
            "registered_address": home.address,
        }
        put("property", "properties", values, home.members[0].id)
        mortgage = 28 <= age(home.members[0].born, home.today) < 55 and rng.random() < 0.4
        if mortgage and not subjects[home.members[0].id]["facts"].get("tax_exempt"):
            subjects[home.members[0].id]["facts"]["mortgage_deduction"] = True
