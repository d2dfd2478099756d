"""The static types of expressions, and the names that an expression may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.engine.vocabulary import Item, Vocabulary


@dataclass(frozen=True)
class Type:
    """A static type: bool, number, text, date, address, choice, choices, subject or subjects.

    ``values`` are the ids of a choice; ``kind`` is the kind of a subject.
    """

    name: str
    values: tuple[str, ...] = ()
    kind: str = ""

    def __str__(self) -> str:
        return TYPE_WORDS[self.name]


TYPE_WORDS = {
    "bool": "はい・いいえ", "number": "数", "text": "文字", "date": "日付", "address": "住所", "choice": "選択肢",
    "choices": "選択肢（複数）", "subject": "対象", "subjects": "対象の一覧", "list": "値の一覧",
}  # fmt: skip
BOOL, NUMBER, TEXT, DATE = Type("bool"), Type("number"), Type("text"), Type("date")
_ITEM_TYPES = {
    "yes_no": "bool", "number": "number", "money": "number", "date": "date", "address": "address", "choice": "choice",
    "choices": "choices", "person": "subject", "subjects": "subjects",
}  # fmt: skip


def item_type(item: Item) -> Type:
    """The static type of an item."""
    target = "person" if item.type == "person" else item.of or ""
    return Type(_ITEM_TYPES.get(item.type, "text"), tuple(item.choices), target)


@dataclass(frozen=True)
class Scope:
    """Names that an expression may use: singular roles and list roles of the event, and local ones.

    ``ones`` maps a name to its kind, ``lists`` a list role to (role that holds the list, item name, kind of the members),
    ``told`` a role that a person item tells to the same. ``elsewhere`` are roles that only other events have.
    ``local`` are `each`, `self` and loop variables: what they stand for changes while a plan is made.
    """

    vocabulary: Vocabulary
    ones: Mapping[str, str]
    lists: Mapping[str, tuple[str, str, str]]
    local: frozenset[str] = frozenset()
    told: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()

    def bind(self, name: str, kind: str) -> Scope:
        """This scope with one more local name."""
        return replace(self, ones={**self.ones, name: kind}, local=self.local | {name})

    def event(self) -> Scope:
        """The names that mean the same everywhere in the event."""
        ones = {name: kind for name, kind in self.ones.items() if name not in self.local}
        return replace(self, ones=ones, local=frozenset())
