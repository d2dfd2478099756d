"""A family from what a citizen or the family register says of each person: what they are to the deceased, and through whom.

That is less than the registers hold: no day of an adoption, no parents of brothers and sisters, no word on which side a grandparent stands.
What is assumed instead is said where it stands; none of it changes a share but the day of an adoption (see ``docs/heirs.md``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.engine.heirs.family import DAY_NOT_TOLD, Act, Death, Family, Marriage, Person, Siblings, Tie, TieKind

CHILDREN = frozenset({"child", "adopted_child", "special_adopted_child", "unborn"})
SIBLINGS = frozenset({"sibling", "half_sibling"})
STANDING_IN = frozenset({"grandchild", "nephew_niece"})
OUTSIDE = frozenset({"self", "partner", "other"})
#: stands for a deceased or a parent whom nobody named
UNNAMED_DECEASED, UNNAMED_PARENT = "unnamed_deceased", "unnamed_parent"

_TIES: dict[str, TieKind] = {"adopted_child": "adoption", "special_adopted_child": "special_adoption"}
_BORN_LATER = DAY_NOT_TOLD + timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Relative:
    """One person as seen from the deceased. ``kin``: a choice of ``person.kin``. ``through``: whose child a grandchild or nephew is.

    ``died_first``: before the deceased or at the same time. ``lost_right``: 欠格 or 廃除. ``renounced``: this estate.
    """

    id: str
    kin: str
    through: str | None = None
    died_first: bool = False
    lost_right: bool = False
    renounced: bool = False

    @property
    def gone(self) -> bool:
        """Whether those who descend from this person stand in."""
        return self.died_first or self.lost_right


def unplaced(relatives: Iterable[Relative]) -> list[str]:
    """Grandchildren, nephews and nieces who might stand in for somebody, but nobody said for whom."""
    everyone = tuple(relatives)
    gone = {one.kin for one in everyone if one.gone}
    waits = {"grandchild": gone & {*CHILDREN, "grandchild"}, "nephew_niece": gone & SIBLINGS}
    return [one.id for one in everyone if one.through is None and waits.get(one.kin)]


def from_kin(relatives: Sequence[Relative], died: date) -> Family:
    """The family of the one whose ``kin`` is ``self``. ``died``: the day of that death. Raises ``FamilyError``.

    Brothers and sisters of the whole blood get the parents where both are named, others a bare tie. Grandparents stand over the first
    parent, whichever it really is: they inherit by head. A death before is put on the day before.
    """
    kin = {one.id: one.kin for one in relatives}
    late = next((id_ for id_, its in kin.items() if its == "self"), UNNAMED_DECEASED)
    parents = [id_ for id_, its in kin.items() if its == "parent"]
    above = parents[:1] or [UNNAMED_PARENT]
    adopted = {id_ for id_, its in kin.items() if its in _TIES}
    ties: list[Tie] = []
    people = [Person(late, died=Death(died))]
    if not parents and "grandparent" in kin.values():
        people.append(Person(UNNAMED_PARENT, died=_before(died)))
        ties.append(Tie(UNNAMED_PARENT, late))
    for one in relatives:
        if one.id != late:
            # only a child below an adoption needs a birth day here
            born = _BORN_LATER if one.through in adopted else None
            people.append(Person(one.id, born, _before(died) if one.died_first else None, one.kin == "unborn"))
            ties += _ties(one, late, parents, above[0], kin)
    return Family(
        deceased=late,
        people=tuple(people),
        ties=tuple(ties),
        marriages=tuple(
            Marriage(late, one.id, registered=one.kin == "spouse")
            for one in relatives
            if one.kin in ("spouse", "partner")
        ),
        siblings=tuple(
            Siblings(late, one.id, half=one.kin == "half_sibling") for one in relatives if _bare(one, parents)
        ),
        acts=tuple(act for one in relatives for act in _acts(one, late)),
    )


def _before(died: date) -> Death:
    return Death(died - timedelta(days=1))


def _bare(one: Relative, parents: Sequence[str]) -> bool:
    return one.kin == "half_sibling" or (one.kin == "sibling" and len(parents) != 2)


def _ties(one: Relative, late: str, parents: Sequence[str], above: str, kin: dict[str, str]) -> Iterator[Tie]:
    if one.kin in CHILDREN:
        kind = _TIES.get(one.kin, "birth")
        yield Tie(late, one.id, kind, DAY_NOT_TOLD if one.kin in _TIES else None)
    elif one.kin == "parent":
        yield Tie(one.id, late)
    elif one.kin == "grandparent":
        yield Tie(one.id, above, "presumed")
    elif one.kin == "sibling" and not _bare(one, parents):
        yield from (Tie(parent, one.id) for parent in parents)
    elif one.kin in STANDING_IN and one.through in kin and one.through != late:
        yield Tie(one.through, one.id)


def _acts(one: Relative, late: str) -> Iterator[Act]:
    if one.id == late:
        return
    if one.lost_right:
        yield Act(one.id, "lost_right", late)
    if one.renounced:
        yield Act(one.id, "renounced", late)
