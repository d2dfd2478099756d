"""The contract's part on languages, titles, ruby and text that was not finished."""

from __future__ import annotations

import re

from accessibility.document import HEADINGS, Document

#: how the title ends in each language of the site: product or simulated service, and that it is a simulation
TITLE_ENDINGS = {
    "ja": re.compile(r".+（模擬）$"),
    "ja-simple": re.compile(r".+（(模擬|れんしゅう)）$"),
    "en": re.compile(r".+ ?\((simulation|simulated)\)$"),
}
#: how the title begins where something must be corrected
ERROR_TITLES = {"ja": "エラー：", "ja-simple": "エラー：", "en": "Error: "}

_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_JAPANESE = re.compile(r"[\u3005\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff66-\uff9f]")
#: where a reading would be spoken twice, or tear a name apart
_NO_RUBY = frozenset({*HEADINGS, "a", "button", "label", "legend", "title", "option", "summary"})
_LEFTOVERS = {
    "ruby notation": re.compile(r"\[[^\[\]|]*\|[^\[\]|]*\]"),
    "placeholder": re.compile(r"\{[A-Za-z_][\w.]*(![rsa])?(:[^{}]*)?\}|\{\}|%\(\w+\)[sd]"),
    "template code": re.compile(r"\{\{|\}\}|\{%|%\}"),
    "escaped markup": re.compile(r"&(lt|gt|amp|quot|#\d+);|<(/?(ruby|rt|rp|span|strong|em|a|p|br|li|ul)\b)"),
    "object in place of words": re.compile(r"^(None|Undefined|nan|\[\]|\{\})$|<[\w.]+ object at 0x|\bLazyString\b"),
}


def lang_is_known(document: Document) -> list[str]:
    """<html lang> is a language of the site; every other lang is well formed."""
    found = []
    if document.html.get("lang") not in TITLE_ENDINGS:
        found.append(f"<html lang={document.html.get('lang')!r}> is none of {', '.join(TITLE_ENDINGS)}")
    found += [
        f"lang={n.get('lang')!r} at {n}"
        for n in document.nodes
        if n.has("lang") and not _LANGUAGE_TAG.fullmatch(n.get("lang"))
    ]
    return found


def title_says_where(document: Document) -> list[str]:
    """A title, ending in the product's name and the word that this is a simulation."""
    if not document.title:
        return ["the title is empty"]
    ending = TITLE_ENDINGS.get(document.html.get("lang"))
    if ending and not ending.fullmatch(document.title):
        return [f"the title does not end as in this language: 「{document.title}」"]
    return []


def title_tells_failure(document: Document, status: int) -> list[str]:
    """422 and only 422 begins the title with the word for an error."""
    start = ERROR_TITLES.get(document.html.get("lang"))
    if start is None:
        return []
    begins = document.title.startswith(start.strip())
    if status == 422 and not begins:
        return [f"status 422, but the title does not begin with 「{start}」: 「{document.title}」"]
    if status == 200 and begins:
        return [f"the title tells of an error, but the status is {status}: 「{document.title}」"]
    return []


def no_ruby_where_it_is_read_twice(document: Document) -> list[str]:
    """No ruby in headings, links, buttons, labels, legends, titles and error texts."""
    found = []
    for ruby in document.all("ruby"):
        outer = ruby.within(_NO_RUBY) or next((n for n in ruby.ancestors() if "error" in n.get("class").split()), None)
        if outer is not None:
            found.append(f"ruby inside {outer}: 「{outer.text}」")
    return found


def ruby_is_complete(document: Document) -> list[str]:
    """Each ruby has a base and a reading."""
    found = []
    for ruby in document.all("ruby"):
        readings = [n for n in document.all("rt") if n.parent is ruby]
        base = ruby.own_text or "".join(n.text for n in document.all("rb") if n.parent is ruby)
        if not base or not readings or not all(reading.text for reading in readings):
            found.append(f"ruby without base or reading: 「{ruby.text}」")
    return found


def nothing_untranslated(document: Document) -> list[str]:
    """In a page that is not Japanese, Japanese text stands only where lang says so."""
    if document.html.get("lang").startswith("ja"):
        return []
    return [
        f'Japanese without lang="ja" at {node}: 「{text[:60]}」'
        for node, text in document.words()
        if _JAPANESE.search(text) and not node.lang.startswith("ja")
    ]


def no_leftovers(document: Document) -> list[str]:
    """No notation, placeholder or object where words should be."""
    return [
        f"{kind} left in {node}: 「{text[:60]}」"
        for node, text in document.words()
        for kind, pattern in _LEFTOVERS.items()
        if pattern.search(text)
    ]
