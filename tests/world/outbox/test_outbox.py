"""The outbox: one key a filing for ever, tried again in real and in simulated time, given up visibly, never filed twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.engine.lifecycle import State
from app.gateway.base import ProblemDetails, ServiceDown, ServiceRefused
from app.store import models
from app.store.models import Case
from app.world import outbox
from app.world.checking import faults_of
from app.world.outbox import sending, trying

NOW = datetime(2027, 3, 15, 9)
REAL = datetime(2026, 11, 23, tzinfo=UTC)
BUSY = ServiceDown("authorities", "503", retry_after=30, problem=ProblemDetails(503, "service-down", "", "", {}))
LOST = ServiceDown("authorities", "ReadTimeout", maybe_done=True)
GONE = ServiceDown("authorities", "ConnectError")


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The real time, to be moved by hand: its one entry."""
    clock = [REAL]
    monkeypatch.setattr(sending, "real_now", lambda: clock[0])
    return clock


@pytest.fixture
def filing(settle: Callable[[str], Any], real: list[datetime]) -> Any:
    """A small household."""
    return settle("minase")


# --- when to try again ------------------------------------------------------------------------------------------------------
def row() -> Case:
    return Case(tries=0, failing_since=None, tried_at=None, not_before=None)


@pytest.mark.parametrize(("tries", "asked", "seconds"), [(1, None, 0), (2, None, 1), (5, None, 15), (9, None, 60),
                                                         (1, 30, 30), (9, 30, 60), (1, 10**9, 3600)])  # fmt: skip
def test_waits_grow_and_an_office_gets_the_wait_it_names(tries: int, asked: int | None, seconds: int) -> None:
    case = row()
    for _ in range(tries):
        trying.note_failure(case, NOW, REAL, asked)
    assert trying.may_try(case, NOW, REAL + timedelta(seconds=seconds))
    assert seconds == 0 or not trying.may_try(case, NOW, REAL + timedelta(seconds=seconds - 1))


def test_each_simulated_day_allows_a_try_however_little_real_time_has_passed() -> None:
    case = row()
    trying.note_failure(case, NOW, REAL, 30)
    assert not trying.may_try(case, NOW, REAL)
    assert trying.may_try(case, NOW + timedelta(days=1), REAL)


def test_it_ends_after_enough_days_or_enough_tries() -> None:
    by_days, by_tries = row(), row()
    last = [trying.note_failure(by_days, NOW + timedelta(days=n), REAL, None) for n in range(trying.MOST_DAYS + 1)]
    assert last == [False] * trying.MOST_DAYS + [True]
    last = [trying.note_failure(by_tries, NOW, REAL, None) for _ in range(trying.MOST_TRIES)]
    assert last == [False] * (trying.MOST_TRIES - 1) + [True]


# --- a world whose offices fail ---------------------------------------------------------------------------------------------
def test_everything_is_stored_before_anything_is_sent_and_keys_never_change(filing: Any) -> None:
    filing.offices.fails = BUSY
    filing.file()
    keys = _keys(filing)
    assert set(filing.offices.asked) < set(keys)
    assert not filing.offices.filed
    filing.offices.fails = None
    filing.world.advance(1)
    assert set(filing.offices.filed) <= set(keys)
    assert _keys(filing) == keys


def _keys(filing: Any) -> list[str]:
    with filing.world.context.database.read() as session:
        return list(session.scalars(select(Case.idempotency_key).order_by(Case.n)))


def test_a_wait_that_is_named_is_kept_in_real_time(filing: Any, real: list[datetime]) -> None:
    filing.offices.fails = BUSY
    filing.file()
    asked = len(filing.offices.asked)
    real[0] += timedelta(seconds=29)
    filing.world.deliver()
    assert len(filing.offices.asked) == asked
    real[0] += timedelta(seconds=1)
    filing.world.deliver()
    assert len(filing.offices.asked) == 2 * asked


def test_when_nobody_listens_one_try_is_enough_to_know(filing: Any) -> None:
    filing.offices.fails = GONE
    filing.file()
    assert len(filing.offices.asked) == 1
    assert State.UNDELIVERED.value not in filing.states().values()


def test_going_on_in_time_tries_on_every_day_until_it_is_given_up(filing: Any) -> None:
    filing.offices.fails = BUSY
    filing.file()
    first = filing.offices.asked[0]
    filing.world.advance(trying.MOST_DAYS)
    assert filing.offices.asked.count(first) == trying.MOST_DAYS + 1
    assert State.SENDING.value not in filing.states().values()
    assert State.UNDELIVERED.value in filing.states().values()
    given_up = next(case for case in filing.world.cases() if case.state.state is State.UNDELIVERED)
    assert [event.type.value for event, _actor in given_up.history] == ["released", "given_up"]
    assert given_up.turn == "citizen"
    assert faults_of(filing.world.context, filing.world.id) == []


def given_up(filing: Any, lost: bool = False) -> int:
    """File in vain until the first case is given up; its number."""
    filing.offices.fails, filing.offices.loses = (None, LOST) if lost else (BUSY, None)
    filing.offices.silent = lost
    filing.file()
    filing.world.advance(trying.MOST_DAYS)
    filing.offices.fails = filing.offices.loses = None
    filing.offices.silent = False
    return int(next(case.n for case in filing.world.cases() if case.state.state is State.UNDELIVERED))


