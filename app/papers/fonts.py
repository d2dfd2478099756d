"""Where the letters of the papers come from: a package with a Japanese font, or the fonts of the machine."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PACKAGE = "pylopdf_fonts_jp"  # Noto Sans JP, SIL Open Font License 1.1
FAMILIES = ("Noto Sans JP", "Noto Sans CJK JP", "IPAexGothic", "Libertinus Serif", "DejaVu Sans Mono")
"""The package's font; where it is missing, those of Debian's fonts-noto-cjk and fonts-ipaexfont. The last two are part of the compiler
and hold the letters of names that the Japanese fonts do not have."""


@cache
def folder() -> Path | None:
    """The folder with the packaged font, or None where the package is not installed."""
    found = find_spec(PACKAGE)
    return Path(found.origin).parent if found and found.origin else None


@cache
def book() -> Any:
    """All fonts that papers are set in, found once a process: finding them takes longer than setting a page."""
    import typst  # loads a compiler: only a process that sets papers pays for it

    place = folder()
    return typst.Fonts(include_system_fonts=place is None, font_paths=[str(place)] if place else [])
