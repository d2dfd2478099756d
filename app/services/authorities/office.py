"""What the offices do with applications: take them in, review, decide, tell the registers, and answer the citizen's acts.

Everything an office does by itself is a row of due things in simulated time; `advance` does them in order. Calls to the
registers are made outside of any transaction and carry idempotency keys, so a stop between two steps repeats a call
instead of losing it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from app.points import reach
from app.services.simcore.audit import AuditLog
from app.services.simcore.calendar import OPENS_AT, first_payday, next_open, schedule
from app.services.simcore.store import Store

from . import allocating, allotting, enclosures, facts, intake, letters, records, signature
from .cases import Cases
from .catalogue import Authority, Catalogue, Procedure
from .connectors import KINDS as CONNECTED
from .connectors import Connector
from .effects import NotDeliveredError, Registers
from .models import ApplicationIn, Correction, Outcome, Receipt, receipt
from .numbers import arrival_number
from .records import Application, Due
from .trust import TrustStore


class Office(Cases):
    """All offices of one service process."""

    def __init__(
        self,
        store: Store,
        audit: AuditLog,
        catalogue: Catalogue,
        registers: Registers,
        connector: Connector | None = None,
    ) -> None:
        super().__init__(store, audit, catalogue)
        self._registers = registers
        self._trust = TrustStore(registers)
        self._connector = connector

    # --- worlds and time ----------------------------------------------------------------------------------------------
    def forget(self, world: str) -> None:
        """Everything about a world."""
        with self._store.write() as db:
            self._store.forget(db, world)
        self._trust.forget(world)

    def advance(self, world: str, now: datetime, *, tried: bool = True) -> datetime:
        """Move the world's clock forward to `now` (never back) and do what is due by then, in order of time.

        With `tried`, what could not be delivered before is tried again, and companies are asked what they have done by then.
        Returns where the clock stands.
        """
        with self._store.write() as db:
            now = records.set_clock(db, world, now)
        reach("office.clock.after-commit")
        passed: set[int] = set()
        self._drain(world, now, tried, passed)
        while tried and self._connector and self._connector.catch_up(world, now, self._happen):
            self._drain(world, now, tried, passed)
        return now

    def _drain(self, world: str, now: datetime, tried: bool, passed: set[int]) -> None:
        """`passed`: ids of what was tried in vain in this go."""
        while True:
            with self._store.read() as db:
                due = records.next_due(db, world, now, tried=tried, passed=passed)
            if due is None:
                return
            if not self._perform(due, now):
                passed.add(due.id)

    def hear(self, world: str, told: dict[str, Any]) -> None:
        """What a company tells of a notice ({notice, step}), and what follows from it at once."""
        if self._connector:
            self._connector.hear(world, [told], self._happen)
            with self._store.read() as db:
                now = records.clock(db, world)
            if now:
                self.advance(world, now, tried=False)

    def partners_secret(self, world: str) -> str | None:
        """What the companies sign with in a world."""
        return self._connector.secret(world) if self._connector else None

    # --- intake -------------------------------------------------------------------------------------------------------
    def addressee(self, sent: ApplicationIn) -> tuple[Authority, Procedure]:
        """Whom an application is for; `Problem` 422 when it is for nobody."""
        return intake.addressed(self._catalogue, sent)[:2]

    def receive(
        self, world: str, now: datetime, key: str, sent: ApplicationIn, raw: dict[str, Any]
    ) -> tuple[Receipt, bool]:
        """Take an application in, once for each idempotency key. Returns the receipt, and whether it is new.

        `raw` is the body as it came: signatures and repetitions are judged on it. Raises `Problem`.
        """
        digest = hashlib.sha256(signature.canonical(raw)).hexdigest()
        now = self.advance(world, now, tried=False)
        with self._store.read() as db:
            known = self._repeated(db, world, key, digest)
            if not known:
                enclosures.check(db, world, sent)
        if known:
            return known, False
        authority, procedure, channel = intake.addressed(self._catalogue, sent)
        intake.check_signature(self._trust, world, now, procedure, channel, sent, raw)
        with self._store.write() as db:
            known = self._repeated(db, world, key, digest)  # the same request may have come twice at once
            if known:
                return known, False
            number = arrival_number(world, records.next_number(db, world, "applications"))
            body = sent.model_dump(mode="json", exclude=set(intake.SIGNATURE_FIELDS))
            case = Application(world, number, procedure.id, authority.id, channel, "new", body, now.isoformat())
            records.keep_key(db, world, key, digest, number)
            self._happen(db, case, "received", now, note=letters.received(authority, procedure, number))
            if channel == "visit" or sent.on_paper:
                papers = tuple(dict.fromkeys(one.document for one in sent.on_paper))
                self._await_visit(db, case, authority, procedure, now, papers)
            else:
                self._plan(db, case, authority, procedure, now)
            reach("office.received.before-commit")
        reach("office.received.after-commit")
        return self._settle(world, now, number), True

    def _await_visit(
        self,
        db: Connection,
        case: Application,
        authority: Authority,
        procedure: Procedure,
        now: datetime,
        papers: Sequence[str] = (),
    ) -> None:
        """`papers`: what is brought beside the usual, because nobody could send it."""
        earliest = now.date()
        known, subjects = self._facts(case), case.body["subjects"]
        start = facts.date_of(procedure.counted_from, subjects, known)
        if start and procedure.earliest_offset is not None:
            earliest = max(earliest, start + timedelta(days=procedure.earliest_offset))
        opens = next_open(earliest, authority.closed)
        case.opens = records.iso(opens)
        note = letters.visit_needed(authority, procedure, opens, papers)
        self._happen(db, case, "visit_needed", now, note=note, opens=case.opens)

    def _plan(
        self, db: Connection, case: Application, authority: Authority, procedure: Procedure, now: datetime
    ) -> None:
        """Put what the office will do by itself among the due things."""
        seed = f"{case.procedure}/{case.body['subject']}/{case.rounds}"
        times = schedule(now, procedure.days, procedure.working_days, authority.closed, seed)
        case.usual_from, case.usual_to = records.iso(times.usual_from), records.iso(times.usual_to)
        records.save(db, case)
        if self._connector and self._connector.takes(case, procedure):
            self._connector.plan(db, case, now)
            return
        if case.state == "received" and procedure.private:
            records.put_due(db, case.world, case.number, "finish", times.done_at)
            return
        if case.state == "received":
            records.put_due(db, case.world, case.number, "review", times.review_at)
        records.put_due(db, case.world, case.number, "decide", times.done_at)

    # --- what an office does by itself --------------------------------------------------------------------------------
    def _perform(self, due: Due, now: datetime) -> bool:
        """Do one due thing. False when its effects could not be delivered: it stays due."""
        at = now if due.attempts else due.at
        if self._connector and due.kind in CONNECTED:
            return self._connector.perform(due, at, self._happen)
        if due.kind == "finish" and not (self._fetch(due, at) and self._deliver(due, at)):
            return False
        with self._store.write() as db:
            case = self._case(db, due.world, due.number)
            if not records.take_due(db, due):
                return True
            authority, procedure = self._who(case)
            at = max(at, records.last_moment(db, due.world, due.number))
            if due.kind == "review":
                self._begin_review(db, case, authority, at)
            elif due.kind == "expire":
                if case.state == "correction_requested":
                    self._happen(
                        db, case, "expired", at, note=letters.expired(procedure, at.date() - timedelta(days=1))
                    )
            elif due.kind in ("decide", "allocate") and procedure.allocation:
                self._allocate(db, case, authority, procedure, at)
            elif due.kind == "decide":
                self._happen(db, case, "approved", at, note=letters.approved(procedure))
                records.put_due(db, due.world, due.number, "finish", at)
            elif due.kind == "pay":
                months = procedure.pays["months"] if procedure.pays else ()
                self._happen(db, case, "paid", at, note=letters.paid(procedure, at.date(), months))
            else:
                self._happen(db, case, "completed", at, note=letters.completed(procedure), paper=case.body.get("paper"))
                self._plan_payment(db, case, authority, procedure, at)
            reach("office.due.before-commit")
        reach("office.due.after-commit")
        return True

    def _plan_payment(
        self, db: Connection, case: Application, authority: Authority, procedure: Procedure, at: datetime
    ) -> None:
        if procedure.pays is not None:
            received = date.fromisoformat(case.received_at[:10])
            day = first_payday(procedure.pays["months"], procedure.pays["day"], received, authority.closed)
            records.put_due(db, case.world, case.number, "pay", max(datetime.combine(day, OPENS_AT), at))

    def _allocate(
        self, db: Connection, case: Application, authority: Authority, procedure: Procedure, at: datetime
    ) -> None:
        """Give a place where there is one; else say where it stands, and look again next month, until the year is over."""
        first = date.fromisoformat(case.body.setdefault("looked_at", at.date().isoformat()))
        decision, ends = allotting.decide(self._catalogue, case, procedure, first, at.date())
        if decision.offer:
            case.body = {**case.body, "granted": decision.offer.wish}
            self._happen(db, case, "approved", at, note=letters.offered(procedure, decision.offer))
            records.put_due(db, case.world, case.number, "finish", at)
            return
        again = next_open(allocating.next_month(at.date()), authority.closed)
        if again > ends:
            note = letters.rejected(authority, procedure, letters.NO_PLACE, letters.APPLY_AGAIN)
            self._happen(db, case, "rejected", at, note=note)
            return
        event = "waitlisted" if case.state == "in_review" else "looked_again"
        note = letters.waiting(authority, procedure, decision, again)
        self._happen(db, case, event, at, note=note, standing=allotting.standing(decision, again))
        records.put_due(db, case.world, case.number, "allocate", datetime.combine(again, OPENS_AT))

    def _begin_review(self, db: Connection, case: Application, authority: Authority, at: datetime) -> None:
        expected = date.fromisoformat(case.usual_to) if case.usual_to else at.date()
        self._happen(db, case, "review_started", at, note=letters.review_started(authority, expected))

    def _fetch(self, due: Due, at: datetime) -> bool:
        """What a company made for a case; False where it could not be had yet."""
        if self._connector is None:
            return True
        with self._store.read() as db:
            case = records.find(db, due.world, due.number)
        if case is None or self._connector.fetch(due.world, at, due.number, *self._who(case)):
            return True
        with self._store.write() as db:
            records.count_failure(db, due)
        return False

    def _deliver(self, due: Due, at: datetime) -> bool:
        with self._store.read() as db:
            case = records.find(db, due.world, due.number)
        if case is None:  # the world was reset in between
            return False
        authority, procedure = self._who(case)
        known = allotting.granted(self._catalogue, case, procedure, self._facts(case))
        changes = facts.changes(procedure.effects, self._catalogue.roles, case.body["subjects"], known)
        reach("office.effect.before-call")
        try:
            self._registers.deliver(due.world, at, due.number, f"{authority.name} {procedure.title}", changes)
        except NotDeliveredError:
            with self._store.write() as db:
                records.count_failure(db, due)
            return False
        reach("office.effect.after-answer")
        return True

    # --- the citizen's acts -------------------------------------------------------------------------------------------
    def visit(self, world: str, now: datetime, number: str) -> Receipt:
        """The citizen is at the counter. `Problem` 409 before the first day, on a closed day, or when nothing waits."""
        now = self.advance(world, now, tried=False)
        with self._store.write() as db:
            case = self._case(db, world, number)
            authority, procedure = self._who(case)
            intake.check_possible(case.state, "visited")
            opens = date.fromisoformat(case.opens or now.date().isoformat())
            intake.check_open(authority, opens, now.date())
            self._happen(db, case, "visited", now, note=letters.visited(authority, procedure))
            self._plan(db, case, authority, procedure, now)
        reach("office.visit.after-commit")
        return self._settle(world, now, number)

    def withdraw(self, world: str, now: datetime, number: str) -> Receipt:
        """The citizen takes it back; again has no further effect. `Problem` 409 once it is decided."""
        now = self.advance(world, now, tried=False)
        if self._connector:
            self._connector.withdraw(world, now, number, self._happen)
        with self._store.write() as db:
            case = self._case(db, world, number)
            if case.state != "withdrawn":
                intake.check_possible(case.state, "withdrawn")
                _, procedure = self._who(case)
                records.cancel_dues(db, world, number)
                self._happen(db, case, "withdrawn", now, note=letters.withdrawn(procedure))
                if self._connector:
                    self._connector.withdrawn(db, case, now)
            answer = receipt(case)
        reach("office.withdrawal.after-commit")
        return answer

    def correct(
        self, world: str, now: datetime, number: str, key: str, sent: Correction, raw: dict[str, Any]
    ) -> Receipt:
        """The citizen answers a request to correct: the new values replace the old, and the review goes on.

        Once for each key, where one is given; `raw` is the body as it came. Raises `Problem`.
        """
        digest = hashlib.sha256(signature.canonical({"number": number, "correction": raw})).hexdigest()
        now = self.advance(world, now, tried=False)
        with self._store.read() as db:
            known = self._repeated(db, world, key, digest) if key else None
            case = self._case(db, world, number)
        if known:
            return known
        intake.check_possible(case.state, "resubmitted")
        signed = intake.check_correction(self._trust, world, now, self._who(case)[1], case, sent, raw)
        with self._store.write() as db:
            known = (
                self._repeated(db, world, key, digest) if key else None
            )  # the same request may have come twice at once
            if known:
                return known
            case = self._case(db, world, number)
            authority, procedure = self._who(case)
            intake.check_possible(case.state, "resubmitted")
            if key:
                records.keep_key(db, world, key, digest, number)
            new = sent.facts
            old = {
                text: value
                for text, value in case.body["facts"].items()
                if facts.key(text) not in set(map(facts.key, new))
            }
            case.body = {**case.body, "facts": old | new}
            case.rounds += 1
            records.cancel_dues(db, world, number)
            self._happen(db, case, "resubmitted", now, note=letters.resubmitted(authority, signed), signed=signed)
            self._plan(db, case, authority, procedure, now)
        reach("office.correction.after-commit")
        return self._settle(world, now, number)

    # --- the facilitator's choice -------------------------------------------------------------------------------------
    def decide(self, world: str, now: datetime, number: str, outcome: Outcome) -> Receipt:
        """Refuse an application, or ask for a correction, at once. `Problem` 409 where the state does not allow it."""
        now = self.advance(world, now, tried=False)
        event = "rejected" if outcome.outcome == "rejected" else "correction_requested"
        with self._store.write() as db:
            case = self._case(db, world, number)
            authority, procedure = self._who(case)
            if case.state == "received":
                self._begin_review(db, case, authority, now)
            intake.check_possible(case.state, event)
            records.cancel_dues(db, world, number)
            if event == "rejected":
                self._happen(db, case, event, now, note=letters.rejected(authority, procedure, outcome.reason))
            else:
                self._ask(db, case, authority, now, outcome.item or procedure.correction, outcome.reason)
            return receipt(case)

    def _ask(
        self,
        db: Connection,
        case: Application,
        authority: Authority,
        now: datetime,
        reference: str | None,
        reason: str | None,
    ) -> None:
        until = next_open(now.date() + timedelta(days=intake.CORRECTION_DAYS), authority.closed)
        item = facts.asked(reference, case.body["subjects"], self._facts(case)) if reference else None
        label = self._catalogue.label(reference) if reference else None
        note = letters.correction_requested(label, reason, until)
        self._happen(db, case, "correction_requested", now, note=note, item=item, until=records.iso(until))
        records.put_due(db, case.world, case.number, "expire", datetime.combine(until + timedelta(days=1), time()))

    # --- shared -------------------------------------------------------------------------------------------------------
    def _settle(self, world: str, now: datetime, number: str) -> Receipt:
        """Do what is due at this very moment (a counter finishes at once), then say where the application stands."""
        self.advance(world, now, tried=False)
        with self._store.read() as db:
            return receipt(self._case(db, world, number))
