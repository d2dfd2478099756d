"""Who is what to the person who died, as the family registers (戸籍) of a household file say it.

Relations are those that the law of inheritance asks for (民法 第887条から第890条): descendants, ascendants, brothers and sisters with
their children, the spouse; and through whom a grandchild, a nephew or a niece descends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_PARENT = {
    "father": "child", "mother": "child", "adoptive_father": "adopted_child", "adoptive_mother": "adopted_child",
    "special_adoptive_father": "special_adopted_child", "special_adoptive_mother": "special_adopted_child",
}  # fmt: skip
"""How the file names a parent, and what their child is to them."""


@dataclass(frozen=True, slots=True)
class Relative:
    """One person as seen from the deceased. ``through``: whose child a grandchild, nephew or niece is."""

    id: str
    kin: str
    through: str | None = None
    died_first: bool = False


def relatives(records: Mapping[str, Any]) -> tuple[Relative, ...]:
    """The deceased (``self``) and the family, the nearest first; nobody where the records name no death.

    ``records`` as in ``docs/personas.md``: ``family`` and ``deaths``, of which the first is the one at hand.
    """
    deaths = {one["person"]: one["on"] for one in reversed(list(records.get("deaths", ())))}
    if not deaths:
        return ()
    first = records["deaths"][0]["person"]
    graph = _Graph(records.get("family", ()))
    found: dict[str, tuple[str, str | None]] = {first: ("self", None)}
    for id_, kin, through in graph.of(first):
        found.setdefault(id_, (kin, through))
    day = deaths[first]
    return tuple(
        Relative(id_, kin, through, id_ != first and id_ in deaths and deaths[id_] <= day)
        for id_, (kin, through) in found.items()
    )


class _Graph:
    """Parents and children, couples, and brothers and sisters whose parents the file does not name."""

    def __init__(self, family: Iterable[Mapping[str, Any]]) -> None:
        self.children: dict[str, dict[str, str]] = {}  # parent -> child -> what the child is to them
        self.couples: list[tuple[str, str, str]] = []
        self.siblings: list[tuple[str, str, str]] = []
        for one in family:
            person, other, relation = one["person"], one["of"], one["relation"]
            if relation in _PARENT:
                self._child(person, other, _PARENT[relation], one)
            elif relation == "child":
                self._child(other, person, "child", one)
            elif relation in ("spouse", "partner") and one.get("ended") in (None, "death"):
                self.couples.append((person, other, relation))
            elif relation in ("sibling", "half_sibling"):
                self.siblings.append((person, other, relation))

    def _child(self, parent: str, child: str, kin: str, one: Mapping[str, Any]) -> None:
        if one.get("ended") != "dissolution":
            self.children.setdefault(parent, {}).setdefault(child, kin)

    def parents(self, person: str) -> list[str]:
        return [parent for parent, children in self.children.items() if person in children]

    def of(self, first: str) -> Iterable[tuple[str, str, str | None]]:
        """Everybody around one person: (id, kin, through)."""
        for a, b, relation in self.couples:
            if first in (a, b):
                yield (b if a == first else a), relation, None
        yield from ((child, kin, None) for child, kin in self.children.get(first, {}).items())
        for child in self.children.get(first, {}):
            yield from self._descendants(child, "grandchild")
        parents = self.parents(first)
        yield from ((parent, "parent", None) for parent in parents)
        for parent in parents:
            yield from ((one, "grandparent", None) for one in self.parents(parent))
        yield from self._around(first, parents)

    def _around(self, first: str, parents: list[str]) -> Iterable[tuple[str, str, str | None]]:
        """Brothers and sisters, whole and half, with their children."""
        shared: dict[str, int] = {}
        for parent in parents:
            for child in self.children[parent]:
                shared[child] = shared.get(child, 0) + (child != first)
        brothers = {
            child: "sibling" if count == len(parents) else "half_sibling" for child, count in shared.items() if count
        }
        for a, b, relation in self.siblings:
            if first in (a, b):
                brothers.setdefault(b if a == first else a, relation)
        yield from ((id_, kin, None) for id_, kin in brothers.items())
        for id_ in brothers:
            yield from ((child, "nephew_niece", id_) for child in self.children.get(id_, {}))

    def _descendants(self, person: str, kin: str) -> Iterable[tuple[str, str, str | None]]:
        for child in self.children.get(person, {}):
            yield child, kin, person
            yield from self._descendants(child, kin)
