"""The compiled form of a life event: what the planner works on. Made by ``compiling.py``, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from app.engine.conditions import Condition, Scope
from app.engine.deadlines import Rule
from app.engine.definitions import Authority, Procedure
from app.engine.life_events import LifeEvent
from app.engine.vocabulary import Item, Vocabulary

SIDES = ("old", "new")
"""Authorities that follow from an address: ``new_police`` is the police of the new address."""

ALSO = {
    "municipality": ("municipality", "ward"),
    "water": ("water", "municipality", "ward"),  # where no waterworks stands by itself, the city is one
    "prefecture_office": ("prefecture",),
}
"""Kinds of authority, the best first, that a placed name means where it is not a kind itself or not that kind alone."""


@dataclass(frozen=True)
class CompiledClause:
    """A clause of ``applies``: its condition and both reasons."""

    condition: Condition
    because: str
    otherwise: str


@dataclass(frozen=True, eq=False)
class ItemPath:
    """``role.item``: the item for the role's subject, or for each subject of a list role. One object for each path."""

    role: str
    name: str
    kind: str
    item: Item

    def __str__(self) -> str:
        return f"{self.role}.{self.name}"


@dataclass(frozen=True)
class CompiledNeed:
    """An item path that the office needs, perhaps only when a condition holds."""

    path: ItemPath
    when: Condition | None


@dataclass(frozen=True)
class ConditionalNeed(CompiledNeed):
    """An item path that the office needs only when a condition holds."""

    when: Condition


@dataclass(frozen=True)
class CompiledPlace:
    """The address that decides the offices of one side, and when that side lies outside the offices' reach."""

    path: ItemPath
    outside: Condition | None


