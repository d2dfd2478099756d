"""Languages of the site: UI tags, catalogues with an explicit fallback chain, and the furigana notation.

A UI tag (``ja``, ``ja-simple``, ``en``) is not a formatting locale: ``ja-simple`` formats as ``ja``, and Babel would drop
its variant silently. Message ids are the Japanese source texts. Catalogues are ``locales/<tag>/LC_MESSAGES/*.mo``; a
string that none of them has stays Japanese and is marked as such.

Furigana is written in the catalogue (``[転出届|てんしゅつとどけ]を 出します``). ``gettext`` gives plain text for titles,
buttons, links, labels and errors; ``rich`` gives body text, with ruby when the person has switched furigana on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

LOCALES = Path(__file__).parent.parent / "locales"
RUBY = re.compile(r"\[([^\[\]|]+)\|([ぁ-ゖァ-ヺー・ ]+)\]")


@dataclass(frozen=True)
class Tag:
    """A language of the site: BCP 47 tag, own name, Babel locale, catalogues from most to least specific."""

    tag: str
    name: str
    locale: str
    catalogues: tuple[str, ...]


TAGS: Mapping[str, Tag] = {
    tag.tag: tag
    for tag in (
        Tag("ja", "日本語", "ja", ()),
        Tag("ja-simple", "やさしい日本語", "ja", ("ja-simple",)),
        Tag("en", "English", "en", ("en",)),
    )
}
SOURCE = "ja"
_ALIASES = {"ja-hira": "ja-simple", "ja-hrkt": "ja-simple"}

_tag: ContextVar[str] = ContextVar("ui_tag", default=SOURCE)
_furigana: ContextVar[bool] = ContextVar("furigana", default=False)


def current_tag() -> str:
    """The UI tag of this request."""
    return _tag.get()


def furigana_on() -> bool:
    """Whether ruby may be rendered now. Only やさしい日本語 carries readings."""
    return _furigana.get() and current_tag() == "ja-simple"


@contextmanager
def speaking(tag: str, furigana: bool = False) -> Iterator[None]:
    """Use a language within a block."""
    tokens = _tag.set(tag), _furigana.set(furigana)
    try:
        yield
    finally:
        _tag.reset(tokens[0])
        _furigana.reset(tokens[1])


def use(tag: str, furigana: bool) -> None:
    """Use a language from here on in this request."""
    _tag.set(tag if tag in TAGS else SOURCE)
    _furigana.set(furigana)


@lru_cache
def catalogue(tag: str) -> NullTranslations:
    """All catalogues of a tag as one, domain after domain. Fuzzy strings are not compiled and so never served."""
    merged: NullTranslations | None = None
    for folder in TAGS[tag].catalogues:
        for path in sorted((LOCALES / folder / "LC_MESSAGES").glob("*.mo")):
            with path.open("rb") as file:
                loaded = Translations(file, domain=path.stem)
            if merged is None:
                merged = loaded
            else:
                merged.add_fallback(loaded)
    return merged or NullTranslations()


def translated(message: str, tag: str | None = None, count: int | None = None) -> str | None:
    """The catalogue's text, readings included, in the form for a count; None when the tag has none and the source text stands."""
    tag = tag or current_tag()
    if tag == SOURCE:
        return message
    text = message if count is None else str(catalogue(tag).ngettext(message, message, count))
    if text == message:
        text = str(catalogue(tag).gettext(message))
    return text if text != message or not re.search("[ぁ-んァ-ヶ一-龠]", message) else None


def gettext(message: str, **values: Any) -> str:
    """Plain text in the language of this request. Placeholders are ``{name}``; ``{n}`` is what is counted."""
    text = _plain_in(message, current_tag(), _count(values))
    return text.format(**values) if values else text


def _count(values: Mapping[str, Any]) -> int | None:
    count = values.get("n")
    return count if isinstance(count, int) else None


@lru_cache(maxsize=8192)
def _plain_in(message: str, tag: str, count: int | None) -> str:
    return plain(translated(message, tag, count) or message)


def rich(message: str, **values: Any) -> Markup:
    """Body text as markup: ruby where furigana is on, ``lang`` where the text fell back to Japanese. Values are escaped."""
    text = translated(message, count=_count(values))
    fallback = text is None
    source = message if text is None else text
    pieces: list[str] = []
    at = 0
    for found in RUBY.finditer(source):
        pieces.append(str(escape(source[at : found.start()])))
        base, reading = escape(found[1]), escape(found[2])
        pieces.append(f"<ruby>{base}<rp>(</rp><rt>{reading}</rt><rp>)</rp></ruby>" if furigana_on() else str(base))
        at = found.end()
    pieces.append(str(escape(source[at:])))
    markup = Markup("".join(pieces))  # every piece is escaped above
    if values:
        markup = markup.format(**values)
    return Markup('<span lang="ja">{}</span>').format(markup) if fallback and current_tag() != SOURCE else markup


def pieces(message: str, **values: Any) -> list[tuple[str, str | None]]:
    """Body text for paper: words with their reading, or None, in order; readings where furigana is on. Values are text as it is."""
    source = translated(message, count=_count(values)) or message
    found: list[tuple[str, str | None]] = []
    at = 0
    for one in RUBY.finditer(source):
        found += [(source[at : one.start()], None), (one[1], one[2] if furigana_on() else None)]
        at = one.end()
    found.append((source[at:], None))
    return [(words.format(**values) if values else words, reading) for words, reading in found if words]


def plain(text: str) -> str:
    """A catalogue text without readings: for titles, names, print and speech."""
    return RUBY.sub(r"\1", text)


def negotiate(header: str) -> str:
    """The tag for an Accept-Language header (RFC 4647 lookup). やさしい日本語 is only ever chosen by the person."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")):
        name, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), place, name.strip().lower()))
        except ValueError:
            continue
    for _, _, name in sorted(wanted):
        while name:
            name = _ALIASES.get(name, name)
            if name in TAGS:
                return name
            name = name.rpartition("-")[0]
    return SOURCE
