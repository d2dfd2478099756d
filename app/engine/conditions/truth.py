"""Three-valued truth: what expressions are evaluated in, and Kleene's logic over the parts of one."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.engine.facts import Key


class _Unknown:
    """The third truth value. It has no truth of its own, so that it is never taken for False by accident."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false")


UNKNOWN = _Unknown()


@dataclass(slots=True)
class Env:
    """What an expression is evaluated in. ``reads`` grows; ``memo`` keeps derived items of one evaluation round."""

    values: Mapping[Key, Any]
    bound: dict[str, Any]  # singular roles, and what each, self and loop variables stand for now: subject ids
    today: date
    reads: list[Key] = field(default_factory=list)
    memo: dict[Any, Any] = field(default_factory=dict)


Run = Callable[[Env], Any]


def kleene(decisive: bool, parts: Sequence[Run]) -> Run:
    """`or` (decisive True) and `and` (decisive False). A decisive part is the whole trace; the others fall away."""

    def run(env: Env) -> Any:
        reads = env.reads
        mark, unknown = len(reads), False
        for part in parts:
            start = len(reads)
            value = part(env)
            if value is decisive:
                del reads[mark:start]
                return decisive
            if value is UNKNOWN:
                unknown = True
        return UNKNOWN if unknown else not decisive

    return run


def quantified(decisive: bool, variable: str, members: Run, body: Run) -> Run:
    """`any` (decisive True) and `all` (decisive False): the same over the members of a list, which is in every trace."""

    def run(env: Env) -> Any:
        found = members(env)
        if found is UNKNOWN:
            return UNKNOWN
        reads = env.reads
        mark, unknown = len(reads), False
        for env.bound[variable] in found:
            start = len(reads)
            value = body(env)
            if value is decisive:
                del reads[mark:start]
                return decisive
            if value is UNKNOWN:
                unknown = True
        return UNKNOWN if unknown else not decisive

    return run


def filtered(variable: str, members: Run, body: Run) -> Run:
    """Those members for which a condition holds; unknown while it is for any."""

    def run(env: Env) -> Any:
        found = members(env)
        if found is UNKNOWN:
            return UNKNOWN
        kept, unknown = [], False
        for member in found:
            env.bound[variable] = member
            value = body(env)
            unknown = unknown or value is UNKNOWN
            if value is True:
                kept.append(member)
        return UNKNOWN if unknown else tuple(kept)

    return run


def summed(variable: str, members: Run, body: Run) -> Run:
    """The sum of a number over the members of a list; unknown while one of them is."""

    def run(env: Env) -> Any:
        found = members(env)
        if found is UNKNOWN:
            return UNKNOWN
        total, unknown = 0, False
        for env.bound[variable] in found:
            value = body(env)
            unknown = unknown or value is UNKNOWN
            total += 0 if value is UNKNOWN else value
        return UNKNOWN if unknown else total

    return run


def contained(value: Any, values: Any) -> bool:
    return value in values


def binary(function: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    def run(env: Env) -> Any:
        a, b = left(env), right(env)
        return UNKNOWN if a is UNKNOWN or b is UNKNOWN else function(a, b)

    return run


def against(function: Callable[[Any, Any], bool], left: Run, constant: Any) -> Run:
    def run(env: Env) -> Any:
        value = left(env)
        return UNKNOWN if value is UNKNOWN else function(value, constant)

    return run


ARITHMETIC: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv,
}  # fmt: skip

COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
