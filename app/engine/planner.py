"""Facts in, plan out: which procedures apply and why, what is known, what to ask next.

``make_plan`` is a pure function of a compiled event, facts and a day. It is deterministic, does not depend on the order
of facts, and a verdict once decided is only turned round by a fact in its trace. The rules of what is asked:

1. an item that a register answered is not asked; 2. an item answered once is not asked again, unless its reuse policy
says *confirm*; 3. an item is asked only while an undecided verdict or an applicable procedure depends on it; 4. a withheld
fact goes to no office that is not cleared; 5. nothing but the facts decides, so a changed answer takes off the path
exactly what depended on it; 6. every verdict carries its reasons in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from app.engine import deadlines
from app.engine.compiling import CompiledClause, CompiledEvent, CompiledProcedure, ItemPath
from app.engine.conditions import UNKNOWN, Condition, Env
from app.engine.definitions import Authority, Mode
from app.engine.facts import NOT_YET, Facts, Key
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


Result = tuple[Any, tuple[Key, ...]]


class PlannedProcedure:
    """One procedure for one subject (None where it is for nobody in particular). ``verdict`` is True, False or UNKNOWN.

    What is only needed for showing it (reasons, due date, channel …) is worked out when asked for.
    """

    __slots__ = ("_plan", "compiled", "open", "subject", "verdict")

    def __init__(self, plan: Plan, compiled: CompiledProcedure, subject: str | None, verdict: Any, open_: tuple[Key, ...]) -> None:
        self._plan, self.compiled, self.subject, self.verdict, self.open = plan, compiled, subject, verdict, open_

    @property
    def id(self) -> str:
        return self.compiled.id

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
        return tuple(key for key, _ in self._plan.needs(self))

    @property
    def known(self) -> tuple[Key, ...]:
        """Needed keys with a value that may be used as it is."""
        return tuple(key for key, path in self._plan.needs(self) if self._plan.settled(key, path.item))

    @property
    def missing(self) -> tuple[Key, ...]:
        """Needed keys without a usable value."""
        return tuple(key for key, path in self._plan.needs(self) if not self._plan.settled(key, path.item))

    @property
    def sent(self) -> tuple[Key, ...]:
        """Known keys that go to its office: withheld facts only where the office is cleared for them."""
        return tuple(key for key in self.known if not self._plan.withheld_from(self, key))

    @property
    def withheld(self) -> tuple[Key, ...]:
        """Known keys that its office does not get."""
        return tuple(key for key in self.known if self._plan.withheld_from(self, key))

    @property
    def evidence(self) -> list[Any]:
        """Documents of the paper world that belong to this case, undecided ones included."""
        return self._plan.evidence(self)


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
        self._memo: dict[Any, Result] = {}

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
        """The questions as pages: triage first, then what decides most, then topic by topic."""
        return _pages(self)

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """How many question pages are left, at least and at most."""
        least = len(self.pages)
        further = {key for planned in self.by_verdict["undecided"] for key, path in self.needs(planned) if self._askable(key, path.item)}
        asked = {ask.key for ask in self.asks}
        return least, least + len({(path_page(self, key), key[0]) for key in further - asked})

    def find(self, id_: str, subject: str | None = None) -> PlannedProcedure | None:
        """The planned procedure with an id (and subject, where one is given)."""
        return next((p for p in self.procedures if p.id == id_ and subject in (None, p.subject)), None)

    def item(self, key: Key) -> Item | None:
        """The item of a key."""
        return self.event.vocabulary.item(self.facts.kinds.get(key[0], ""), key[1])

    # --- parts that planned procedures ask for ------------------------------------------------------------------------
    def run(self, condition: Condition, subject: str | None) -> Result:
        """Value and trace of a condition for a subject, worked out once a plan."""
        memo = (condition, subject if condition.uses_each else None)
        hit = self._memo.get(memo)
        if hit is None:
            env = self._env
            env.bound["each"] = subject
            env.reads.clear()
            value = condition.run(env)
            hit = self._memo[memo] = (value, tuple(env.reads))
        return hit

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

    def needs(self, planned: PlannedProcedure) -> list[tuple[Key, ItemPath]]:
        """Keys and paths that the office needs in this case; conditional needs count once their condition holds."""
        found: dict[Key, ItemPath] = {}
        for need in planned.compiled.needs:
            if need.when is not None and self.run(need.when, planned.subject)[0] is not True:
                continue
            for subject in self.subjects(need.path.role, planned.subject) or ():
                found.setdefault((subject, need.path.name), need.path)
        return list(found.items())

    def settled(self, key: Key, item: Item) -> bool:
        """Whether a key's value may be used without asking."""
        fact = self.facts.by_key.get(key)
        return fact is not None and fact.value != NOT_YET and not (item.reuse == "confirm" and fact.register is not None)

    def withheld_from(self, planned: PlannedProcedure, key: Key) -> bool:
        """Whether a fact must not reach the office of a procedure."""
        if planned.compiled.definition.sees_withheld:
            return False
        return self.is_withheld(key)

    def is_withheld(self, key: Key) -> bool:
        """Whether a fact is under protection: by its own policy, or because anyone on the move is protected."""
        fact, item = self.facts.by_key.get(key), self.item(key)
        if fact is None or item is None:
            return False
        if fact.reuse == "withheld":
            return True
        return item.type == "address" and any(
            name == "address_protected" and other.value is True for (_, name), other in self.facts.by_key.items()
        )

    def authority(self, name: str) -> Authority | None:
        """The authority that a definition's name stands for here."""
        return self.event.find_authority(name, self._codes)

    @cached_property
    def _codes(self) -> dict[str, str]:
        codes = {}
        for side, path in self.event.definition.places.items():
            role, _, item = path.partition(".")
            address = self._env.values.get((self.facts.roles.get(role, ""), item))
            if isinstance(address, Mapping):
                codes[side] = str(address["municipality"])
        return codes

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

    def evidence(self, planned: PlannedProcedure) -> list[Any]:
        """Documents whose condition does not rule them out."""
        pairs = zip(planned.compiled.definition.evidence, planned.compiled.evidence_when, strict=True)
        return [document for document, when in pairs if when is None or self.run(when, planned.subject)[0] is not False]

    def reasons(self, planned: PlannedProcedure) -> tuple[Reason, ...]:
        """See ``PlannedProcedure.reasons``."""
        definition = planned.compiled.definition
        if not definition.valid.on(self.today):
            return (Reason("この手続は、いまの法律にはないため", ()),)
        clauses, reasons = planned.compiled.clauses, []
        if definition.for_each is not None and planned.subject is None:
            clauses = tuple(clause for clause in clauses if not clause.condition.uses_each)
        for clause in clauses:
            value, reads = self.run(clause.condition, planned.subject)
            if value is False:
                return (Reason(clause.otherwise, self._known(reads)),)
            if value is UNKNOWN and planned.verdict is UNKNOWN:
                reasons.append(Reason(clause.because, self._open(reads)))
            elif value is True and planned.verdict is True:
                reasons.append(Reason(clause.because, self._known(reads)))
        if definition.for_each is not None and planned.subject is None:
            reasons.append(self._list_reason(definition.for_each))
        return tuple(reasons)

    def _list_reason(self, role: str) -> Reason:
        """Why nothing can be said for each member of a list: it is not known yet, or empty."""
        holder, name, _ = self.event.scope.lists[role]
        item = self.event.vocabulary.kinds[self.event.scope.ones[holder]].items[name]
        members, reads = self.members(role)
        if members is UNKNOWN:
            return Reason(f"「{item.label}」がまだ分からないため", self._open(reads))
        return Reason(f"「{item.label}」がないため", self._known(reads))

    def _known(self, reads: Iterable[Key]) -> tuple[Key, ...]:
        return tuple(dict.fromkeys(key for key in reads if key in self._env.values))

    def _open(self, reads: Iterable[Key]) -> tuple[Key, ...]:
        return tuple(dict.fromkeys(key for key in reads if key not in self._env.values and key[0] is not None))

    def _askable(self, key: Key, item: Item) -> bool:
        """Whether a key still has to be put to the person."""
        fact = self.facts.by_key.get(key)
        return fact is None or (item.reuse == "confirm" and fact.register is not None)


