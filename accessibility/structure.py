"""The contract's part on the document's structure."""

from __future__ import annotations

from collections import Counter

from accessibility.document import HEADINGS, Document, Node

#: attributes that hold ids, one or several
_REFERENCES = (
    "for",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-owns",
    "aria-details",
    "aria-errormessage",
    "headers",
    "form",
)
_FETCHED = {
    "script": "src",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "embed": "src",
    "audio": "src",
    "video": "src",
    "object": "data",
}
_DATA_SCRIPTS = {"application/json", "application/ld+json"}


def parses(document: Document) -> list[str]:
    """No parse error: what the parser had to mend differs between readers."""
    return [f"HTML does not parse: {error}" for error in document.errors]


def one_h1(document: Document) -> list[str]:
    headings = document.all("h1")
    if len(headings) != 1:
        return [f"{len(headings)} h1 elements, not one"]
    return [] if headings[0].text else ["the h1 is empty"]


def headings_do_not_skip(document: Document) -> list[str]:
    """Each heading is at most one level below the one before it; the first is the h1.

    The error summary and the notification of the last act stand before the h1 and are left out.
    """
    found, before = [], 0
    for heading in document.all(*HEADINGS, where=lambda node: not _stands_before(node)):
        level = int(heading.tag[1])
        if level > before + 1:
            found.append(f"heading level skips from {before or 'nothing'} to {level}: 「{heading.text}」")
        before = level
    return found


def _stands_before(heading: Node) -> bool:
    return any({"error-summary", "notice"} & set(node.get("class").split()) for node in heading.ancestors())


def landmarks(document: Document) -> list[str]:
    """One main, and the first link leads to it."""
    mains = document.all("main")
    if len(mains) != 1:
        return [f"{len(mains)} main elements, not one"]
    first = next(iter(document.all("a")), None)
    inside = {node.get("id") for node in document.nodes if node.has("id") and node.within(("main",))}
    if first is None or not first.get("href").startswith("#") or first.get("href")[1:] not in inside:
        return ["the first link does not lead to the main part"]
    return []


def ids_are_unique(document: Document) -> list[str]:
    counts = Counter(node.get("id") for node in document.nodes if node.has("id"))
    return [f"id {name!r} stands {count} times" for name, count in counts.items() if count > 1 or not name.strip()]


def references_resolve(document: Document) -> list[str]:
    """Everything that is pointed at by id is there."""
    found = []
    for node in document.nodes:
        for attribute in _REFERENCES:
            missing = [name for name in node.get(attribute).split() if name not in document.ids]
            found += [f"{node} points with {attribute} at {name!r}, which is not there" for name in missing]
        target = node.get("href") if node.tag == "a" else ""
        if target.startswith("#") and target != "#" and target[1:] not in document.ids:
            found.append(f"{node} leads nowhere")
    return found


def nothing_inline(document: Document) -> list[str]:
    """No inline script or style, no handler attribute, nothing fetched from elsewhere."""
    found = []
    for node in document.nodes:
        if node.tag == "script" and not node.has("src") and node.get("type") not in _DATA_SCRIPTS:
            found.append("inline script")
        if node.tag == "style" or node.has("style"):
            found.append(f"inline style at {node}")
        found += [
            f"handler attribute {name} at {node}"
            for name in node.attributes
            if name.startswith(("on", "hx-on", "data-hx-on"))
        ]
        if node.get("href").strip().lower().startswith("javascript:"):
            found.append(f"script in the address of {node}")
        if _is_foreign(_fetched_address(node)):
            found.append(f"{node} is fetched from another origin")
    return found


def pictures_have_alternatives(document: Document) -> list[str]:
    """An img has alt (empty for decoration); an svg is hidden, or an image with a name."""
    found = [f"{node} without alt" for node in document.all("img") if not node.has("alt")]
    for node in document.all("svg"):
        hidden = any(outer.get("aria-hidden") == "true" for outer in node.ancestors())
        named = node.get("role") == "img" and (node.get("aria-label") or node.get("aria-labelledby"))
        if not hidden and not named:
            found.append(f"{node} is neither hidden nor named")
    return found


def viewport_allows_zoom(document: Document) -> list[str]:
    contents = [
        node.get("content").replace(" ", "").lower() for node in document.all("meta") if node.get("name") == "viewport"
    ]
    if not contents:
        return ["no viewport"]
    return [f"the viewport forbids zoom: {c}" for c in contents if "user-scalable=no" in c or "maximum-scale" in c]


def _fetched_address(node: Node) -> str:
    if node.tag == "link":
        return node.get("href")
    return node.get(_FETCHED[node.tag]) if node.tag in _FETCHED else ""


def _is_foreign(address: str) -> bool:
    return address.startswith("//") or address.lower().startswith(("http:", "https:"))
