"""The numbers and texts in an event's expressions, by the items that the expressions read."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cache

from app.engine.compiled import CompiledEvent

Constant = int | str


class Constants:
    """What the items of an event are measured by."""

    def __init__(self, event: CompiledEvent) -> None:
        self._derived: dict[
            str, list[str]
        ] = {}  # by name alone: whose item it is, only the expression's compiler knows
        for kind in event.vocabulary.kinds.values():
            for name, item in kind.items.items():
                if item.derived is not None:
                    self._derived.setdefault(name, []).append(item.derived)
        self._lists = {role: item for role, (_, item, _) in event.scope.lists.items()}
        self._by_item: dict[str, set[Constant]] = {}
        conditions = [condition for one in event.procedures for condition in one.conditions]
        for condition in dict.fromkeys((*conditions, *event.lists.values(), *event.worked_out.values())):
            found = self._inside(condition.source)
            for read in condition.items:
                self._by_item.setdefault(read, set()).update(found)

    def of(self, item: str) -> Sequence[Constant]:
        """The constants that an item (`person.birth_date`) may be measured by: numbers first, in order."""
        return sorted(self._by_item.get(item, ()), key=lambda value: (isinstance(value, str), value))

    def _inside(self, source: str) -> set[Constant]:
        """The constants in an expression and in those of the derived items that it reads."""
        found: set[Constant] = set()
        sources = [source]
        for one in sources:  # it grows while it is gone through
            constants, names = _parts(one)
            found |= constants
            inner = {text for name in names for text in self._derived.get(self._lists.get(name, name), ())}
            sources += inner.difference(sources)
        return found


@cache
def _parts(source: str) -> tuple[frozenset[Constant], frozenset[str]]:
    """The constants of an expression, and all names in it: of roles, variables and items."""
    constants: set[Constant] = set()
    names = set()
    for node in ast.walk(ast.parse(source.strip(), mode="eval")):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | str) and not isinstance(node.value, bool):
            constants.add(node.value)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.Name):
            names.add(node.id)
    return frozenset(constants), frozenset(names)
