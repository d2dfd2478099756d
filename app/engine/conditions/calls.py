"""Calls: the listed functions, len, and the quantifiers any and all."""

from __future__ import annotations

import ast
from typing import Any

from app.engine.conditions.errors import ConditionError
from app.engine.conditions.truth import UNKNOWN, Env, Run, quantified
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
        generator = node.args[0] if len(node.args) == 1 else None
        if not isinstance(generator, ast.GeneratorExp) or len(generator.generators) != 1:
            raise ConditionError(f"{name} は {name}(条件 for x in 一覧) の形で書きます", node.col_offset)
        loop = generator.generators[0]
        if not isinstance(loop.target, ast.Name) or loop.ifs:
            raise ConditionError(
                f"{name} は {name}(条件 for x in 一覧) の形で書きます", node.col_offset, "if は and で書いてください"
            )
        list_type, members = self.visit(loop.iter, depth)
        if list_type.name != "subjects":
            raise ConditionError(f"「{ast.unparse(loop.iter)}」は対象の一覧ではありません", loop.iter.col_offset)
        variable = loop.target.id
        if variable in self.scope.ones or variable in self.scope.lists or variable == "today":
            raise ConditionError(
                f"「{variable}」という名前はもう使われています",
                loop.target.col_offset,
                "for のあとは、ほかの名前にしてください",
            )
        inner = self.inside(self.scope.bind(variable, list_type.kind), self.deriving)
        body = inner.condition(generator.elt, depth)
        self.items |= inner.items
        self.uses_each = self.uses_each or inner.uses_each
        return BOOL, quantified(name == "any", variable, members, body)


def _functions() -> str:
    return "・".join(["any", "all", "len", *FUNCTIONS])
