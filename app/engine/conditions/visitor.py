"""The walk over a syntax tree: checks it against the vocabulary and makes closures of it."""

from __future__ import annotations

import ast
from typing import Self

from app.engine.conditions.errors import ConditionError
from app.engine.conditions.truth import Run
from app.engine.conditions.types import BOOL, Scope, Type

MAX_DEPTH = 20


class Visitor:
    """Turns a checked syntax tree into closures. Subclasses have one method a node class that the language knows."""

    def __init__(self, scope: Scope, deriving: tuple[str, ...] = ()) -> None:
        self.scope = scope
        self.deriving = deriving
        self.items: set[str] = set()
        self.uses_each = False

    def inside(self, scope: Scope, deriving: tuple[str, ...]) -> Self:
        """A visitor of a part with names of its own."""
        return type(self)(scope, deriving)

    def visit(self, node: ast.expr, depth: int) -> tuple[Type, Run]:
        """Type and closure of a node. Raises ConditionError."""
        if depth > MAX_DEPTH:
            raise ConditionError("条件の入れ子が深すぎます", node.col_offset, "名前のある条件に分けてください")
        method = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is None:
            raise ConditionError(
                f"「{ast.unparse(node)}」はここでは使えません",
                node.col_offset,
                "and・or・not、比べる式、any・all、決められた関数だけが使えます",
            )
        result: tuple[Type, Run] = method(node, depth + 1)
        return result

    def condition(self, node: ast.expr, depth: int) -> Run:
        """The closure of a node that is true or false. Raises ConditionError."""
        type_, run = self.visit(node, depth)
        if type_ != BOOL:
            raise ConditionError(
                f"「{ast.unparse(node)}」は「{type_}」です。はい・いいえになる式が要ります",
                node.col_offset,
                "== などで比べてください",
            )
        return run


def tree(source: str) -> ast.expr:
    """The syntax tree of an expression. Raises ConditionError; its column counts bytes, as the tree's own do."""
    try:
        return ast.parse(source.strip(), mode="eval").body
    except SyntaxError as error:
        before = source[: error.offset - 1] if error.offset else source  # no offset: the end is missing
        single = source[len(before) :].startswith("=") or "'=='" in error.msg
        hint = "等しいかどうかは == で比べます" if single else "かっこや引用符がそろっているか見てください"
        raise ConditionError("条件の書き方が正しくありません", len(before.encode()), hint) from None
