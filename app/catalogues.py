"""Catalogues: extracting texts from code, templates and definitions, bringing ``locales/`` up to date, compiling.

Three domains keep files readable: ``site`` (templates and code), ``vocabulary`` (items, registers, authorities, events,
personas) and one for each life event (``moving``). A message id is the Japanese source text; the same text means the same
everywhere, so it is translated once: a text that an earlier domain has is left out of the later ones.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages import extract
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.config import ROOT
from app.engine import documents
from app.engine.personas import household_files
from app.i18n import LOCALES, SOURCE, TAGS

KEYWORDS = {"_": None, "gettext": None, "rich": None}
TEXTS = frozenset(
    {
        "label", "question", "hint", "why", "yes", "no", "because", "otherwise", "title", "summary", "start_title", "promise", "office", "holds",
        "opening", "can_wait", "who", "reason", "note", "lost", "counting", "done", "document", "name", "place", "hours", "heading", "remedy",
    }
)  # fmt: skip
LISTS = frozenset({"before_filing", "cautions", "prepare", "support", "unverified"})
PROPER_NAMES = frozenset({"facilities"})
MAPPINGS = frozenset({"choices", "choice_hints", "labels", "pages"})
PYTHON_TEXTS = ("app/web", "app/engine/plan.py", "app/services/mynumber/stops.py", "app/services/mynumber/pages.py")
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


def texts() -> dict[str, dict[str, list[str]]]:
    """Domain to message to the places where it stands ("app/web/home.py:12")."""
    found: dict[str, dict[str, list[str]]] = {"site": {}, "vocabulary": {}}
    for message, place in (*_python(), *_templates()):
        found["site"].setdefault(message, []).append(place)
    offered = household_files(
        ROOT / "procedures", {path.stem for path in (ROOT / "procedures/life_events").glob("*.yaml")}
    )
    for path in sorted((ROOT / "procedures").rglob("*.yaml")):
        parts = path.relative_to(ROOT / "procedures").parts
        if parts[0] in ("sources.yaml", "geography.yaml") or (parts[0] == "personas" and path not in offered):
            continue
        domain = (
            "vocabulary"
            if parts[0] in ("vocabulary", "authorities", "allocations", "life_events", "personas")
            else parts[0]
        )
        for message, place in _definitions(path, personas=parts[0] == "personas"):
            found.setdefault(domain, {}).setdefault(message, []).append(place)
    seen: set[str] = set()
    for messages in found.values():
        for message in list(messages):
            if message in seen:
                del messages[message]
        seen |= messages.keys()
    return found


def _python() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "app").rglob("*.py")):
        with path.open("rb") as file:
            for line, message, _comments, _context in extract.extract("python", file, KEYWORDS):
                yield str(message), f"{path.relative_to(ROOT)}:{line}"
        yield from _constants(path)


def _constants(path: Path) -> Iterator[tuple[str, str]]:
    """Every Japanese text in modules whose texts are shown: tables and variables that are translated when they are used."""
    if not path.relative_to(ROOT).as_posix().startswith(PYTHON_TEXTS):
        return
    tree = ast.parse(path.read_text("utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    pieces = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in ast.walk(node)}
    described = {id(part) for node in ast.walk(tree) if _is_operation(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in documentation | pieces | described:
            continue
        text = node.value
        if (
            isinstance(text, str)
            and len(text) > 1
            and JAPANESE.search(text)
            and "ぁ-" not in text
            and "ァ-" not in text
        ):
            yield text, f"{path.relative_to(ROOT)}:{node.lineno}"


def _is_operation(node: ast.AST) -> bool:
    """Whether a node documents a view for developers: not a text of the site."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "operation"


def _templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "app").rglob("*.html")):
        if "gallery" in path.parts:
            continue
        with path.open("rb") as file:
            for line, message, _comments, _context in extract.extract(
                "jinja2.ext:babel_extract", file, KEYWORDS, options={"encoding": "utf-8"}
            ):
                yield str(message), f"{path.relative_to(ROOT)}:{line}"


def _definitions(path: Path, personas: bool) -> Iterator[tuple[str, str]]:
    for document in documents.read(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"), []):
        values = {key: document.value[key] for key in ("title", "summary")} if personas else document.value
        for message, where in _walk(values, ()):
            yield message, f"{document.file}:{document.place(where)[0]}"


def _walk(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in PROPER_NAMES:
                continue
            if isinstance(inner, str) and inner and (key in TEXTS or (path and path[-1] in MAPPINGS)):
                yield inner, (*path, key)
            else:
                yield from _walk(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            if isinstance(inner, str) and path and path[-1] in LISTS:
                yield inner, (*path, place)
            else:
                yield from _walk(inner, (*path, place))


def update() -> dict[str, int]:
    """Bring every catalogue up to date with the texts. Returns how many messages each tag still lacks."""
    lacking: dict[str, int] = {}
    for domain, messages in texts().items():
        template = Catalog(project="Hitomado", version="", fuzzy=False)
        for message in messages:
            template.add(message, flags=_flags(message))
        for tag in _translated():
            path = po_path(tag, domain)
            path.parent.mkdir(parents=True, exist_ok=True)
            catalog = read_catalogue(path) if path.exists() else Catalog(domain=domain)
            _keep_plurals(template, catalog)
            catalog.update(template, no_fuzzy_matching=True)
            catalog.obsolete.clear()
            catalog.header_comment, catalog.fuzzy = f"# Hitomado: texts of the domain {domain} in {tag}.", False
            catalog.project, catalog.version, catalog.msgid_bugs_address = "Hitomado", "0.1", ""
            _write(path, catalog)
            lacking[tag] = lacking.get(tag, 0) + sum(
                1
                for message in catalog
                if message.id and (not message.string or not all(message.string) or message.fuzzy)
            )
    return lacking


def _keep_plurals(template: Catalog, catalog: Catalog) -> None:
    """Give the template the plural forms that a translation has: Japanese texts have one form, `{n}` is what is counted."""
    for message in template:
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[0]
        translated = catalog.get(source)
        message.id = (source, source) if translated is not None and isinstance(translated.id, tuple) else source


def _flags(message: str) -> set[str]:
    return {"python-brace-format"} if "{" in message else set()


def _translated() -> list[str]:
    return [tag for tag in TAGS if tag != SOURCE]


def po_path(tag: str, domain: str) -> Path:
    """Where a catalogue stands."""
    return LOCALES / tag / "LC_MESSAGES" / f"{domain}.po"


def read_catalogue(path: Path) -> Catalog:
    """A catalogue from its file. UI tags are no Babel locales, so the locale is left out."""
    with path.open("rb") as file:
        return read_po(file)


def _write(path: Path, catalog: Catalog) -> None:
    buffer = BytesIO()
    write_po(buffer, catalog, width=0, omit_header=False, sort_output=False, no_location=True)
    lines = [
        line
        for line in buffer.getvalue().decode().splitlines()
        if not line.startswith(
            ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Language-Team')
        )
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def compile_all() -> int:
    """Compile every catalogue that is newer than its compiled form. Fuzzy texts are left out. Returns how many were made."""
    made = 0
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/*.po")):
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            with compiled.open("wb") as file:
                write_mo(file, read_catalogue(path))
            made += 1
    return made
