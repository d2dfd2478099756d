"""The lines of a family tree between people whose places are known: couples, parents and children, bare brothers and sisters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.engine.heirs.family import Family, Tie
from app.engine.heirs.kin import Kin

WIDTH, HEIGHT = 136, 104  # of a box, in units of the drawing
GAP_X, GAP_Y, MARGIN = 20, 76, 8
SLOT = 14  # between the starts of two lines below one couple
LineKind = Literal["marriage", "former", "partner", "parents", "birth", "adoption", "presumed", "ended", "siblings"]
Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """The upper left corner of somebody's box."""

    x: int
    y: int

    @property
    def middle(self) -> int:
        """Halfway across."""
        return self.x + WIDTH // 2

    @property
    def bottom(self) -> int:
        """The lower edge."""
        return self.y + HEIGHT


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, straight between them, across or down only."""

    kind: LineKind
    points: tuple[Point, ...]


def parent_pairs(family: Family) -> list[tuple[str, str]]:
    """Two parents of one child, by birth or by adoption, whether they are a couple or not."""
    pairs = []
    for person in family.people:
        for adopted in (False, True):
            both = sorted({tie.parent for tie in family.ties if tie.child == person.id and tie.adopted == adopted})
            pairs += [(both[0], both[1])] if len(both) == 2 else []
    return pairs


def couple_lines(family: Family, places: Mapping[str, Place]) -> list[Line]:
    """Between two who stand side by side, or over the heads of who stands between them."""
    kinds: dict[tuple[str, str], LineKind] = dict.fromkeys(parent_pairs(family), "parents")
    for marriage in family.marriages:
        current = marriage.registered and marriage.until is None
        one, other = sorted((marriage.one, marriage.other))
        kinds[one, other] = "marriage" if current else "former" if marriage.registered else "partner"
    found = []
    for pair, kind in sorted(kinds.items()):
        left, right = sorted((places[id_] for id_ in pair), key=lambda at: at.x)
        height = left.y + HEIGHT // 2
        if left.y == right.y and right.x - left.x == WIDTH + GAP_X:
            found.append(Line(kind, ((left.x + WIDTH, height), (right.x, height))))
        elif left.y == right.y:  # somebody stands between the two: over their heads
            over, a, b = left.y - MARGIN // 2, left.middle + SLOT, right.middle - SLOT
            found.append(Line(kind, ((a, left.y), (a, over), (b, over), (b, right.y))))
    return found


def child_lines(family: Family, places: Mapping[str, Place]) -> list[Line]:
    """From a couple, or a single parent, down to each child; every couple's line turns at a height of its own."""
    kin = Kin(family)
    groups: dict[tuple[tuple[str, ...], LineKind], list[str]] = {}
    for person in family.people:
        for kind in ("birth", "adoption", "presumed", "ended"):
            ties = [tie for tie in family.ties if tie.child == person.id and _line_kind(kin, tie) == kind]
            for parents in _starts(tuple(dict.fromkeys(family.order(tie.parent for tie in ties))), places):
                groups.setdefault((parents, kind), []).append(person.id)
    found: list[Line] = []
    turns: dict[int, int] = {}
    slots: dict[tuple[str, ...], int] = {}
    for (parents, kind), children in sorted(groups.items(), key=lambda one: (places[one[0][0][0]].x, one[0])):
        y = places[parents[0]].y
        turn, turns[y] = turns.get(y, 0), turns.get(y, 0) + 1
        slot, slots[parents] = slots.get(parents, 0), slots.get(parents, 0) + 1
        x = sum(places[one].middle for one in parents) // len(parents) + slot * SLOT
        start = y + HEIGHT if len(parents) == 1 else y + HEIGHT // 2
        bend = y + HEIGHT + 20 + turn % 5 * 10
        for child in children:
            shift = sum(
                1
                for line in found
                if line.points[-1][0] == places[child].middle and line.points[-1][1] == places[child].y
            )
            end = places[child].middle + shift * SLOT
            found.append(Line(kind, ((x, start), (x, bend), (end, bend), (end, places[child].y))))
    return found


def _line_kind(kin: Kin, tie: Tie) -> LineKind:
    if not kin.holds(tie):
        return "ended"
    return "adoption" if tie.adopted else "presumed" if tie.kind == "presumed" else "birth"


def _starts(parents: tuple[str, ...], places: Mapping[str, Place]) -> list[tuple[str, ...]]:
    """Two parents who stand side by side share a line; others have one each."""
    if len(parents) == 2:
        one, other = (places[parent] for parent in parents)
        if one.y == other.y and abs(one.x - other.x) == WIDTH + GAP_X:
            return [parents]
    return [(parent,) for parent in parents]


def sibling_lines(family: Family, places: Mapping[str, Place]) -> list[Line]:
    """Over brothers and sisters whose parents are not there."""
    found = []
    for pair in family.siblings:
        one, other = places[pair.one], places[pair.other]
        height = min(one.y, other.y) - GAP_Y // 2
        points = ((one.middle, one.y), (one.middle, height), (other.middle, height), (other.middle, other.y))
        found.append(Line("siblings", points))
    return found
