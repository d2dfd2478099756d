"""A plan and its rows: what ``planner.make_plan`` returns. What only showing needs is worked out when asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from app.engine import deadlines
from app.engine.compiled import CompiledClause, CompiledEvent, CompiledProcedure, ItemPath
from app.engine.conditions import UNKNOWN, Condition, Env
from app.engine.definitions import Authority, Evidence, Mode
from app.engine.facts import Facts, Key
from app.engine.vocabulary import Item


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is as it is: a sentence, and the keys of the facts it rests on (open keys when undecided)."""

    text: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to put: an item for one subject. ``decides`` counts the verdicts that wait for it, ``needed_by`` names
    the procedures that depend on it. ``confirm`` is set when a register's answer only has to be confirmed."""

    key: Key
    item: Item
    kind: str
    decides: int
    needed_by: tuple[str, ...]
    confirm: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Questions that are asked together: one topic, one subject."""

    id: str
    topic: str
    subject: str
    asks: tuple[Ask, ...]


Result = tuple[Any, Sequence[Key]]
"""A value (True, False, UNKNOWN, the members of a list) and the keys it rests on."""


Verdict = tuple[Any, tuple[Key, ...]]
"""True, False or UNKNOWN, and the open keys of what is undecided."""


class PlannedProcedure:
    """One procedure for one subject (None where it is for nobody in particular). ``verdict`` is True, False or UNKNOWN;
    ``open`` are the keys that could decide it."""

    __slots__ = ("_plan", "compiled", "open", "subject", "verdict")

    def __init__(
        self, plan: Plan, compiled: CompiledProcedure, subject: str | None, verdict: Any, open_: tuple[Key, ...]
    ) -> None:
        self._plan, self.compiled, self.subject, self.verdict, self.open = plan, compiled, subject, verdict, open_

    @property
    def id(self) -> str:
        return self.compiled.definition.id

    @property
    def word(self) -> str:
        """The verdict as a word: required, not_required or undecided."""
        return "undecided" if self.verdict is UNKNOWN else "required" if self.verdict else "not_required"

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Required: why, clause by clause. Not required: the first clause that fails. Undecided: what is still open."""
        return self._plan.reasons(self)

    @property
    def due(self) -> deadlines.Due | None:
        """The deadline, where its starting day is known and the law names a number."""
        compiled = self.compiled
        if compiled.rule is None or compiled.start is None:
            return None
        start = self._plan.one_value(compiled.start, self.subject)
        return None if start is UNKNOWN else deadlines.compute(compiled.rule, start)

    @property
    def authority(self) -> Authority | None:
        """Who receives it; None while the address that decides is not known."""
        return self._plan.authority(self.compiled.definition.authority)

    @property
    def channel(self) -> tuple[Mode, str]:
        """How it is filed, and why where a visit or letter stays."""
        return self._plan.channel(self)

    @property
    def after(self) -> tuple[str, ...]:
        """Ids of the procedures of this plan that come first."""
        return tuple(id_ for id_ in self.compiled.definition.after if id_ in self._plan.not_ruled_out)

    @property
    def needs(self) -> tuple[Key, ...]:
        """All keys that the office needs in this case."""
        return tuple(self._plan.needs(self))

    @property
    def known(self) -> tuple[Key, ...]:
        """Needed keys with a value that may be used as it is."""
        return tuple(key for key in self._plan.needs(self) if key in self._plan.settled)

    @property
    def missing(self) -> tuple[Key, ...]:
        """Needed keys without a usable value."""
        return tuple(key for key in self._plan.needs(self) if key not in self._plan.settled)

    @property
    def sent(self) -> tuple[Key, ...]:
        """Known keys that go to its office: withheld facts only where the office is cleared for them."""
        return tuple(key for key in self.known if not self._withheld(key))

    @property
    def withheld(self) -> tuple[Key, ...]:
        """Known keys that its office does not get."""
        return tuple(key for key in self.known if self._withheld(key))

    @property
    def evidence(self) -> list[Evidence]:
        """Documents of the paper world that belong to this case, undecided ones included."""
        return self._plan.evidence(self)

    def _withheld(self, key: Key) -> bool:
        return not self.compiled.definition.sees_withheld and self._plan.is_withheld(key)


