"""Joins the models of one life event to a compiled whole and checks what only the whole can show.

Unknown items and roles, type errors in conditions, cyclic order, missing sources, conditions that can never hold: each
becomes a ``Problem`` with file, line, column and a hint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from app.engine.conditions import Condition, ConditionError, Scope, nearest, parse
from app.engine.deadlines import Rule
from app.engine.definitions import Authority, LifeEvent, Procedure, Source
from app.engine.documents import Document, Path, Problem
from app.engine.reachability import can_hold
from app.engine.vocabulary import Item, Vocabulary

PLACED = ("old_", "new_")
"""Authorities that follow from an address: ``new_police`` is the police of the new address."""


@dataclass(frozen=True)
class CompiledClause:
    """A clause of ``applies``: its condition and both reasons. ``index`` is its identity within the event."""

    index: int
    condition: Condition
    because: str
    otherwise: str


@dataclass(frozen=True)
class ItemPath:
    """``role.item``: the item for the role's subject, or for each subject of a list role."""

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
class CompiledProcedure:
    """A procedure with its conditions ready to run. ``evidence_when`` and ``channel_when`` run beside their definitions."""

    definition: Procedure
    clauses: tuple[CompiledClause, ...]
    needs: tuple[CompiledNeed, ...]
    channel_when: tuple[Condition, ...]
    evidence_when: tuple[Condition | None, ...]
    start: ItemPath | None
    rule: Rule | None
    correction: ItemPath | None

    @property
    def id(self) -> str:
        return self.definition.id


@dataclass(frozen=True)
class CompiledEvent:
    """A life event with its procedures in an order in which nothing comes before what it waits for."""

    definition: LifeEvent
    vocabulary: Vocabulary
    authorities: Mapping[str, Authority]
    scope: Scope
    procedures: tuple[CompiledProcedure, ...]
    triage: tuple[ItemPath, ...]
    lists: Mapping[str, Condition]  # list role -> the condition language's view of it

    @property
    def id(self) -> str:
        return self.definition.id

    @cached_property
    def by_id(self) -> dict[str, CompiledProcedure]:
        return {procedure.id: procedure for procedure in self.procedures}

    @cached_property
    def uses(self) -> dict[str, tuple[str, ...]]:
        """For each item (`person.address`) the procedures whose conditions or forms may need it."""
        found: dict[str, dict[str, None]] = {}
        for procedure in self.procedures:
            conditions = [clause.condition for clause in procedure.clauses]
            conditions += [need.when for need in procedure.needs if need.when is not None]
            conditions += [*procedure.channel_when, *(when for when in procedure.evidence_when if when is not None)]
            roles = {need.path.role for need in procedure.needs} | {procedure.definition.for_each or ""}
            conditions += [self.lists[role] for role in roles & self.lists.keys()]
            items = {item for condition in conditions for item in condition.items}
            items |= {f"{need.path.kind}.{need.path.name}" for need in procedure.needs}
            for item in sorted(items):
                found.setdefault(item, {})[procedure.id] = None
        for kind in self.vocabulary.kinds.values():  # whoever is spoken of is called by name
            named = f"{kind.kind}.{kind.named_by}"
            users = [ids for item, ids in found.items() if item.startswith(f"{kind.kind}.")]
            if kind.named_by and users:
                found[named] = {id_: None for ids in users for id_ in ids}
        return {item: tuple(ids) for item, ids in found.items()}

    def find_authority(self, name: str, codes: Mapping[str, str]) -> Authority | None:
        """The authority a definition names; ``codes`` are municipality codes of the old and new address, where known."""
        if name in self.authorities:
            return self.authorities[name]
        side, _, kind = name.partition("_")
        code = codes.get(side)
        if code is None:
            return None
        kinds = ("municipality", "ward") if kind == "municipality" else (kind,)
        for authority in self.authorities.values():
            if authority.kind in kinds and (authority.code == code or (authority.code is None and authority.prefecture == code[:2])):
                return authority
        return None


def compile_event(
    doc: Document,
    event: LifeEvent,
    parsed: Sequence[tuple[Document, Procedure]],
    vocabulary: Vocabulary,
    authorities: Mapping[str, Authority],
    sources: Mapping[str, Source],
    problems: list[Problem],
) -> CompiledEvent:
    """Compile one event. Problems are appended; the result is only meaningful when there are none."""
    compiler = _EventCompiler(event, vocabulary, authorities, sources, problems)
    compiler.check_event(doc)
    compiled = [(one_doc, compiler.procedure(one_doc, procedure)) for one_doc, procedure in parsed]
    order = _order(event, compiled, problems)
    return CompiledEvent(
        event, vocabulary, authorities, compiler.scope, order, tuple(compiler.triage), compiler.lists
    )


