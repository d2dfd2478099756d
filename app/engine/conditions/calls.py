"""Calls: the listed functions, len, sum, the quantifiers any and all; and lists filtered by a condition."""

from __future__ import annotations

import ast
from typing import Any, Self

from app.engine.conditions.errors import ConditionError
from app.engine.conditions.truth import UNKNOWN, Env, Run, filtered, quantified, summed
from app.engine.conditions.types import BOOL, NUMBER, TYPE_WORDS, Type
from app.engine.conditions.visitor import Visitor
from app.engine.functions import FUNCTIONS
from app.engine.spelling import nearest


class Calls(Visitor):
    """Reads calls."""

    def _call(self, node: ast.Call, depth: int) -> tuple[Type, Run]:
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise ConditionError(
                f"「{ast.unparse(node.func)}」は呼び出せません", node.col_offset, f"使える関数: {_functions()}"
            )
        name = node.func.id
        if name in ("any", "all"):
            return self._quantifier(name, node, depth)
        if name == "len":
            return self._len(node, depth)
        if name == "sum":
            return self._sum(node, depth)
        function = FUNCTIONS.get(name)
        if function is None:
            near = nearest(name, FUNCTIONS)
            hint = f"「{near}」のことですか" if near else f"使える関数: {_functions()}"
            raise ConditionError(f"「{name}」という関数はありません", node.col_offset, hint)
        if len(node.args) != len(function.takes):
            raise ConditionError(
                f"「{name}」に渡す値は{len(function.takes)}つです（{len(node.args)}つあります）",
                node.col_offset,
                f"{name}({', '.join(TYPE_WORDS[t] for t in function.takes)})",
            )
        runs = []
        for wanted, argument in zip(function.takes, node.args, strict=True):
            type_, run = self.visit(argument, depth)
            if type_.name != wanted:
                raise ConditionError(
                    f"「{name}」には「{TYPE_WORDS[wanted]}」を渡します（「{type_}」ではありません）",
                    argument.col_offset,
                )
            runs.append(run)
        call = function.call

        def run_call(env: Env) -> Any:
            values = [run(env) for run in runs]
            return UNKNOWN if any(value is UNKNOWN for value in values) else call(*values)

        return Type(function.gives), run_call

    def _len(self, node: ast.Call, depth: int) -> tuple[Type, Run]:
        if len(node.args) != 1:
            raise ConditionError("len には一覧を1つ渡します", node.col_offset)
        type_, run = self.visit(node.args[0], depth)
        if type_.name not in ("subjects", "choices"):
            raise ConditionError(f"len には一覧を渡します（「{type_}」ではありません）", node.col_offset)
        return NUMBER, lambda env: v if (v := run(env)) is UNKNOWN else len(v)

    def _quantifier(self, name: str, node: ast.Call, depth: int) -> tuple[Type, Run]:
        form = f"{name} は {name}(条件 for x in 一覧) の形で書きます"
        generator = node.args[0] if len(node.args) == 1 else None
        if not isinstance(generator, ast.GeneratorExp):
            raise ConditionError(form, node.col_offset)
        _, variable, members, inner = self._loop(generator, form, depth)
        if generator.generators[0].ifs:
            raise ConditionError(form, node.col_offset, "if は and で書いてください")
        body = inner.condition(generator.elt, depth)
        self._take(inner)
        return BOOL, quantified(name == "any", variable, members, body)

    def _sum(self, node: ast.Call, depth: int) -> tuple[Type, Run]:
        form = "sum は sum(数 for x in 一覧) の形で書きます"
        generator = node.args[0] if len(node.args) == 1 else None
        if not isinstance(generator, ast.GeneratorExp):
            raise ConditionError(form, node.col_offset)
        _, variable, members, inner = self._loop(generator, form, depth)
        if generator.generators[0].ifs:
            raise ConditionError(form, node.col_offset, "if は「数 if 条件 else 0」と書いてください")
        type_, body = inner.visit(generator.elt, depth)
        if type_ != NUMBER:
            raise ConditionError(f"sum に足せるのは数です（「{type_}」ではありません）", generator.elt.col_offset)
        self._take(inner)
        return NUMBER, summed(variable, members, body)

    def _listcomp(self, node: ast.ListComp, depth: int) -> tuple[Type, Run]:
        form = "一覧は [x for x in 一覧 if 条件] の形で書きます"
        type_, variable, members, inner = self._loop(node, form, depth)
        ifs = node.generators[0].ifs
        if not (isinstance(node.elt, ast.Name) and node.elt.id == variable) or len(ifs) != 1:
            raise ConditionError(form, node.col_offset)
        body = inner.condition(ifs[0], depth)
        self._take(inner)
        return type_, filtered(variable, members, body)

    def _loop(self, node: ast.GeneratorExp | ast.ListComp, form: str, depth: int) -> tuple[Type, str, Run, Self]:
        """Type of the list, name of the loop variable, the list's closure, and a visitor that knows the variable."""
        loop = node.generators[0]
        if len(node.generators) != 1 or not isinstance(loop.target, ast.Name):
            raise ConditionError(form, node.col_offset)
        list_type, members = self.visit(loop.iter, depth)
        if list_type.name != "subjects":
            raise ConditionError(f"「{ast.unparse(loop.iter)}」は対象の一覧ではありません", loop.iter.col_offset)
        variable = loop.target.id
        if variable in {*self.scope.ones, *self.scope.lists, *self.scope.told, "today"}:
            raise ConditionError(
                f"「{variable}」という名前はもう使われています",
                loop.target.col_offset,
                "for のあとは、ほかの名前にしてください",
            )
        return list_type, variable, members, self.inside(self.scope.bind(variable, list_type.kind), self.deriving)

    def _take(self, inner: Self) -> None:
        """What a part reads, the whole reads."""
        self.items |= inner.items
        self.uses_each = self.uses_each or inner.uses_each


def _functions() -> str:
    return "・".join(["any", "all", "len", "sum", *FUNCTIONS])
