"""What is wrong with an expression."""

from __future__ import annotations


class ConditionError(Exception):
    """What is wrong with an expression, where (column, 0-based, in characters) and how to mend it. Texts are Japanese."""

    def __init__(self, message: str, column: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.column, self.hint = message, column, hint


class DerivedError(ConditionError):
    """An expression reads a derived item whose own expression is wrong; that one is reported where it stands."""


class DerivedCycle(ConditionError):
    """Derived items that are worked out from each other."""
