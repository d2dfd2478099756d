"""axe-core, the pinned npm file, run in a page of Playwright.

The file is evaluated in the page, not added as a script, so the page keeps its strict policy. A page without scripts cannot run axe
(its promises never settle): its HTML is looked at in a twin page of a second context, with scripts on and the page's own held back.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

#: target-size (wcag22aa) and the best practices are off unless named
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SOURCE = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"

_RUN = """async (tags) => {
  const result = await axe.run(document, {
    runOnly: {type: "tag", values: tags}, preload: false, resultTypes: ["violations"], elementRef: false
  });
  return {rules: result.passes.length + result.violations.length + result.inapplicable.length, violations: result.violations};
}"""
#: what differs between two visits of the same page and means nothing to a reader
_VARYING = re.compile(
    r'(name="csrf_token"[^>]*?value|value="[^"]*"[^>]*?name="csrf_token|nonce|name="(?:form_id|based_on)"[^>]*?value)="[^"]*"'
)
#: fewer rules than this looked at the page: the engine did not run as it should
_LEAST_RULES = 60


@dataclass(frozen=True)
class Violation:
    """One rule broken: its id, how grave (minor … critical), what to do, and the elements as CSS selectors with their HTML."""

    rule: str
    impact: str
    help: str
    nodes: tuple[str, ...]

    def __str__(self) -> str:
        places = "".join(f"\n    {node}" for node in self.nodes)
        return f"axe {self.rule} ({self.impact}): {self.help}{places}"


@cache
def _source() -> str:
    if not SOURCE.is_file():
        raise FileNotFoundError("axe-core is not installed: run `make setup`")
    return SOURCE.read_text(encoding="utf-8")


def run(page: Page) -> list[Violation]:
    """Violations of a page in which scripts may run. RuntimeError when axe looked at too few rules to mean anything."""
    if not page.evaluate("() => typeof axe !== 'undefined'"):
        page.evaluate(_source() + ";0")
    result = page.evaluate(_RUN, list(TAGS))
    if result["rules"] < _LEAST_RULES:
        raise RuntimeError(f"axe looked at {result['rules']} rules only")
    return [_violation(found) for found in result["violations"]]


def run_without_scripts(twin: Page, url: str, html: str, headers: dict[str, str]) -> list[Violation]:
    """Violations of `html`, as a page that was loaded from `url` without scripts. `twin` is a page of a context that may run
    scripts and has the same viewport and colours; it fetches styles and pictures from the site, and no script."""

    def answer(route: Route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(status=200, headers=headers, body=_with_noscript_shown(html))
        elif route.request.resource_type == "script":
            route.abort()
        else:
            route.continue_()

    twin.route("**/*", answer)
    try:
        twin.goto(url)
        return run(twin)
    finally:
        twin.unroute("**/*")


def _with_noscript_shown(html: str) -> str:
    """A parser that may run scripts takes the inside of noscript for text."""
    return re.sub(r"<(/?)noscript\b", r"<\1div", html)


def _violation(found: dict[str, Any]) -> Violation:
    nodes = tuple(
        f"{' '.join(map(str, node['target']))}  {node['html'][:160]}  [{_reason(node)}]" for node in found["nodes"][:8]
    )
    return Violation(found["id"], found["impact"] or "unrated", found["help"], nodes)


def _reason(node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return "; ".join(check["message"] for check in checks)[:240]


class Seen:
    """Remembers pages that were found in order, so that the same page in the same view is looked at once. The memory is a folder of
    empty files: processes that test side by side share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @staticmethod
    def key(html: str, *view: object) -> str:
        """Of a page's DOM as HTML, tokens and white space left out, and of what else decides how it looks."""
        normal = re.sub(r"\s+", " ", _VARYING.sub("", html))
        return hashlib.sha256(repr((normal, view)).encode()).hexdigest()

    def __contains__(self, key: str) -> bool:
        return (self._folder / key).exists()

    def add(self, key: str) -> None:
        (self._folder / key).touch()
