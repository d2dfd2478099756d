"""Facts in, plan out: which procedures apply and why, what is known, what to ask next.

``make_plan`` is a pure function of a compiled event, facts and a day. It is deterministic, does not depend on the order
of facts, and a verdict once decided is only turned round by a fact in its trace. The rules of what is asked:

1. an item that a register answered is not asked; 2. an item answered once is not asked again, unless its reuse policy
says *confirm*; 3. an item is asked only while an undecided verdict or an applicable procedure depends on it; 4. a withheld
fact goes to no office that is not cleared; 5. nothing but the facts decides, so a changed answer takes off the path
exactly what depended on it; 6. every verdict carries its reasons in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from app.engine.compiled import CompiledEvent, CompiledProcedure, ItemPath
from app.engine.conditions import UNKNOWN
from app.engine.facts import Facts, Key
from app.engine.plan import Ask, Page, Plan, PlannedProcedure, Reason, Verdict, path_page

__all__ = ["Ask", "Page", "Plan", "PlannedProcedure", "Reason", "make_plan", "path_page"]


def make_plan(event: CompiledEvent, facts: Facts, today: date) -> Plan:
    """The plan of an event for some facts on a day."""
    plan = Plan(event, facts, today)
    for compiled in event.procedures:
        _instances(plan, compiled)
    plan.asks = _asks(plan)
    return plan


def _instances(plan: Plan, compiled: CompiledProcedure) -> None:
    definition, add = compiled.definition, plan.procedures.append
    common: Verdict = plan.decide(compiled.common, None) if definition.valid.on(plan.today) else (False, ())
    if definition.for_each is None or common[0] is False:
        add(PlannedProcedure(plan, compiled, None, *common))
        return
    members, reads = plan.members(definition.for_each)
    if members is UNKNOWN:
        waiting = dict.fromkeys((*common[1], *plan.open(reads)))
        add(PlannedProcedure(plan, compiled, None, UNKNOWN, tuple(waiting)))
    elif not members:
        add(PlannedProcedure(plan, compiled, None, False, ()))
    else:
        for subject in members:
            add(PlannedProcedure(plan, compiled, subject, *plan.decide(compiled.of_each, subject, common)))


def _asks(plan: Plan) -> list[Ask]:
    """What has to be asked, in order: triage, then what decides most, then by topic."""
    decides: dict[Key, int] = {}
    needed_by: dict[Key, dict[str, None]] = {}
    for planned, keys in _open_keys(plan):
        undecided = planned.verdict is UNKNOWN
        for key in keys:
            decides[key] = decides.get(key, 0) + undecided
            needed_by.setdefault(key, {})[planned.id] = None
    asks = []
    for key, ids in needed_by.items():
        kind = plan.facts.kinds.get(key[0], "")
        item = plan.event.vocabulary.item(kind, key[1])
        if item is not None and plan.askable(key):
            asks.append(Ask(key, item, kind, decides[key], tuple(ids), key in plan.facts.by_key))
    triage = {(plan.facts.roles.get(path.role, ""), path.name): place for place, path in enumerate(plan.event.triage)}
    topics = plan.event.vocabulary.topic_order
    last = len(triage) + len(topics)
    # The sort is stable: what is equal in all this stays in the order of the definitions.
    asks.sort(key=lambda ask: (triage.get(ask.key, last), -ask.decides, topics.get(ask.item.topic, last)))
    return asks


def _open_keys(plan: Plan) -> Iterable[tuple[PlannedProcedure, Sequence[Key]]]:
    """Each undecided or required procedure with the keys without a usable value that it depends on."""
    unsettled = {path: keys for path in plan.event.shared_needs if (keys := _unsettled(plan, path))}
    for planned in plan.procedures:
        if planned.verdict is UNKNOWN:
            yield planned, planned.open
        elif planned.verdict is True:
            yield planned, _open_of_required(plan, planned, unsettled)


def _open_of_required(plan: Plan, planned: PlannedProcedure, unsettled: dict[ItemPath, tuple[Key, ...]]) -> list[Key]:
    """What is open in a required procedure: its needs, their conditions, and what decides how it is filed."""
    subject, compiled = planned.subject, planned.compiled
    found = [key for name in compiled.each_needs if (key := (subject or "", name)) not in plan.settled]
    if not compiled.shared_needs.isdisjoint(unsettled):
        found += [
            key for need in compiled.needs if need.path in compiled.shared_needs for key in unsettled.get(need.path, ())
        ]
    for need in compiled.needs_when:
        value, reads = plan.run(need.when, subject)
        if value is UNKNOWN:
            found += plan.open(reads)
        elif value and need.path.role == "each":
            found += [key for key in [(subject or "", need.path.name)] if key not in plan.settled]
        elif value:
            found += unsettled.get(need.path, ())
    for condition in compiled.channel_when:
        value, reads = plan.run(condition, subject)
        if value is UNKNOWN:
            found += plan.open(reads)
        elif value:
            break
    return found


def _unsettled(plan: Plan, path: ItemPath) -> tuple[Key, ...]:
    """The keys without a usable value that an item path stands for; of an unknown list, what would tell the list."""
    subjects = plan.subjects(path.role, None)
    if subjects is None:
        return plan.open(plan.members(path.role)[1])
    return tuple([key for subject in subjects if (key := (subject, path.name)) not in plan.settled])
