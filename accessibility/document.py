"""A parsed HTML page with what the checks need of it: parents, ids, language, and the text that a reader meets."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import html5lib

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: attributes that are read out or shown
SPOKEN_ATTRIBUTES = (
    "alt",
    "aria-label",
    "aria-description",
    "aria-valuetext",
    "title",
    "label",
    "placeholder",
    "content",
)
#: what stands in these is not the page's own words: code, or what a person typed
WORDLESS = frozenset({"script", "style", "template", "textarea"})
_SPACE = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """`text` with every run of white space as one blank."""
    return _SPACE.sub(" ", text).strip()


@dataclass(frozen=True)
class Node:
    """One element; `at` is its place in document order, `parent` is None for <html>."""

    tag: str
    attributes: dict[str, str]
    parent: Node | None
    at: int
    element: Any

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def has(self, name: str) -> bool:
        return name in self.attributes

    def ancestors(self) -> Iterator[Node]:
        """This element itself, then outwards."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    def within(self, tags: Collection[str]) -> Node | None:
        """The nearest of `tags` around this element, itself included."""
        return next((node for node in self.ancestors() if node.tag in tags), None)

    @property
    def lang(self) -> str:
        return next((node.attributes["lang"] for node in self.ancestors() if node.has("lang")), "")

    @property
    def text(self) -> str:
        """All text inside, ruby readings included, white space squeezed."""
        return squeeze("".join(self.element.itertext()))

    @property
    def own_text(self) -> str:
        """The text directly in this element, not in its children."""
        parts = [self.element.text or "", *(child.tail or "" for child in self.element)]
        return squeeze(" ".join(parts))

    def __str__(self) -> str:
        shown = "".join(f' {name}="{self.get(name)}"' for name in ("id", "name", "type", "href") if self.has(name))
        return f"<{self.tag}{shown}>"


class Document:
    """A page as a browser would parse it. `errors` are the parser's codes with line and column."""

    def __init__(self, html: str) -> None:
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
        root = parser.parse(html)
        self.errors = [
            f"line {line}, column {column}: {code}{_details(variables)}"
            for (line, column), code, variables in parser.errors
        ]
        self.nodes: list[Node] = []
        self._collect(root, None)

    def _collect(self, element: Any, parent: Node | None) -> None:
        if not isinstance(element.tag, str):  # a comment
            return
        # Foreign content (svg) keeps its namespace; the name alone is what the checks ask for.
        node = Node(element.tag.rpartition("}")[2], dict(element.attrib), parent, len(self.nodes), element)
        self.nodes.append(node)
        for child in element:
            self._collect(child, node)

    def all(self, *tags: str, where: Callable[[Node], bool] | None = None) -> list[Node]:
        """Elements of these tags (all, when none is named) in document order."""
        return [n for n in self.nodes if (not tags or n.tag in tags) and (where is None or where(n))]

    @cached_property
    def html(self) -> Node:
        return self.nodes[0]

    @cached_property
    def ids(self) -> dict[str, Node]:
        """First element of each id."""
        found: dict[str, Node] = {}
        for node in self.nodes:
            if node.has("id"):
                found.setdefault(node.get("id"), node)
        return found

    @cached_property
    def title(self) -> str:
        return next((n.text for n in self.nodes if n.tag == "title" and n.parent and n.parent.tag == "head"), "")

    def words(self) -> Iterator[tuple[Node, str]]:
        """Every piece of text that is shown or spoken, with the element it stands in."""
        for node in self.nodes:
            if node.within(WORDLESS):
                continue
            if own := node.own_text:
                yield node, own
            for name in SPOKEN_ATTRIBUTES:
                if value := squeeze(node.get(name)):
                    yield node, value
            if node.tag == "input" and node.get("type") in {"submit", "button", "reset"} and node.get("value"):
                yield node, squeeze(node.get("value"))


def _details(variables: object) -> str:
    return (
        " (" + ", ".join(f"{k}={v}" for k, v in cast(dict[str, object], variables).items()) + ")" if variables else ""
    )
