"""Where the letters of the papers come from: a package with a Japanese font, or the fonts of the machine."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

PACKAGE = "pylopdf_fonts_jp"  # Noto Sans JP, SIL Open Font License 1.1
FAMILIES = ("Noto Sans JP", "Noto Sans CJK JP", "IPAexGothic")
"""The package's font; where it is missing, those of Debian's fonts-noto-cjk and fonts-ipaexfont."""


@cache
def folder() -> Path | None:
    """The folder with the packaged font, or None where the package is not installed."""
    found = find_spec(PACKAGE)
    return Path(found.origin).parent if found and found.origin else None
