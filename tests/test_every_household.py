"""Every household's move over HTTP without a browser: from the card to the last completed case, everything that is asked back answered."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Literal

import pytest

from app.engine.lifecycle import EventType, State
from app.engine.personas import household_files
from app.factory import Site
from app.gateway.everywhere import Everywhere
from app.services.partners import partners
from app.world.checking import faults_of
from app.world.views import CaseView
from tests.citizen import ENDED, Citizen

ROOT = Path(__file__).parent.parent
#: they judge for themselves, at the partner service
COMPANIES = set(partners.load(ROOT / "procedures"))
LOOKED_AT = {State.RECEIVED, State.IN_REVIEW}
MOVING = [path.stem for path in household_files(ROOT / "procedures", {"moving"})]


def filed(site: Site, persona: str) -> Citizen:
    """A citizen who has signed."""
    citizen = Citizen(site, persona)
    citizen.file_everything()
    return citizen


def asked_back(citizen: Citizen) -> dict[str, list[str]]:
    """Procedure -> items that its office or company asked for, in order; every one was in the end no obstacle."""
    found = {
        case.procedure: [e.item or "" for e, _ in case.history if e.type is EventType.CORRECTION_REQUESTED]
        for case in citizen.world.cases()
    }
    return {procedure: items for procedure, items in found.items() if items}


def judge(citizen: Citizen, outcome: Literal["rejected", "correction"]) -> CaseView | None:
    """Lets an office that looks at an application decide so, the newest if there are several; which one, or None where none can yet."""
    world = citizen.world
    definitions = {one.id: one.definition for one in citizen.journey.event.procedures}
    for case in reversed(world.cases()):
        procedure = definitions[case.procedure]
        possible = case.state.state in LOOKED_AT and case.authority not in COMPANIES
        if possible and (outcome == "rejected" or procedure.lifecycle.correction):
            citizen.site.context.authorities.set_outcome(world.id, world.now, case.arrival_number or "", outcome)
            citizen.world.deliver()
            return citizen.world.case(case.n)
    return None


def file_again(citizen: Citizen, refused: CaseView) -> CaseView:
    """From the refusal's page to a second signature; the new case."""
    page = citizen.get(f"/cases/{refused.n}")
    assert re.search(r'href="/journeys/1/review"[^>]*>もう一度出す', page.html)
    citizen.sign()
    (new,) = (case for case in citizen.world.cases() if case.n > refused.n and case.procedure == refused.procedure)
    return new


def letters(citizen: Citizen, kind: str) -> int:
    """How many of a kind are in the inbox."""
    return sum(1 for one in citizen.world.letters() if one.kind == kind)


def test_there_are_sixteen() -> None:
    assert len(MOVING) == 16


@pytest.mark.parametrize(
    "persona", [pytest.param(one, marks=pytest.mark.long if place % 3 else ()) for place, one in enumerate(MOVING)]
)
def test_every_household_gets_through_a_correction_a_refusal_and_a_late_step(site: Site, persona: str) -> None:
    citizen = filed(site, persona)
    corrected = judge(citizen, "correction")
    refused = again = None
    late = False
    for _ in range(120):
        corrected = corrected or judge(citizen, "correction")
        refused = refused or judge(citizen, "rejected")
        if refused and not again:
            again = file_again(citizen, refused)
        citizen.do_what_waits(at_counters=late)
        if again and {case.state.state for case in citizen.world.cases()} <= ENDED:
            break
        late = not citizen.wait() or late or letters(citizen, "deadline_passed") > 0
    assert corrected
    assert again
    assert letters(citizen, "deadline_passed")
    case = citizen.world.case(corrected.n)
    assert case
    assert EventType.RESUBMITTED in {event.type for event, _actor in case.history}
    assert citizen.states() == {f"{again.procedure} {again.subject or ''}".strip(): State.REJECTED.value}, (
        "only the first try"
    )
    assert citizen.world.cases()[again.n - 1].state.state is State.COMPLETED
    assert faults_of(site.context, citizen.world.id) == []
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


def test_a_correction_that_is_not_answered_ends_and_can_be_filed_again(site: Site) -> None:
    citizen = filed(site, "kudo")
    asked = judge(citizen, "correction")
    assert asked
    for _ in range(40):
        citizen.wait()
        case = citizen.world.case(asked.n)
        assert case
        if case.state.state is State.EXPIRED:
            break
    page = citizen.get(f"/cases/{asked.n}")
    assert "訂正の期限が過ぎて、終わりになりました" in page.h1
    assert letters(citizen, "expired") == 1
    again = file_again(citizen, asked)
    citizen.live_on()
    assert citizen.world.cases()[again.n - 1].state.state is State.COMPLETED
    assert faults_of(site.context, citizen.world.id) == []
    citizen.close()


def test_what_is_paid_regularly_is_paid_after_it_is_completed(site: Site) -> None:
    citizen = filed(site, "yamashina")
    citizen.live_on()
    for _ in range(20):
        if letters(citizen, "paid"):
            break
        citizen.wait()
    (letter,) = (one for one in citizen.world.letters() if one.kind == "paid")
    case = citizen.world.case(letter.case)
    assert case
    assert (case.procedure, case.state.state) == ("child-allowance-claim-move", State.COMPLETED)
    assert (letter.at.month % 2, letter.at.day <= 10) == (0, True)
    assert "次からは、2月、4月、6月、8月、10月、12月に振り込みます" in letter.body
    assert "支払いがありました" in citizen.get("/inbox").html
    assert "最初の支払いをしました" in citizen.get(f"/cases/{case.n}").html
    assert faults_of(site.context, citizen.world.id) == []
    citizen.close()


def test_a_company_that_gets_no_answer_gives_up_and_says_whom_to_call(site: Site) -> None:
    citizen = filed(site, "kudo")
    citizen.live_on(answering=False)
    assert citizen.states() == {"internet-line": State.REJECTED.value}
    assert asked_back(citizen) == {"internet-line": ["move.line_permission"]}
    (case,) = (case for case in citizen.world.cases() if case.procedure == "internet-line")
    assert "返事がないまま、期限が過ぎました。なみネット（000-0600-0005）へ" in (case.state.note or "")
    citizen.close()
