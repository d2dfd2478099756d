"""Passes private notices on to the companies (service `partners`) and brings their answers back into the cases.

Stored before sent: a due thing of the case stands until the company has taken the notice, and is tried again whenever the clock moves.
What companies tell, by webhook or when asked, is kept by notice and version and used in the order of versions, each once; so it makes no
difference whether it comes twice, late, or in another order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from app.services.simcore.calendar import next_open
from app.services.simcore.problems import Problem
from app.services.simcore.store import Store

from . import enclosures, facts, intake, letters, notices, records, relays
from .catalogue import Authority, Catalogue, Procedure
from .config import Config
from .partners_client import CERTIFICATES, NOTICES, HeldError, PartnersClient, RefusedError
from .records import Application, Due
from .relays import Relay

LOG = logging.getLogger(__name__)
KINDS = frozenset({"relay", "answer", "visited", "retract", "look"})
"""Due things that are this module's. `look`: ask the companies at the moment at which they will have something to tell."""
Tell = Callable[..., None]


class Connector:
    """The companies' side of all offices of one service process. `tell(db, case, event, at, **details)` changes a case."""

    def __init__(self, store: Store, catalogue: Catalogue, client: PartnersClient) -> None:
        self._store, self._catalogue, self._client = store, catalogue, client

    def takes(self, case: Application, procedure: Procedure) -> bool:
        """Whether a company is told of this case: one that has a notice for it and is not handed over in person."""
        return case.channel != "visit" and notices.goes(case)

    def plan(self, db: Connection, case: Application, now: datetime) -> None:
        """Put among the due things what the company is told next."""
        relay = relays.find(db, case.world, case.number)
        if relay is None:
            relays.save(db, Relay(case.world, case.number, case.authority))
            records.put_due(db, case.world, case.number, "relay", now)
        elif not relay.notice:  # it could not be read the first time
            records.put_due(db, case.world, case.number, "relay", now)
        elif relay.state == "completed":  # it needed no answer after all
            records.put_due(db, case.world, case.number, "decide", now)
        else:
            kind = "visited" if relay.state == "visit_required" else "answer"
            records.put_due(db, case.world, case.number, kind, now)

    # --- telling companies ------------------------------------------------------------------------------------------------
    def perform(self, due: Due, at: datetime, tell: Tell) -> bool:
        """Do one due thing. False when the company could not be reached: it stays due."""
        if due.kind == "look":
            with self._store.write() as db:
                records.take_due(db, due)
            self.catch_up(due.world, due.at, tell)
            return True
        with self._store.write() as db:
            case, relay = records.find(db, due.world, due.number), relays.find(db, due.world, due.number)
            if case is None or relay is None:
                records.take_due(db, due)
                return True
            relay.tried = True
            relays.save(db, relay)
        try:
            self._client.connect(due.world, at)
            notice = self._send(due, at, case, relay)
        except HeldError as error:
            return self._hold(due, at, error, tell)
        except RefusedError as error:
            self._refused(due, at, error, tell)
            return True
        with self._store.write() as db:
            self._told(db, due, at, notice, tell)
        if notice and due.kind != "retract":
            self._ask(due.world, at, case.authority, notice, tell)
        return True

    def _send(self, due: Due, at: datetime, case: Application, relay: Relay) -> str | None:
        desk = CERTIFICATES if notices.asks_certificate(case) else NOTICES
        if due.kind == "relay":
            return self._client.send(due.world, at, case.authority, case.number, notices.build(case), desk)
        if due.kind == "retract":
            found = [relay.notice] if relay.notice else self._client.find(due.world, at, case.authority, case.number)
            for notice in found:
                self._client.withdraw(due.world, at, case.authority, notice)
            return None
        if relay.notice and due.kind == "answer":
            self._client.answer(due.world, at, case.authority, relay.notice, notices.build(case), desk)
        elif relay.notice:
            self._client.visited(due.world, at, case.authority, relay.notice)
        return relay.notice

    def fetch(self, world: str, at: datetime, number: str, authority: Authority, procedure: Procedure) -> bool:
        """Keep with a case what its company made, once. False where the company could not be reached."""
        return enclosures.fetch(self._store, self._client, world, at, number, authority, procedure)

    def _told(self, db: Connection, due: Due, at: datetime, notice: str | None, tell: Tell) -> None:
        """Note that the company has it. Where the citizen took the case back meanwhile, the company hears that next."""
        records.take_due(db, due)
        case, relay = records.find(db, due.world, due.number), relays.find(db, due.world, due.number)
        if case is None or relay is None or due.kind != "relay":
            return
        relay.notice = notice
        relays.save(db, relay)
        if case.state == "withdrawn":
            records.put_due(db, due.world, due.number, "retract", at)
        else:
            self._use(db, case, relay, tell)

    def _hold(self, due: Due, at: datetime, error: HeldError, tell: Tell) -> bool:
        """The company does not answer: the case says that the office holds it. Nothing is lost."""
        with self._store.write() as db:
            case = records.find(db, due.world, due.number)
            if case is not None and due.kind == "relay" and case.state == "received":
                authority, _ = self._who(case)
                tell(db, case, "review_started", at, note=letters.held(authority, error.again))
            if error.again is None or error.again <= at:
                records.count_failure(db, due)
                return False
            if records.take_due(db, due):
                records.put_due(db, due.world, due.number, due.kind, error.again)
            return True

    def _refused(self, due: Due, at: datetime, error: RefusedError, tell: Tell) -> None:
        """The company will not take it as it is."""
        LOG.warning("a company refused %s of %s: %s", due.kind, due.number, error.kind)
        with self._store.write() as db:
            records.take_due(db, due)
            case, relay = records.find(db, due.world, due.number), relays.find(db, due.world, due.number)
            if case is None or relay is None or due.kind not in ("relay", "answer"):
                return
            if field := notices.unread(error.places):
                self._ask_again(db, case, at, field, tell)
            elif due.kind == "relay":
                self._reject(db, case, at, error.words or None, None, tell)
        if (
            due.kind == "answer" and relay.notice
        ):  # it asks for nothing any more: what it has done instead is told there
            self._ask(due.world, at, case.authority, relay.notice, tell)

    def _ask_again(self, db: Connection, case: Application, at: datetime, field: str, tell: Tell) -> None:
        """The company cannot read one thing: the citizen mends exactly that."""
        authority, procedure = self._who(case)
        self._begin(db, case, authority, at, tell)
        if case.state == "in_review":
            item = self._item(case, procedure, field)
            until = next_open(at.date() + timedelta(days=intake.CORRECTION_DAYS), authority.closed)
            label = self._catalogue.label(notices.answering(case, procedure, field) or procedure.correction or "")
            note = letters.correction_requested(label, letters.unread(authority), until)
            tell(db, case, "correction_requested", at, note=note, until=records.iso(until), item=item)

    # --- hearing from companies -------------------------------------------------------------------------------------------
    def catch_up(self, world: str, now: datetime, tell: Tell) -> bool:
        """Let the companies' time come to `now` and use what they have to tell. Returns whether a case changed."""
        with self._store.read() as db:
            link = relays.link(db, world)
        if link is None:
            return False
        try:
            events, cursor, following = self._client.listen(world, now, link.cursor)
        except (HeldError, RefusedError):
            return False
        with self._store.write() as db:
            relays.move_cursor(db, world, cursor)
            relays.plan_look(db, world, following if following and following > now else None)
        return self.hear(world, [event["data"] for event in events], tell)

    def hear(self, world: str, told: Sequence[Mapping[str, Any]], tell: Tell) -> bool:
        """Keep what companies told ({notice, step}), and use what is next for each notice. Returns whether a case changed."""
        with self._store.write() as db:
            for one in told:
                relays.keep(db, world, one["notice"], one["step"])
            changed = False
            for notice in dict.fromkeys(one["notice"] for one in told):
                relay = relays.by_notice(db, world, notice)
                case = records.find(db, world, relay.number) if relay else None
                if relay and case:
                    changed = self._use(db, case, relay, tell) or changed
        return changed

    def _ask(self, world: str, at: datetime, partner: str, notice: str, tell: Tell) -> None:
        """What the company has done with a notice already; what cannot be asked now is told later."""
        try:
            steps = self._client.steps(world, at, partner, notice)
        except (HeldError, RefusedError):
            return
        self.hear(world, [{"notice": notice, "step": step} for step in steps], tell)

    def _use(self, db: Connection, case: Application, relay: Relay, tell: Tell) -> bool:
        """Use the steps of a notice that come next, as far as there is no gap."""
        changed = False
        while relay.notice and (step := relays.step(db, case.world, relay.notice, relay.version + 1)):
            relay.version, relay.state = int(step["version"]), str(step["state"])
            relays.save(db, relay)
            at = max(datetime.fromisoformat(step["at"]), records.last_moment(db, case.world, case.number))
            self._apply(db, case, step, at, tell)
            changed = True
        return changed

    def _apply(self, db: Connection, case: Application, step: Mapping[str, Any], at: datetime, tell: Tell) -> None:
        """One step of a company in the words of cases; nothing where the case is over or the citizen's answer is on its way."""
        state, note = step["state"], step["note"]
        authority, procedure = self._who(case)
        if state in ("in_review", "confirming", "scheduled") and case.state == "received":
            tell(db, case, "review_started", at, note=note)
        elif state == "visit_required" and case.state == "received":
            opens = records.iso(next_open(at.date(), authority.closed))
            case.opens = opens
            tell(db, case, "visit_needed", at, note=note, opens=opens)
        elif state in ("question", "call_back", "visit_required"):
            self._begin(db, case, authority, at, tell)
            if case.state == "in_review":
                tell(
                    db,
                    case,
                    "correction_requested",
                    at,
                    note=note,
                    until=step.get("until"),
                    item=self._item(case, procedure, step.get("field")),
                )
        elif state == "completed" and case.state in ("received", "in_review"):
            if not procedure.private:
                self._begin(db, case, authority, at, tell)
            if case.state == "in_review":
                tell(db, case, "approved", at, note=note)
            records.put_due(db, case.world, case.number, "finish", at)
        elif state == "rejected":
            self._reject(db, case, at, step.get("reason"), step.get("remedy"), tell)
        elif state == "withdrawn" and case.state in ("received", "in_review", "correction_requested", "needs_visit"):
            records.cancel_dues(db, case.world, case.number)
            tell(db, case, "withdrawn", at, note=letters.withdrawn(procedure))

    def _begin(self, db: Connection, case: Application, authority: Authority, at: datetime, tell: Tell) -> None:
        if case.state == "received":
            tell(db, case, "review_started", at, note=letters.looking(authority))

    def _reject(
        self, db: Connection, case: Application, at: datetime, reason: str | None, remedy: str | None, tell: Tell
    ) -> None:
        authority, procedure = self._who(case)
        self._begin(db, case, authority, at, tell)
        if case.state in ("in_review", "correction_requested", "needs_visit"):
            tell(
                db, case, "rejected", at, note=letters.rejected(authority, procedure, reason, remedy and f"{remedy}。")
            )

    def _item(self, case: Application, procedure: Procedure, field: str | None) -> str | None:
        """The fact that answers what the company asks."""
        reference = notices.answering(case, procedure, field) or procedure.correction
        known = {facts.key(text): value for text, value in case.body["facts"].items()}
        return facts.asked(reference, case.body["subjects"], known) if reference else None

    # --- taking back --------------------------------------------------------------------------------------------------------
    def withdraw(self, world: str, now: datetime, number: str, tell: Tell) -> None:
        """Take the notice back at the company first. `Problem` 409 where it is too late there, 503 where it does not answer."""
        with self._store.read() as db:
            relay, case = relays.find(db, world, number), records.find(db, world, number)
        if relay is None or case is None or not relay.notice or case.state in ("withdrawn", "completed", "rejected"):
            return
        try:
            self._client.withdraw(world, now, relay.partner, relay.notice)
        except HeldError:
            words = "会社につながらないため、いまは取り下げられません。あとでもう一度お試しください。"
            raise Problem(
                503, "partner-unreachable", "The company does not answer.", words, headers={"Retry-After": "30"}
            ) from None
        except RefusedError as error:
            if error.status == 409:
                self._ask(world, now, relay.partner, relay.notice, tell)
                raise Problem(409, "already-processed", "It is too late to withdraw.", error.words) from None

    def withdrawn(self, db: Connection, case: Application, now: datetime) -> None:
        """The case was taken back here. Where the company may have the notice without our knowing, it is told."""
        relay = relays.find(db, case.world, case.number)
        if relay and relay.tried and not relay.notice:
            records.put_due(db, case.world, case.number, "retract", now)

    def _who(self, case: Application) -> tuple[Authority, Procedure]:
        return self._catalogue.authorities[case.authority], self._catalogue.procedures[case.procedure]

    def secret(self, world: str) -> str | None:
        """What the companies sign their webhooks with in a world; None where none were agreed."""
        with self._store.read() as db:
            link = relays.link(db, world)
        return link.secret if link else None


def connector_for(config: Config, store: Store, catalogue: Catalogue) -> Connector | None:
    """The companies' side of a deployment; None where private notices are settled here."""
    if not config.partners_url:
        return None
    client = PartnersClient(store, config.partners_url, config.control_key, config.timeout, config.base_url)
    return Connector(store, catalogue, client)
