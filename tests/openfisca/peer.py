"""Runs in OpenFisca's own environment: households as JSON on stdin, what it computes for each as JSON on stdout.

In: `{"day": "2026-11-23", "households": [{"parents": ["1986-02-03", …], "children": ["2021-05-06", …]}, …]}`, all of them days of birth.
Out: `[{"child_allowance": yen a month, "rearing_allowance": yen a month at most, "rearing_children": number}, …]`.
"""

from __future__ import annotations

import json
import sys

from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_japan import CountryTaxBenefitSystem


def main() -> None:
    asked = json.load(sys.stdin)
    day, people, households = asked["day"], {}, {}
    for n, household in enumerate(asked["households"]):
        roles: dict[str, list[str]] = {}
        for role, days in (("親一覧", household["parents"]), ("子一覧", household["children"])):
            roles[role] = [f"{n}-{role}-{place}" for place in range(len(days))]
            for name, born in zip(roles[role], days, strict=True):
                people[name] = {"誕生年月日": {"ETERNITY": born}}
        households[f"{n}"] = roles
    simulation = SimulationBuilder().build_from_entities(
        CountryTaxBenefitSystem(), {"世帯員": people, "世帯一覧": households}
    )
    columns = {
        "child_allowance": "児童手当",
        "rearing_allowance": "児童扶養手当_最大",
        "rearing_children": "児童扶養手当の対象児童人数",
    }
    found = {name: simulation.calculate(variable, day) for name, variable in columns.items()}
    json.dump([{name: int(values[n]) for name, values in found.items()} for n in range(len(households))], sys.stdout)


main()
