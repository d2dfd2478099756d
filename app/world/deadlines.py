"""Deadlines that come near and pass: letters before and after the last day, and what the law attaches to a day that has passed.

A required procedure is looked at until its office has it, or until it is over. What is said follows from the day alone: a journey that
goes through thirty days one by one gets the same letters as one that goes through them at once. Each notice is kept under the last day
it speaks of, so that none is written twice, and a last day that moves is spoken of anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.deadlines import Due, Rule, compute
from app.engine.definitions import Procedure, Trap
from app.engine.lifecycle import ENDS, EventType, State
from app.engine.notices import mark_on, next_day
from app.engine.planner import PlannedProcedure
from app.gateway.base import ServiceError
from app.store import models
from app.world.journeys import Journey
from app.world.outbox import recording

if TYPE_CHECKING:
    from app.world.views import CaseView
    from app.world.worlds import World

Kind = Literal["deadline_near", "deadline_passed", "card_lapsed"]
CARD = "card"
SENDER = "hitomado"  # no office writes these letters
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Deadline:
    """The last day of a required procedure for those whose part is still open."""

    definition: Procedure
    due: Due
    last: date
    instances: tuple[PlannedProcedure, ...]

    @property
    def id(self) -> str:
        return self.definition.id

    @property
    def closes(self) -> bool:
        """Whether the law lets nobody file after the last day."""
        return self.instances[0].closes

    def days_left(self, today: date) -> int:
        """0 on the last day, negative after it."""
        return (self.last - today).days


@dataclass(frozen=True)
class Lapse:
    """The day after which the card is no longer valid. ``own``: it is the card of who signed in. ``trap`` is None where the procedure's
    own last day does it."""

    definition: Procedure
    last: date
    subjects: tuple[str, ...]
    own: bool
    trap: Trap | None


@dataclass(frozen=True)
class Notice:
    """What a letter speaks of."""

    journey: int
    last: date
    mark: str
    procedures: tuple[str, ...]


def handed_in(case: CaseView) -> bool:
    """Whether the office has it, as the law asks: at a counter by the visit, else by its arrival."""
    wanted = {EventType.VISITED} if case.channel == "visit" else {EventType.RECEIVED, EventType.FOLLOWED}
    return any(event.type in wanted for event, _actor in case.history)


def is_open(case: CaseView | None) -> bool:
    """Whether the last day of what may have become a case still matters."""
    return case is None or not (case.state.state in ENDS or case.state.state is State.FOLLOWS or handed_in(case))


class Deadlines:
    """The deadlines of one journey on the world's day."""

    def __init__(self, world: World, journey: Journey) -> None:
        self.world, self.journey, self.today = world, journey, world.today
        self._cases = {(case.procedure, case.subject): case for case in world.cases() if case.journey == journey.n}

    def is_open(self, planned: PlannedProcedure) -> bool:
        """Whether the person, or the site for them, still has to do something so that the office has it."""
        return planned.channel[0] != "automatic" and is_open(self._cases.get((planned.id, planned.subject)))

    @cached_property
    def open(self) -> tuple[Deadline, ...]:
        """Open deadlines with a last day, soonest first. Of several people with different last days the first counts."""
        by_id: dict[str, list[tuple[date, Due, PlannedProcedure]]] = defaultdict(list)
        for planned in self.journey.plan.by_verdict["required"]:
            due = planned.due
            if due is not None and due.last is not None and self.is_open(planned):
                by_id[planned.id].append((due.last, due, planned))
        found = []
        for some in by_id.values():
            last, due, lead = min(some, key=lambda one: one[0])
            instances = tuple(planned for day, _due, planned in some if day == last)
            found.append(Deadline(lead.compiled.definition, due, last, instances))
        return tuple(sorted(found, key=lambda one: (one.last, one.id)))

    def find(self, procedure: str) -> Deadline | None:
        """The open deadline of a procedure."""
        return next((one for one in self.open if one.id == procedure), None)

    @cached_property
    def lapses(self) -> tuple[Lapse, ...]:
        """Days after which cards are no longer valid if nothing happens, soonest first."""
        some: dict[str, list[PlannedProcedure]] = defaultdict(list)
        for planned in self.journey.plan.by_verdict["required"]:
            if self.is_open(planned):
                some[planned.id].append(planned)
        found = [lapse for instances in some.values() for lapse in self._lapses(instances)]
        return tuple(sorted(found, key=lambda one: (one.last, one.definition.id)))

    def _lapses(self, instances: list[PlannedProcedure]) -> Iterator[Lapse]:
        definition = instances[0].compiled.definition
        subjects = tuple(planned.subject for planned in instances if planned.subject is not None)
        own = self.journey.facts.roles.get("applicant") in subjects if subjects else True
        due = instances[0].due
        if definition.due.lapses is not None and due is not None and due.last is not None:
            yield Lapse(definition, due.last, subjects, own, None)
        for trap in definition.traps:
            if trap.unless is not None and (last := self._trap_day(trap)) is not None:
                yield Lapse(definition, last, subjects, own, trap)

    def _trap_day(self, trap: Trap) -> date | None:
        """The last day of a trap. None where what keeps it away was done, or is not required here."""
        first = [one for one in self.journey.plan.by_verdict["required"] if one.id == trap.unless]
        return trap_day(self.journey, trap) if any(self.is_open(one) for one in first) else None


