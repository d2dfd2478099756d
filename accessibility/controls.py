"""The contract's part on forms and what can be operated."""

from __future__ import annotations

from accessibility.document import Document, Node

_WORDLESS_TYPES = {"hidden", "submit", "button", "reset", "image"}
_TOKEN = "csrf_token"


def _controls(document: Document) -> list[Node]:
    """What a person fills in."""
    return document.all(
        "input", "select", "textarea", where=lambda n: not (n.tag == "input" and n.get("type") in _WORDLESS_TYPES)
    )


def controls_are_labelled(document: Document) -> list[str]:
    """Each control has a label with text: `for`, around it, or aria-labelledby that names visible text."""
    labels = {node.get("for"): node for node in document.all("label") if node.text}
    found = []
    for control in _controls(document):
        by_for = control.get("id") in labels
        around = control.within(("label",))
        by_id = [document.ids[name] for name in control.get("aria-labelledby").split() if name in document.ids]
        if not (by_for or (around and around.text) or any(node.text for node in by_id)):
            found.append(f"{control} has no label")
    return found


def groups_have_legends(document: Document) -> list[str]:
    """Radios and checkboxes of one name stand in a fieldset; every fieldset has a legend with text."""
    found = []
    for fieldset in document.all("fieldset"):
        legends = [n for n in document.all("legend") if n.parent is fieldset]
        if not (legends and legends[0].text):
            found.append(f"{fieldset} has no legend")
    names: dict[str, list[Node]] = {}
    for control in _controls(document):
        if control.get("type") in {"radio", "checkbox"}:
            names.setdefault(control.get("name"), []).append(control)
    for members in names.values():
        alone = len(members) == 1 and members[0].get("type") == "checkbox"
        if not alone and any(member.within(("fieldset",)) is None for member in members):
            found.append(f"{members[0]} is of a group without a fieldset")
    return found


def links_and_buttons_have_text(document: Document) -> list[str]:
    """Text, an image's alternative or a label; a link also has somewhere to go."""
    found = []
    for node in document.all("a", "button", "summary"):
        alternatives = [n.get("alt") for n in document.all("img") if node in n.ancestors()]
        if not (node.text or node.get("aria-label") or any(alternatives)):
            found.append(f"{node} has no text")
        if node.tag == "a" and not node.get("href"):
            found.append(f"{node} has no address")
    return found


def no_unwanted_attributes(document: Document) -> list[str]:
    """What browsers and screen readers make trouble of: `required` is spoken as an error before anything was typed, a placeholder
    vanishes, disabled and read-only controls are skipped without a word, type=number changes under the wheel. Within a dialog
    autofocus is where focus should go."""
    found = []
    for node in document.all("input", "select", "textarea", "button", "fieldset", "option"):
        found += [
            f"{name} at {node}"
            for name in ("required", "placeholder", "disabled", "readonly", "autofocus")
            if node.has(name) and not (name == "autofocus" and node.within(("dialog",)))
        ]
        if node.get("type") == "number":
            found.append(f"type=number at {node}")
    return found + [
        f"positive tabindex at {n}" for n in document.nodes if n.get("tabindex").isdigit() and n.get("tabindex") != "0"
    ]


def forms_post_with_token(document: Document) -> list[str]:
    """A form says how it is sent; one that changes something carries the token against forgery."""
    found = []
    for form in document.all("form"):
        method = form.get("method").lower()
        if method not in {"get", "post"}:
            found.append(f"{form} says no method")
        inside = [n for n in document.all("input") if form in n.ancestors()]
        tokens = [n for n in inside if n.get("name") == _TOKEN and n.get("type") == "hidden" and n.get("value")]
        if method == "post" and len(tokens) != 1:
            found.append(f"{form} to {form.get('action')!r} has {len(tokens)} fields {_TOKEN}, not one")
        if method == "get" and tokens:
            found.append(f"{form} to {form.get('action')!r} would put {_TOKEN} into an address")
    return found
