"""A plan: what ``planner.make_plan`` returns. What only showing needs is worked out when asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from app.engine import offices
from app.engine.asking import find_asks, find_pages, path_page
from app.engine.compiled import CompiledClause, CompiledEvent, CompiledProcedure, ItemPath
from app.engine.conditions import UNKNOWN, Condition, Env
from app.engine.definitions import Authority, Evidence, Mode
from app.engine.facts import Facts, Key
from app.engine.planned import NOT_REQUIRED, REQUIRED, Ask, Page, PlannedProcedure, Reason, Result, Verdict
from app.engine.resting import find_protection, rests_on
from app.engine.vocabulary import Item


@dataclass
class Plan:
    """The plan of a journey on a day."""

    event: CompiledEvent
    facts: Facts
    today: date
    procedures: list[PlannedProcedure] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._env = Env(self.facts.values(), dict(self.facts.roles), self.today)
        self._memos: dict[str | None, dict[Condition, Result]] = defaultdict(dict)  # by subject; None: the same for all
        self._protected: dict[Key, tuple[bool, Iterable[Key]]] = {}

    # --- reading ----------------------------------------------------------------------------------------------------
    @cached_property
    def by_verdict(self) -> dict[str, list[PlannedProcedure]]:
        """Planned procedures by verdict word."""
        found: dict[str, list[PlannedProcedure]] = {"required": [], "not_required": [], "undecided": []}
        for planned in self.procedures:
            found[planned.word].append(planned)
        return found

    @cached_property
    def to_confirm(self) -> set[Key]:
        """Keys that a register told and the person still has to say are right."""
        return self.facts.to_confirm()

    @cached_property
    def settled(self) -> Set[Key]:
        """Keys whose value may be used without asking."""
        return self._env.values.keys() - self.to_confirm

    @cached_property
    def not_ruled_out(self) -> frozenset[str]:
        """Ids of procedures that are required or may be."""
        return frozenset(planned.id for planned in self.procedures if planned.verdict is not False)

    @cached_property
    def asks(self) -> list[Ask]:
        """The questions that are left, in the order in which they are put."""
        return find_asks(self)

    @cached_property
    def pages(self) -> list[Page]:
        """The same questions as pages."""
        return find_pages(self)

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """How many question pages are left, at least and at most."""
        pages = {(page.id, page.subject) for page in self.pages}
        further = set(pages)
        for planned in self.by_verdict["undecided"]:
            for key in self.needs(planned):
                if self.askable(key):
                    further.add((path_page(self, key), key[0]))
        return len(pages), len(further)

    @cached_property
    def on_path(self) -> frozenset[Key]:
        """The known keys that something in the plan rests on. An answer that is not among them is off the path: it is
        kept, but no verdict, form or office sees it until another answer brings it back."""
        return frozenset(
            key for planned in self.procedures for key in rests_on(self, planned) if key in self.facts.by_key
        )

    def find(self, id_: str, subject: str | None = None) -> PlannedProcedure | None:
        """The planned procedure with an id (and subject, where one is given)."""
        return next((p for p in self.procedures if p.id == id_ and subject in (None, p.subject)), None)

    @cached_property
    def _renamed(self) -> dict[Key, Item]:
        """Items that this event calls something else of one of its roles."""
        found = {}
        for reference, label in self.event.definition.labels.items():
            role, _, name = reference.partition(".")
            for subject in self.subjects(role, None) or ():
                item = self.event.vocabulary.item(self.facts.kinds.get(subject, ""), name)
                if item is not None:
                    found[subject, name] = item.model_copy(update={"label": label})
        return found

    def item(self, key: Key) -> Item | None:
        """The item of a key, with the label that it has in this event."""
        if key in self._renamed:
            return self._renamed[key]
        return self.event.vocabulary.item(self.facts.kinds.get(key[0], ""), key[1])

    def path_of(self, key: Key) -> str:
        """The `kind.item` of a key."""
        return f"{self.facts.kinds.get(key[0], '')}.{key[1]}"

    # --- conditions and paths -----------------------------------------------------------------------------------------
    def run(self, condition: Condition, subject: str | None) -> Result:
        """Value and trace of a condition for a subject, worked out once a plan."""
        memo = self._memos[subject if condition.uses_each else None]
        hit = memo.get(condition)
        if hit is None:
            env = self._env
            env.bound["each"] = subject
            env.reads = []
            hit = memo[condition] = (condition.run(env), env.reads)
        return hit

    def run_for(self, condition: Condition, me: str) -> Result:
        """Value and trace of a condition of the vocabulary, whose `self` is one subject."""
        env = self._env
        env.bound["self"] = me
        env.reads = []
        return condition.run(env), env.reads

    def decide_common(self, compiled: CompiledProcedure) -> Verdict:
        """The verdict of the clauses that do not speak of each."""
        return self._decide(compiled.common, None, REQUIRED)

    def decide_each(self, compiled: CompiledProcedure, subjects: Sequence[str], common: Verdict) -> list[Verdict]:
        """The verdicts for each of some subjects, where ``common`` does not rule the procedure out."""
        return [self._decide(compiled.of_each, subject, common) for subject in subjects]

    def _decide(self, clauses: Sequence[CompiledClause], subject: str | None, so_far: Verdict) -> Verdict:
        """Kleene's `and` over clauses that all speak of each, or all do not; with the open keys of the undecided ones."""
        result, waiting = so_far
        env, memo = self._env, self._memos[subject]
        env.bound["each"] = subject
        for clause in clauses:
            hit = memo.get(clause.condition)
            if hit is None:  # as in `run`, here without a call
                env.reads = []
                hit = memo[clause.condition] = (clause.condition.run(env), env.reads)
            value, reads = hit
            if value is False:
                return NOT_REQUIRED
            if value is UNKNOWN:
                result = UNKNOWN
                waiting += self.open(reads)
        return (UNKNOWN, tuple(dict.fromkeys(waiting))) if waiting else (result, ())

    def members(self, role: str) -> Result:
        """The subjects of a role that an item tells, or UNKNOWN with the keys that would tell."""
        value, reads = self.run(self.event.lists[role], None)
        if isinstance(value, str):
            return (value,), reads
        return (() if value is None else value), reads

    def subjects(self, role: str, subject: str | None) -> Sequence[str] | None:
        """The subjects a role stands for; None while that is unknown."""
        if role == "each":
            return () if subject is None else (subject,)
        if role in self.event.lists:
            members, _ = self.members(role)
            return None if members is UNKNOWN else members
        return (self.facts.roles[role],)

    def one_value(self, path: ItemPath, subject: str | None) -> Any:
        """The value of an item path that stands for one subject, or UNKNOWN."""
        return self.look_up(path, subject)[0]

    def look_up(self, path: ItemPath, subject: str | None) -> Result:
        """The same with the keys it rests on, or that would tell it."""
        subjects = self.subjects(path.role, subject)
        if not subjects:
            return UNKNOWN, self.members(path.role)[1] if subjects is None else ()
        me = subjects[0]
        condition = self.event.worked_out.get((path.kind, path.name))
        value, reads = self.run_for(condition, me) if condition else self._read((me, path.name))
        return value, (*(self.members(path.role)[1] if path.role in self.event.lists else ()), *reads)

    def values(self, reference: str, subject: str | None) -> list[tuple[Key, Any]] | None:
        """What `role.item` (or the role itself) is for each of the role's subjects; None while it is not known who they are."""
        role, _, name = reference.partition(".")
        subjects = self.subjects(role, subject)
        if subjects is None:
            return None
        return [((one, name), self._value(one, name) if name else one) for one in subjects]

    def _value(self, subject: str, name: str) -> Any:
        condition = self.event.worked_out.get((self.facts.kinds.get(subject, ""), name))
        return (self.run_for(condition, subject) if condition else self._read((subject, name)))[0]

    def _read(self, key: Key) -> Result:
        return self._env.values.get(key, UNKNOWN), (key,)

    def known(self, reads: Iterable[Key]) -> tuple[Key, ...]:
        """Those keys that have a value."""
        return tuple(dict.fromkeys(key for key in reads if key in self._env.values))

    def open(self, reads: Iterable[Key]) -> tuple[Key, ...]:
        """Those keys that have no value yet."""
        return tuple(dict.fromkeys(key for key in reads if key not in self._env.values and key[0] is not None))

    def askable(self, key: Key) -> bool:
        """Whether a key still has to be put to the person."""
        return key not in self.facts.by_key or key in self.to_confirm

    # --- parts that planned procedures ask for ------------------------------------------------------------------------
    def needs(self, planned: PlannedProcedure) -> dict[Key, None]:
        """Keys that the office needs in this case; conditional needs count once their condition holds."""
        subject = planned.subject
        paths = [
            need.path for need in planned.compiled.needs if need.when is None or self.run(need.when, subject)[0] is True
        ]
        return dict.fromkeys((one, path.name) for path in paths for one in self.subjects(path.role, subject) or ())

    def protection(self, key: Key) -> tuple[bool, Iterable[Key]]:
        """Whether a known fact is under protection, and the keys that say so."""
        found = self._protected.get(key)
        if found is None:
            fact = self.facts.by_key.get(key)
            found = self._protected[key] = (False, ()) if fact is None else find_protection(self, fact)
        return found

    def authority(self, name: str) -> Authority | None:
        """The authority that a definition's name stands for here."""
        return self.event.find_authority(name, self._codes)

    @cached_property
    def _codes(self) -> dict[str, str]:
        return offices.find_codes(self)

    def channel(self, planned: PlannedProcedure) -> tuple[Mode, str]:
        """The first exception that holds, else the definition's own way; outside the online window, the counter."""
        definition = planned.compiled.definition
        for exception, condition in zip(definition.channel.unless, planned.compiled.channel_when, strict=True):
            if self.run(condition, planned.subject)[0] is True:
                return exception.mode, exception.reason
        window, start = definition.online_window, planned.compiled.start
        if definition.channel.mode == "online" and window is not None and start is not None:
            day = self.one_value(start, planned.subject)
            if day is not UNKNOWN and (self.today - day).days > window.last:
                return "visit", window.otherwise
        return definition.channel.mode, definition.channel.reason

    def evidence(self, planned: PlannedProcedure) -> list[Evidence]:
        """Documents whose condition does not rule them out."""
        pairs = zip(planned.compiled.definition.evidence, planned.compiled.evidence_when, strict=True)
        return [document for document, when in pairs if when is None or self.run(when, planned.subject)[0] is not False]

    def reasons(self, planned: PlannedProcedure) -> tuple[Reason, ...]:
        """See ``PlannedProcedure.reasons``."""
        compiled = planned.compiled
        if not compiled.definition.valid.on(self.today):
            return (Reason("この手続は、いまの法律にはないため", ()),)
        listed = compiled.definition.for_each if planned.subject is None else None
        reasons = []
        for clause in compiled.common if listed else compiled.clauses:
            value, reads = self.run(clause.condition, planned.subject)
            if value is False:
                return (Reason(clause.otherwise, self.known(reads)),)
            if value is UNKNOWN and planned.verdict is UNKNOWN:
                reasons.append(Reason(clause.because, self.open(reads)))
            elif value is True and planned.verdict is True:
                reasons.append(Reason(clause.because, self.known(reads)))
        if listed:
            reasons.append(self._list_reason(listed))
        return tuple(reasons)

    def _list_reason(self, role: str) -> Reason:
        """Why nothing can be said for each member of a list: it is not known yet, or empty."""
        holder, name, _ = self.event.scope.lists[role]
        item = self.event.vocabulary.kinds[self.event.scope.ones[holder]].items[name]
        members, reads = self.members(role)
        if members is UNKNOWN:
            return Reason(f"「{item.label}」がまだ分からないため", self.open(reads))
        return Reason(f"「{item.label}」がないため", self.known(reads))