class _EventCompiler:
    def __init__(
        self,
        event: LifeEvent,
        vocabulary: Vocabulary,
        authorities: Mapping[str, Authority],
        sources: Mapping[str, Source],
        problems: list[Problem],
    ) -> None:
        self.event, self.vocabulary, self.authorities, self.sources = event, vocabulary, authorities, sources
        self.problems = problems
        ones = {name: role.kind for name, role in event.roles.items() if role.list is None}
        lists = {}
        for name, role in event.roles.items():
            if role.list is not None:
                holder, _, item = role.list.partition(".")
                lists[name] = (holder, item, role.kind)
        self.scope = Scope(vocabulary, ones, lists)
        self.lists: dict[str, Condition] = {}
        self.triage: list[ItemPath] = []
        self.named: dict[tuple[str, str], Condition] = {}
        self.clause_ids: dict[tuple[str, str, str], int] = {}
        self.paths: dict[str, ItemPath] = {}

    # --- the event itself -----------------------------------------------------------------------------------------
    def check_event(self, doc: Document) -> None:
        for name, role in self.event.roles.items():
            if role.kind not in self.vocabulary.kinds:
                self.problems.append(doc.problem(("roles", name, "kind"), f"「{role.kind}」という種類はありません", "vocabulary にある種類を書いてください"))
            elif role.list is not None:
                try:
                    self.lists[name] = parse(name, self.scope, expect=None)
                except (ConditionError, KeyError) as error:
                    self.problems.append(doc.problem(("roles", name, "list"), str(error), "「役.項目」の形で書いてください"))
        for place, text in enumerate(self.event.triage):
            path = self._path(doc, ("triage", place), text, None)
            if path is not None:
                self.triage.append(path)
        for kind in self.vocabulary.kinds.values():
            for name, item in kind.items.items():
                for source in (item.derived and f"self.{name}", item.withheld_when):
                    if source:
                        self._condition(doc, (), source, self.scope.bind("self", kind.kind), expect_bool=False)

    # --- one procedure --------------------------------------------------------------------------------------------
    def procedure(self, doc: Document, procedure: Procedure) -> CompiledProcedure:
        self._check_names(doc, procedure)
        scope, each = self.scope, None
        if procedure.for_each is not None:
            role = self.event.roles.get(procedure.for_each)
            if role is None or role.list is None:
                near = nearest(procedure.for_each, self.scope.lists)
                self._problem(doc, ("for_each",), f"「{procedure.for_each}」は一覧の役ではありません", f"「{near}」のことですか" if near else f"使える役: {'・'.join(self.scope.lists)}")
            else:
                each = role.kind
                scope = scope.bind("each", each)
        clauses = [
            clause for place, entry in enumerate(procedure.applies) if (clause := self._clause(doc, place, entry, scope, each)) is not None
        ]
        if clauses and len(clauses) == len(procedure.applies) and not can_hold([c.condition.source for c in clauses], self.vocabulary, scope):
            self._problem(doc, ("applies",), "この手続は、どんな答えでも必要になりません", "互いに打ち消し合う条件がないか見てください")
        self._check_exceptions(doc, procedure)
        start = self._path(doc, ("due", "from"), procedure.due.start, each) if procedure.due.start else None
        if start is not None and start.item.type != "date":
            self._problem(doc, ("due", "from"), f"「{start}」は日付ではありません", "日付の項目を書いてください")
        correction = procedure.lifecycle.correction
        return CompiledProcedure(
            definition=procedure,
            clauses=tuple(clauses),
            needs=tuple(self._needs(doc, procedure, scope, each)),
            channel_when=tuple(
                c for place, e in enumerate(procedure.channel.unless) if (c := self._condition(doc, ("channel", "unless", place, "when"), e.when, scope))
            ),
            evidence_when=tuple(
                self._condition(doc, ("evidence", place, "when"), e.when, scope) if e.when else None for place, e in enumerate(procedure.evidence)
            ),
            start=start,
            rule=_rule(procedure),
            correction=self._path(doc, ("lifecycle", "correction"), correction, each) if correction else None,
        )

    def _check_names(self, doc: Document, procedure: Procedure) -> None:
        stem = doc.file.rsplit("/", 1)[-1].removesuffix(".yaml")
        if procedure.id != stem:
            self._problem(doc, ("id",), f"id「{procedure.id}」がファイル名と違います", f"「{stem}」にそろえてください")
        if procedure.event != self.event.id:
            self._problem(doc, ("event",), f"「{procedure.event}」というできごとはここではありません", f"「{self.event.id}」と書いてください")
        if procedure.stage not in {stage.id for stage in self.event.stages}:
            self._problem(doc, ("stage",), f"「{procedure.stage}」という段階はありません", f"使える値: {'・'.join(s.id for s in self.event.stages)}")
        if procedure.authority not in self.authorities and not self._placed(procedure.authority):
            near = nearest(procedure.authority, self.authorities)
            self._problem(doc, ("authority",), f"「{procedure.authority}」という提出先はありません", f"「{near}」のことですか" if near else "authorities に足してください")
        for place, source in enumerate(procedure.sources.checked):
            if source not in self.sources:
                self._problem(doc, ("sources", "checked", place), f"出典「{source}」が sources.yaml にありません", "sources.yaml に足すか、つづりを直してください")
        for place, evidence in enumerate(procedure.evidence):
            if evidence.held_by is not None and evidence.held_by not in self.vocabulary.registers:
                self._problem(doc, ("evidence", place, "register"), f"「{evidence.held_by}」という台帳はありません", "registers.yaml にある id を書いてください")
        self._check_effects(doc, procedure)

    def _placed(self, name: str) -> bool:
        side, _, kind = name.partition("_")
        kinds = ("municipality", "ward") if kind == "municipality" else (kind,)
        return f"{side}_" in PLACED and any(a.kind in kinds for a in self.authorities.values())

    def _check_effects(self, doc: Document, procedure: Procedure) -> None:
        for place, effect in enumerate(procedure.effects):
            at = ("effects", place)
            kind = self._role_kind(effect.subject, procedure)
            if kind is None:
                self._problem(doc, (*at, "subject"), f"「{effect.subject}」という役はありません", "できごとの役か each を書いてください")
            if effect.held_by is not None and effect.held_by not in self.vocabulary.registers:
                self._problem(doc, (*at, "register"), f"「{effect.held_by}」という台帳はありません", "registers.yaml にある id を書いてください")
            for target in effect.set:
                owner, _, name = target.partition(".")
                item = self.vocabulary.item(owner, name)
                if item is None or item.held_by != effect.held_by:
                    self._problem(doc, (*at, "set", target), f"「{effect.held_by}」は「{target}」を持っていません", "その台帳の項目を書いてください")

    def _role_kind(self, name: str, procedure: Procedure) -> str | None:
        name = procedure.for_each or "" if name == "each" else name
        role = self.event.roles.get(name)
        return role.kind if role else None

    def _check_exceptions(self, doc: Document, procedure: Procedure) -> None:
        seen: dict[str, int] = {}
        for place, exception in enumerate(procedure.channel.unless):
            if exception.when in seen:
                self._problem(doc, ("channel", "unless", place, "when"), "この分かれ道には、だれも来ません", f"{seen[exception.when] + 1}つ目と同じ条件です。どちらかを消してください")
            seen.setdefault(exception.when, place)

    def _clause(self, doc: Document, place: int, entry: object, scope: Scope, each: str | None) -> CompiledClause | None:
        at: Path = ("applies", place)
        if isinstance(entry, str):
            negated, name = entry.startswith("not "), entry.removeprefix("not ").strip()
            named = self.vocabulary.conditions.get(name)
            if named is None:
                near = nearest(name, self.vocabulary.conditions)
                self._problem(doc, at, f"「{name}」という条件はありません", f"「{near}」のことですか" if near else "conditions.yaml に足すか、if: で書いてください")
                return None
            if named.kind is not None and named.kind != each:
                self._problem(doc, at, f"条件「{name}」は「{named.kind}」についてのものです", f"for_each で {named.kind} の一覧を選んでください")
                return None
            source = f"not ({named.condition})" if negated else named.condition
            because, otherwise = (named.otherwise, named.because) if negated else (named.because, named.otherwise)
        else:
            source, because, otherwise = entry.condition, entry.because, entry.otherwise  # type: ignore[attr-defined]
            at = (*at, "if")
        condition = self._condition(doc, at, source, scope)
        if condition is None:
            return None
        identity = (source, because, each if condition.uses_each and each else "")
        index = self.clause_ids.setdefault(identity, len(self.clause_ids))
        return CompiledClause(index, condition, because, otherwise)

    def _condition(self, doc: Document, at: Path, source: str, scope: Scope, expect_bool: bool = True) -> Condition | None:
        negated, name = source.startswith("not "), source.removeprefix("not ").strip()
        named = self.vocabulary.conditions.get(name)
        text = source if named is None else f"not ({named.condition})" if negated else named.condition
        try:
            return parse(text, scope) if expect_bool else parse(text, scope, expect=None)
        except ConditionError as error:
            self.problems.append(doc.problem(at, error.message, error.hint, error.column))
            return None

    def _needs(self, doc: Document, procedure: Procedure, scope: Scope, each: str | None) -> list[CompiledNeed]:
        needs = []
        for place, entry in enumerate(procedure.needs):
            at: Path = ("needs", place) if isinstance(entry, str) else ("needs", place, "item")
            path = self._path(doc, at, entry if isinstance(entry, str) else entry.item, each)
            if path is None:
                continue
            if path.item.derived is not None:
                self._problem(doc, at, f"「{path}」は計算で決まる項目です", "計算のもとになる項目を書いてください")
            source = None if isinstance(entry, str) else entry.when
            needs.append(CompiledNeed(path, self._condition(doc, ("needs", place, "when"), source, scope) if source else None))
        return needs

    def _path(self, doc: Document, at: Path, text: str, each: str | None) -> ItemPath | None:
        role, _, name = text.partition(".")
        kind = each if role == "each" else self.event.roles[role].kind if role in self.event.roles else None
        if kind is None:
            hint = "each は for_each のある手続だけで使えます" if role == "each" else f"使える役: {'・'.join(self.event.roles)}"
            self._problem(doc, at, f"「{role}」という役はありません", hint)
            return None
        item = self.vocabulary.item(kind, name)
        if item is None:
            near = nearest(name, self.vocabulary.kinds[kind].items) if kind in self.vocabulary.kinds else ""
            self._problem(doc, at, f"「{kind}.{name}」という項目はありません", f"「{near}」のことですか" if near else "vocabulary に項目を足してください")
            return None
        return ItemPath(role, name, kind, item)

    def _problem(self, doc: Document, at: Path, message: str, hint: str = "") -> None:
        self.problems.append(doc.problem(at, message, hint))


