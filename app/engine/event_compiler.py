"""What is the same for all procedures of a life event: its names, its conditions (each made once), its item paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.compiled import CompiledPlace, ItemPath
from app.engine.conditions import Condition, ConditionError, DerivedError, Scope, parse, parse_derived
from app.engine.definitions import LifeEvent
from app.engine.documents import Document, Path, Problem
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
    known: dict[tuple[str, str], Condition | None] = field(default_factory=dict)
    known_paths: dict[tuple[str, str, str], ItemPath] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = self.vocabulary.kinds
        ones = {name: role.kind for name, role in self.event.roles.items() if role.list is None and role.kind in kinds}
        lists = {}
        for name, role in self.event.roles.items():
            holder, _, item = (role.list or "").partition(".")
            if role.list is not None and holder in ones and role.kind in kinds:
                lists[name] = (holder, item, role.kind)
        self.scope = Scope(self.vocabulary, ones, lists)

    # --- the event itself -----------------------------------------------------------------------------------------
    def lists(self) -> dict[str, Condition]:
        """List roles as expressions."""
        found = {}
        for name, role in self.event.roles.items():
            at = ("roles", name, "list")
            if role.kind not in self.vocabulary.kinds:
                self.report(
                    self.doc,
                    ("roles", name, "kind"),
                    f"「{role.kind}」という種類はありません",
                    usable("使える種類", self.vocabulary.kinds),
                )
            elif role.list is not None and name not in self.scope.lists:
                self.report(
                    self.doc,
                    at,
                    f"「{role.list}」の「.」の前は、1つのものを指す役ではありません",
                    usable("使える役", self.scope.ones),
                )
            elif role.list is not None:
                try:
                    condition = parse(name, self.scope, expect=None)
                except ConditionError as error:
                    if not isinstance(error, DerivedError):
                        self.report(self.doc, at, error.message, error.hint)
                    continue
                if condition.type.name != "subjects" or condition.type.kind != role.kind:
                    self.report(
                        self.doc,
                        at,
                        f"「{role.list}」は「{role.kind}」の一覧ではありません",
                        "type が subjects の項目を書いてください",
                    )
                found[name] = condition
        return found

    def items(self) -> dict[tuple[str, str], Condition]:
        """The vocabulary's own expressions: derived items are checked, conditions of withholding compiled."""
        withheld = {}
        for kind in self.vocabulary.kinds.values():
            for name, item in kind.items.items():
                path = f"{kind.kind}.{name}"
                doc, at = self.homes[path]
                if item.derived is not None:
                    try:
                        parse_derived(path, item, self.scope)
                    except ConditionError as error:
                        if not isinstance(error, DerivedError):
                            self.problems.append(doc.problem((*at, "derived"), error.message, error.hint, error.column))
                if item.withheld_when is not None:
                    condition = self.condition(
                        doc, (*at, "withheld_when"), item.withheld_when, self.scope.bind("self", kind.kind)
                    )
                    if condition is not None:
                        withheld[(kind.kind, name)] = condition
        return withheld

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
