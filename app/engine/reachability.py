"""Can a set of conditions hold together at all? Enumerates abstract values of what they compare.

Choices and yes/no items take each of their values; numbers that are compared with constants take the constants and their
neighbours; everything else (functions, quantifiers, comparisons of two items) is a free yes or no, named by its text.
The answer True may therefore be too kind; False is always right.
"""

from __future__ import annotations

import ast
import itertools
import operator
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from app.engine.conditions import Scope
from app.engine.vocabulary import Vocabulary

MAX_COMBINATIONS = 4_000

Values = tuple[Any, ...]
Test = Callable[[Values], bool]


def can_hold(sources: Sequence[str], vocabulary: Vocabulary, scope: Scope) -> bool:
    """Whether some values make all expressions true. Too many combinations count as yes."""
    domains = _Domains(vocabulary, scope)
    tests = [domains.test(_tree(source)) for source in sources]
    size = 1
    for domain in domains.values.values():
        size *= len(domain)
        if size > MAX_COMBINATIONS:
            return True
    return any(all(test(values) for test in tests) for values in itertools.product(*domains.values.values()))


@cache
def _tree(source: str) -> ast.expr:
    """An expression, parsed once: each branch of a procedure asks about all its conditions anew."""
    return ast.parse(source.strip(), mode="eval").body


@cache
def _text(node: ast.expr) -> str:
    return ast.unparse(node)


class _Domains:
    """What is compared, by its text, with the values that it can take; its place is its place in a combination."""

    def __init__(self, vocabulary: Vocabulary, scope: Scope) -> None:
        self.vocabulary, self.scope = vocabulary, scope
        self.values: dict[str, list[Any]] = {}

    def test(self, node: ast.expr) -> Test:
        """An expression as a test of one combination."""
        if isinstance(node, ast.BoolOp):
            tests = [self.test(part) for part in node.values]
            if isinstance(node.op, ast.Or):
                return lambda values: any(test(values) for test in tests)
            return lambda values: all(test(values) for test in tests)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.test(node.operand)
            return lambda values: not inner(values)
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute):
            constants = _constants(node.comparators[0])
            if constants:
                return _comparison(node.ops[0], self._place(node.left, constants), constants)
        place = self._free(node)
        return lambda values: bool(values[place])

    def _free(self, node: ast.expr) -> int:
        return self._index(_text(node), [False, True])

    def _place(self, node: ast.Attribute, constants: Sequence[Any]) -> int:
        if isinstance(constants[0], bool):
            return self._free(node)
        choices = self._choices(node)
        values: list[Any] = list(choices)
        for constant in constants:
            values += [constant - 1, constant, constant + 1] if isinstance(constant, int) else [constant]
        if not choices and isinstance(constants[0], str):
            values.append(None)  # any other text
        return self._index(_text(node), values)

    def _index(self, name: str, values: Sequence[Any]) -> int:
        domain = self.values.setdefault(name, [])
        domain += [value for value in values if value not in domain]
        return list(self.values).index(name)

    def _choices(self, node: ast.Attribute) -> Sequence[str]:
        kind = self.scope.ones.get(node.value.id, "") if isinstance(node.value, ast.Name) else ""
        item = self.vocabulary.item(kind, node.attr)
        return tuple(item.choices) if item else ()


def _constants(node: ast.expr) -> list[Any]:
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.Name) and node.id in ("true", "false"):
        return [node.id == "true"]
    if isinstance(node, ast.List) and all(isinstance(element, ast.Constant) for element in node.elts):
        return [element.value for element in node.elts if isinstance(element, ast.Constant)]
    return []


def _comparison(op: ast.cmpop, place: int, constants: Sequence[Any]) -> Test:
    """The item at a place against its constants; a list of them for `in`, else one."""
    first = constants[0]
    if isinstance(op, ast.In | ast.NotIn):
        inside = isinstance(op, ast.In)
        return lambda values: (values[place] in constants) is inside
    if isinstance(op, ast.Eq | ast.NotEq):
        equal = isinstance(op, ast.Eq)
        return lambda values: (values[place] == first) is equal
    compare = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}[type(op)]
    return lambda values: bool(compare(values[place], first))