def _rule(procedure: Procedure) -> Rule | None:
    due = procedure.due
    if due.days is None and due.months is None and due.years is None:
        return None
    closed = due.closed_day or ("none" if procedure.private else "next_open_day")
    return Rule(due.kind, days=due.days, months=due.months, years=due.years, first_day=due.first_day, opens_days=due.opens, closed_day=closed)


def _order(event: LifeEvent, compiled: Sequence[tuple[Document, CompiledProcedure]], problems: list[Problem]) -> tuple[CompiledProcedure, ...]:
    """Stage by stage, and within a stage nothing before what it waits for."""
    docs = {procedure.id: doc for doc, procedure in compiled}
    by_id = {procedure.id: procedure for _, procedure in compiled}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for doc, procedure in compiled:
        known = [a for a in procedure.definition.after if a in by_id]
        for place, earlier in enumerate(procedure.definition.after):
            if earlier not in by_id:
                near = nearest(earlier, by_id)
                problems.append(doc.problem(("after", place), f"「{earlier}」という手続はありません", f"「{near}」のことですか" if near else "id を確かめてください"))
        sorter.add(procedure.id, *known)
    try:
        order = list(sorter.static_order())
    except CycleError as error:
        cycle = error.args[1]
        doc = docs[cycle[0]]
        problems.append(doc.problem(("after",), f"順序が輪になっています: {' → '.join(cycle)}", "輪の中の after を1つ消してください"))
        return tuple(by_id.values())
    place = {id_: n for n, id_ in enumerate(order)}
    stages = {stage.id: n for n, stage in enumerate(event.stages)}
    return tuple(sorted(by_id.values(), key=lambda p: (stages.get(p.definition.stage, 9), place[p.id])))
