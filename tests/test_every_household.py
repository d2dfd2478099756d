"""Every household's move over HTTP without a browser: from the card to the last completed case, everything that is asked back answered."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.engine.lifecycle import EventType, State
from app.engine.personas import household_files
from app.factory import Site, create_site
from app.gateway.everywhere import Everywhere
from tests.citizen import Citizen

ROOT = Path(__file__).parent.parent
MOVING = [path.stem for path in household_files(ROOT / "procedures", {"moving"})]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all: every citizen has a world of their own."""
    made = create_site(tmp_path_factory.mktemp("site"))
    yield made
    made.close()


def filed(site: Site, persona: str) -> Citizen:
    """A citizen who has signed."""
    citizen = Citizen(site, persona)
    citizen.show_card()
    citizen.tell()
    citizen.sign()
    return citizen


def asked_back(citizen: Citizen) -> dict[str, list[str]]:
    """Procedure -> items that its office or company asked for, in order; every one was in the end no obstacle."""
    found = {
        case.procedure: [e.item or "" for e, _ in case.history if e.type is EventType.CORRECTION_REQUESTED]
        for case in citizen.world.cases()
    }
    return {procedure: items for procedure, items in found.items() if items}


def test_there_are_sixteen() -> None:
    assert len(MOVING) == 16


@pytest.mark.parametrize("persona", MOVING)
def test_every_case_of_a_household_is_completed(site: Site, persona: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "app.services.authorities.connectors"):
        citizen = filed(site, persona)
        citizen.live_on()
    assert citizen.world.cases()
    assert citizen.states() == {}
    assert not [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    citizen.close()


def test_a_protected_address_goes_to_a_company_only_when_it_asks_and_the_citizen_agrees(site: Site) -> None:
    citizen = filed(site, "hinata")
    at_once = ("electricity-start-stop", "gas-start-stop", "mobile-address")
    assert asked_back(citizen) == {name: ["move.new_address"] for name in at_once}
    for case in citizen.world.cases():
        if case.procedure in at_once:
            assert "住所を守る申出があるため" in citizen.get(f"/cases/{case.n}/correction").html
    citizen.close()


def test_a_step_in_time_moves_every_clock_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    citizen = filed(site, "kudo")
    moved: list[datetime] = []
    whole = Everywhere.advance_clock

    def count(self: Everywhere, world: str, now: datetime) -> None:
        moved.append(now)
        whole(self, world, now)

    monkeypatch.setattr(Everywhere, "advance_clock", count)
    citizen.world.advance(5)
    assert moved == sorted(set(moved))
    assert moved[-1].date() == citizen.world.today
    citizen.close()


def test_a_company_that_gets_no_answer_gives_up_and_says_whom_to_call(site: Site) -> None:
    citizen = filed(site, "kudo")
    citizen.live_on(answering=False)
    assert citizen.states() == {"internet-line": State.REJECTED.value}
    assert asked_back(citizen) == {"internet-line": ["move.line_permission"]}
    (case,) = (case for case in citizen.world.cases() if case.procedure == "internet-line")
    assert "返事がないまま、期限が過ぎました。なみネット（000-0600-0005）へ" in (case.state.note or "")
    citizen.close()
