"""A visitor's sandbox: made from a synthetic household, moved forward in time, thrown away. Nobody else can see it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row, delete, func, select

from app.config import real_now
from app.engine.lifecycle import Event, EventType, State, may
from app.engine.personas import Household, household_of
from app.gateway.base import ServiceRefused
from app.points import reach
from app.store import models
from app.world import deadlines, outbox, views
from app.world.context import Context
from app.world.journeys import Journey
from app.world.views import CaseView, LetterView

OPENING = time(9, 0)
MAX_DAYS = 400


class VisitRefused(Exception):
    """The counter is closed, or it is too early. The text is the office's own words."""


class World:
    """One visitor's world, loaded for a request."""

    def __init__(self, context: Context, row: models.World | Row[Any]) -> None:
        self.context, self.id, self.persona_id = context, row.id, row.persona
        self.now = datetime.fromisoformat(row.now)
        self._own = row.sealed
        self.forget()

    def forget(self) -> None:
        """What was read for this request holds no longer."""
        self._cases: list[CaseView] | None = None
        self._journeys: dict[int, Journey] = {}
        self.__dict__.pop("_glance", None)
        self._submitted: dict[int, datetime | None] = {}

    def keep(self) -> None:
        """At the end of a request: what its journeys worked out is there for the next one."""
        for journey in self._journeys.values():
            journey.keep()
        self.forget()

    # --- making and throwing away ---------------------------------------------------------------------------------------
    @classmethod
    def make(cls, context: Context, persona: str | Mapping[str, Any]) -> World:
        """A new world for a household: the id of one of the files, or data in the form of a file (JSON values).

        Raises KeyError for a persona that does not exist, DefinitionErrors for data that is no household, ServiceDown when a service is.
        """
        own = not isinstance(persona, str)
        household = context.households[persona] if isinstance(persona, str) else _made_up(context, persona)
        now = datetime.combine(household.persona.today, OPENING)
        world, id_ = uuid.uuid4().hex, household.persona.id
        context.mynumber.simulation.create_world(world, now, persona)
        context.authorities.create_world(world, now)
        with context.database.write() as session:
            row = models.World(id=world, persona=id_, now=now.isoformat(), made_at=real_now().isoformat())
            row.sealed = context.database.seal.close(_sealed_name(world), persona) if own else None
            session.add(row)
            session.flush()
            return cls(context, row)

    @classmethod
    def find(cls, context: Context, id_: str) -> World | None:
        """The world with an id, read together with what every page shows."""
        glance = views.glance_at(context.database, id_)
        if glance is None:
            return None
        found = cls(context, glance)
        found._glance = glance
        return found

    def delete(self) -> None:
        """Remove everything that belongs to this world, here and at the services."""
        with self.context.database.write() as session:
            session.execute(delete(models.World).where(models.World.id == self.id))  # its rows go with it
        self.context.mynumber.simulation.delete_world(self.id, self.now)
        self.context.authorities.delete_world(self.id, self.now)

    @cached_property
    def household(self) -> Household:
        """Whom the visitor plays."""
        if self._own is None:
            return self.context.households[self.persona_id]
        return _made_up(self.context, self.context.database.seal.open(_sealed_name(self.id), self._own))

    @property
    def today(self) -> date:
        """The simulated day."""
        return self.now.date()

    # --- journeys ---------------------------------------------------------------------------------------------------
    def start_journey(self, event: str) -> Journey:
        """A new journey for an event."""
        with self.context.database.write() as session:
            n = (session.scalar(select(func.max(models.Journey.n)).where(models.Journey.world == self.id)) or 0) + 1
            row = models.Journey(
                world=self.id,
                n=n,
                event=event,
                started_at=self.now.isoformat(),
                version=0,
                consents={},
                lookups={},
                subjects=self._applicant(event),
                notice={},
            )
            session.add(row)
            session.flush()
            self.forget()
            return Journey(self.context, self.id, row, self.now, self.household)

    def _applicant(self, event: str) -> dict[str, dict[str, str]]:
        kind = self.context.library.events[event].definition.roles["applicant"].kind
        return {self.household.persona.roles["applicant"]: {"kind": kind, "source": "card"}}

    def journeys(self) -> list[Journey]:
        """All journeys, newest first."""
        newest = self.newest_journey or 0
        return [journey for n in range(newest, 0, -1) if (journey := self.journey(n)) is not None]

    @property
    def newest_journey(self) -> int | None:
        """The number of the newest journey, without loading it."""
        return self._glance.n if self._glance else None

    @property
    def unread(self) -> int:
        """How many letters were not opened yet."""
        return self._glance.unread if self._glance else 0

    @cached_property
    def _glance(self) -> Row[Any] | None:
        return views.glance_at(self.context.database, self.id)

    def journey(self, n: int) -> Journey | None:
        """One journey by its number in this world."""
        if n not in self._journeys:
            found = self._glance if n == self.newest_journey else views.journey_at(self.context.database, self.id, n)
            if found is None:
                return None
            self._journeys[n] = Journey(self.context, self.id, found, self.now, self.household)
            self._submitted[n] = datetime.fromisoformat(found.at) if found.at else None
        return self._journeys[n]

    def submitted_at(self, journey: int) -> datetime | None:
        """When a journey was signed and filed; None before that."""
        if journey not in self._submitted:
            self.journey(journey)
        return self._submitted.get(journey)

    # --- cases and letters --------------------------------------------------------------------------------------------
    def cases(self) -> list[CaseView]:
        """All cases in order."""
        if self._cases is None:
            with self.context.database.read() as session:
                self._cases = views.cases_of(session, self.id)
        return self._cases

    def case(self, n: int) -> CaseView | None:
        """One case by its number in this world."""
        return next((case for case in self.cases() if case.n == n), None)

    def letters(self) -> list[LetterView]:
        """The inbox, newest first."""
        with self.context.database.read() as session:
            return views.letters_of(session, self.id)

    def mark_read(self, n: int) -> None:
        """A letter was opened."""
        with self.context.database.write() as session:
            row = session.get(models.Letter, (self.id, n))
            if row is not None:
                row.read = True
        self.forget()

    # --- acts -----------------------------------------------------------------------------------------------------------
    def deliver(self) -> None:
        """Send what waits and read what offices did."""
        outbox.deliver(self.context, self.id, self.now)
        self.forget()

    def visit(self, n: int) -> None:
        """Go to the counter of a case's office: everything that waits there for a visit is done. Raises VisitRefused."""
        case = self.case(n)
        if case is None:
            raise KeyError(n)
        done: set[int] = set()
        while True:
            waiting = [
                c
                for c in self.cases()
                if c.authority == case.authority and c.state.state is State.NEEDS_VISIT and c.n not in done
            ]
            if not waiting:
                return
            for one in sorted(waiting, key=lambda c: c.n != n):
                done.add(one.n)
                reach("visit.before-call")
                try:
                    self.context.authorities.visit(self.id, self.now, one.arrival_number or "")
                except ServiceRefused as error:
                    if one.n == n:
                        raise VisitRefused(error.problem.detail or error.problem.title) from None
                reach("visit.after-answer")
            self.deliver()

    def withdraw(self, n: int) -> None:
        """Take a case back before the office has finished it. One that no office has is withdrawn here."""
        case = self.case(n)
        if case is None:
            raise KeyError(n)
        if case.state.state is State.UNDELIVERED and outbox.find_out(self.context, self.id, n, self.now):
            self.deliver()
            case = self.case(n)
            assert case is not None
        reach("withdrawal.before-call")
        if case.arrival_number:
            self._act(lambda number: self.context.authorities.withdraw(self.id, self.now, number), case)
            reach("withdrawal.after-answer")
        else:
            with self.context.database.write() as session:
                row = session.get_one(models.Case, (self.id, n))
                if may(State(row.state), EventType.WITHDRAWN):
                    outbox.record(session, row, Event(EventType.WITHDRAWN, self.now), "")
        self.deliver()

    def _act(self, act: Callable[[str], object], case: CaseView) -> None:
        """What the office says is not possible now has happened already, or can no more: its events tell which."""
        try:
            act(case.arrival_number or "")
        except ServiceRefused as error:
            if error.problem.kind != "not-possible":
                raise

    def send_again(self, n: int) -> None:
        """Try once more to send a case that was given up."""
        outbox.send_again(self.context, self.id, n, self.now)
        self.deliver()

    # --- time ---------------------------------------------------------------------------------------------------------
    def advance(self, days: int | None, hours: int = 0) -> list[tuple[Event, CaseView]]:
        """Go forward by hours, by days, or (None) to the day on which something happens next. Returns what happened, in order.

        From one day on which an office does something to the next, so that what one finishes can set off another in time.
        """
        before = {case.n: len(case.history) for case in self.cases()}
        deadlines.announce(self)
        if hours:
            self._go_to(self.now + timedelta(hours=hours))
        end = None if days is None else self.today + timedelta(days=days)
        while step := self._days_to_next(end):
            self._go_to(self.now + timedelta(days=step))
            if end is None:
                break
        news = [(event, case) for case in self.cases() for event, _ in case.history[before.get(case.n, 0) :]]
        return sorted(news, key=lambda one: one[0].at)

    def _go_to(self, now: datetime) -> None:
        self._set_now(now)
        self.context.authorities.advance_clock(self.id, self.now)
        reach("clock.after-offices")
        self.deliver()
        deadlines.announce(self)

    def _days_to_next(self, end: date | None) -> int:
        """Days to the next day on which an office does something or a counter opens for a visit, at most to the end; 0 when
        the end is reached, and when nothing is left that happens by itself."""
        following = self.context.authorities.next_moment(self.id, self.now)
        coming = [
            case.state.opens for case in self.cases() if case.state.state is State.NEEDS_VISIT and case.state.opens
        ]
        if any(case.state.state is State.SENDING and not case.arrival_number for case in self.cases()):
            coming.append(self.today + timedelta(days=1))  # tried again on each day
        if following is not None:
            coming.append(max(following.date(), self.today + timedelta(days=1)))
        coming += deadlines.coming(self)
        ahead = [(day - self.today).days for day in coming if day > self.today]
        return min((*ahead, MAX_DAYS if end is None else (end - self.today).days)) if ahead or end else 0

    def _set_now(self, now: datetime) -> None:
        self.now = now
        self.forget()
        with self.context.database.write() as session:
            session.get_one(models.World, self.id).now = now.isoformat()
            session.flush()
            reach("clock.before-commit")
        reach("clock.after-commit")


def _made_up(context: Context, data: Mapping[str, Any]) -> Household:
    return household_of(data, context.library.events[data["event"]])


def _sealed_name(world: str) -> str:
    return f"worlds/{world}/household"
