"""The condition language: a small, typed, three-valued subset of Python expressions.

``parse`` checks an expression against the vocabulary and turns it into a closure over an ``Env``. Evaluation follows
Kleene's strong three-valued logic: ``True``, ``False`` or ``UNKNOWN``. While it runs, the keys that the value rests on
are recorded in ``Env.reads``: for a decided value that is its trace, for an undecided one the unknown keys among them are
the questions that could decide it (the *footprint*).
"""

from app.engine.conditions.errors import ConditionError, DerivedCycle, DerivedError
from app.engine.conditions.parsing import Condition, footprint, parse, parse_worked_out
from app.engine.conditions.truth import UNKNOWN, Env
from app.engine.conditions.types import Scope, Type

__all__ = [
    "UNKNOWN", "Condition", "ConditionError", "DerivedCycle", "DerivedError", "Env", "Scope", "Type", "footprint", "parse",
    "parse_worked_out",
]  # fmt: skip
