"""The life of a case as data: states, events, one transition table, and a pure reducer over events.

The table is the only place that says what may happen to a case. `reduce` turns a history into the present state; it
reads no clock and keeps nothing, so that replaying stored events always gives the stored state. The graph checks at the
end are functions, so that a test (or a tool) can show that no state is a dead end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a case stands. The values are stored and travel in addresses of the API: do not rename them."""

    QUEUED = "queued"  # 送信前: not handed over yet, or waits for another procedure
    SENDING = "sending"  # 送信待ち: signed and in the outbox, no receipt yet
    UNDELIVERED = "undelivered"  # 送れませんでした: no office took it for too long; the citizen decides
    RECEIVED = "received"  # 届きました
    IN_REVIEW = "in_review"  # 審査中
    CORRECTION_REQUESTED = "correction_requested"  # 訂正のお願い
    NEEDS_VISIT = "needs_visit"  # 窓口へ行く番
    WAITING = "waiting"  # 待っています: there is no place yet, the office looks again each month
    APPROVED = "approved"  # 認められました; what follows in the registers is not written yet
    COMPLETED = "completed"  # 終わりました
    REJECTED = "rejected"  # 認められませんでした
    WITHDRAWN = "withdrawn"  # 取り下げました
    EXPIRED = "expired"  # 期限が過ぎました: what the office asked for did not come in time
    FOLLOWS = "follows"  # automatic: follows from another procedure, nothing to file


class EventType(StrEnum):
    """What can happen to a case. The first six belong to the site, the rest are reported by the authority."""

    RELEASED = "released"  # everything it waited for is done: into the outbox
    HELD = "held"  # taken back out of the outbox before it was sent
    REFUSED = "refused"  # the office did not take it in (no arrival number)
    GIVEN_UP = "given_up"  # no office answered for too long
    SENT_AGAIN = "sent_again"  # the citizen wants it sent after all
    FOLLOWED = "followed"  # another procedure does this one
    RECEIVED = "received"
    REVIEW_STARTED = "review_started"
    CORRECTION_REQUESTED = "correction_requested"
    RESUBMITTED = "resubmitted"
    VISIT_NEEDED = "visit_needed"
    VISITED = "visited"
    WAITLISTED = "waitlisted"  # no place now: the notice of it (保留通知書) and a place on the list
    LOOKED_AGAIN = "looked_again"  # still no place, where it stands now
    APPROVED = "approved"
    REJECTED = "rejected"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    PAID = "paid"  # the first payment, after it is completed


