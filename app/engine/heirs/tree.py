"""The family tree around a death as plain data: rows by generation, who is what to the deceased, what the law made of them, and lines.

Made for a table and a drawing alike; ``placing`` says where things stand in the drawing. No words: relations and marks are codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from app.engine.heirs.family import Family, Marriage
from app.engine.heirs.kin import Kin
from app.engine.heirs.lines import Line, Place
from app.engine.heirs.placing import generations, place
from app.engine.heirs.result import Inheritance, Reason

#: codes of reasons that are shown beside a person in the tree, strongest first
MARKS = ("renounced", "disqualified", "disinherited", "lost_right")


@dataclass(frozen=True, slots=True)
class Relation:
    """What somebody is to the deceased; ``of`` names who they belong to where there is no shorter word (``spouse_of``)."""

    code: str
    of: str | None = None


@dataclass(frozen=True, slots=True)
class TreePerson:
    """One person. ``generation``: 0 is the deceased's, parents are -1, children 1. ``share``: held now; ``late``: this is the deceased.

    ``marks``: dead, unborn, heir, those of ``MARKS``, represented. ``represented_by``: those who stand in (代襲) or
    took the share over (数次相続). ``reasons``: why, heir or not.
    """

    id: str
    generation: int
    place: Place
    relation: Relation
    marks: tuple[str, ...]
    share: Fraction | None
    represented_by: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def late(self) -> bool:
        """Whether this is the deceased."""
        return self.relation.code == "deceased"


@dataclass(frozen=True, slots=True)
class Tree:
    """Rows from the eldest generation down, each from left to right; lines; the size of the drawing in its units."""

    rows: tuple[tuple[TreePerson, ...], ...]
    lines: tuple[Line, ...]
    width: int
    height: int

    @property
    def people(self) -> tuple[TreePerson, ...]:
        """Everybody, row by row."""
        return tuple(person for row in self.rows for person in row)


def tree(family: Family, inheritance: Inheritance) -> Tree:
    """The tree of a family with what was worked out for it."""
    kin = Kin(family)
    levels = generations(family)
    placed = place(family, levels)
    shares = inheritance.shares
    found: dict[int, list[TreePerson]] = {}
    for person in family.people:
        represented = _represented(person.id, inheritance)
        found.setdefault(levels[person.id], []).append(
            TreePerson(
                person.id,
                levels[person.id],
                placed.places[person.id],
                relation(kin, person.id),
                _marks(family, inheritance, person.id, represented),
                shares.get(person.id),
                represented,
                _reasons(inheritance, person.id),
            )
        )
    rows = (sorted(found[level], key=lambda one: (one.place.x, one.id)) for level in sorted(found))
    return Tree(tuple(tuple(row) for row in rows), placed.lines, placed.width, placed.height)


def relation(kin: Kin, id_: str) -> Relation:
    """What somebody is to the deceased, by the ties that held at the death."""
    deceased = kin.deceased
    if id_ == deceased:
        return Relation("deceased")
    married = [m for m in kin.family.marriages if m.partner_of(deceased) == id_]
    if id_ in kin.spouses or married:
        return Relation(_couple(kin, married))
    if id_ in kin.line:
        return Relation(
            _child(kin, id_) if kin.line[id_] == 1 else "grandchild" if kin.line[id_] == 2 else "descendant"
        )
    if id_ in kin.ancestors:
        degree = kin.ancestors[id_]
        return Relation(_parent(kin, id_) if degree == 1 else "grandparent" if degree == 2 else "ascendant")
    if id_ in kin.siblings:
        return Relation("half_sibling" if kin.siblings[id_] else "sibling")
    for sibling in kin.family.order(kin.siblings):
        if id_ in kin.children(sibling):
            return Relation("nephew")
    return _other(kin, id_)


def _couple(kin: Kin, marriages: list[Marriage]) -> str:
    if any(one.registered and one.holds(kin.day) for one in marriages):
        return "spouse"
    return "former_spouse" if any(one.registered for one in marriages) else "partner"


def _child(kin: Kin, id_: str) -> str:
    kinds = {tie.kind for tie in kin.between(kin.deceased, id_)}
    if "special_adoption" in kinds:
        return "specially_adopted_child"
    return "adopted_child" if kinds == {"adoption"} else "child"


def _parent(kin: Kin, id_: str) -> str:
    return "adoptive_parent" if all(tie.adopted for tie in kin.between(id_, kin.deceased)) else "parent"


def _other(kin: Kin, id_: str) -> Relation:
    """By the nearest person of the tree to whom they belong."""
    for marriage in kin.family.marriages:
        other = marriage.partner_of(id_)
        if other is not None:
            return Relation("spouse_of" if marriage.until is None and marriage.registered else "partner_of", other)
    for tie in kin.family.ties:
        if id_ in (tie.child, tie.parent):
            return Relation("child_of", tie.parent) if tie.child == id_ else Relation("parent_of", tie.child)
    return Relation("other")


def _represented(id_: str, inheritance: Inheritance) -> tuple[str, ...]:
    standing = [part.person for heir in inheritance.heirs for part in heir.parts if id_ in part.through]
    taking = [one.person for one in inheritance.holders if any(id_ in path for path, _ in one.sources)]
    return tuple(dict.fromkeys([*standing, *taking]))


def _marks(family: Family, inheritance: Inheritance, id_: str, represented: tuple[str, ...]) -> tuple[str, ...]:
    person = family.person(id_)
    marks = [name for name, on in (("dead", person.died is not None), ("unborn", person.unborn)) if on]
    if id_ in inheritance.shares:
        marks.append("heir")
    codes = [reason.code for one in inheritance.excluded if one.person == id_ for reason in one.reasons]
    marks += [mark for mark in MARKS if mark in codes]
    return (*marks, "represented") if represented else tuple(marks)


def _reasons(inheritance: Inheritance, id_: str) -> tuple[Reason, ...]:
    groups = (inheritance.heirs, inheritance.holders, inheritance.excluded)
    return tuple(
        dict.fromkeys(reason for group in groups for one in group if one.person == id_ for reason in one.reasons)
    )
