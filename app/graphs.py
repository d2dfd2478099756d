"""Which procedure waits for which, laid out in columns and drawn as SVG. Pure: the same definitions give the same picture.

The drawing follows the page's colours (``currentColor``) and is always accompanied by the same order as a list, which is
what screen readers and printers get.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from app.engine.compiled import CompiledEvent

WIDTH, HEIGHT = 208, 56  # of a box, in units of the drawing
GAP_X, GAP_Y, MARGIN = 56, 16, 8
LETTERS = 14  # a line of a title; full-width letters of 14 units
LINES = 2


@dataclass(frozen=True)
class Graph:
    """Columns of procedure ids, each after everything it waits for, and the pairs (earlier, later)."""

    columns: tuple[tuple[str, ...], ...]
    edges: tuple[tuple[str, str], ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every procedure, column by column."""
        return tuple(id_ for column in self.columns for id_ in column)


def whole(event: CompiledEvent) -> Graph:
    """All procedures of an event that wait for another one or are waited for."""
    linked = {id_ for pair in _pairs(event) for id_ in pair}
    return _laid_out(event, linked)


def around(event: CompiledEvent, procedure: str) -> Graph:
    """One procedure with everything that it waits for, directly or not, and what waits for it directly."""
    earlier: dict[str, None] = {procedure: None}
    for id_ in earlier_first(event, procedure):
        earlier[id_] = None
    later = [one.id for one in event.procedures if procedure in one.definition.after]
    return _laid_out(event, {*earlier, *later})


def earlier_first(event: CompiledEvent, procedure: str) -> list[str]:
    """What a procedure waits for, directly or through others, in the event's order."""
    found: set[str] = set()
    todo = [procedure]
    while todo:
        for id_ in event.by_id[todo.pop()].definition.after:
            if id_ not in found:
                found.add(id_)
                todo.append(id_)
    return [one.id for one in event.procedures if one.id in found]


def _pairs(event: CompiledEvent) -> list[tuple[str, str]]:
    return [(earlier, one.id) for one in event.procedures for earlier in one.definition.after]


def _laid_out(event: CompiledEvent, ids: Collection[str]) -> Graph:
    """Each in the column after the last one it waits for; within a column near those it is tied to."""
    edges = [pair for pair in _pairs(event) if pair[0] in ids and pair[1] in ids]
    before: dict[str, list[str]] = {id_: [] for id_ in ids}
    for earlier, later in edges:
        before[later].append(earlier)
    depth: dict[str, int] = {}
    waiting = [one.id for one in event.procedures if one.id in ids]
    while waiting:
        ready = [id_ for id_ in waiting if all(earlier in depth for earlier in before[id_])]
        depth |= {id_: max((depth[earlier] + 1 for earlier in before[id_]), default=0) for id_ in ready}
        waiting = [id_ for id_ in waiting if id_ not in depth]
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for id_ in (one.id for one in event.procedures if one.id in ids):
        columns[depth[id_]].append(id_)
    place: dict[str, float] = {}
    for column in columns:
        heights = {id_: [place[earlier] for earlier in before[id_]] for id_ in column}
        column.sort(key=lambda id_: sum(heights[id_]) / len(heights[id_]) if heights[id_] else 0)
        place |= {id_: n for n, id_ in enumerate(column)}
    return Graph(tuple(tuple(column) for column in columns), tuple(edges))


def svg(graph: Graph, titles: Mapping[str, str], name: str, here: str = "") -> str:
    """A drawing; ``titles`` by procedure, ``name`` says what it shows, ``here`` is set off."""
    tall = max((len(column) for column in graph.columns), default=0)
    width = len(graph.columns) * (WIDTH + GAP_X) - GAP_X + 2 * MARGIN
    height = tall * (HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN
    places = {
        id_: (MARGIN + x * (WIDTH + GAP_X), MARGIN + y * (HEIGHT + GAP_Y))
        for x, column in enumerate(graph.columns)
        for y, id_ in enumerate(column)
    }
    root = Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "width": str(width),
         "height": str(height), "role": "img", "aria-label": name, "fill": "none", "stroke": "currentColor"},
    )  # fmt: skip
    for earlier, later in graph.edges:
        _line(root, places[earlier], places[later])
    for id_, (x, y) in places.items():
        _box(root, x, y, titles[id_], id_ == here)
    return tostring(root, encoding="unicode")


def _line(root: Element, start: tuple[int, int], end: tuple[int, int]) -> None:
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT // 2
    x2, y2 = end[0] - 6, end[1] + HEIGHT // 2
    bend = (x2 - x1) // 2
    SubElement(root, "path", {"d": f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}", "stroke-width": "1.5"})
    arrow = {"d": f"M{x2} {y2 - 5}l6 5l-6 5z", "fill": "currentColor", "stroke": "none"}
    SubElement(root, "path", arrow)


def _box(root: Element, x: int, y: int, title: str, here: bool) -> None:
    box = {"x": str(x), "y": str(y), "width": str(WIDTH), "height": str(HEIGHT), "rx": "4"}
    SubElement(root, "rect", box | {"stroke-width": "3" if here else "1", "fill": "Canvas"})
    lines = _wrapped(title)
    for n, line in enumerate(lines):
        at = y + HEIGHT // 2 + 5 + (2 * n - len(lines) + 1) * 10
        words = {"x": str(x + 8), "y": str(at), "font-size": "14", "fill": "currentColor", "stroke": "none"}
        SubElement(root, "text", words | ({"font-weight": "700"} if here else {})).text = line


def _wrapped(title: str) -> Sequence[str]:
    """A title in at most two lines; Latin letters are half as wide."""
    lines, width = [""], 0.0
    for letter in title:
        wide = 0.55 if letter.isascii() else 1
        if width + wide > LETTERS - 1:
            if len(lines) == LINES:
                return [*lines[:-1], lines[-1] + "…"]
            lines, width = [*lines, ""], 0.0
        lines[-1] += letter
        width += wide
    return lines
