"""What joins and compares: and, or, not, if, comparisons and lists."""

from __future__ import annotations

import ast
from typing import Any

from app.engine.conditions.errors import ConditionError
from app.engine.conditions.truth import ARITHMETIC, COMPARE, UNKNOWN, Env, Run, against, binary, contained, kleene
from app.engine.conditions.types import BOOL, NUMBER, TEXT, Type
from app.engine.conditions.visitor import Visitor
from app.engine.spelling import nearest


class Logic(Visitor):
    """Reads operators and lists."""

    def _boolop(self, node: ast.BoolOp, depth: int) -> tuple[Type, Run]:
        return BOOL, kleene(isinstance(node.op, ast.Or), [self.condition(part, depth) for part in node.values])

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> tuple[Type, Run]:
        if isinstance(node.op, ast.USub):
            type_, run = self.visit(node.operand, depth)
            if type_ != NUMBER:
                raise ConditionError("「-」は数にだけ使えます", node.col_offset)
            return NUMBER, lambda env: v if (v := run(env)) is UNKNOWN else -v
        if not isinstance(node.op, ast.Not):
            raise ConditionError(f"「{ast.unparse(node)}」はここでは使えません", node.col_offset, "not が使えます")
        inner = self.condition(node.operand, depth)
        return BOOL, lambda env: v if (v := inner(env)) is UNKNOWN else not v

    def _binop(self, node: ast.BinOp, depth: int) -> tuple[Type, Run]:
        if type(node.op) not in ARITHMETIC:
            raise ConditionError(
                f"「{ast.unparse(node)}」はここでは使えません", node.col_offset, "計算には + - * // が使えます"
            )
        (left_type, left), (right_type, right) = self.visit(node.left, depth), self.visit(node.right, depth)
        if left_type != NUMBER or right_type != NUMBER:
            raise ConditionError("計算は数どうしでします", node.col_offset, "日付は plus_days などで計算します")
        if isinstance(node.op, ast.FloorDiv) and not (isinstance(node.right, ast.Constant) and node.right.value):
            raise ConditionError("割る数は、0でない決まった数で書きます", node.right.col_offset)
        return NUMBER, binary(ARITHMETIC[type(node.op)], left, right)

    def _ifexp(self, node: ast.IfExp, depth: int) -> tuple[Type, Run]:
        test = self.condition(node.test, depth)
        yes_type, yes = self.visit(node.body, depth)
        no_type, no = self.visit(node.orelse, depth)
        if yes_type.name != no_type.name:
            raise ConditionError(
                f"if の前（{yes_type}）と else の後（{no_type}）の種類が違います",
                node.col_offset,
                "同じ種類にそろえてください",
            )

        def run(env: Env) -> Any:
            value = test(env)
            return UNKNOWN if value is UNKNOWN else yes(env) if value else no(env)

        return yes_type, run

    def _compare(self, node: ast.Compare, depth: int) -> tuple[Type, Run]:
        if len(node.ops) != 1:
            raise ConditionError(
                "比べる式は1つずつ書いてください", node.col_offset, "「a < b < c」は「a < b and b < c」と書きます"
            )
        op = node.ops[0]
        if isinstance(op, ast.In | ast.NotIn):
            return self._membership(node, depth)
        if type(op) not in COMPARE:
            raise ConditionError("この比べ方は使えません", node.col_offset, "== != < <= > >= in が使えます")
        (left_type, left), (right_type, right) = self.visit(node.left, depth), self.visit(node.comparators[0], depth)
        self._check_comparable(left_type, right_type, node.left, node.comparators[0], node)
        if not isinstance(op, ast.Eq | ast.NotEq) and left_type.name not in ("number", "date"):
            raise ConditionError(f"「{left_type}」の大小は比べられません", node.col_offset, "== か != を使ってください")
        if isinstance(node.comparators[0], ast.Constant):
            return BOOL, against(COMPARE[type(op)], left, node.comparators[0].value)
        return BOOL, binary(COMPARE[type(op)], left, right)

    def _membership(self, node: ast.Compare, depth: int) -> tuple[Type, Run]:
        left_type, left = self.visit(node.left, depth)
        right_type, right = self.visit(node.comparators[0], depth)
        if right_type.name == "choices":
            self._check_choice(right_type, node.left, node)
        elif right_type.name == "list" and isinstance(node.comparators[0], ast.List):
            for element in node.comparators[0].elts:
                self._check_comparable(left_type, self.visit(element, depth)[0], node.left, element, node)
        elif not (right_type.name == "subjects" and left_type.name == "subject"):
            raise ConditionError(
                f"「in」の右は値の一覧か対象の一覧です（「{right_type}」ではありません）",
                node.col_offset,
                "['a', 'b'] の形で書いてください",
            )
        inside = binary(contained, left, right)
        if right_type.name == "list":  # constants: they do not look at the environment
            inside = against(contained, left, right(None))  # type: ignore[arg-type]
        if isinstance(node.ops[0], ast.In):
            return BOOL, inside
        return BOOL, lambda env: v if (v := inside(env)) is UNKNOWN else not v

    def _check_comparable(
        self, left: Type, right: Type, left_node: ast.expr, right_node: ast.expr, node: ast.expr
    ) -> None:
        if left.name == "choice" and right == TEXT:
            self._check_choice(left, right_node, node)
        elif right.name == "choice" and left == TEXT:
            self._check_choice(right, left_node, node)
        elif left.name != right.name:
            raise ConditionError(
                f"「{left}」と「{right}」は比べられません",
                node.col_offset,
                f"「{ast.unparse(left_node)}」は「{left}」です",
            )

    def _check_choice(self, choice: Type, literal: ast.expr, node: ast.expr) -> None:
        value = literal.value if isinstance(literal, ast.Constant) else None
        if not isinstance(value, str):
            raise ConditionError(
                "選択肢は '値' と比べてください", node.col_offset, f"使える値: {'・'.join(choice.values)}"
            )
        if value not in choice.values:
            near = nearest(value, choice.values)
            usable = f"使える値: {'・'.join(choice.values)}"
            hint = f"「{near}」のことですか。{usable}" if near else usable
            raise ConditionError(f"「{value}」という選択肢はありません", literal.col_offset, hint)

    def _list(self, node: ast.List, depth: int) -> tuple[Type, Run]:
        parts = [self.visit(element, depth) for element in node.elts]
        runs = [run for _, run in parts]
        if parts and all(type_.name == "subject" for type_, _ in parts):
            return Type("subjects", kind=parts[0][0].kind), lambda env: tuple(run(env) for run in runs)
        if not all(isinstance(element, ast.Constant) for element in node.elts):
            raise ConditionError("一覧には値だけを書けます", node.col_offset, "['a', 'b'] の形で書いてください")
        values = frozenset(run(None) for run in runs)  # type: ignore[arg-type]  # constants do not look at the environment
        return Type("list"), lambda env: values
