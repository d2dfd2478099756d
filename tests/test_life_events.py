"""子育て and 死亡・相続 over HTTP without a browser: every household from the card to its last completed case."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.personas import household_files
from app.factory import Site
from app.world.checking import faults_of
from tests.citizen import Citizen
from tests.engine.real import plan_of

PROCEDURES = Path(__file__).parents[1] / "procedures"
CHILDCARE, BEREAVEMENT = (
    [path.stem for path in household_files(PROCEDURES, (event,))] for event in ("childcare", "bereavement")
)
#: 子育てワンストップサービス: 児童手当 10, 保育 3, ひとり親 1, 母子保健 1 (デジタル庁 ぴったりサービス)
OFFICIAL = {
    "child-allowance-claim", "child-allowance-amount-change", "child-allowance-name-address", "child-allowance-extinction",
    "child-allowance-unpaid", "child-allowance-donation", "child-allowance-donation-change", "child-allowance-school-lunch",
    "child-allowance-school-lunch-change", "child-allowance-annual", "childcare-need-certification", "nursery-use-application",
    "nursery-annual-status", "csa-annual-presubmit", "pregnancy-notice",
}  # fmt: skip


def test_each_event_has_fifteen_households_at_least() -> None:
    assert len(CHILDCARE) >= 15
    assert len(BEREAVEMENT) >= 15


def test_the_fifteen_official_procedures_of_childcare_are_filed_by_somebody() -> None:
    filed = {one.id for name in CHILDCARE for one in plan_of(name).by_verdict["required"]}
    assert filed >= OFFICIAL


def _each() -> list[object]:
    """Every third one in every run; `make test-all` rides all."""
    return [
        pytest.param(persona, marks=pytest.mark.long if place % 3 else ())
        for place, persona in enumerate([*CHILDCARE, *BEREAVEMENT])
    ]


@pytest.mark.parametrize("persona", _each())
def test_a_household_reaches_the_last_completed_case(site: Site, persona: str) -> None:
    citizen = Citizen(site, persona)
    citizen.file_everything()
    assert citizen.world.cases()
    citizen.live_on()
    assert citizen.states() == {}
    assert faults_of(site.context, citizen.world.id) == []
    citizen.close()
