"""Where the people of a family tree stand in a drawing, and the lines between them. Whole numbers; the same family, the same drawing.

People who are or were a couple, or have a child together, stand side by side as one unit. A unit stands over the units of its children,
as wide as all of them, so nothing overlaps however deep the tree is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.engine.heirs.family import Family
from app.engine.heirs.kin import Kin
from app.engine.heirs.lines import (
    GAP_X,
    GAP_Y,
    HEIGHT,
    MARGIN,
    WIDTH,
    Line,
    Place,
    child_lines,
    couple_lines,
    parent_pairs,
    sibling_lines,
)


@dataclass(frozen=True, slots=True)
class Placed:
    """Everybody's place, the lines, the size of the whole."""

    places: Mapping[str, Place]
    lines: tuple[Line, ...]
    width: int
    height: int


@dataclass(slots=True)
class _Unit:
    members: list[str]
    below: list[_Unit]
    parent: _Unit | None = None
    half_cells: int = 0  # width of the unit with everything below it, in half boxes


def generations(family: Family) -> dict[str, int]:
    """Everybody's generation, 0 being the deceased's: couples and siblings stand level, a child below all its parents."""
    level = {family.deceased: 0}
    pairs = [(one.one, one.other) for one in family.marriages] + [(one.one, one.other) for one in family.siblings]
    steps = [(tie.parent, tie.child, 1) for tie in family.ties] + [(a, b, 0) for a, b in pairs]
    steps += [(b, a, -by) for a, b, by in steps]
    todo = [family.deceased]
    while todo:
        here = todo.pop(0)
        for one, other, by in steps:
            if one == here and other not in level:
                level[other] = level[here] + by
                todo.append(other)
    for person in family.people:
        level.setdefault(person.id, 0)
    for _ in family.people:  # a child adopted by a grandparent stands below both
        for tie in family.ties:
            level[tie.child] = max(level[tie.child], level[tie.parent] + 1)
    return level


def place(family: Family, level: Mapping[str, int]) -> Placed:
    """Places and lines."""
    units = _units(family, level)
    of = {member: unit for unit in units for member in unit.members}
    _hang(family, units, of)
    columns: dict[str, int] = {}
    start = 0
    for root in sorted((unit for unit in units if unit.parent is None), key=lambda unit: _root_order(family, unit)):
        _measure(root)
        _set(root, start, columns)
        start += root.half_cells
    top = min(level.values())
    step_x, step_y = (WIDTH + GAP_X) // 2, HEIGHT + GAP_Y
    raised = GAP_Y // 2 if family.siblings else 0  # room for the line over siblings whose parents are not there
    places = {
        id_: Place(MARGIN + column * step_x, MARGIN + raised + (level[id_] - top) * step_y)
        for id_, column in columns.items()
    }
    width = max(one.x for one in places.values()) + WIDTH + MARGIN
    height = max(one.y for one in places.values()) + HEIGHT + MARGIN
    return Placed(
        places,
        (*couple_lines(family, places), *child_lines(family, places), *sibling_lines(family, places)),
        width,
        height,
    )


# --- units ------------------------------------------------------------------------------------------------------------------
def _units(family: Family, level: Mapping[str, int]) -> list[_Unit]:
    partners: dict[str, set[str]] = {person.id: set() for person in family.people}
    for one, other in [(m.one, m.other) for m in family.marriages] + parent_pairs(family):
        if level[one] == level[other]:
            partners[one].add(other)
            partners[other].add(one)
    former = {frozenset((m.one, m.other)) for m in family.marriages if m.until is not None}
    seen: set[str] = set()
    units = []
    for person in family.order(partners):
        group, todo = {person}, [person]
        while todo:
            new = partners[todo.pop()] - group
            group |= new
            todo += new
        if person not in seen:
            seen |= group
            units.append(_Unit(_side_by_side(family, group, partners, former), []))
    return units


def _side_by_side(
    family: Family, group: set[str], partners: Mapping[str, set[str]], former: set[frozenset[str]]
) -> list[str]:
    """Former partners on the left of whom most belong to, the others on the right."""
    middle = min(
        group, key=lambda id_: (-len(partners[id_]), id_ != family.deceased, not _has_parents(family, id_), id_)
    )
    row, todo = [middle], [middle]
    while todo:
        here = todo.pop(0)
        for one in family.order(partners[here] - set(row)):
            left = frozenset((here, one)) in former if here == middle else row.index(here) < row.index(middle)
            row.insert(0 if left else len(row), one)
            todo.append(one)
    return row


def _has_parents(family: Family, id_: str) -> bool:
    return any(tie.child == id_ for tie in family.ties)


def _hang(family: Family, units: list[_Unit], of: Mapping[str, _Unit]) -> None:
    """Give each unit one unit above it: that of the parents of a member, the one whose own line leads to the deceased first."""
    up = {family.deceased, *Kin(family).ancestors}
    for unit in units:
        members = sorted(unit.members, key=lambda id_: (id_ not in up, unit.members.index(id_)))
        above = [
            of[tie.parent]
            for member in members
            for tie in sorted(
                (tie for tie in family.ties if tie.child == member), key=lambda tie: (tie.parent not in up, tie.adopted)
            )
        ]
        found = next((one for one in above if one is not unit and not _below(one, unit)), None)
        if found is not None:
            unit.parent = found
            found.below.append(unit)
    for unit in units:
        unit.below.sort(key=lambda one: _age(family, one, unit))


def _below(one: _Unit, other: _Unit) -> bool:
    """Whether a unit hangs somewhere below another."""
    here: _Unit | None = one
    while here is not None:
        if here is other:
            return True
        here = here.parent
    return False


def _age(family: Family, unit: _Unit, above: _Unit) -> tuple[int, int]:
    children = family.order(
        tie.child for tie in family.ties if tie.child in unit.members and tie.parent in above.members
    )
    parents = [
        above.members.index(tie.parent) for tie in family.ties if tie.child in children and tie.parent in above.members
    ]
    everyone = [person.id for person in family.people]
    # children of a couple on the left stand on the left; within a couple by age
    return sum(parents) * 100 // max(len(parents), 1), family.order(everyone).index(children[0])


def _root_order(family: Family, unit: _Unit) -> tuple[int, int]:
    """The deceased's own line first, then bare siblings, then who only married in."""
    kin = Kin(family)
    own = {family.deceased, *kin.ancestors}
    sort = 0 if own & set(unit.members) else 1 if set(kin.siblings) & set(unit.members) else 2
    return sort, family.order(person.id for person in family.people).index(family.order(unit.members)[0])


def _measure(unit: _Unit) -> None:
    for one in unit.below:
        _measure(one)
    unit.half_cells = max(2 * len(unit.members), sum(one.half_cells for one in unit.below))


def _set(unit: _Unit, start: int, columns: dict[str, int]) -> None:
    for n, member in enumerate(unit.members):
        columns[member] = start + (unit.half_cells - 2 * len(unit.members)) // 2 + 2 * n
    at = start + (unit.half_cells - sum(one.half_cells for one in unit.below)) // 2
    for one in unit.below:
        _set(one, at, columns)
        at += one.half_cells
