"""One journey: consent and look-ups, answers, the plan. State is facts only; the path is worked out from them each time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.engine.compiling import CompiledEvent
from app.engine.conditions import UNKNOWN
from app.engine.facts import NOT_YET, Facts, Key
from app.engine.personas import Household
from app.engine.planner import Page, Plan, make_plan
from app.engine.values import to_json
from app.store import models
from app.world import ledger, lookups
from app.world.context import Context
from app.world.ledger import Entry, NewFact
from app.world.lookups import Consent

STAGES = ("event", "lookup", "answer", "review", "sign")
Found = TypeVar("Found")
WORKED_OUT = ("entries", "facts", "plan", "consent_choices", "parts")
MOST_PARTS = 8  # a few languages, and what stood a moment ago


class Stale(Exception):
    """The page was made before something else changed. ``changed`` are the keys with another value now."""

    def __init__(self, changed: tuple[Key, ...]) -> None:
        super().__init__("stale")
        self.changed = changed


class Journey:
    """A journey of a world. Reads lazily and keeps what it read for the length of a request; every change goes through a
    method and forgets what was read."""

    def __init__(
        self, context: Context, world: str, row: models.Journey | Row[Any], now: datetime, household: Household
    ) -> None:
        self.context, self.world, self.n, self.now, self.household = context, world, row.n, now, household
        self.event: CompiledEvent = context.library.events[row.event]
        self._take(row)
        self._was_changed = False
        self.__dict__.update(context.kept.take(self._version_key))

    def _take(self, row: models.Journey | Row[Any]) -> None:
        self.version = row.version
        self.consents: dict[str, dict[str, Any]] = dict(row.consents)
        self.lookups: dict[str, dict[str, Any]] = dict(row.lookups)
        self.added: dict[str, dict[str, Any]] = dict(row.subjects)
        self.seen: dict[str, Any] = dict(row.notice)
        for name in WORKED_OUT:
            self.__dict__.pop(name, None)

    @property
    def _version_key(self) -> tuple[str, int, int, date]:
        """What facts and plan depend on."""
        return self.world, self.n, self.version, self.today

    def keep(self) -> None:
        """Leave what was worked out to the next request, unless this one changed it: a change may still be undone.

        This journey is not to be used afterwards.
        """
        if not self._was_changed:
            found = {name: self.__dict__[name] for name in WORKED_OUT if name in self.__dict__}
            self.context.kept.put(self._version_key, found)

    @property
    def today(self) -> date:
        """The world's day."""
        return self.now.date()

    # --- what is known ------------------------------------------------------------------------------------------------
    @cached_property
    def entries(self) -> list[Entry]:
        """The ledger's standing rows."""
        with self.context.database.read() as session:
            return ledger.entries(session, self.context.database.seal, self.world, self.n)

    @cached_property
    def facts(self) -> Facts:
        """The ledger as the planner sees it."""
        kinds = {id_: subject["kind"] for id_, subject in self.added.items()}
        roles = dict(self.household.roles)
        for name, role in self.event.definition.roles.items():
            if role.given:
                roles.setdefault(name, name)
                kinds.setdefault(roles[name], role.kind)
        return Facts.of(roles, kinds, ledger.facts(self.event, kinds, self.entries))

    @cached_property
    def plan(self) -> Plan:
        """The plan as of now."""
        return make_plan(self.event, self.facts, self.today)

    @cached_property
    def parts(self) -> dict[Hashable, Any]:
        """Parts of pages that follow from the journey and their key alone; see `part`."""
        return {}

    def part(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """What ``make`` returns, kept for the next request under a key that names all it depends on beside the journey and the day."""
        if key not in self.parts:
            if len(self.parts) >= MOST_PARTS:
                self.parts.clear()
            self.parts[key] = make()
        found: Found = self.parts[key]
        return found

    @property
    def mark(self) -> int:
        """The newest row of the ledger: what a page was based on."""
        return self.entries[-1].seq if self.entries else 0

    def entry(self, key: Key) -> Entry | None:
        """The standing ledger row of a key."""
        return next((entry for entry in self.entries if entry.key == key), None)

    def name_of(self, subject: str) -> str:
        """What a subject is called: its name as registered or as the person gave it; empty when not known."""
        kind = self.event.vocabulary.kinds.get(self.facts.kinds.get(subject, ""))
        fact = self.facts.get((subject, kind.named_by)) if kind and kind.named_by else None
        return str(fact.value) if fact is not None and fact.value not in (None, NOT_YET) else ""

    # --- triage -------------------------------------------------------------------------------------------------------
    @property
    def open_triage(self) -> list[str]:
        """Triage items (`move.kind`) without an answer, in order."""
        return [
            f"{path.kind}.{path.name}"
            for path in self.event.triage
            if (self.facts.roles[path.role], path.name) not in self.facts.by_key
        ]

    # --- consent and look-up --------------------------------------------------------------------------------------------
    @cached_property
    def consent_choices(self) -> Consent:
        """Which registers could be asked for what, given the triage; and what refusing costs in questions."""
        return lookups.choices(self.event, self.facts, self.today)

    def decide_consents(self, decisions: Mapping[str, bool]) -> None:
        """Record yes or no for each register. A yes that turns into a no withdraws what the register told."""
        with self.context.database.write() as session:
            row = self._row(session)
            consents = dict(row.consents)
            for register, yes in decisions.items():
                consents[register] = {"decision": "granted" if yes else "refused", "at": self.now.isoformat()}
            row.consents = consents
            refused = [register for register, yes in decisions.items() if not yes]
            row.lookups = {register: answer for register, answer in row.lookups.items() if register not in refused}
            gone = [entry.seq for entry in self.entries if entry.source.removeprefix("register:") in refused]
            ledger.withdraw(session, self.world, self.n, gone)
            self._changed(row)

    @property
    def pending_registers(self) -> list[str]:
        """Registers that may be asked and have not answered yet."""
        return [
            register
            for register, consent in self.consents.items()
            if consent["decision"] == "granted"
            and self.lookups.get(register, {}).get("status") in (None, "down", "slow")
        ]

    def look_up(self, token: str, only: Iterable[str] | None = None) -> None:
        """Ask every pending register (or those named) at once, and enter what they answer.

        A register that is down or slow is marked; it can be asked again, or its questions put to the person.
        """
        wanted = [register for register in self.pending_registers if only is None or register in set(only)]
        choices = {cost.register.id: cost for cost in self.consent_choices.registers}
        asked = {register: choices[register] for register in wanted if register in choices}
        answers = lookups.inquire_all(self.context, self.world, self.now, token, asked)
        with self.context.database.write() as session:
            row = self._row(session)
            marked, subjects, facts = dict(row.lookups), dict(row.subjects), []
            for register, answer in answers.items():
                marked[register] = {key: value for key, value in answer.items() if key != "subjects"}
                for subject, told in answer.get("subjects", {}).items():
                    subjects.setdefault(subject, {"kind": told["kind"], "source": f"register:{register}"})
                    facts += lookups.told(self.event, choices[register], subject, told)
            row.lookups, row.subjects = marked, subjects
            ledger.enter(session, self.context.database.seal, self.world, self.n, facts, self.now)
            self._changed(row)

    def ask_instead(self, registers: Iterable[str]) -> None:
        """Put the questions of registers that do not answer to the person."""
        self._mark(registers, status="asked_instead")

    def ask_later(self, registers: Iterable[str]) -> None:
        """Go on without registers that do not answer; they stay pending and can be asked again at any time."""
        self._mark(registers, later=True)

    def _mark(self, registers: Iterable[str], **mark: Any) -> None:
        with self.context.database.write() as session:
            row = self._row(session)
            row.lookups = row.lookups | {id_: row.lookups.get(id_, lookups.nothing("down")) | mark for id_ in registers}
            self._changed(row)

    # --- answers --------------------------------------------------------------------------------------------------------
    def page(self, page_id: str, subject: str) -> Page | None:
        """The open question page with an id and subject."""
        return next((page for page in self.plan.pages if page.id == page_id and page.subject == subject), None)

    def answer(self, values: Mapping[Key, Any], based_on: int | None = None) -> None:
        """Enter answers (inside values, NOT_YET included). Raises Stale when another tab answered differently since
        ``based_on`` (the ``mark`` of the page)."""
        self._say(values, "citizen", based_on)

    def differ(self, key: Key, value: Any, based_on: int | None = None) -> None:
        """The person says that a register's fact is something else: theirs is sent, with the register's beside it."""
        self._say({key: value}, "citizen:differs", based_on)

    def _say(self, values: Mapping[Key, Any], source: str, based_on: int | None) -> None:
        if based_on is not None:
            self._check_stale(values, based_on)
        facts = [
            NewFact(*key, to_json(value), source, self._reuse(key), "", self._purpose(key))
            for key, value in values.items()
        ]
        with self.context.database.write() as session:
            row = self._row(session)
            if ledger.enter(session, self.context.database.seal, self.world, self.n, facts, self.now):
                self._changed(row)

    def told(self, key: Key) -> Any:
        """What a register told where the person says that it is something else (JSON shape); None elsewhere."""
        entry = self.entry(key)
        if entry is None or entry.source != "citizen:differs":
            return None
        with self.context.database.read() as session:
            rows = ledger.entries(session, self.context.database.seal, self.world, self.n, current_only=False)
        return next(
            (one.value for one in reversed(rows) if one.key == key and one.source.startswith("register:")), None
        )

    def _check_stale(self, values: Mapping[Key, Any], based_on: int) -> None:
        changed = tuple(
            key
            for key, value in values.items()
            if (entry := self.entry(key)) is not None and entry.seq > based_on and entry.value != to_json(value)
        )
        if changed:
            raise Stale(changed)

    def _reuse(self, key: Key) -> str:
        """The reuse policy of what the person says: a register's protection stays on the fact whoever tells it."""
        entry = self.entry(key)
        if entry is not None and entry.reuse == "withheld":
            return "withheld"
        item = self.plan.item(key)
        return item.reuse if item and item.reuse != "confirm" else "share"

    def _purpose(self, key: Key) -> tuple[str, ...]:
        return self.event.uses.get(f"{self.facts.kinds.get(key[0], '')}.{key[1]}", ())

    def add_subject(self, kind: str) -> str:
        """Make a new subject of a kind (a dog the register does not know) and return its id."""
        with self.context.database.write() as session:
            row = self._row(session)
            place = 1 + sum(1 for id_ in row.subjects if id_.startswith(f"{kind}-"))
            row.subjects = {**row.subjects, f"{kind}-{place}": {"kind": kind, "source": "citizen"}}
            self._changed(row)
        return f"{kind}-{place}"

    # --- the plan as the person last saw it -----------------------------------------------------------------------------
    def take_difference(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Ids of procedures that became required, and that are required no more, since the plan was last looked at."""
        now = sorted({planned.id for planned in self.plan.by_verdict["required"]})
        before = self.seen.get("required")
        if now != before:
            with self.context.database.write() as session:
                self._row(session).notice = {"required": now}
        if before is None:
            return (), ()
        return tuple(id_ for id_ in now if id_ not in before), tuple(id_ for id_ in before if id_ not in now)

    def value(self, role: str, name: str) -> Any:
        """The value of an item for a singular role, None while it is not known."""
        subject = self.facts.roles.get(role, "")
        found = self.facts.values().get((subject, name), UNKNOWN)
        return None if found is UNKNOWN else found

    def _row(self, session: Session) -> models.Journey:
        query = select(models.Journey).where(models.Journey.world == self.world, models.Journey.n == self.n)
        return session.scalars(query).one()

    def _changed(self, row: models.Journey) -> None:
        row.version += 1
        self._was_changed = True
        self._take(row)
