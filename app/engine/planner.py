"""Facts in, plan out: which procedures apply and why, what is known, what to ask next.

``make_plan`` is a pure function of a compiled event, facts and a day. It is deterministic, does not depend on the order
of facts, and a verdict once decided is only turned round by a fact in its trace. The rules of what is asked:

1. an item that a register answered is not asked; 2. an item answered once is not asked again, unless its reuse policy
says *confirm*; 3. an item is asked only while an undecided verdict or an applicable procedure depends on it; 4. a withheld
fact goes to no office that is not cleared; 5. nothing but the facts decides, so a changed answer takes off the path
exactly what depended on it; 6. every verdict carries its reasons in words.
"""

from __future__ import annotations

from datetime import date

from app.engine.asking import path_page
from app.engine.compiled import CompiledEvent, CompiledProcedure
from app.engine.conditions import UNKNOWN
from app.engine.facts import Facts
from app.engine.plan import Plan
from app.engine.planned import NOT_REQUIRED, Ask, Page, PlannedProcedure, Reason

__all__ = ["Ask", "Page", "Plan", "PlannedProcedure", "Reason", "make_plan", "path_page"]


def make_plan(event: CompiledEvent, facts: Facts, today: date) -> Plan:
    """The plan of an event for some facts on a day."""
    plan = Plan(event, facts, today)
    for compiled in event.procedures:
        _instances(plan, compiled)
    return plan


def _instances(plan: Plan, compiled: CompiledProcedure) -> None:
    """Add the rows of a procedure: one, or one for each subject as soon as the subjects are known."""
    definition, rows = compiled.definition, plan.procedures
    if not compiled.always_valid and not definition.valid.on(plan.today):
        rows.append(PlannedProcedure(plan, compiled, None, NOT_REQUIRED))
        return
    common = plan.decide_common(compiled)
    if definition.for_each is None or common[0] is False:
        rows.append(PlannedProcedure(plan, compiled, None, common))
        return
    members, reads = plan.members(definition.for_each)
    if members is UNKNOWN:
        waiting = dict.fromkeys((*common[1], *plan.open(reads)))
        rows.append(PlannedProcedure(plan, compiled, None, (UNKNOWN, tuple(waiting))))
    elif not members:
        rows.append(PlannedProcedure(plan, compiled, None, NOT_REQUIRED))
    else:
        verdicts = plan.decide_each(compiled, members, common)
        rows += [PlannedProcedure(plan, compiled, *one) for one in zip(members, verdicts, strict=True)]
