"""Who is what to the person who died, from a household file's relations."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.people.kin import Relative, relatives
from app.services.simcore.personas import read_yaml

PERSONAS = Path(__file__).parents[3] / "procedures" / "personas"


def of(persona: str) -> dict[str, Relative]:
    (data,) = read_yaml(PERSONAS / f"{persona}.yaml")
    return {one.id: one for one in relatives(data["records"])}


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("sugihara", {"isamu": "self", "fumie": "spouse", "kumiko": "child", "takuya": "child"}),
        ("komiya", {"masao": "self", "noriko": "spouse", "daisuke": "child", "misato": "adopted_child"}),
        ("tokita", {"noboru": "self", "kazuyo": "partner"}),
        ("hayami", {"osamu": "self", "mei": "spouse", "susumu": "sibling", "noboru": "sibling"}),
        ("nonomura", {"mitsuo": "self", "teruko": "spouse", "shigeru": "child", "daichi": "grandchild"}),
        ("kudo", {}),
    ],
)
def test_relations(persona: str, expected: dict[str, str]) -> None:
    assert {one.id: one.kin for one in of(persona).values()} == expected


def test_half_and_adopted_siblings_and_the_child_of_one_who_died_before() -> None:
    found = of("murai")
    assert (found["hiroshi"].kin, found["sumiko"].kin, found["yumi"].kin) == ("half_sibling", "sibling", "sibling")
    assert found["akira"].died_first
    assert (found["sota"].kin, found["sota"].through) == ("nephew_niece", "akira")
    assert "zenfu" not in found, "a marriage of the father's that ended by divorce"


def test_who_died_on_the_same_day_did_not_outlive() -> None:
    assert of("hirota")["aki"].died_first


def test_former_couples_and_dissolved_adoptions_are_no_family() -> None:
    family = [
        {"person": "a", "relation": "spouse", "of": "x", "until": "2020-01-01", "ended": "divorce"},
        {"person": "x", "relation": "adoptive_father", "of": "b", "until": "2020-01-01", "ended": "dissolution"},
        {"person": "c", "relation": "child", "of": "x"},
    ]
    found = relatives({"family": family, "deaths": [{"person": "x", "on": "2027-03-01"}]})
    assert [(one.id, one.kin) for one in found] == [("x", "self"), ("c", "child")]
