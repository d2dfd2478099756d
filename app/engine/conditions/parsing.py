"""Expressions checked and made ready to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.engine.conditions.calls import Calls
from app.engine.conditions.errors import ConditionError
from app.engine.conditions.logic import Logic
from app.engine.conditions.names import Names
from app.engine.conditions.truth import UNKNOWN, Env, Run
from app.engine.conditions.types import BOOL, Scope, Type, item_type
from app.engine.conditions.visitor import tree
from app.engine.facts import Key
from app.engine.vocabulary import Item

MAX_LENGTH = 500


class _Compiler(Names, Logic, Calls):
    """Reads the whole language."""


@dataclass(frozen=True, eq=False, slots=True)
class Condition:
    """A checked expression. ``items`` are the ``kind.item`` it can ever read, ``uses_each`` says if it speaks of each.

    Compared by identity: the compiler makes one of each, so that a plan works out each only once.
    """

    source: str
    type: Type
    run: Run
    items: frozenset[str]
    uses_each: bool


def footprint(condition: Condition, env: Env) -> tuple[Any, tuple[Key, ...]]:
    """The value, and the keys it rests on: its trace when decided, the unknown keys that could decide it when not."""
    env.reads.clear()
    value = condition.run(env)
    reads = dict.fromkeys(env.reads)
    if value is UNKNOWN:
        return value, tuple(key for key in reads if key not in env.values)
    return value, tuple(key for key in reads if key in env.values)


def parse(source: str, scope: Scope, expect: Type | None = BOOL) -> Condition:
    """Check and compile one expression. Raises ConditionError with column and hint."""
    condition = _compile(source, _Compiler(scope))
    type_ = condition.type
    if expect is not None and type_.name != expect.name:
        raise ConditionError(
            f"条件は「{expect}」になるはずですが、「{type_}」です",
            0,
            "比べる相手（== など）が抜けていないか見てください",
        )
    return condition


def parse_worked_out(path: str, item: Item, scope: Scope) -> Condition:
    """Check and compile a derived or computed item ``kind.item``, whose subject is `self`. Raises ConditionError."""
    kind, _, name = path.partition(".")
    scope = scope.event().bind("self", kind)
    if item.derived is None:
        return _compile(f"self.{name}", _Compiler(scope))
    condition = _compile(item.derived, _Compiler(scope, (path,)))
    declared = item_type(item)
    if condition.type.name != declared.name:
        raise ConditionError(
            f"「{path}」は「{declared}」ですが、式は「{condition.type}」になります",
            0,
            "type か derived の式を直してください",
        )
    return condition


def _compile(source: str, compiler: _Compiler) -> Condition:
    if len(source) > MAX_LENGTH:
        raise ConditionError(
            f"条件が長すぎます（{len(source)}文字）", 0, f"{MAX_LENGTH}文字までにして、名前のある条件に分けてください"
        )
    try:
        found = tree(source)
        type_, run = compiler.visit(found, 0)
    except ConditionError as error:
        # The syntax tree counts in bytes of UTF-8; people count letters.
        error.column = len(source.encode()[: error.column].decode(errors="ignore"))
        raise
    return Condition(source, type_, run, frozenset(compiler.items), compiler.uses_each)
