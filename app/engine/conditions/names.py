"""The leaves of an expression: constants, names, and items of subjects, derived ones included."""

from __future__ import annotations

import ast
from typing import Any

from app.engine.conditions.computed import COMPUTED
from app.engine.conditions.errors import ConditionError, DerivedCycle, DerivedError
from app.engine.conditions.truth import UNKNOWN, Env, Run
from app.engine.conditions.types import BOOL, DATE, NUMBER, TEXT, Type, item_type
from app.engine.conditions.visitor import Visitor, tree
from app.engine.spelling import nearest


class Names(Visitor):
    """Reads constants, names and attributes."""

    def _constant(self, node: ast.Constant, depth: int) -> tuple[Type, Run]:
        value = node.value
        if isinstance(value, bool):
            kind = BOOL
        elif isinstance(value, int):
            kind = NUMBER
        elif isinstance(value, str):
            kind = TEXT
        else:
            raise ConditionError(
                f"「{ast.unparse(node)}」は値として使えません", node.col_offset, "true・false、数、'文字' が使えます"
            )
        return kind, lambda env: value

    def _name(self, node: ast.Name, depth: int) -> tuple[Type, Run]:
        name = node.id
        if name == "today":
            return DATE, lambda env: env.today
        if name in ("true", "false"):
            return BOOL, lambda env: name == "true"
        if name in self.scope.ones:
            return Type("subject", kind=self.scope.ones[name]), self._subject(name)
        if name in self.scope.lists:
            holder, item, kind = self.scope.lists[name]
            _, run = self._read(self.scope.ones[holder], item, self._subject(holder), node)
            return Type("subjects", kind=kind), run
        if name in self.scope.told:
            holder, item, kind = self.scope.told[name]
            _, run = self._read(self.scope.ones[holder], item, self._subject(holder), node)
            return Type("subject", kind=kind), run
        if name == "each":
            raise ConditionError(
                "「each」はここでは使えません", node.col_offset, "each は for_each のある手続だけで使えます"
            )
        near = nearest(name, [*self.scope.ones, *self.scope.lists, *self.scope.told])
        hint = f"「{near}」のことですか" if near else f"使える名前: {self._usable()}"
        raise ConditionError(f"「{name}」という名前はありません", node.col_offset, hint)

    def _attribute(self, node: ast.Attribute, depth: int) -> tuple[Type, Run]:
        owner_type, owner = self.visit(node.value, depth)
        if owner_type.name != "subject":
            text = ast.unparse(node.value)
            if owner_type.name == "subjects":
                raise ConditionError(
                    f"「{text}」は一覧なので、そのままでは項目を読めません",
                    node.col_offset,
                    f"any(x.{node.attr} … for x in {text}) の形で書いてください",
                )
            raise ConditionError(
                f"「{text}」は「{owner_type}」なので、「.{node.attr}」は読めません",
                node.col_offset,
                f"「{text}」までを書いてください",
            )
        return self._read(owner_type.kind, node.attr, owner, node)

    def _subject(self, name: str) -> Run:
        if name == "each":
            self.uses_each = True
        return lambda env: env.bound[name]

    def _read(self, kind: str, name: str, owner: Run, node: ast.expr) -> tuple[Type, Run]:
        item = self.scope.vocabulary.item(kind, name)
        if item is None:
            items = self.scope.vocabulary.kinds[kind].items if kind in self.scope.vocabulary.kinds else ()
            near = nearest(name, items)
            raise ConditionError(
                f"「{kind}.{name}」という項目はありません",
                node.col_offset,
                f"「{near}」のことですか" if near else "vocabulary に項目を足してください",
            )
        if item.derived is not None:
            return self._derived(kind, name, item.derived, owner, node)
        if item.computed is not None:
            return item_type(item), self._computed(f"{kind}.{name}", item.computed, owner, node)
        if item.optional:
            raise ConditionError(
                f"「{kind}.{name}」は空けておける項目なので、条件に使えません",
                node.col_offset,
                "必ず答える項目で決めてください",
            )
        self.items.add(f"{kind}.{name}")

        def run(env: Env) -> Any:
            subject = owner(env)
            if (
                subject is UNKNOWN or subject is None
            ):  # of nobody known nothing is known; who it is has been read already
                return UNKNOWN
            key = (subject, name)
            env.reads.append(key)
            return env.values.get(key, UNKNOWN)

        def run_named(env: Env) -> Any:  # the same, without a call for the subject: nearly all reads are of this form
            key = (env.bound[role], name)
            env.reads.append(key)
            return env.values.get(key, UNKNOWN)

        role = node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""
        return item_type(item), run_named if role in self.scope.ones else run

    def _derived(self, kind: str, name: str, source: str, owner: Run, node: ast.expr) -> tuple[Type, Run]:
        path = f"{kind}.{name}"
        if path in self.deriving:
            circle = " → ".join((*self.deriving[self.deriving.index(path) :], path))
            raise DerivedCycle(
                f"計算が輪になっています: {circle}",
                node.col_offset,
                "輪の中の derived を1つ、質問する項目に変えてください",
            )
        inner = self.inside(self.scope.event().bind("self", kind), (*self.deriving, path))
        try:
            found = tree(source)
            type_, body = inner.visit(found, 0)
        except ConditionError as error:
            if self.deriving and isinstance(error, DerivedCycle):
                error.column = node.col_offset
                raise
            raise DerivedError(f"「{path}」の計算の式に誤りがあります", node.col_offset, error.message) from error
        self.items |= inner.items

        return type_, _once(path, owner, body)

    def _computed(self, path: str, rule: str, owner: Run, node: ast.expr) -> Run:
        """An item that a rule of law works out from facts that the rule reads itself."""
        found = COMPUTED.get(rule)
        if found is None:
            near = nearest(rule, COMPUTED)
            hint = f"「{near}」のことですか" if near else f"使える計算: {'・'.join(COMPUTED)}"
            raise ConditionError(f"「{rule}」という計算はありません", node.col_offset, hint)
        self.items |= found.items
        return _once(path, owner, lambda env: found.run(env, env.bound["self"]))

    def _usable(self) -> str:
        return "・".join([*self.scope.ones, *self.scope.lists, *self.scope.told, "today"])


def _once(path: str, owner: Run, body: Run) -> Run:
    """Works an item out for one subject, `self`, once in a round; what it read is in every trace."""

    def run(env: Env) -> Any:
        subject = owner(env)
        if subject is UNKNOWN or subject is None:
            return UNKNOWN
        known = env.memo.get((path, subject))
        if known is None:
            outer, start = env.bound.get("self"), len(env.reads)
            env.bound["self"] = subject
            value = body(env)
            env.bound["self"] = outer
            known = env.memo[(path, subject)] = (value, tuple(env.reads[start:]))
        else:
            env.reads.extend(known[1])
        return known[0]

    return run
