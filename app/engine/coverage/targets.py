"""What a definition says can happen, as goals for the walk and as what the plan must then show."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, cast

from app.engine import deadlines
from app.engine.compiled import CompiledEvent, CompiledProcedure, ItemPath
from app.engine.conditions import UNKNOWN, Condition, ConditionError, Env, Scope, Type, parse
from app.engine.conditions.types import BOOL
from app.engine.coverage.walk import Goal
from app.engine.deadlines import shift_months
from app.engine.plan import Plan
from app.engine.planned import PlannedProcedure
from app.engine.values import ValueProblem, from_json

Sort = Literal["verdict", "branch", "boundary", "option", "error"]
Shown = Callable[[Plan, PlannedProcedure], bool]

ONE_DAY = timedelta(days=1)
ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


@dataclass(frozen=True)
class Target:
    """Something that can happen: under ``goals`` the plan shows it on one of the ``days``."""

    procedure: str
    sort: Sort
    name: str
    goals: tuple[Goal, ...]
    shown: Shown
    days: tuple[date, ...]


class Targets:
    """All targets of one procedure, in order."""

    def __init__(self, event: CompiledEvent, procedure: CompiledProcedure, each: str | None, today: date) -> None:
        self.event, self.procedure, self.each, self.today = event, procedure, each, today
        self.definition = procedure.definition
        scope = event.scope
        if each is not None and self.definition.for_each:
            scope = scope.bind("each", event.definition.roles[self.definition.for_each].kind)
        self.scope: Scope = scope

    def all(self) -> Iterator[Target]:
        """Every target, the same ones in the same order each time."""
        yield from self._verdicts()
        yield from self._branches()
        yield from self._days()
        yield from self._validity()
        yield from self._items()
        for condition in dict.fromkeys(self.procedure.conditions):
            yield from self._compared(condition)

    # --- goals ------------------------------------------------------------------------------------------------------
    def _goal(self, condition: Condition, wanted: Any) -> Goal:
        return Goal(condition.run, wanted, self.each)

    def _present(self) -> tuple[Goal, ...]:
        """The subject is one of those that the procedure is for."""
        if self.each is None or self.definition.for_each is None:
            return ()
        members, each = self.event.lists[self.definition.for_each], self.each

        def inside(env: Env) -> Any:
            found = members.run(env)
            return found if found is UNKNOWN else each in found

        return (Goal(inside, True, each),)

    def _clauses(self, last: int, wanted: bool) -> tuple[Goal, ...]:
        """The clauses before ``last`` hold, and that one comes out as wanted."""
        clauses, common = self.procedure.clauses, self.procedure.common
        first = [clause for clause in common if clause not in clauses[:last]] if clauses[last] not in common else []
        held = tuple(self._goal(clause.condition, True) for clause in (*clauses[:last], *first))
        present = self._present() if wanted or clauses[last].condition.uses_each or last else ()
        return (*present, *held, self._goal(clauses[last].condition, wanted))

    def _required(self) -> tuple[Goal, ...]:
        return self._clauses(len(self.procedure.clauses) - 1, True)

    # --- verdicts and their reasons -----------------------------------------------------------------------------------
    def _verdicts(self) -> Iterator[Target]:
        if not self.definition.valid.last:
            yield self._target("verdict", "必要", self._required(), lambda plan, row: row.word == "required")
        clauses = self.procedure.clauses
        for place, clause in enumerate(clauses):
            goals = self._clauses(place, False)
            words = clause.otherwise

            def told(plan: Plan, row: PlannedProcedure, words: str = words) -> bool:
                return row.word == "not_required" and any(reason.text == words for reason in row.reasons)

            yield self._target("verdict", f"必要ない: {words}", goals, told)
        yield self._target("verdict", "まだ決まらない", (), lambda plan, row: row.word == "undecided")

    # --- branches inside ------------------------------------------------------------------------------------------------
    def _branches(self) -> Iterator[Target]:
        required, compiled = self._required(), self.procedure
        for need in compiled.needs_when:
            name = f"項目 {need.path}"
            for wanted in (True, False):
                yield self._branch(f"{name}: {_yes(wanted)}", required, need.when, wanted)
        for document, when in zip(self.definition.evidence, compiled.evidence_when, strict=True):
            for wanted in (True, False) if when is not None else ():
                assert when is not None
                yield self._branch(f"書類 {document.document}: {_yes(wanted)}", required, when, wanted)
        before: tuple[Goal, ...] = ()
        for exception, when in zip(self.definition.channel.unless, compiled.channel_when, strict=True):
            goals = (*required, *before, self._goal(when, True))

            def filed(
                plan: Plan, row: PlannedProcedure, way: tuple[Any, str] = (exception.mode, exception.reason)
            ) -> bool:
                return row.channel == way

            yield self._target("branch", f"出し方 {exception.mode}: {exception.when}", goals, filed)
            before = (*before, self._goal(when, False))
        if before:
            mode = self.definition.channel.mode

            def usual(plan: Plan, row: PlannedProcedure) -> bool:
                return row.channel[0] in (mode, "visit")

            yield self._target("branch", f"出し方 {mode}", (*required, *before), usual)

    def _branch(self, name: str, required: Sequence[Goal], when: Condition, wanted: bool) -> Target:
        def came(plan: Plan, row: PlannedProcedure) -> bool:
            return row.word == "required" and plan.run(when, row.subject)[0] is wanted

        return self._target("branch", name, (*required, self._goal(when, wanted)), came)

    # --- days ---------------------------------------------------------------------------------------------------------
    def _days(self) -> Iterator[Target]:
        """In time and too late, within the days for filing online and after them."""
        start = self.procedure.start and self._parsed(str(self.procedure.start), None)
        if not start:
            return
        rule, window = self.procedure.rule, self.definition.online_window
        required = self._required()

        def last(day: date) -> int:
            assert rule is not None
            found = deadlines.compute(rule, day).last
            assert found is not None
            return (found - self.today).days

        if rule is not None and rule != deadlines.Rule(rule.kind, opens_days=rule.opens_days):
            for name, passed in (("期限の内", False), ("期限のあと", True)):

                def timed(plan: Plan, row: PlannedProcedure, passed: bool = passed) -> bool:
                    due = row.due
                    late = due is not None and due.last is not None and due.last < plan.today
                    return due is not None and late is passed and row.too_late is (passed and row.closes)

                yield self._target(
                    "boundary", name, (*required, self._dated(start, lambda day: last(day) < 0, passed)), timed
                )
        if window is not None and self.definition.channel.mode == "online":
            usual = tuple(self._goal(when, False) for when in self.procedure.channel_when)
            for name, after in (("オンラインの期間の内", False), ("オンラインの期間のあと", True)):

                def way(plan: Plan, row: PlannedProcedure, mode: str = "visit" if after else "online") -> bool:
                    return row.channel[0] == mode

                goal = self._dated(start, lambda day: (self.today - day).days > window.last, after)
                yield self._target("boundary", name, (*required, *usual, goal), way)

    def _dated(self, start: Condition, test: Callable[[date], bool], wanted: bool) -> Goal:
        def run(env: Env) -> Any:
            day = start.run(env)
            return UNKNOWN if day is UNKNOWN else test(day)

        return Goal(run, wanted, self.each)

    def _validity(self) -> Iterator[Target]:
        """The day before a law begins, and the day after it ended."""
        first, last = self.definition.valid.first, self.definition.valid.last
        for name, day in (("始まる前", first and first - ONE_DAY), ("終わったあと", last and last + ONE_DAY)):
            if day is not None:
                yield Target(
                    self.definition.id,
                    "boundary",
                    f"法律が{name}",
                    (),
                    lambda plan, row: row.word == "not_required",
                    (day,),
                )

    # --- what is filed --------------------------------------------------------------------------------------------------
    def _items(self) -> Iterator[Target]:
        """Every item that is filed takes each of its choices, and refuses what is none of its values."""
        for path in dict.fromkeys(need.path for need in self.procedure.needs):
            choices = [[one] if path.item.type == "choices" else one for one in path.item.choices]
            wrong = 1 if path.item.type not in ("number", "money") else "1"
            for sort, value, right in (*(("option", one, True) for one in choices), ("error", wrong, False)):

                def taken(
                    plan: Plan, row: PlannedProcedure, path: ItemPath = path, value: object = value, right: bool = right
                ) -> bool:
                    return _takes(path, value) is right

                yield self._target(cast(Sort, sort), f"{path} = {value}", (), taken)

    # --- what is compared -------------------------------------------------------------------------------------------------
    def _compared(self, condition: Condition) -> Iterator[Target]:
        """Both sides of every bound, and every choice that a condition names."""
        for node in ast.walk(ast.parse(condition.source.strip(), mode="eval")):
            if isinstance(node, ast.Compare) and len(node.ops) == 1:
                for sort, text in _values(node):
                    reached = self._parsed(text)
                    if reached is not None:
                        present = self._present() if condition.uses_each else ()
                        yield self._reached(sort, text, (*present, self._goal(reached, True)), reached)

    def _parsed(self, text: str, expect: Type | None = BOOL) -> Condition | None:
        """A part of a condition by itself; None where it speaks of a loop's variable, or is no value of its item."""
        try:
            return parse(text, self.scope, expect)
        except ConditionError:
            return None

    def _reached(self, sort: Sort, text: str, goals: tuple[Goal, ...], condition: Condition) -> Target:
        def there(plan: Plan, row: PlannedProcedure) -> bool:
            return plan.run(condition, self.each if condition.uses_each else None)[0] is True

        return Target(self.definition.id, sort, text, goals, there, self._days_for(text))

    def _days_for(self, text: str) -> tuple[date, ...]:
        """The day itself; where a comparison speaks of the day by name, also one in each of the other months of the year."""
        names = {node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}
        months = range(12 if "today" in names else 1)
        days = (shift_months(self.today, count) for count in months)
        return tuple(day for day in days if self.definition.valid.on(day))

    def _target(self, sort: Sort, name: str, goals: tuple[Goal, ...], shown: Shown) -> Target:
        return Target(self.definition.id, sort, name, goals, shown, (self.today,))


def _values(node: ast.Compare) -> Iterator[tuple[Sort, str]]:
    """The values at which a comparison with constants turns, as expressions that are true there."""
    left, right = ast.unparse(node.left), node.comparators[0]
    if isinstance(right, ast.List):
        yield from (("option", f"{left} == {ast.unparse(one)}") for one in right.elts)
    elif isinstance(right, ast.Constant) and isinstance(right.value, str):
        yield "option", f"{left} == {ast.unparse(right)}"
    elif isinstance(right, ast.Constant) and type(right.value) is int and isinstance(node.ops[0], ORDERED):
        beyond = right.value + (1 if isinstance(node.ops[0], ast.Gt | ast.LtE) else -1)
        yield from (("boundary", f"{left} == {bound}") for bound in (right.value, beyond) if bound >= 0)


def _takes(path: ItemPath, value: object) -> bool:
    try:
        from_json(path.item, value)
    except ValueProblem:
        return False
    return True


def _yes(wanted: bool) -> str:
    return "はい" if wanted else "いいえ"
