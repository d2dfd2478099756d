"""The register of rules, and texts that every rule uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.services.people.view import View

Found = Iterator[tuple[str, str]]  # subject and sentence
Rule = Callable[[View], Found]

RULES: dict[str, Rule] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    """Register a rule under its name. It yields the subject and a sentence for everything that cannot be."""

    def register(function: Rule) -> Rule:
        RULES[name] = function
        return function

    return register