def make_plan(event: CompiledEvent, facts: Facts, today: date) -> Plan:
    """The plan of an event for some facts on a day."""
    plan = Plan(event, facts, today)
    for compiled in event.procedures:
        _instances(plan, compiled)
    plan.asks = _asks(plan)
    return plan


def _instances(plan: Plan, compiled: CompiledProcedure) -> None:
    definition, add = compiled.definition, plan.procedures.append
    if not definition.valid.on(plan.today):
        add(PlannedProcedure(plan, compiled, None, False, ()))
        return
    if definition.for_each is None:
        add(PlannedProcedure(plan, compiled, None, *_verdict(plan, compiled.clauses, None)))
        return
    common = [clause for clause in compiled.clauses if not clause.condition.uses_each]
    verdict, open_ = _verdict(plan, common, None)
    if verdict is False:
        add(PlannedProcedure(plan, compiled, None, False, ()))
        return
    members, reads = plan.members(definition.for_each)
    if members is UNKNOWN:
        waiting = plan._open(reads)
        add(PlannedProcedure(plan, compiled, None, UNKNOWN, tuple(dict.fromkeys((*open_, *waiting)))))
    elif not members:
        add(PlannedProcedure(plan, compiled, None, False, ()))
    else:
        for subject in members:
            add(PlannedProcedure(plan, compiled, subject, *_verdict(plan, compiled.clauses, subject)))


