"""Facts: what is known of a journey at one moment, as the planner sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.engine.vocabulary import Reuse

Key = tuple[str, str]
"""(subject id, item name): ("haruka", "birth_date")."""

NOT_YET = "__not_yet__"
"""The answer 「まだ分からない」: the question was asked, the value is not known."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One item's value for one subject.

    ``source`` is ``register:<id>`` or ``citizen``; ``value`` has the shape of the item's type (see ``values.py``), None
    for an optional item left empty, or NOT_YET.
    """

    subject: str
    item: str
    value: Any
    source: str = "citizen"
    at: date | None = None
    reuse: Reuse = "share"

    @property
    def key(self) -> Key:
        return (self.subject, self.item)

    @property
    def register(self) -> str | None:
        """The register that told the fact, or None for an answer."""
        return self.source.removeprefix("register:") if self.source.startswith("register:") else None


@dataclass(frozen=True)
class Facts:
    """An immutable set of facts with the subjects they speak of.

    ``roles`` binds the singular roles of the event (applicant, move, household) to subject ids; list roles are facts
    themselves. ``kinds`` maps subject id to kind.
    """

    roles: Mapping[str, str]
    kinds: Mapping[str, str]
    by_key: Mapping[Key, Fact] = field(default_factory=dict)

    @classmethod
    def of(cls, roles: Mapping[str, str], kinds: Mapping[str, str], facts: Iterable[Fact] = ()) -> Facts:
        """Build from any order of facts; a later fact on the same key replaces an earlier one."""
        return cls(roles, kinds, {fact.key: fact for fact in facts})

    def values(self) -> dict[Key, Any]:
        """Known values only: what is not yet known is absent."""
        return {key: fact.value for key, fact in self.by_key.items() if fact.value != NOT_YET}

    def to_confirm(self) -> set[Key]:
        """Keys that a register told and the person still has to say are right."""
        return {key for key, fact in self.by_key.items() if fact.reuse == "confirm" and fact.source != "citizen"}

    def get(self, key: Key) -> Fact | None:
        return self.by_key.get(key)

    def and_(self, *facts: Fact) -> Facts:
        """These facts and the given ones."""
        return Facts(self.roles, self.kinds, {**self.by_key, **{fact.key: fact for fact in facts}})

    def without(self, keys: Iterable[Key]) -> Facts:
        """These facts but the given keys."""
        gone = set(keys)
        return Facts(self.roles, self.kinds, {k: f for k, f in self.by_key.items() if k not in gone})
