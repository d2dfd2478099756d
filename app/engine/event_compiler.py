"""What is the same for all procedures of a life event: its names, its conditions (each made once), its item paths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.compiled import CompiledPlace, ItemPath
from app.engine.conditions import Condition, ConditionError, DerivedError, Scope, parse, parse_worked_out
from app.engine.conditions.types import item_type
from app.engine.documents import Document, Path, Problem
from app.engine.life_events import LifeEvent, Role
from app.engine.spelling import nearest
from app.engine.vocabulary import Vocabulary

Home = Mapping[str, tuple[Document, Path]]
"""Where an item (`person.age`) or a named condition (`conditions.nhi`) is defined."""


@dataclass
class EventCompiler:
    """What is the same for all procedures of an event: names, conditions (each made once), item paths."""

    doc: Document
    event: LifeEvent
    vocabulary: Vocabulary
    homes: Home
    problems: list[Problem]
    all_roles: frozenset[str] = frozenset()  # of every event
    known: dict[tuple[str, str], Condition | None] = field(default_factory=dict)
    known_paths: dict[tuple[str, str, str], ItemPath] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = self.vocabulary.kinds
        ones = {name: role.kind for name, role in self.event.roles.items() if role.given and role.kind in kinds}
        lists: dict[str, tuple[str, str, str]] = {}
        told: dict[str, tuple[str, str, str]] = {}
        for name, role in self.event.roles.items():
            holder, _, item = (role.list or role.item or "").partition(".")
            if holder in ones and role.kind in kinds:
                (lists if role.list else told)[name] = (holder, item, role.kind)
        self.scope = Scope(self.vocabulary, ones, lists, told=told, elsewhere=self.all_roles - self.event.roles.keys())

    # --- the event itself -----------------------------------------------------------------------------------------
    def lists(self) -> dict[str, Condition]:
        """List roles, and roles that a person item tells, as expressions."""
        found = {}
        for name, role in self.event.roles.items():
            if role.kind not in self.vocabulary.kinds:
                self.report(
                    self.doc,
                    ("roles", name, "kind"),
                    f"「{role.kind}」という種類はありません",
                    usable("使える種類", self.vocabulary.kinds),
                )
            elif not role.given and (condition := self._list(name, role)) is not None:
                found[name] = condition
        return found

    def _list(self, name: str, role: Role) -> Condition | None:
        at = ("roles", name, "list" if role.list else "item")
        if name not in self.scope.lists and name not in self.scope.told:
            self.report(
                self.doc,
                at,
                f"「{role.list or role.item}」の「.」の前は、1つのものを指す役ではありません",
                usable("使える役", self.scope.ones),
            )
            return None
        try:
            condition = parse(name, self.scope, expect=None)
        except ConditionError as error:
            if not isinstance(error, DerivedError):
                self.report(self.doc, at, error.message, error.hint)
            return None
        wanted = "subjects" if role.list else "subject"
        holder, item, _ = {**self.scope.lists, **self.scope.told}[name]
        held = self.vocabulary.item(self.scope.ones[holder], item)
        if held is None or item_type(held).name != wanted or item_type(held).kind != role.kind:
            hint = f"type が {'subjects' if role.list else 'person'} の項目を書いてください"
            one = f"「{role.kind}」の一覧" if role.list else f"「{role.kind}」"
            self.report(self.doc, at, f"「{role.list or role.item}」は{one}ではありません", hint)
        return condition

    def items(self) -> tuple[dict[tuple[str, str], Condition], dict[tuple[str, str], Condition]]:
        """The vocabulary's own expressions, by (kind, item): conditions of withholding, and what is worked out.

        An expression that speaks of roles which only other events have belongs to those."""
        withheld, worked_out = {}, {}
        here = {role.kind for role in self.event.roles.values()}
        for kind in self.vocabulary.kinds.values():
            for name, item in kind.items.items() if kind.kind in here else ():
                path = f"{kind.kind}.{name}"
                doc, at = self.homes[path]
                if item.worked_out and not self._of_others(item.derived):
                    try:
                        worked_out[(kind.kind, name)] = parse_worked_out(path, item, self.scope)
                    except ConditionError as error:
                        field_ = "derived" if item.derived else "computed"
                        if not isinstance(error, DerivedError):
                            self.problems.append(doc.problem((*at, field_), error.message, error.hint, error.column))
                if item.withheld_when is not None and not self._of_others(item.withheld_when):
                    condition = self.condition(
                        doc, (*at, "withheld_when"), item.withheld_when, self.scope.bind("self", kind.kind)
                    )
                    if condition is not None:
                        withheld[(kind.kind, name)] = condition
        return withheld, worked_out

    def _of_others(self, source: str | None) -> bool:
        """Whether an expression names a role that this event does not have and another has."""
        return any(re.search(rf"(?<![\w.']){role}\b(?!')", source or "") for role in self.scope.elsewhere)

    def places(self) -> dict[str, CompiledPlace]:
        """The addresses that decide the offices."""
        found: dict[str, CompiledPlace] = {}
        for side, place in self.event.places.items():
            path = self.path(self.doc, ("places", side, "item"), place.item, None)
            if path is not None and path.item.type != "address":
                self.report(
                    self.doc, ("places", side, "item"), f"「{path}」は住所ではありません", "住所の項目を書いてください"
                )
            elif path is not None:
                when = place.outside_when
                found[side] = CompiledPlace(
                    path, self.condition(self.doc, ("places", side, "outside_when"), when, self.scope) if when else None
                )
        return found

    def labels(self) -> None:
        """What gets another label is there, and belongs to one subject."""
        for reference in self.event.labels:
            self.path(self.doc, ("labels", reference), reference, None)

    def triage(self) -> tuple[ItemPath, ...]:
        """What is asked first."""
        paths = [self.path(self.doc, ("triage", place), text, None) for place, text in enumerate(self.event.triage)]
        return tuple(path for path in paths if path is not None)

    # --- parts --------------------------------------------------------------------------------------------------
    def condition(self, doc: Document, at: Path, source: str, scope: Scope) -> Condition | None:
        """The condition of an expression or of a name, made once; None after a problem, which is reported here."""
        text, name, kind = source, source.removeprefix("not ").strip(), scope.ones.get("each", "")
        named = self.vocabulary.conditions.get(name)
        if named is not None:
            if named.kind is not None and named.kind != kind:
                self.report(
                    doc,
                    at,
                    f"条件「{name}」は「{named.kind}」についてのものです",
                    f"for_each で {named.kind} の一覧を選んでください",
                )
                return None
            text = f"not ({named.condition})" if source.startswith("not ") else named.condition
        key = (text, f"{kind} {scope.ones.get('self', '')}")
        if key not in self.known:
            try:
                self.known[key] = parse(text, scope)
            except ConditionError as error:
                self.known[key] = None
                if not isinstance(error, DerivedError):
                    if named is not None:
                        home, where = self.homes[f"conditions.{name}"]
                        column = max(error.column - (5 if text != named.condition else 0), 0)
                        self.problems.append(home.problem((*where, "if"), error.message, error.hint, column))
                    else:
                        self.problems.append(doc.problem(at, error.message, error.hint, error.column))
        return self.known[key]

    def path(self, doc: Document, at: Path, text: str, each: str | None) -> ItemPath | None:
        """The item path of `role.item`; None after a problem, which is reported here."""
        role, _, name = text.partition(".")
        kind = each if role == "each" else self.event.roles[role].kind if role in self.event.roles else None
        if kind is None:
            near = nearest(role, self.event.roles)
            hint = (
                "each は for_each のある手続だけで使えます"
                if role == "each"
                else f"「{near}」のことですか"
                if near
                else usable("使える役", self.event.roles)
            )
            self.report(doc, at, f"「{role}」という役はありません", hint)
            return None
        item = self.vocabulary.item(kind, name)
        if item is None:
            near = nearest(name, self.vocabulary.kinds[kind].items) if kind in self.vocabulary.kinds else ""
            self.report(
                doc,
                at,
                f"「{kind}.{name}」という項目はありません",
                f"「{near}」のことですか" if near else "vocabulary に項目を足してください",
            )
            return None
        return self.known_paths.setdefault((role, name, kind), ItemPath(role, name, kind, item))

    def report(self, doc: Document, at: Path, message: str, hint: str) -> None:
        """Note a problem."""
        self.problems.append(doc.problem(at, message, hint))


def usable(words: str, names: Mapping[str, object]) -> str:
    return f"{words}: {'・'.join(names)}"