def trap_day(journey: Journey, trap: Trap) -> date | None:
    """The last day on which a trap can still be avoided, on an open day; None while its start is not known."""
    role, _dot, item = trap.start.partition(".")
    start = journey.facts.values().get((journey.facts.roles.get(role, ""), item))
    return compute(Rule("duty", days=trap.days), start).last if isinstance(start, date) else None


def lapsed_because(journey: Journey, definition: Procedure, last: date) -> str:
    """What the definition says is lost after a day on which a card lapsed."""
    traps = (trap for trap in definition.traps if trap.lapses and trap_day(journey, trap) == last)
    return next((trap.lost for trap in traps), definition.due.lost)


# --- saying it ------------------------------------------------------------------------------------------------------------
def announce(world: World) -> None:
    """Write every letter that stands on the world's day and was not written yet; let cards lapse whose day has passed."""
    wanted: dict[tuple[date, int, str, Kind], list[str]] = defaultdict(list)
    with world.context.database.read() as session:
        told, began = _told(session, world.id), _began(session, world.id)
    for journey in world.journeys():
        deadlines, first_day = Deadlines(world, journey), began[journey.n]
        for lapse in _due_lapses(deadlines, first_day, told):
            if not lapse.own or _revoke(world):
                wanted[(lapse.last, journey.n, CARD, "card_lapsed")].append(lapse.definition.id)
        for one in deadlines.open:
            mark = mark_on(one.last, first_day, world.today)
            if mark is not None and (journey.n, one.id, one.last.isoformat(), mark) not in told:
                kind: Kind = "deadline_passed" if mark == "passed" else "deadline_near"
                wanted[(one.last, journey.n, mark, kind)].append(one.id)
    if wanted:
        with world.context.database.write() as session:
            for (last, n, said, letter), procedures in sorted(wanted.items()):
                _write(session, world, Notice(n, last, said, tuple(procedures)), letter)
        world.forget()


def coming(world: World) -> list[date]:
    """Days after today on which something is said about a deadline, or a card lapses."""
    with world.context.database.read() as session:
        told, began = _told(session, world.id), _began(session, world.id)
    found: list[date] = []
    for journey in world.journeys():
        deadlines, first_day = Deadlines(world, journey), began[journey.n]
        found += [day for one in deadlines.open if (day := next_day(one.last, first_day, world.today)) is not None]
        if not _lapsed(told, journey.n):
            # One that should have lapsed by now waits for a service that did not answer.
            days = (lapse.last + ONE_DAY for lapse in deadlines.lapses if lapse.last + ONE_DAY > first_day)
            found += [max(day, world.today + ONE_DAY) for day in days]
    return found


def notices(world: World) -> dict[int, Notice]:
    """What each letter about deadlines speaks of, by the letter's number."""
    row = models.DeadlineNotice
    grouped: dict[tuple[int, int, str, str], list[str]] = defaultdict(list)
    with world.context.database.read() as session:
        for one in session.scalars(select(row).where(row.world == world.id).order_by(row.procedure)):
            grouped[(one.letter, one.journey, one.last, one.mark)].append(one.procedure)
    return {
        letter: Notice(journey, date.fromisoformat(last), mark, tuple(procedures))
        for (letter, journey, last, mark), procedures in grouped.items()
    }


def _due_lapses(deadlines: Deadlines, began: date, told: set[tuple[int, str, str, str]]) -> tuple[Lapse, ...]:
    """The lapse whose day has come: a card lapses once, whatever else would have made it lapse later."""
    if _lapsed(told, deadlines.journey.n):
        return ()
    first = [one for one in deadlines.lapses if began < one.last + ONE_DAY <= deadlines.today]
    return tuple(first[:1])


def _lapsed(told: set[tuple[int, str, str, str]], journey: int) -> bool:
    return any(n == journey and mark == CARD for n, _procedure, _last, mark in told)


def _revoke(world: World) -> bool:
    """Make the card of who signed in unusable; calling it again changes nothing. False where the service does not answer."""
    try:
        world.context.mynumber.simulation.restore_card(world.id, world.now, "revoked")
    except ServiceError:
        return False
    return True


def _told(session: Session, world: str) -> set[tuple[int, str, str, str]]:
    row = models.DeadlineNotice
    query = select(row.journey, row.procedure, row.last, row.mark).where(row.world == world)
    return {(n, procedure, last, mark) for n, procedure, last, mark in session.execute(query)}


def _began(session: Session, world: str) -> dict[int, date]:
    query = select(models.Journey.n, models.Journey.started_at).where(models.Journey.world == world)
    return {n: datetime.fromisoformat(at).date() for n, at in session.execute(query)}


def _write(session: Session, world: World, notice: Notice, kind: Kind) -> None:
    """One letter for all procedures with the same last day of which it was not written yet."""
    told = _told(session, world.id)
    last = notice.last.isoformat()
    new = [id_ for id_ in notice.procedures if (notice.journey, id_, last, notice.mark) not in told]
    if not new:
        return
    n = recording.write(session, world.id, 0, world.now.isoformat(), SENDER, kind, needs_action=True)
    for id_ in new:
        row = models.DeadlineNotice(world=world.id, journey=notice.journey, procedure=id_, last=last)
        row.mark, row.letter = notice.mark, n
        session.add(row)
    session.flush()
