"""Homes in the fictional municipalities of ``procedures/geography.yaml``."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from app.services.people.rules_records import CITIES
from app.services.simcore.personas import read_yaml

_WEIGHTS = {"980013": 34, "970018": 26, "970034": 22, "970042": 18}
_HOUSES = ("ハイツ", "コーポ", "メゾン", "レジデンス", "パーク", "グリーンハイツ", "サンコーポ")
# Prefecture by municipality, as it stands on a car's plate.
PLATES = {"980013": "あさぎり", "970018": "みずほ", "970034": "つばさ", "970042": "つばさ"}


@dataclass(frozen=True)
class Places:
    """Towns by municipality."""

    towns: dict[str, tuple[tuple[str, str], ...]]  # code -> (postcode, town)

    def home(self, rng: random.Random, flat: bool, municipality: str | None = None) -> dict[str, str]:
        """A new address; ``flat``: in a house of several homes."""
        code = municipality or rng.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()))[0]
        towns = self.towns[code]
        postcode, town = towns[int(rng.random() * len(towns))]
        block = f"{int(rng.random() * 6) + 1}丁目{int(rng.random() * 24) + 1}番{int(rng.random() * 18) + 1}号"
        building = ""
        if flat:
            building = f"{town}{_HOUSES[int(rng.random() * len(_HOUSES))]}{int(rng.random() * 9) + 1}0{int(rng.random() * 8) + 1}"
        return {"postcode": postcode, "municipality": code, "town": town, "block": block, "building": building}


def read_places(procedures: Path) -> Places:
    """The towns of ``geography.yaml``."""
    (data,) = read_yaml(procedures / "geography.yaml")
    towns: dict[str, list[tuple[str, str]]] = {code: [] for code in CITIES}
    for place in data["places"]:
        towns[place["municipality"]].append((place["postcode"], place["town"]))
    return Places({code: tuple(found) for code, found in towns.items()})
