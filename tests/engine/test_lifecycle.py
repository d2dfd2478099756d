"""The transition table: what may happen to a case, who acts, and that nobody can be stuck."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.lifecycle import (
    ENDS,
    TRANSITIONS,
    Actor,
    CaseState,
    Event,
    EventType,
    ImpossibleEventError,
    Standing,
    State,
    Transition,
    graph_faults,
    may,
    reachable,
    reduce,
    step,
    whose_turn,
)

MORNING = datetime(2027, 3, 15, 9, 0)


def history(*types: EventType) -> list[Event]:
    """One event an hour, beginning on the morning of 15 March 2027."""
    return [Event(kind, MORNING + timedelta(hours=n)) for n, kind in enumerate(types)]


@pytest.mark.parametrize(
    ("types", "state"),
    [
        ([], State.QUEUED),
        (["released"], State.SENDING),
        (["released", "held"], State.QUEUED),
        (["released", "refused"], State.REJECTED),
        (["followed", "completed"], State.COMPLETED),
        (["released", "received", "review_started", "approved", "completed"], State.COMPLETED),
        (["released", "received", "completed"], State.COMPLETED),
        (["released", "received", "visit_needed", "visited", "approved"], State.APPROVED),
        (["released", "received", "review_started", "correction_requested", "resubmitted"], State.IN_REVIEW),
        (["released", "received", "withdrawn"], State.WITHDRAWN),
    ],
)
def test_histories_come_to_the_state_they_say(types: list[str], state: State) -> None:
    assert reduce(history(*map(EventType, types))).state is state


def test_a_place_on_a_waiting_list_changes_each_month_and_ends_with_a_place() -> None:
    history = [
        Event(EventType.RELEASED, MORNING),
        Event(EventType.RECEIVED, MORNING),
        Event(EventType.REVIEW_STARTED, MORNING),
    ]
    lists = [Standing(42, (("ひなた保育園", place),), date(2027, 5 + place, 1)) for place in (3, 2)]
    waits = [
        Event(EventType.WAITLISTED, datetime(2027, 6, 14), standing=lists[0]),
        Event(EventType.LOOKED_AGAIN, datetime(2027, 7, 1), standing=lists[1]),
    ]
    case = reduce([*history, *waits])
    assert (case.state, case.standing) == (State.WAITING, lists[1])
    offered = reduce([*history, *waits, Event(EventType.APPROVED, datetime(2027, 8, 2))])
    assert (offered.state, offered.standing) == (State.APPROVED, None)
    for end, state in ((EventType.WITHDRAWN, State.WITHDRAWN), (EventType.REJECTED, State.REJECTED)):
        assert step(case, Event(end, datetime(2027, 8, 2))).state is state


def test_the_reducer_keeps_what_the_office_asked() -> None:
    asked = Event(
        EventType.CORRECTION_REQUESTED,
        datetime(2027, 3, 22, 10),
        note="口座の名義がカナと違います",
        item="haruka.person.kana",
        until=date(2027, 3, 30),
    )
    received = Event(EventType.RECEIVED, MORNING, arrival_number="SIM-4821-7730")
    case = reduce([Event(EventType.RELEASED, MORNING), received, Event(EventType.REVIEW_STARTED, MORNING), asked])
    assert case == CaseState(
        State.CORRECTION_REQUESTED,
        asked.at,
        "SIM-4821-7730",
        asked.note,
        asked.item,
        None,
        asked.until,
        1,
    )
    again = step(case, Event(EventType.RESUBMITTED, datetime(2027, 3, 23, 10)))
    assert (again.item, again.until, again.arrival_number, again.corrections) == (None, None, "SIM-4821-7730", 1)


def test_an_event_that_the_table_does_not_allow_is_refused() -> None:
    with pytest.raises(ImpossibleEventError, match="approved cannot happen while a case is queued"):
        reduce(history(EventType.APPROVED))


def test_time_goes_forward_only() -> None:
    with pytest.raises(ImpossibleEventError, match="lies before"):
        reduce([Event(EventType.RELEASED, MORNING), Event(EventType.RECEIVED, MORNING - timedelta(seconds=1))])


def test_the_table_has_no_dead_end_and_no_state_out_of_reach() -> None:
    assert graph_faults() == ()
    assert reachable() == frozenset(State)


def test_the_graph_checks_see_a_broken_table() -> None:
    broken = {key: row for key, row in TRANSITIONS.items() if row.target is not State.IN_REVIEW}
    broken[State.COMPLETED, EventType.HELD] = Transition(State.QUEUED, Actor.SITE)
    del broken[State.APPROVED, EventType.COMPLETED]
    faults = graph_faults(broken)
    assert "in_review cannot be reached" in faults
    assert "no end can be reached from approved" in faults
    assert "completed is an end, but held leaves it" in faults


@pytest.mark.parametrize(
    ("state", "actor"),
    [
        (State.CORRECTION_REQUESTED, Actor.CITIZEN),
        (State.NEEDS_VISIT, Actor.CITIZEN),
        (State.IN_REVIEW, Actor.AUTHORITY),
        (State.SENDING, Actor.SITE),
        (State.COMPLETED, Actor.NOBODY),
    ],
)
def test_whose_turn_it_is(state: State, actor: Actor) -> None:
    assert whose_turn(state) is actor


def test_every_state_has_a_turn_and_only_ends_are_nobodys() -> None:
    assert {state for state in State if whose_turn(state) is Actor.NOBODY} == ENDS


def test_whoever_has_the_turn_can_move_the_case_on() -> None:
    movers = {(state, row.actor) for (state, _), row in TRANSITIONS.items()}
    assert all((state, whose_turn(state)) in movers for state in State if state not in ENDS)


@st.composite
def walks(draw: st.DrawFn) -> list[Event]:
    """A random possible history, of at most 25 events."""
    state, at, events = State.QUEUED, MORNING, []
    for _ in range(draw(st.integers(0, 25))):
        choices = [kind for (source, kind) in TRANSITIONS if source is state]
        if not choices:
            break
        kind = draw(st.sampled_from(choices))
        at += timedelta(minutes=draw(st.integers(0, 10_000)))
        events.append(Event(kind, at))
        state = TRANSITIONS[state, kind].target
    return events


@given(walks(), st.integers(0, 25))
def test_replaying_in_two_parts_gives_the_same_case(events: list[Event], cut: int) -> None:
    case = reduce(events[:cut])
    for event in events[cut:]:
        case = step(case, event)
    assert case == reduce(events)


@given(walks(), st.sampled_from(EventType))
def test_an_ended_case_stays_ended_and_may_tells_what_step_does(events: list[Event], kind: EventType) -> None:
    case = reduce(events)
    allowed = may(case.state, kind)
    if case.state in ENDS:
        assert allowed is ((case.state, kind) == (State.COMPLETED, EventType.PAID)), "a payment leaves it ended"
    event = Event(kind, (case.since or MORNING) + timedelta(minutes=1))
    if allowed:
        assert step(case, event).state is TRANSITIONS[case.state, kind].target
    else:
        with pytest.raises(ImpossibleEventError):
            step(case, event)