def test_what_was_given_up_is_sent_again_with_the_same_key(filing: Any) -> None:
    n = given_up(filing)
    key = _keys(filing)[n - 1]
    filing.world.send_again(n)
    case = filing.world.case(n)
    assert case.state.state is State.RECEIVED
    assert case.arrival_number == filing.offices.numbers[key]
    assert filing.world.send_again(n) is None  # a second click changes nothing
    assert list(filing.offices.numbers).count(key) == 1


def test_what_was_given_up_can_be_taken_back_when_no_office_has_it(filing: Any) -> None:
    n = given_up(filing)
    filing.world.withdraw(n)
    assert filing.world.case(n).state.state is State.WITHDRAWN
    assert not filing.offices.filed


def test_what_an_office_has_after_all_is_withdrawn_there(filing: Any) -> None:
    n = given_up(filing, lost=True)
    filing.world.withdraw(n)
    case = filing.world.case(n)
    assert case.state.state is State.WITHDRAWN
    assert filing.offices.events[-1].type == "withdrawn"
    assert filing.offices.events[-1].arrival_number == case.arrival_number


def test_lost_answers_file_once_and_no_event_is_missed(filing: Any, real: list[datetime]) -> None:
    """Events of other cases move the mark on; the event of the case whose answer was lost lies before it."""
    filing.offices.loses = LOST
    filing.file()
    filing.offices.loses = None
    real[0] += timedelta(seconds=5)
    filing.world.deliver()
    assert State.SENDING.value not in filing.states().values()
    assert len(filing.offices.filed) == len({case.arrival_number for case in filing.world.cases()} - {None})
    assert faults_of(filing.world.context, filing.world.id) == []


def test_a_late_answer_is_still_heard(filing: Any) -> None:
    """Another request had given up meanwhile; the office has it, and says so."""
    n = given_up(filing, lost=True)
    assert outbox.find_out(filing.world.context, filing.world.id, n, filing.world.now)
    filing.world.deliver()
    assert filing.world.case(n).state.state is State.RECEIVED


@pytest.mark.parametrize(("status", "state"), [(422, State.REJECTED), (409, State.REJECTED), (401, State.UNDELIVERED)])
def test_the_offices_no_is_final_and_a_fault_between_systems_is_not(filing: Any, status: int, state: State) -> None:
    filing.offices.fails = ServiceRefused("authorities", ProblemDetails(status, "x", "t", "窓口のことば", {}))
    filing.file()
    found = {case.state.state for case in filing.world.cases() if case.tries or case.history}
    assert found == {state}


# --- the check itself -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda session: setattr(session.scalars(select(models.Case)).first(), "state", "completed"), "events say"),
        (lambda session: session.delete(session.scalars(select(models.CaseEvent)).first()), "an event is missing"),
        (lambda session: session.delete(session.scalars(select(models.Fact)).first()), "a row is missing"),
    ],
)
def test_the_check_sees_a_planted_fault(filing: Any, change: Callable[[Any], None], words: str) -> None:
    filing.file()
    assert faults_of(filing.world.context, filing.world.id) == []
    with filing.world.context.database.write() as session:
        change(session)
    assert any(words in fault for fault in faults_of(filing.world.context, filing.world.id))


@pytest.mark.parametrize("event", ["withdrawn", "rejected"])
def test_what_was_taken_back_or_refused_may_be_filed_again_as_a_new_case(filing: Any, event: str) -> None:
    filing.file()
    old = next(case for case in filing.world.cases() if case.state.state is State.RECEIVED)
    assert not outbox.fileable(filing.journey), "everything is filed"
    if event == "withdrawn":
        filing.world.withdraw(old.n)
    else:
        for type_ in ("review_started", "rejected"):
            filing.offices.tell(old.arrival_number, type_, filing.world.now)
        filing.world.deliver()
    filing.world.forget()
    assert filing.world.case(old.n).state.state.value == event
    again = outbox.fileable(filing.journey)
    assert [(one.id, one.subject) for one in again] == [(old.procedure, old.subject)]
    filing.file()
    new = filing.world.cases()[-1]
    assert (new.procedure, new.subject) == (old.procedure, old.subject)
    assert new.n > old.n
    assert new.arrival_number not in (None, old.arrival_number)
    assert filing.world.case(old.n).state.state.value == event, "the old one stays as it ended"
    assert not outbox.fileable(filing.journey)
    assert faults_of(filing.world.context, filing.world.id) == []


def test_what_waits_for_something_refused_goes_on_when_that_is_filed_again(filing: Any) -> None:
    filing.file()
    first = next(case for case in filing.world.cases() if case.procedure == "moving-out-notice")
    waiting = [case.n for case in filing.world.cases() if first.n in case.waits_for]
    assert waiting
    for type_ in ("review_started", "rejected"):
        filing.offices.tell(first.arrival_number, type_, filing.world.now)
    filing.world.deliver()
    filing.world.forget()
    assert {filing.world.case(n).state.state for n in waiting} == {State.QUEUED}
    filing.file()
    again = filing.world.cases()[-1]
    assert again.procedure == first.procedure
    for n in waiting:
        assert again.n in filing.world.case(n).waits_for
        assert first.n not in filing.world.case(n).waits_for
    for type_ in ("review_started", "approved", "completed"):
        filing.offices.tell(again.arrival_number, type_, filing.world.now)
    filing.world.deliver()
    filing.world.forget()
    assert State.QUEUED not in {
        filing.world.case(n).state.state for n in waiting if filing.world.case(n).waits_for == (again.n,)
    }
