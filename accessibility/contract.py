"""The page contract: what every whole page of Hitomado keeps to, checked on its HTML and headers alone.

`check(page)` returns one sentence for each breach, none when the page is in order. A breach names the element, so that it can be
found. Parts of pages (answers to htmx) are no pages: `is_whole` tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from accessibility import controls, headers, language, structure
from accessibility.document import Document


@dataclass(frozen=True)
class Page:
    """An answer of the site: its address, status, headers (any case) and HTML text."""

    url: str
    html: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """A header's value, or an empty string."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


def is_whole(html: str) -> bool:
    """Whether this is a document, not a part that is put into one."""
    return "<html" in html[:1000].lower()


_OF_DOCUMENT: tuple[Callable[[Document], list[str]], ...] = (
    structure.parses,
    structure.one_h1,
    structure.headings_do_not_skip,
    structure.landmarks,
    structure.ids_are_unique,
    structure.references_resolve,
    structure.nothing_inline,
    structure.pictures_have_alternatives,
    structure.viewport_allows_zoom,
    controls.controls_are_labelled,
    controls.groups_have_legends,
    controls.links_and_buttons_have_text,
    controls.no_unwanted_attributes,
    controls.forms_post_with_token,
    language.lang_is_known,
    language.title_says_where,
    language.no_ruby_where_it_is_read_twice,
    language.ruby_is_complete,
    language.nothing_untranslated,
    language.no_leftovers,
)


def check(page: Page) -> list[str]:
    """Every breach of the contract on this page, as sentences."""
    document = Document(page.html)
    found = [breach for rule in _OF_DOCUMENT for breach in rule(document)]
    found += language.title_tells_failure(document, page.status)
    found += headers.content_type(page.header("Content-Type"))
    found += headers.content_security_policy(page.header("Content-Security-Policy"))
    found += headers.hardening(page.header)
    found += headers.caching(page.header("Cache-Control"), personal=headers.is_personal(page.url, document))
    return found
