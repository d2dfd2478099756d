"""A nursery place over HTTP: the employer's certificate goes along by itself, a place is waited for, and an employer says no."""

from __future__ import annotations

from app.engine.lifecycle import EventType, State
from app.factory import Site
from app.world import applications
from app.world.checking import faults_of
from app.world.ledger import PARTNER
from app.world.views import CaseView
from tests.citizen import Citizen

CERTIFICATE, APPLICATION, CHANGE = "employment-certificate", "nursery-use-application", "nursery-certification-change"


def case_of(citizen: Citizen, procedure: str, subject: str | None = None) -> CaseView:
    """The newest case of a procedure."""
    cases = [one for one in citizen.world.cases() if one.procedure == procedure and subject in (None, one.subject)]
    return cases[-1]


def live_until(citizen: Citizen, procedure: str, state: State, at_counters: bool = True) -> CaseView:
    """Let time pass until a case stands there."""
    for _ in range(60):
        citizen.do_what_waits(at_counters=at_counters)
        if (case := case_of(citizen, procedure)).state.state is state:
            return case
        citizen.wait()
    raise AssertionError(citizen.states())


def test_a_place_is_waited_for_and_the_wish_that_is_granted_enters_the_register(site: Site) -> None:
    citizen = Citizen(site, "hoshino")
    citizen.file_everything()
    before = citizen.get("/journeys/1/plan/nursery-use-application").html
    assert "26点から42点" in before, "only the employers know the hours of work"
    case = live_until(citizen, APPLICATION, State.WAITING)
    # each guardian's certificate went along, and told the hours
    sent = applications.sent(citizen.world, case)
    assert {paper.subject for paper in sent.enclosed} == {"kanae", "yohei"}
    told = {entry.key: entry for entry in citizen.journey.entries if entry.source == f"{PARTNER}employer"}
    assert told["kanae", "work_hours"].value == 160
    assert "勤務先から（8）" in citizen.get("/my-data").html
    assert "42点" in citizen.get("/journeys/1/plan/nursery-use-application").html
    # the page says where it stands, what the notice is for, and when it is looked at again
    page = citizen.get(f"/cases/{case.n}").html
    assert case.state.standing
    places = [place for _, place in case.state.standing.wishes]
    for words in ("42点", "北本町保育園", "保留通知書は、何に使うか", f"/cases/{case.n}/withdraw", "青葉デザイン"):
        assert words in page, words
    assert site.context.authorities.paper(citizen.world.id, citizen.world.now, str(case.arrival_number), "waiting")
    citizen.wait()
    again = case_of(citizen, APPLICATION)
    if again.state.standing and again.state.standing.again > case.state.standing.again:
        assert [place for _, place in again.state.standing.wishes] == [place - 1 for place in places]
    citizen.live_on()
    assert citizen.states() == {}
    history = [event for event, _ in case_of(citizen, APPLICATION).history]
    assert [event.type for event in history].count(EventType.LOOKED_AGAIN) == 2
    granted = next(event.note or "" for event in history if event.type is EventType.APPROVED)
    assert "3番目に希望したひなた保育園" in granted
    assert faults_of(site.context, citizen.world.id) == []
    citizen.close()


def test_who_does_not_want_to_wait_takes_it_back(site: Site) -> None:
    citizen = Citizen(site, "minowa")
    citizen.file_everything()
    case = live_until(citizen, APPLICATION, State.WAITING)
    assert applications.sent(citizen.world, case).enclosed == (), "its certificate comes on paper"
    citizen.get(f"/cases/{case.n}/withdraw")
    citizen.post(f"/cases/{case.n}/withdraw")
    assert case_of(citizen, APPLICATION).state.state is State.WITHDRAWN
    citizen.close()


def test_an_employer_that_makes_none_does_not_hold_up_what_waits_for_it(site: Site) -> None:
    citizen = Citizen(site, "asahina")
    citizen.show_card()
    citizen.tell()
    citizen.journey.answer({("mana", "certificate_way"): "employer", ("mana", "employer_name"): "白樺台スーパー"})
    citizen.sign()
    refused = live_until(citizen, CERTIFICATE, State.REJECTED, at_counters=False)
    page = citizen.get(f"/cases/{refused.n}").html
    assert "待っていた申込みは、証明書を付けないで先に送りました" in page
    assert "審査請求" not in page, "an employer's no is no decision of an office"
    assert "勤務先は作れないと答えました" in page
    change = case_of(citizen, CHANGE)
    assert change.state.state is State.NEEDS_VISIT
    assert "作る人からもらえなかったためです" in citizen.get(f"/cases/{change.n}").html
    citizen.live_on()
    assert citizen.states() == {"employment-certificate mana": "rejected"}
    citizen.close()
