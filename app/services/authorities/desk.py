"""Offices whose cases an authority's own system works on: while its desk is `pulled`, nothing is decided here by itself.

Every act carries a key; the same key and content again change nothing and answer where the case stands.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, Column, Connection, Integer, String, Table, delete, insert, select

from app.services.simcore.calendar import schedule
from app.services.simcore.problems import Problem, not_found

from . import intake, letters, records, signature
from .catalogue import Authority, Procedure
from .models import Receipt, receipt
from .office import Office
from .pull_models import Act, Approval, Completion, CorrectionAsked, Rejection, Review, VisitAsked
from .records import Application

Mode = Literal["automatic", "pulled"]
OPEN = frozenset({"received", "in_review", "needs_visit", "correction_requested"})
TOLD = frozenset({"received", "resubmitted", "visited", "withdrawn"})
"""What an authority's system hears of: what the citizen did."""


def _world() -> Column[str]:
    return Column("world", String(64), primary_key=True)


DESKS = Table(
    "desk", records.METADATA, _world(), Column("authority", String(80), primary_key=True), Column("mode", String(16), nullable=False)
)  # fmt: skip
ACTS = Table(
    "desk_act",
    records.METADATA,
    _world(),
    Column("authority", String(80), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
)
PULLS = Table(
    "desk_pull", records.METADATA, _world(), Column("number", String(16), primary_key=True),
    Column("acknowledged_at", String(32), nullable=False),
)  # fmt: skip
EXTRAS = Table(
    "desk_paper",
    records.METADATA,
    _world(),
    Column("number", String(16), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("title", String(80), nullable=False),
    Column("paragraphs", JSON, nullable=False),
)


class StaffedOffice(Office):
    """All offices, those with an own system among them."""

    # --- who works --------------------------------------------------------------------------------------------------
    def desk(self, world: str, authority: str) -> Mode:
        """Who decides at an authority."""
        with self._store.read() as db:
            return _mode(db, world, authority)

    def set_desk(self, world: str, now: datetime, authority: str, mode: Mode) -> None:
        """Hand the open cases over: to the authority's system, or back to the desk that decides by itself."""
        now = self.advance(world, now, tried=False)
        with self._store.write() as db:
            if _mode(db, world, authority) == mode:
                return
            db.execute(delete(DESKS).where(DESKS.c.world == world, DESKS.c.authority == authority))
            db.execute(insert(DESKS).values(world=world, authority=authority, mode=mode))
            t = records.APPLICATIONS.c
            query = select(t.number).where(t.world == world, t.authority == authority, t.state.in_(OPEN))
            for number in db.execute(query.order_by(t.number)).scalars().all():
                case = self._case(db, world, number)
                records.cancel_dues(db, world, number)
                if mode == "automatic" and case.state in ("received", "in_review"):
                    self._plan(db, case, *self._who(case), now)

    def _plan(
        self, db: Connection, case: Application, authority: Authority, procedure: Procedure, now: datetime
    ) -> None:
        if _mode(db, case.world, authority.id) == "automatic":
            super()._plan(db, case, authority, procedure, now)
            return
        seed = f"{case.procedure}/{case.body['subject']}/{case.rounds}"
        times = schedule(now, procedure.days, procedure.working_days, authority.closed, seed)
        case.usual_from, case.usual_to = records.iso(times.usual_from), records.iso(times.usual_to)
        records.save(db, case)

    # --- what an authority's system reads -----------------------------------------------------------------------------
    def feed(self, world: str, authority: str, after: int, limit: int) -> list[dict[str, Any]]:
        """What citizens did at an authority after a cursor, in order: cursor, arrival number, what, when, and where the case stands."""
        e, a, p = records.EVENTS, records.APPLICATIONS, PULLS
        joined = e.join(a, (a.c.world == e.c.world) & (a.c.number == e.c.number)).outerjoin(
            p, (p.c.world == e.c.world) & (p.c.number == e.c.number)
        )
        query = (
            select(e.c.seq, e.c.number, e.c.type, e.c.at, a.c.procedure, a.c.state, p.c.acknowledged_at)
            .select_from(joined)
            .where(e.c.world == world, a.c.authority == authority, e.c.type.in_(TOLD), e.c.seq > after)
            .order_by(e.c.seq)
            .limit(limit)
        )
        with self._store.read() as db:
            return [
                {
                    "cursor": row.seq, "arrival_number": row.number, "change": row.type, "at": row.at,
                    "procedure": row.procedure, "state": row.state, "acknowledged": row.acknowledged_at is not None,
                }
                for row in db.execute(query)
            ]  # fmt: skip

    def own_case(
        self, world: str, now: datetime, authority: str, number: str
    ) -> tuple[Application, Procedure, str | None]:
        """A case of this authority alone, and when it was acknowledged; `Problem` 404 for every other. The log says that it was read."""
        with self._store.write() as db:
            case = self._owned(db, world, authority, number)
            t = PULLS.c
            at = db.execute(select(t.acknowledged_at).where(t.world == world, t.number == number)).scalar()
            self._audit.append(db, world, now, authority, "pulled", number=number, procedure=case.procedure)
            return case, self._who(case)[1], at

    def acknowledge(self, world: str, now: datetime, authority: str, number: str) -> None:
        """The authority's system has it; again changes nothing."""
        with self._store.write() as db:
            self._owned(db, world, authority, number)
            t = PULLS.c
            if db.execute(select(t.number).where(t.world == world, t.number == number)).first() is None:
                db.execute(insert(PULLS).values(world=world, number=number, acknowledged_at=now.isoformat()))

    def extras(self, world: str, number: str) -> list[tuple[str, list[str]]]:
        """Papers that an authority's system wrote itself: (title, paragraphs)."""
        t = EXTRAS.c
        with self._store.read() as db:
            query = select(EXTRAS).where(t.world == world, t.number == number).order_by(t.position)
            return [(row.title, row.paragraphs) for row in db.execute(query)]

    # --- what an authority's system does ------------------------------------------------------------------------------
    def act(self, world: str, now: datetime, authority: str, number: str, key: str, act: Act) -> Receipt:
        """Do one thing to a case, once for each key. `Problem` 404, or 409 where the desk, the key or the state forbids it."""
        now = self.advance(world, now, tried=False)
        content = {"number": number, "act": type(act).__name__, **act.model_dump(mode="json")}
        digest = hashlib.sha256(signature.canonical(content)).hexdigest()
        with self._store.write() as db:
            case = self._owned(db, world, authority, number)
            if _repeated(db, world, authority, key, digest):
                return receipt(case)
            if _mode(db, world, authority) != "pulled":
                raise Problem(409, "desk-automatic", "This authority's desk decides by itself.")
            self._do(db, case, now, act)
            db.execute(insert(ACTS).values(world=world, authority=authority, key=key, digest=digest))
        return self._settle(world, now, number)

    def _do(self, db: Connection, case: Application, now: datetime, act: Act) -> None:
        authority, procedure = self._who(case)
        if not isinstance(act, VisitAsked | Completion) and case.state == "received":
            self._begin_review(db, case, authority, now)
            if isinstance(act, Review):
                return
        if isinstance(act, Review):
            intake.check_possible(case.state, "review_started")
        elif isinstance(act, CorrectionAsked):
            intake.check_possible(case.state, "correction_requested")
            self._ask(db, case, authority, now, act.item or procedure.correction, act.reason)
        elif isinstance(act, VisitAsked):
            intake.check_possible(case.state, "visit_needed")
            self._await_visit(db, case, authority, procedure, now)
        elif isinstance(act, Approval):
            self._approve(db, case, procedure, now)
        elif isinstance(act, Rejection):
            intake.check_possible(case.state, "rejected")
            note = letters.rejected(authority, procedure, act.reason, act.remedy)
            self._happen(db, case, "rejected", now, note=note)
        else:
            self._complete(db, case, procedure, now, act)

    def _approve(self, db: Connection, case: Application, procedure: Procedure, now: datetime) -> None:
        intake.check_possible(case.state, "approved")
        self._happen(db, case, "approved", now, note=letters.approved(procedure))

    def _complete(
        self, db: Connection, case: Application, procedure: Procedure, now: datetime, act: Completion
    ) -> None:
        """Approve where that is still open; what the case changes in the registers is delivered next."""
        if case.state == "received" and not procedure.private:
            authority, _ = self._who(case)
            self._begin_review(db, case, authority, now)
        if case.state == "in_review":
            self._approve(db, case, procedure, now)
        intake.check_possible(case.state, "completed")
        d = records.DUES.c
        if db.execute(select(d.id).where(d.world == case.world, d.number == case.number)).first() is not None:
            raise Problem(409, "already-completing", "What this case changes is being delivered.")
        for position, one in enumerate(act.documents):
            row = {"position": position, "title": one.title, "paragraphs": one.paragraphs}
            db.execute(insert(EXTRAS).values(world=case.world, number=case.number, **row))
        records.put_due(db, case.world, case.number, "finish", now)

    def _owned(self, db: Connection, world: str, authority: str, number: str) -> Application:
        case = self._case(db, world, number)
        if case.authority != authority:
            raise not_found("There is no such application in this world.")
        return case


def _mode(db: Connection, world: str, authority: str) -> Mode:
    query = select(DESKS.c.mode).where(DESKS.c.world == world, DESKS.c.authority == authority)
    return "pulled" if db.execute(query).scalar() == "pulled" else "automatic"


def _repeated(db: Connection, world: str, authority: str, key: str, digest: str) -> bool:
    t = ACTS.c
    known = db.execute(select(t.digest).where(t.world == world, t.authority == authority, t.key == key)).scalar()
    if known not in (None, digest):
        raise Problem(409, "key-reused", "This idempotency key was used for something else.")
    return known is not None