def _verdict(plan: Plan, clauses: Sequence[CompiledClause], subject: str | None) -> tuple[Any, tuple[Key, ...]]:
    """Kleene's `and` over the clauses, with the open keys of the undecided ones."""
    waiting: list[Key] = []
    undecided = False
    for clause in clauses:
        value, reads = plan.run(clause.condition, subject)
        if value is False:
            return False, ()
        if value is UNKNOWN:
            undecided = True
            waiting.extend(reads)
    return (UNKNOWN, plan._open(waiting)) if undecided else (True, ())


def _asks(plan: Plan) -> list[Ask]:
    """What has to be asked, in order: triage, then what decides most, then by topic."""
    found: dict[Key, list[Any]] = {}  # key -> [verdicts it decides, ids of procedures]

    def add(key: Key, id_: str, decides: int) -> None:
        entry = found.setdefault(key, [0, {}])
        entry[0] += decides
        entry[1][id_] = None

    for planned in plan.procedures:
        if planned.verdict is UNKNOWN:
            for key in planned.open:
                add(key, planned.id, 1)
        elif planned.verdict is True:
            for key in _open_of_required(plan, planned):
                add(key, planned.id, 0)
    asks = []
    for key, (decides, ids) in found.items():
        kind = plan.facts.kinds.get(key[0], "")
        item = plan.event.vocabulary.item(kind, key[1])
        if item is not None and plan._askable(key, item):
            asks.append(Ask(key, item, kind, decides, tuple(ids), key in plan.facts.by_key))
    triage = {(plan.facts.roles.get(path.role, ""), path.name): place for place, path in enumerate(plan.event.triage)}
    topics = plan.event.vocabulary.topic_order
    place = {key: n for n, key in enumerate(found)}
    asks.sort(key=lambda ask: (triage.get(ask.key, 99), -ask.decides, topics.get(ask.item.topic, 99), place[ask.key]))
    return asks


def _open_of_required(plan: Plan, planned: PlannedProcedure) -> Iterable[Key]:
    """Keys without a usable value that a required procedure depends on, through its needs and their conditions."""
    for need in planned.compiled.needs:
        if need.when is not None:
            value, reads = plan.run(need.when, planned.subject)
            if value is UNKNOWN:
                yield from plan._open(reads)
            if value is not True:
                continue
        role = need.path.role
        if role in plan.event.lists:
            members, reads = plan.members(role)
            if members is UNKNOWN:
                yield from plan._open(reads)
                continue
            subjects: Sequence[str] = members
        else:
            subjects = plan.subjects(role, planned.subject) or ()
        for subject in subjects:
            key = (subject, need.path.name)
            if not plan.settled(key, need.path.item):
                yield key
    for condition in planned.compiled.channel_when:
        value, reads = plan.run(condition, planned.subject)
        if value is UNKNOWN:
            yield from plan._open(reads)


def path_page(plan: Plan, key: Key) -> str:
    """The id of the page on which a key is asked: the item's page, or the item itself."""
    item = plan.item(key)
    kind = plan.facts.kinds.get(key[0], "")
    return (item.page if item else None) or f"{kind}.{key[1]}"


def _pages(plan: Plan) -> list[Page]:
    """Group asks by page and subject, in the order of their first ask; within a page in the vocabulary's order."""
    groups: dict[tuple[str, str], list[Ask]] = {}
    for ask in plan.asks:
        groups.setdefault((path_page(plan, ask.key), ask.key[0]), []).append(ask)
    pages = []
    for (page, subject), asks in groups.items():
        order = list(plan.event.vocabulary.kinds[asks[0].kind].items)
        asks.sort(key=lambda ask: order.index(ask.key[1]))
        pages.append(Page(page, asks[0].item.topic, subject, tuple(asks)))
    return pages
