"""What a change of definitions does to people: two sets of definitions, household by household."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from app.engine.burden import measure
from app.engine.library import Library
from app.engine.personas import Household
from app.engine.plan import Plan
from app.engine.planner import make_plan, path_page


@dataclass(frozen=True)
class Effort:
    """What a household has before it. ``questions`` are pages, ``days`` those of the longest chain of procedures that wait
    for each other, as the offices need them at most (working days count as such)."""

    procedures: int
    questions: int
    typed: int
    fetched: int
    documents: int
    visits: int
    minutes: int
    days: int


@dataclass(frozen=True)
class Change:
    """One household under both sets. ``came`` and ``went`` are the procedures that only one of them requires."""

    household: str
    before: Effort
    after: Effort
    came: tuple[str, ...]
    went: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the household notices nothing."""
        return self.before == self.after and not self.came and not self.went

    @property
    def differences(self) -> dict[str, tuple[int, int]]:
        """Field of ``Effort`` -> (before, after), where they differ."""
        pairs = {one.name: (getattr(self.before, one.name), getattr(self.after, one.name)) for one in fields(Effort)}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def compare(
    before: Library, after: Library, old: Mapping[str, Household], new: Mapping[str, Household]
) -> tuple[Change, ...]:
    """Each household that both sets know, with all that its people answer."""
    return tuple(_change(id_, before, after, old[id_], new[id_]) for id_ in old if id_ in new)


def _change(id_: str, before: Library, after: Library, old: Household, new: Household) -> Change:
    first, second = _plan(before, old), _plan(after, new)
    was, is_ = _required(first), _required(second)
    came, went = tuple(one for one in is_ if one not in was), tuple(one for one in was if one not in is_)
    return Change(id_, effort(first, old), effort(second, new), came, went)


def _plan(library: Library, household: Household) -> Plan:
    event = library.events[household.persona.event]
    return make_plan(event, household.facts(library.vocabulary), household.persona.today)


def _required(plan: Plan) -> list[str]:
    return list(dict.fromkeys(planned.id for planned in plan.by_verdict["required"]))


def effort(plan: Plan, household: Household) -> Effort:
    """What a plan whose questions are answered asks of its household."""
    cost = measure(plan)
    typed = {key for key in plan.on_path if plan.facts.by_key[key].register is None} | {ask.key for ask in plan.asks}
    return Effort(
        procedures=len(_required(plan)), questions=len({(path_page(plan, key), key[0]) for key in typed}),
        typed=cost.typed, fetched=cost.fetched, documents=cost.here.documents, visits=cost.here.visits,
        minutes=cost.here.minutes, days=_longest(plan),
    )  # fmt: skip


def _longest(plan: Plan) -> int:
    """Days of the longest chain."""
    days: dict[str, int] = {}
    for planned in plan.by_verdict["required"]:  # nothing stands before what it waits for, within a stage
        definition = planned.compiled.definition
        waits = max((days.get(earlier, 0) for earlier in definition.after), default=0)
        days[planned.id] = waits + definition.lifecycle.days[1]
    return max(days.values(), default=0)