class Actor(StrEnum):
    """Who does something, or whose turn it is."""

    CITIZEN = "citizen"
    SITE = "site"
    AUTHORITY = "authority"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: the state that follows, and who causes it."""

    target: State
    actor: Actor


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an application stands on waiting lists. ``wishes``: (where, how many are served before it, itself included), in the order of
    the wishes; ``again``: the day on which the office looks again."""

    points: int
    wishes: tuple[tuple[str, int], ...]
    again: date


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a case, at a simulated local time.

    `item` is the fact key an office asks to correct, `until` the last day of what it asks, `opens` the first day of it
    (a visit), `note` the office's own words; `signed` says whether a correction was signed (`None`: nobody asks for that).
    """

    type: EventType
    at: datetime
    note: str | None = None
    arrival_number: str | None = None
    item: str | None = None
    opens: date | None = None
    until: date | None = None
    signed: bool | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class CaseState:
    """The present of a case: its state, since when, and what the last event said (`None` = nothing said)."""

    state: State = State.QUEUED
    since: datetime | None = None
    arrival_number: str | None = None
    note: str | None = None
    item: str | None = None
    opens: date | None = None
    until: date | None = None
    corrections: int = 0  # how often the office asked for a correction
    standing: Standing | None = None


class ImpossibleEventError(ValueError):
    """An event that the table does not allow in this state, or one that lies before the event it follows."""


START = State.QUEUED

_C, _S, _A = Actor.CITIZEN, Actor.SITE, Actor.AUTHORITY

TRANSITIONS: Mapping[tuple[State, EventType], Transition] = MappingProxyType(
    {
        (State.QUEUED, EventType.RELEASED): Transition(State.SENDING, _S),
        (State.QUEUED, EventType.FOLLOWED): Transition(State.FOLLOWS, _S),
        (State.QUEUED, EventType.WITHDRAWN): Transition(State.WITHDRAWN, _C),
        (State.SENDING, EventType.RECEIVED): Transition(State.RECEIVED, _A),
        (State.SENDING, EventType.REFUSED): Transition(State.REJECTED, _A),
        (State.SENDING, EventType.HELD): Transition(State.QUEUED, _S),
        (State.SENDING, EventType.GIVEN_UP): Transition(State.UNDELIVERED, _S),
        (State.UNDELIVERED, EventType.SENT_AGAIN): Transition(State.SENDING, _C),
        (State.UNDELIVERED, EventType.WITHDRAWN): Transition(State.WITHDRAWN, _C),
        # An answer was lost: the office had it all the time.
        (State.UNDELIVERED, EventType.RECEIVED): Transition(State.RECEIVED, _A),
        (State.RECEIVED, EventType.REVIEW_STARTED): Transition(State.IN_REVIEW, _A),
        (State.RECEIVED, EventType.VISIT_NEEDED): Transition(State.NEEDS_VISIT, _A),
        # A private notice has no review: the company receives it and carries it out.
        (State.RECEIVED, EventType.COMPLETED): Transition(State.COMPLETED, _A),
        (State.RECEIVED, EventType.WITHDRAWN): Transition(State.WITHDRAWN, _C),
        (State.IN_REVIEW, EventType.CORRECTION_REQUESTED): Transition(State.CORRECTION_REQUESTED, _A),
        (State.IN_REVIEW, EventType.APPROVED): Transition(State.APPROVED, _A),
        (State.IN_REVIEW, EventType.REJECTED): Transition(State.REJECTED, _A),
        (State.IN_REVIEW, EventType.WITHDRAWN): Transition(State.WITHDRAWN, _C),
        (State.IN_REVIEW, EventType.WAITLISTED): Transition(State.WAITING, _A),
        (State.WAITING, EventType.LOOKED_AGAIN): Transition(State.WAITING, _A),
        (State.WAITING, EventType.APPROVED): Transition(State.APPROVED, _A),
        # The year for which the places were given is over.
        (State.WAITING, EventType.REJECTED): Transition(State.REJECTED, _A),
        (State.WAITING, EventType.WITHDRAWN): Transition(State.WITHDRAWN, _C),
        (State.CORRECTION_REQUESTED, EventType.RESUBMITTED): Transition(State.IN_REVIEW, _C),
        (State.CORRECTION_REQUESTED, EventType.REJECTED): Transition(State.REJECTED, _A),
        (State.CORRECTION_REQUESTED, EventType.EXPIRED): Transition(State.EXPIRED, _A),
        (State.CORRECTION_REQUESTED, EventType.WITHDRAWN): Transition(State.WITHDRAWN, _C),
        (State.NEEDS_VISIT, EventType.VISITED): Transition(State.IN_REVIEW, _C),
        (State.NEEDS_VISIT, EventType.REJECTED): Transition(State.REJECTED, _A),
        (State.NEEDS_VISIT, EventType.WITHDRAWN): Transition(State.WITHDRAWN, _C),
        (State.COMPLETED, EventType.PAID): Transition(State.COMPLETED, _A),
        (State.APPROVED, EventType.COMPLETED): Transition(State.COMPLETED, _A),
        (State.FOLLOWS, EventType.COMPLETED): Transition(State.COMPLETED, _A),
        (State.FOLLOWS, EventType.WITHDRAWN): Transition(State.WITHDRAWN, _C),
    }
)

ENDS = frozenset({State.COMPLETED, State.REJECTED, State.WITHDRAWN, State.EXPIRED})

_TURN: Mapping[State, Actor] = MappingProxyType(
    {
        State.QUEUED: Actor.SITE,
        State.SENDING: Actor.SITE,
        State.UNDELIVERED: Actor.CITIZEN,
        State.RECEIVED: Actor.AUTHORITY,
        State.IN_REVIEW: Actor.AUTHORITY,
        State.CORRECTION_REQUESTED: Actor.CITIZEN,
        State.NEEDS_VISIT: Actor.CITIZEN,
        State.WAITING: Actor.AUTHORITY,
        State.APPROVED: Actor.AUTHORITY,
        State.COMPLETED: Actor.NOBODY,
        State.REJECTED: Actor.NOBODY,
        State.WITHDRAWN: Actor.NOBODY,
        State.EXPIRED: Actor.NOBODY,
        State.FOLLOWS: Actor.AUTHORITY,
    }
)


def whose_turn(state: State) -> Actor:
    """Who has to act next. An ended case is nobody's turn."""
    return _TURN[state]


def may(state: State, event: EventType) -> bool:
    """Whether the table allows this event in this state: what a page asks before it offers a button."""
    return (state, event) in TRANSITIONS


def step(case: CaseState, event: Event) -> CaseState:
    """The case after one event. Raises `ImpossibleEventError`; never changes `case`."""
    transition = TRANSITIONS.get((case.state, event.type))
    if transition is None:
        raise ImpossibleEventError(f"{event.type} cannot happen while a case is {case.state}")
    if case.since is not None and event.at < case.since:
        raise ImpossibleEventError(f"{event.type} at {event.at} lies before {case.since}")
    return CaseState(
        state=transition.target,
        since=event.at,
        arrival_number=event.arrival_number or case.arrival_number,
        note=event.note,
        item=event.item,
        opens=event.opens,
        until=event.until,
        standing=event.standing,
        corrections=case.corrections + (event.type is EventType.CORRECTION_REQUESTED),
    )


def reduce(events: Iterable[Event]) -> CaseState:
    """The case after its whole history, oldest first; no events at all is a case that waits. Raises as `step` does."""
    case = CaseState()
    for event in events:
        case = step(case, event)
    return case


def reachable(
    start: State = START, table: Mapping[tuple[State, EventType], Transition] = TRANSITIONS
) -> frozenset[State]:
    """Every state that some history can come to from `start`, itself included."""
    seen: set[State] = set()
    todo = [start]
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo.extend(row.target for (source, _), row in table.items() if source is state)
    return frozenset(seen)


def graph_faults(table: Mapping[tuple[State, EventType], Transition] = TRANSITIONS) -> tuple[str, ...]:
    """What is wrong with a table, one sentence each; empty when every state is reachable and can come to an end."""
    known = reachable(table=table)
    faults = [f"{state} cannot be reached" for state in State if state not in known]
    faults += [f"no end can be reached from {state}" for state in State if not ENDS & reachable(state, table)]
    faults += [
        f"{state} is an end, but {event} leaves it"
        for (state, event), transition in table.items()
        if state in ENDS and transition.target is not state
    ]
    return tuple(faults)
