"""Marks what stays Japanese on a page of another language: names, addresses, law names, letters of offices.

Screen readers choose a voice by ``lang``. Values come from registers and definitions as they are, so they are marked
where they stand in the finished page, and not in each template.
"""

from __future__ import annotations

import re

_KANA_KANJI = "ぁ-ゖァ-ヺー一-鿿々〆"
_SIGNS = "〒、。「」『』（）・：／％０-９Ａ-Ｚａ-ｚ"
JAPANESE = re.compile(rf"[{_KANA_KANJI}{_SIGNS}]+(?:[ 0-9A-Za-z()-]*[{_KANA_KANJI}])*[{_KANA_KANJI}、。「」（）]*")
LETTER = re.compile("[ぁ-ゖァ-ヺ一-鿿々〒]")
TAG = re.compile(r"(<[^>]*>)")
NAME = re.compile(r"</?([a-z0-9]+)")
LANG = re.compile(r'\slang="([^"]*)"')
# What holds text only; desc and text are those of a drawing.
PLAIN = frozenset({"title", "textarea", "option", "script", "style", "desc", "text"})
VOID = frozenset({"input", "br", "meta", "link", "hr", "img", "path", "circle", "rect", "line", "polyline"})


def mark(html: str) -> str:
    """The page with every run of Japanese inside ``<span lang="ja">``, except where its language is given already."""
    out: list[str] = []
    languages: list[tuple[str, str]] = []  # open elements and the language in force within them
    for part in TAG.split(html):
        if not part.startswith("<"):
            within = languages[-1][1] if languages else ""
            plain = any(name in PLAIN for name, _language in languages[-1:])
            out.append(part if plain or within.startswith("ja") else JAPANESE.sub(_span, part))
            continue
        out.append(part)
        found = NAME.match(part)
        if found is None or found[1] in VOID or part.endswith("/>"):
            continue
        if part.startswith("</"):
            while languages and languages.pop()[0] != found[1]:
                pass
        else:
            given = LANG.search(part)
            languages.append((found[1], given[1] if given else languages[-1][1] if languages else ""))
    return "".join(out)


def _span(found: re.Match[str]) -> str:
    return f'<span lang="ja">{found[0]}</span>' if LETTER.search(found[0]) else found[0]