@dataclass(frozen=True)
class CompiledProcedure:
    """A procedure with its conditions ready to run. ``evidence_when`` and ``channel_when`` run beside their definitions.

    ``clauses`` are all in the order of the file; ``common`` those that do not speak of each and decide before the subjects
    are known, ``of_each`` the others.
    """

    definition: Procedure
    clauses: tuple[CompiledClause, ...]
    common: tuple[CompiledClause, ...]
    of_each: tuple[CompiledClause, ...]
    needs: tuple[CompiledNeed, ...]
    channel_when: tuple[Condition, ...]
    evidence_when: tuple[Condition | None, ...]
    start: ItemPath | None
    rule: Rule | None
    correction: ItemPath | None
    amounts: tuple[ItemPath, ...] = ()

    @property
    def id(self) -> str:
        return self.definition.id

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the definition."""
        clauses = [clause.condition for clause in self.clauses]
        needs = [need.when for need in self.needs_when]
        return (*clauses, *needs, *self.channel_when, *(when for when in self.evidence_when if when is not None))

    @cached_property
    def paths(self) -> tuple[ItemPath, ...]:
        """Items that nobody needs to send, but that something is worked out from: the deadline, the amounts."""
        return (*((self.start,) if self.start else ()), *self.amounts)

    @cached_property
    def always_valid(self) -> bool:
        """Whether the definition has neither a beginning nor an end."""
        return self.definition.valid.first is None and self.definition.valid.last is None

    @cached_property
    def each_needs(self) -> tuple[str, ...]:
        """Names of the items of each that are always needed."""
        return tuple(need.path.name for need in self.needs if need.when is None and need.path.role == "each")

    @cached_property
    def shared_needs(self) -> tuple[ItemPath, ...]:
        """Other paths that are always needed: they stand for the same keys in every procedure."""
        return tuple(need.path for need in self.needs if need.when is None and need.path.role != "each")

    @cached_property
    def needs_when(self) -> tuple[ConditionalNeed, ...]:
        """What is needed in some cases only."""
        return tuple(ConditionalNeed(need.path, need.when) for need in self.needs if need.when is not None)


@dataclass(frozen=True)
class CompiledEvent:
    """A life event with its procedures in an order in which nothing comes before what it waits for."""

    definition: LifeEvent
    vocabulary: Vocabulary
    authorities: Mapping[str, Authority]
    scope: Scope
    procedures: tuple[CompiledProcedure, ...]
    triage: tuple[ItemPath, ...]
    lists: Mapping[str, Condition]  # role that an item tells (a list, or one person) -> the expression that gives it
    places: Mapping[str, CompiledPlace]  # old, new
    withheld: Mapping[tuple[str, str], Condition]  # (kind, item) -> when offices without clearance do not get it
    worked_out: Mapping[tuple[str, str], Condition]  # (kind, item) -> the expression of a derived or computed item

    @property
    def id(self) -> str:
        return self.definition.id

    @cached_property
    def by_id(self) -> dict[str, CompiledProcedure]:
        return {procedure.id: procedure for procedure in self.procedures}

    @cached_property
    def shared_needs(self) -> dict[ItemPath, tuple[str, ...]]:
        """Every path but those of each, with the procedures that need it."""
        found: dict[ItemPath, tuple[str, ...]] = {}
        for procedure in self.procedures:
            for path in {need.path: None for need in procedure.needs if need.path.role != "each"}:
                found[path] = (*found.get(path, ()), procedure.id)
        return found

    @cached_property
    def uses(self) -> dict[str, tuple[str, ...]]:
        """For each item (`person.address`) the procedures whose conditions or forms may need it."""
        found: dict[str, dict[str, None]] = {}
        for procedure in self.procedures:
            conditions = procedure.conditions
            paths = [need.path for need in procedure.needs] + list(procedure.paths)
            roles = {path.role for path in paths} | {procedure.definition.for_each or ""}
            lists = [self.lists[role] for role in roles & self.lists.keys()]
            items = {item for condition in (*conditions, *lists) for item in condition.items}
            items |= {f"{need.path.kind}.{need.path.name}" for need in procedure.needs}
            items |= {item for path in procedure.paths for item in self.items_of(path)}
            for item in sorted(items):
                found.setdefault(item, {})[procedure.id] = None
        for kind in self.vocabulary.kinds.values():  # whoever is spoken of is called by name
            named = f"{kind.kind}.{kind.named_by}"
            users = [ids for item, ids in found.items() if item.startswith(f"{kind.kind}.")]
            if kind.named_by and users:
                found[named] = {id_: None for ids in users for id_ in ids}
        return {item: tuple(ids) for item, ids in found.items()}

    @cached_property
    def decisive(self) -> frozenset[str]:
        """Every item (`person.birth_date`) that something is decided by, be it whether, how, where to or for whom."""
        conditions = [condition for procedure in self.procedures for condition in procedure.conditions]
        conditions += [place.outside for place in self.places.values() if place.outside is not None]
        addresses = {f"{place.path.kind}.{place.path.name}" for place in self.places.values()}
        starts = {item for one in self.procedures if one.start is not None for item in self.items_of(one.start)}
        every = (*conditions, *self.lists.values(), *self.withheld.values())
        return frozenset(addresses | starts | {item for condition in every for item in condition.items})

    def items_of(self, path: ItemPath) -> frozenset[str]:
        """The ``kind.item`` that a path's value comes from: itself, or what it is worked out from."""
        condition = self.worked_out.get((path.kind, path.name))
        return condition.items if condition else frozenset({f"{path.kind}.{path.name}"})

    def find_authority(self, name: str, codes: Mapping[str, str]) -> Authority | None:
        """The authority a definition names; ``codes`` are municipality codes by side (old, new), where known."""
        found = self.authorities.get(name)
        side, _, kind = name.partition("_")
        if found is not None or side not in codes:
            return found
        code = codes[side]
        for wanted in ALSO.get(kind, (kind,)):
            candidates = [authority for authority in self.authorities.values() if authority.kind == wanted]
            for authority in candidates:
                if authority.code == code:
                    return authority
            for authority in candidates:
                if authority.code is None and authority.prefecture == code[:2]:
                    return authority
        return None
