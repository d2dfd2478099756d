"""What a planned procedure rests on: the facts behind its verdict and behind everything that is filed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.engine import offices
from app.engine.conditions import UNKNOWN
from app.engine.facts import Fact, Key
from app.engine.planned import PlannedProcedure

if TYPE_CHECKING:
    from app.engine.plan import Plan


def rests_on(plan: Plan, planned: PlannedProcedure) -> Iterable[Key]:
    """Everything that a row was worked out from: the verdict, and for a required one all that is filed."""
    if not planned.compiled.definition.valid.on(plan.today):
        return
    yield from _of_verdict(plan, planned)
    if planned.verdict is True:
        yield from _of_filing(plan, planned)


def _of_verdict(plan: Plan, planned: PlannedProcedure) -> Iterable[Key]:
    """The clauses: all of them, or the first that rules the procedure out; then the list that it is for."""
    compiled, subject, for_each = planned.compiled, planned.subject, planned.compiled.definition.for_each
    decided = False
    for clause in compiled.common if for_each and subject is None else compiled.clauses:
        value, reads = plan.run(clause.condition, subject)
        if planned.verdict is not False or (value is False and not decided):
            decided = decided or value is False
            yield from reads
    if for_each and not (decided and subject is None):
        yield from plan.members(for_each)[1]


def _of_filing(plan: Plan, planned: PlannedProcedure) -> Iterable[Key]:
    """What is sent, under which protection, to which office, how, with which papers and by when."""
    compiled, subject = planned.compiled, planned.subject
    conditions = [need.when for need in compiled.needs_when] + [when for when in compiled.evidence_when if when]
    for condition in compiled.channel_when:
        conditions.append(condition)
        if plan.run(condition, subject)[0] is True:
            break
    for condition in conditions:
        yield from plan.run(condition, subject)[1]
    for role in {need.path.role for need in compiled.needs if need.path.role in plan.event.lists}:
        yield from plan.members(role)[1]
    for key in plan.needs(planned):
        yield key
        if not compiled.definition.sees_withheld:
            yield from plan.protection(key)[1]
    for path in compiled.paths:
        yield from plan.look_up(path, subject)[1]
    yield from offices.find_reads(plan, compiled.definition.authority)


def find_protection(plan: Plan, fact: Fact) -> tuple[bool, Iterable[Key]]:
    """Whether a fact is under protection, by its own policy or because its item's condition holds, and what says so.
    While that is not known, it counts as protected when a yes/no fact that the condition asks for is true of anybody."""
    condition = plan.event.withheld.get((plan.facts.kinds.get(fact.subject, ""), fact.item))
    if fact.reuse == "withheld" or condition is None:
        return fact.reuse == "withheld", ()
    value, reads = plan.run_for(condition, fact.subject)
    if value is not UNKNOWN:
        return value, reads
    said = [key for key, one in plan.facts.by_key.items() if one.value is True and plan.path_of(key) in condition.items]
    return bool(said), said
