"""Can a set of conditions hold together at all? Enumerates abstract values of what they compare.

Choices and yes/no items take each of their values; numbers that are compared with constants take the constants and their
neighbours; everything else (functions, quantifiers, comparisons of two items) is a free yes or no, named by its text.
The answer True may therefore be too kind; False is always right.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from app.engine.conditions import Scope
from app.engine.vocabulary import Vocabulary

MAX_COMBINATIONS = 4_000


def can_hold(sources: Sequence[str], vocabulary: Vocabulary, scope: Scope) -> bool:
    """Whether some values make all expressions true. Too many combinations count as yes."""
    trees = [ast.parse(source.strip(), mode="eval").body for source in sources]
    domains: dict[str, list[Any]] = {}
    for tree in trees:
        _collect(tree, vocabulary, scope, domains)
    size = 1
    for domain in domains.values():
        size *= len(domain)
    if size > MAX_COMBINATIONS:
        return True
    for combination in itertools.product(*domains.values()):
        values = dict(zip(domains, combination, strict=True))
        if all(_evaluate(tree, values) for tree in trees):
            return True
    return False


def _collect(node: ast.expr, vocabulary: Vocabulary, scope: Scope, domains: dict[str, list[Any]]) -> None:
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            _collect(value, vocabulary, scope, domains)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        _collect(node.operand, vocabulary, scope, domains)
    elif (subject := _compared(node)) is not None:
        assert isinstance(node, ast.Compare)
        name = ast.unparse(subject)
        constants = _constants(node.comparators[0])
        choices = (False, True) if isinstance(constants[0], bool) else _choices(subject, vocabulary, scope)
        domain = domains.setdefault(name, list(choices))
        for constant in constants:
            around = [constant - 1, constant, constant + 1] if type(constant) is int else [constant]
            domain.extend(value for value in around if value not in domain)
        if not choices and any(isinstance(constant, str) for constant in constants) and None not in domain:
            domain.append(None)
    else:
        domains.setdefault(ast.unparse(node), [False, True])


def _compared(node: ast.expr) -> ast.Attribute | None:
    """The item of `role.item == constant` or `role.item in [constants]`."""
    if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and _constants(node.comparators[0]):
        return node.left
    return None


def _constants(node: ast.expr) -> list[Any]:
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.List) and all(isinstance(element, ast.Constant) for element in node.elts):
        return [element.value for element in node.elts if isinstance(element, ast.Constant)]
    return []


def _choices(node: ast.Attribute, vocabulary: Vocabulary, scope: Scope) -> Sequence[Any]:
    kind = scope.ones.get(node.value.id, "") if isinstance(node.value, ast.Name) else ""
    item = vocabulary.item(kind, node.attr)
    return tuple(item.choices) if item else ()


def _evaluate(node: ast.expr, values: Mapping[str, Any]) -> bool:
    if isinstance(node, ast.BoolOp):
        parts = (_evaluate(value, values) for value in node.values)
        return any(parts) if isinstance(node.op, ast.Or) else all(parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not _evaluate(node.operand, values)
    subject = _compared(node)
    if subject is None:
        return bool(values[ast.unparse(node)])
    assert isinstance(node, ast.Compare)
    value, constants = values[ast.unparse(subject)], _constants(node.comparators[0])
    op = node.ops[0]
    if isinstance(op, ast.In | ast.NotIn):
        return (value in constants) is isinstance(op, ast.In)
    if isinstance(op, ast.Eq | ast.NotEq):
        return (value == constants[0]) is isinstance(op, ast.Eq)
    compare = {ast.Lt: int.__lt__, ast.LtE: int.__le__, ast.Gt: int.__gt__, ast.GtE: int.__ge__}[type(op)]
    return bool(compare(value, constants[0])) if isinstance(value, int) else True
