"""Joins the models of one life event to a compiled whole and checks what only the whole can show.

Unknown items and roles, type errors in conditions, cyclic order, missing sources, branches that nobody can reach: each
becomes a ``Problem`` with file, line, column and a hint.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from app.engine.compiled import (
    CompiledClause,
    CompiledEvent,
    CompiledNeed,
    CompiledProcedure,
    ItemPath,
)
from app.engine.conditions import Condition
from app.engine.definitions import Authority, Clause, Procedure, Source
from app.engine.documents import Document, Path, Problem
from app.engine.event_compiler import EventCompiler, Home, usable
from app.engine.life_events import LifeEvent
from app.engine.naming import check_names, rule_of
from app.engine.reachability import can_hold
from app.engine.spelling import nearest
from app.engine.vocabulary import Vocabulary

__all__ = ["CompiledEvent", "CompiledProcedure", "compile_event"]


def compile_event(
    doc: Document,
    event: LifeEvent,
    parsed: Sequence[tuple[Document, Procedure]],
    stems: Collection[str],
    vocabulary: Vocabulary,
    authorities: Mapping[str, Authority],
    sources: Mapping[str, Source],
    homes: Home,
    problems: list[Problem],
    roles: frozenset[str] = frozenset(),
) -> CompiledEvent:
    """Compile one event. Problems are appended; the result is only meaningful when there are none.

    ``stems`` are the names of all its procedure files, those that could not be read included; ``roles`` those of all events.
    """
    compiler = EventCompiler(doc, event, vocabulary, homes, problems, roles)
    lists, (withheld, worked_out) = compiler.lists(), compiler.items()
    places, triage = compiler.places(), compiler.triage()
    compiler.labels()
    compiled = []
    for one_doc, procedure in parsed:
        check_names(one_doc, procedure, event, vocabulary, authorities, sources, problems)
        one = _ProcedureCompiler(compiler, one_doc, procedure).compile()
        if one is not None:
            compiled.append((one_doc, one))
    order = _order(event, compiled, stems, problems)
    return CompiledEvent(
        event, vocabulary, authorities, compiler.scope, order, triage, lists, places, withheld, worked_out
    )  # fmt: skip


class _ProcedureCompiler:
    """One procedure of an event."""

    def __init__(self, event: EventCompiler, doc: Document, procedure: Procedure) -> None:
        self.event, self.doc, self.procedure = event, doc, procedure
        self.scope, self.each = event.scope, None if procedure.for_each is None else self._each(procedure.for_each)
        if self.each is not None:
            self.scope = self.scope.bind("each", self.each)
        self.sources: list[str] = []

    def compile(self) -> CompiledProcedure | None:
        """The procedure with everything checked; None where it is not known for whom it is. Problems are reported."""
        if self.procedure.for_each is not None and self.each is None:
            return None
        procedure, doc = self.procedure, self.doc
        clauses = self._clauses()
        start = self._date(("due", "from"), procedure.due.start) if procedure.due.start else None
        for place, trap in enumerate(procedure.traps):
            self._date(("traps", place, "from"), trap.start)
        correction = procedure.lifecycle.correction
        self._made()
        return CompiledProcedure(
            definition=procedure,
            clauses=clauses,
            common=tuple(clause for clause in clauses if not clause.condition.uses_each),
            of_each=tuple(clause for clause in clauses if clause.condition.uses_each),
            needs=tuple(self._needs()),
            channel_when=self._exceptions(),
            evidence_when=tuple(
                self._branch(("evidence", place, "when"), e.when) for place, e in enumerate(procedure.evidence)
            ),
            start=start,
            rule=rule_of(doc, procedure, self.event.problems),
            correction=self.event.path(doc, ("lifecycle", "correction"), correction, self.each) if correction else None,
            amounts=self._amounts(),
        )

    def _each(self, name: str) -> str | None:
        role = self.event.event.roles.get(name)
        if role is not None and role.list is not None:
            return role.kind
        near = nearest(name, self.event.scope.lists)
        self._report(
            ("for_each",),
            f"「{name}」は一覧の役ではありません",
            f"「{near}」のことですか" if near else usable("使える役", self.event.scope.lists),
        )
        return None

    def _clauses(self) -> tuple[CompiledClause, ...]:
        entries = self.procedure.applies
        clauses = [clause for place, entry in enumerate(entries) if (clause := self._clause(place, entry)) is not None]
        if len(clauses) == len(entries):
            self.sources = [clause.condition.source for clause in clauses]
            if not self._reachable():
                self._report(
                    ("applies",),
                    "この手続は、どんな答えでも必要になりません",
                    "互いに打ち消し合う条件がないか見てください",
                )
                self.sources = []
        return tuple(clauses)

    def _reachable(self, *more: str) -> bool:
        return can_hold([*self.sources, *more], self.event.vocabulary, self.scope)

    def _clause(self, place: int, entry: str | Clause) -> CompiledClause | None:
        if isinstance(entry, Clause):
            condition = self.event.condition(self.doc, ("applies", place, "if"), entry.condition, self.scope)
            return None if condition is None else CompiledClause(condition, entry.because, entry.otherwise)
        name = entry.removeprefix("not ").strip()
        named = self.event.vocabulary.conditions.get(name)
        if named is None:
            near = nearest(name, self.event.vocabulary.conditions)
            self._report(
                ("applies", place),
                f"「{name}」という条件はありません",
                f"「{near}」のことですか" if near else "conditions.yaml に足すか、if: で書いてください",
            )
            return None
        condition = self.event.condition(self.doc, ("applies", place), entry, self.scope)
        because, otherwise = (
            (named.otherwise, named.because) if entry.startswith("not ") else (named.because, named.otherwise)
        )
        return None if condition is None else CompiledClause(condition, because, otherwise)

    def _branch(self, at: Path, when: str | None) -> Condition | None:
        """A condition inside a procedure; it must be able to hold where the procedure applies."""
        if when is None:
            return None
        condition = self.event.condition(self.doc, at, when, self.scope)
        if condition is not None and not self._reachable(condition.source):
            self._report(
                at,
                "この分かれ道には、だれも来ません",
                "applies の条件と打ち消し合います。この行を消すか、条件を直してください",
            )
        return condition

    def _exceptions(self) -> tuple[Condition, ...]:
        compiled: list[Condition] = []
        for place, exception in enumerate(self.procedure.channel.unless):
            at: Path = ("channel", "unless", place, "when")
            same = next((n for n, other in enumerate(compiled, 1) if other.source == exception.when), None)
            before = len(self.event.problems)
            condition = self._branch(at, exception.when)
            if condition is None:
                continue
            if same is not None:
                self._report(
                    at, "この分かれ道には、だれも来ません", f"{same}つ目と同じ条件です。どちらかを消してください"
                )
            elif len(self.event.problems) == before and not self._reachable(
                condition.source, *(f"not ({other.source})" for other in compiled)
            ):
                self._report(
                    at,
                    "この分かれ道には、だれも来ません",
                    "前の条件がいつも先に成り立ちます。順序を変えるか、この行を消してください",
                )
            compiled.append(condition)
        return tuple(compiled)

    def _needs(self) -> list[CompiledNeed]:
        needs = []
        for place, entry in enumerate(self.procedure.needs):
            text, when = (entry, None) if isinstance(entry, str) else (entry.item, entry.when)
            at: Path = ("needs", place) if isinstance(entry, str) else ("needs", place, "item")
            path = self.event.path(self.doc, at, text, self.each)
            condition = self._branch(("needs", place, "when"), when)
            if path is not None and path.item.worked_out:
                self._report(at, f"「{path}」は計算で決まる項目です", "計算のもとになる項目を書いてください")
            elif path is not None and path.item.told_by is not None:
                hint = "ほかの書類が知らせる項目です。evidence: に、その書類を書いてください"
                self._report(at, f"「{path}」は、質問して聞くことができません", hint)
            elif path is not None:
                needs.append(CompiledNeed(path, condition))
        return needs

    def _made(self) -> None:
        """What its document tells is said to be told by it, and what others make is waited for."""
        for text in self.procedure.makes.tells if self.procedure.makes else ():
            path = self.event.path(self.doc, ("makes", "tells", text), text, self.each)
            if path is not None and path.item.told_by != self.procedure.id:
                hint = f"vocabulary の項目に told_by: {self.procedure.id} を書いてください"
                self._report(
                    ("makes", "tells", text), f"「{path}」は、この手続の書類が知らせる項目ではありません", hint
                )
        for place, paper in enumerate(self.procedure.evidence):
            if paper.made_by is not None and paper.made_by not in self.procedure.after:
                hint = "after: に、書類を頼む手続を書いてください"
                self._report(("evidence", place, "from"), f"「{paper.made_by}」を待つことになっていません", hint)

    def _amounts(self) -> tuple[ItemPath, ...]:
        """What the law works out for this family: worked-out items only, else it would have to be asked."""
        found = []
        for place, text in enumerate(self.procedure.amounts):
            path = self.event.path(self.doc, ("amounts", place), text, self.each)
            if path is not None and not path.item.worked_out:
                hint = "derived: のある項目を書いてください。出してもらう項目なら needs: に書きます"
                self._report(("amounts", place), f"「{path}」は計算で決まる項目ではありません", hint)
            elif path is not None:
                found.append(path)
        return tuple(found)

    def _date(self, at: Path, text: str) -> ItemPath | None:
        path = self.event.path(self.doc, at, text, self.each)
        if path is None or path.item.type == "date":
            return path
        self._report(at, f"「{path}」は日付ではありません", "type が date の項目を書いてください（例 move.date）")
        return None

    def _report(self, at: Path, message: str, hint: str) -> None:
        self.event.report(self.doc, at, message, hint)


def _order(
    event: LifeEvent,
    compiled: Sequence[tuple[Document, CompiledProcedure]],
    stems: Collection[str],
    problems: list[Problem],
) -> tuple[CompiledProcedure, ...]:
    """Stage by stage, and within a stage nothing before what it waits for."""
    docs = {procedure.id: doc for doc, procedure in compiled}
    by_id = {procedure.id: procedure for _, procedure in compiled}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for doc, procedure in compiled:
        for place, earlier in enumerate(procedure.definition.after):
            if earlier not in by_id and earlier not in stems:
                near = nearest(earlier, by_id)
                hint = f"「{near}」のことですか" if near else "手続のファイル名（.yaml の前）を書いてください"
                problems.append(doc.problem(("after", place), f"「{earlier}」という手続はありません", hint))
        for place, trap in enumerate(procedure.definition.traps):
            if trap.unless is not None and trap.unless not in by_id and trap.unless not in stems:
                hint = "手続のファイル名（.yaml の前）を書いてください"
                problems.append(
                    doc.problem(("traps", place, "unless"), f"「{trap.unless}」という手続はありません", hint)
                )
        sorter.add(procedure.id, *(earlier for earlier in procedure.definition.after if earlier in by_id))
    try:
        place_of = {id_: n for n, id_ in enumerate(sorter.static_order())}
    except CycleError as error:
        circle: list[str] = error.args[1][:-1]
        first = circle.index(min(circle))
        circle = [*circle[first:], *circle[: first + 1]]
        problems.append(
            docs[circle[0]].problem(
                ("after",), f"順序が輪になっています: {' → '.join(circle)}", "輪の中の after を1つ消してください"
            )
        )
        return tuple(by_id.values())
    stages = {stage.id: n for n, stage in enumerate(event.stages)}
    return tuple(sorted(by_id.values(), key=lambda p: (stages.get(p.definition.stage, len(stages)), place_of[p.id])))
