"""Who is heir at the moment of death, and with which share: ranks, stirpes, fractions. The rules without their words.

Law: 民法 887 to 890 (who), 900 and 901 (how much), 886, 891 to 893, 939. ``docs/heirs.md`` says each rule in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal

from app.engine.heirs.family import Family
from app.engine.heirs.kin import Kin
from app.engine.heirs.result import Capacity, Part, Rank

Out = Literal["disqualified", "disinherited", "lost_right", "renounced"]
Found = tuple[str, Fraction, tuple[str, ...]]  # person, part of the stirps, those replaced

RANK_WITH_SPOUSE: dict[Rank, Fraction] = {1: Fraction(1, 2), 2: Fraction(1, 3), 3: Fraction(1, 4)}
CAPACITY: dict[Rank, Capacity] = {1: "child", 2: "ascendant", 3: "sibling"}
FULL, HALF = Fraction(1), Fraction(1, 2)


@dataclass(frozen=True)
class Stirps:
    """One head of a rank, and who stands for it. ``weight``: 1, or 1/2 for half blood."""

    head: str
    weight: Fraction
    found: tuple[Found, ...]


@dataclass(frozen=True)
class Opening:
    """The rules at one opening. ``renouncing`` false: as if nobody had renounced (相続税法 第15条第2項)."""

    family: Family
    renouncing: bool = True
    kin: Kin = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kin", Kin(self.family))

    # --- who is out ---------------------------------------------------------------------------------------------------------
    def out(self, id_: str, rank: Rank | None = None) -> Out | None:
        """What takes a person out. Disqualification and disinheritance work from the opening on, so a renunciation then says nothing.

        Siblings and their children have no forced share and so cannot be disinherited (892).
        """
        kinds = {
            act.kind
            for act in self.family.acts
            if act.person == id_ and act.estate == self.family.deceased and act.in_place_of is None
        }
        if "disqualified" in kinds:
            return "disqualified"
        if "disinherited" in kinds and rank != 3:
            return "disinherited"
        if "lost_right" in kinds:
            return "lost_right"
        return "renounced" if "renounced" in kinds and self.renouncing else None

    def takes(self, id_: str, rank: Rank | None = None) -> bool:
        """Whether a person whose turn it is becomes heir."""
        return self.kin.alive(id_) and self.out(id_, rank) is None

    # --- the spouse ---------------------------------------------------------------------------------------------------------
    @property
    def spouse(self) -> str | None:
        """The spouse who inherits (890)."""
        return next((one for one in self.kin.spouses if self.takes(one)), None)

    def _is_spouse(self, id_: str) -> bool:
        # by registry practice a spouse who is also a sibling by adoption inherits as spouse alone
        return id_ in self.kin.spouses and self.kin.alive(id_)

    # --- the ranks ----------------------------------------------------------------------------------------------------------
    @cached_property
    def stirpes(self) -> tuple[Rank | None, tuple[Stirps, ...]]:
        """The first rank in which anybody stands, with its stirpes; (None, ()) where there is none."""
        ranks: tuple[tuple[Rank, Callable[[], Iterator[Stirps]]], ...] = (
            (1, self._children),
            (2, self._ascendants),
            (3, self._siblings),
        )
        for rank, find in ranks:
            found = tuple(stirps for stirps in find() if stirps.found)
            if found:
                return rank, found
        return None, ()

    def _children(self) -> Iterator[Stirps]:
        for child in self.kin.children(self.family.deceased):
            yield Stirps(child, FULL, tuple(self._stand(child, 1, frozenset(self.kin.line), FULL, ())))

    def _ascendants(self) -> Iterator[Stirps]:
        degrees = self.kin.ancestors
        able = [one for one in self.family.order(degrees) if self.takes(one, 2)]
        nearest = min((degrees[one] for one in able), default=0)
        for one in able:
            if degrees[one] == nearest:
                yield Stirps(one, FULL, ((one, FULL, ()),))

    def _siblings(self) -> Iterator[Stirps]:
        siblings = self.kin.siblings
        for one in self.family.order(siblings):
            if not self._is_spouse(one):
                found = self._stand(one, 3, frozenset(self.kin.beside(one)), FULL, ())
                yield Stirps(one, HALF if siblings[one] else FULL, tuple(found))

    def _stand(
        self, id_: str, rank: Rank, line: frozenset[str], part: Fraction, through: tuple[str, ...]
    ) -> list[Found]:
        """Who stands for a person: themselves, or their children by stirpes (887-2, 887-3; for siblings once: 889-2)."""
        if not self.kin.existed(id_):
            return []
        out = self.out(id_, rank)
        if self.kin.alive(id_) and out is None:
            return [(id_, part, through)]
        if (self.kin.alive(id_) and out == "renounced") or (rank == 3 and through):
            return []
        branches = [
            branch
            for child in self.kin.children(id_)
            if child in line and (branch := self._stand(child, rank, line, FULL, (*through, id_)))
        ]
        share = part / len(branches) if branches else part
        return [(one, share * inner, path) for branch in branches for one, inner, path in branch]

    # --- shares -------------------------------------------------------------------------------------------------------------
    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every share by capacity, the spouse first; they add up to one, or nobody inherits."""
        rank, stirpes = self.stirpes
        spouse = self.spouse
        if rank is None:
            return (Part(spouse, "spouse", FULL),) if spouse else ()
        whole = RANK_WITH_SPOUSE[rank] if spouse else FULL
        total = sum((stirps.weight for stirps in stirpes), Fraction())
        mixed = len({stirps.weight for stirps in stirpes}) > 1
        found = [Part(spouse, "spouse", FULL - whole)] if spouse else []
        for stirps in stirpes:
            for person, part, through in stirps.found:
                share = whole * stirps.weight / total * part
                found.append(Part(person, CAPACITY[rank], share, through, mixed and stirps.weight == HALF))
        return tuple(found)