def path_page(plan: Plan, key: Key) -> str:
    """The id of the page on which a key is asked: the item's page, or the item itself."""
    kind, item = plan.facts.kinds.get(key[0], ""), plan.item(key)
    return (item.page if item else None) or f"{kind}.{key[1]}"


@dataclass
class Plan:
    """The plan of a journey on a day."""

    event: CompiledEvent
    facts: Facts
    today: date
    procedures: list[PlannedProcedure] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._env = Env(self.facts.values(), dict(self.facts.roles), self.today)
        self._memos: dict[str | None, dict[Condition, Result]] = defaultdict(dict)  # by subject; None: the same for all
        self._to_confirm = self.facts.to_confirm()
        self.settled = self._env.values.keys() - self._to_confirm
        """Keys whose value may be used without asking."""
        self._protected: dict[Key, bool] = {}

    # --- reading ----------------------------------------------------------------------------------------------------
    @cached_property
    def by_verdict(self) -> dict[str, list[PlannedProcedure]]:
        """Planned procedures by verdict word."""
        found: dict[str, list[PlannedProcedure]] = {"required": [], "not_required": [], "undecided": []}
        for planned in self.procedures:
            found[planned.word].append(planned)
        return found

    @cached_property
    def not_ruled_out(self) -> frozenset[str]:
        """Ids of procedures that are required or may be."""
        return frozenset(planned.id for planned in self.procedures if planned.verdict is not False)

    @cached_property
    def pages(self) -> list[Page]:
        """The questions as pages, in the order of their first ask; within a page in the vocabulary's order."""
        groups: dict[tuple[str, str], list[Ask]] = {}
        for ask in self.asks:
            groups.setdefault((path_page(self, ask.key), ask.key[0]), []).append(ask)
        pages = []
        for (page, subject), asks in groups.items():
            order = list(self.event.vocabulary.kinds[asks[0].kind].items)
            asks.sort(key=lambda ask: order.index(ask.key[1]))
            pages.append(Page(page, asks[0].item.topic, subject, tuple(asks)))
        return pages

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
            key for planned in self.procedures for key in self._rests_on(planned) if key in self.facts.by_key
        )

    def find(self, id_: str, subject: str | None = None) -> PlannedProcedure | None:
        """The planned procedure with an id (and subject, where one is given)."""
        return next((p for p in self.procedures if p.id == id_ and subject in (None, p.subject)), None)

    def item(self, key: Key) -> Item | None:
        """The item of a key."""
        return self.event.vocabulary.item(self.facts.kinds.get(key[0], ""), key[1])

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

    def decide(self, clauses: Sequence[CompiledClause], subject: str | None, so_far: Verdict = (True, ())) -> Verdict:
        """Kleene's `and` over clauses that all speak of each, or all do not; with the open keys of the undecided ones."""
        undecided, waiting = so_far[0] is UNKNOWN, so_far[1]
        env, memo = self._env, self._memos[subject]
        env.bound["each"] = subject
        for clause in clauses:
            hit = memo.get(clause.condition)
            if hit is None:  # as in `run`, here without a call: the innermost loop of a plan
                env.reads = []
                hit = memo[clause.condition] = (clause.condition.run(env), env.reads)
            value, reads = hit
            if value is False:
                return False, ()
            if value is UNKNOWN:
                undecided = True
                waiting += self.open(reads)
        return (UNKNOWN, tuple(dict.fromkeys(waiting))) if undecided else (True, ())

    def members(self, role: str) -> Result:
        """The subjects of a list role, or UNKNOWN with the keys that would tell."""
        return self.run(self.event.lists[role], None)

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
        subjects = self.subjects(path.role, subject)
        return self._env.values.get((subjects[0], path.name), UNKNOWN) if subjects else UNKNOWN

    def known(self, reads: Iterable[Key]) -> tuple[Key, ...]:
        """Those keys that have a value."""
        return tuple(dict.fromkeys(key for key in reads if key in self._env.values))

    def open(self, reads: Iterable[Key]) -> tuple[Key, ...]:
        """Those keys that have no value yet."""
        return tuple(dict.fromkeys(key for key in reads if key not in self._env.values and key[0] is not None))

    def askable(self, key: Key) -> bool:
        """Whether a key still has to be put to the person."""
        return key not in self.facts.by_key or key in self._to_confirm

    # --- parts that planned procedures ask for ------------------------------------------------------------------------
    def needs(self, planned: PlannedProcedure) -> dict[Key, None]:
        """Keys that the office needs in this case; conditional needs count once their condition holds."""
        subject = planned.subject
        paths = [
            need.path for need in planned.compiled.needs if need.when is None or self.run(need.when, subject)[0] is True
        ]
        return dict.fromkeys((one, path.name) for path in paths for one in self.subjects(path.role, subject) or ())

    def is_withheld(self, key: Key) -> bool:
        """Whether a fact is under protection: by its own policy, or because its item's condition holds. While that is not
        known, it counts as protected when one of the yes/no facts it asks for is true of anybody."""
        fact = self.facts.by_key.get(key)
        if fact is None:
            return False
        condition = self.event.withheld.get((self.facts.kinds.get(key[0], ""), key[1]))
        if fact.reuse == "withheld" or condition is None:
            return fact.reuse == "withheld"
        if key not in self._protected:
            self._env.bound["self"] = key[0]
            value = condition.run(self._env)
            self._protected[key] = self._said_of_anybody(condition.items) if value is UNKNOWN else value
        return self._protected[key]

    def _said_of_anybody(self, items: frozenset[str]) -> bool:
        """Whether one of these yes/no items is true of any subject."""
        facts = self.facts.by_key.items()
        return any(
            fact.value is True and f"{self.facts.kinds.get(subject)}.{name}" in items for (subject, name), fact in facts
        )

    def authority(self, name: str) -> Authority | None:
        """The authority that a definition's name stands for here."""
        return self.event.find_authority(name, self._codes)

    @cached_property
    def _codes(self) -> dict[str, str]:
        """Municipality codes by side. A side that lies abroad has the other side's; an address not yet known has none."""
        codes: dict[str, str] = {}
        for side, place in self.event.places.items():
            address = self.one_value(place.path, None)
            if side not in self._abroad and isinstance(address, Mapping):
                codes[side] = str(address["municipality"])
        if len(codes) == 1:
            codes |= dict.fromkeys(self._abroad, *codes.values())
        return codes

    @cached_property
    def _abroad(self) -> tuple[str, ...]:
        """Sides that are known to lie where there are no offices."""
        places = self.event.places.items()
        return tuple(side for side, one in places if one.outside is not None and self.run(one.outside, None)[0] is True)

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

    def _rests_on(self, planned: PlannedProcedure) -> Iterable[Key]:
        """Everything that a row was worked out from: the verdict, and for a required one all that is filed."""
        compiled, subject = planned.compiled, planned.subject
        if not compiled.definition.valid.on(self.today):
            return
        decided = False
        for clause in compiled.common if compiled.definition.for_each and subject is None else compiled.clauses:
            value, reads = self.run(clause.condition, subject)
            if planned.verdict is not False or (value is False and not decided):
                decided = decided or value is False
                yield from reads
        roles = (
            {compiled.definition.for_each}
            if compiled.definition.for_each and not (decided and subject is None)
            else set()
        )
        if planned.verdict is True:
            conditions = [need.when for need in compiled.needs_when] + [when for when in compiled.evidence_when if when]
            for condition in compiled.channel_when:
                conditions.append(condition)
                if self.run(condition, subject)[0] is True:
                    break
            for condition in conditions:
                yield from self.run(condition, subject)[1]
            roles |= {need.path.role for need in compiled.needs if need.path.role in self.event.lists}
            yield from self.needs(planned)
            for path in (compiled.start, *self._address_paths(compiled.definition.authority)):
                yield from ((one, path.name) for one in self.subjects(path.role, subject) or ()) if path else ()
        for role in roles:
            yield from self.members(role)[1]

    def _address_paths(self, authority: str) -> list[ItemPath]:
        """The address that decides which office an authority's name stands for."""
        side = authority.partition("_")[0]
        place = self.event.places.get(side)
        if place is None or authority in self.event.authorities:
            return []
        if side in self._abroad:
            return [other.path for name, other in self.event.places.items() if name != side]
        return [place.path]
