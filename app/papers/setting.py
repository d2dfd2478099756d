"""From words to a PDF: PDF/UA-1, tagged, with its language. The same words give the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from . import fonts

FOLDER = Path(__file__).parent
Template = Literal["official", "form", "sheet"]
NOT_SET = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Signs that nobody sees and that could turn the order of what is read around."""


def set_pdf(template: Template, words: Mapping[str, Any], day: date, language: str = "ja") -> bytes:
    """Set `words` in one of the templates beside this module. All words are set as text, never as markup.

    `day`: what the file says it was made on. `language`: a primary language tag. What the template reads from `words` stands at its top.
    """
    import typst  # loads a compiler: only a process that sets papers pays for it

    said = {**words, "day": [day.year, day.month, day.day], "fonts": fonts.FAMILIES, "lang": language}
    told = json.dumps(_clean(said), ensure_ascii=False)
    compiler = typst.Compiler(
        str(FOLDER / f"{template}.typ"), root=str(FOLDER), font_paths=fonts.book(), sys_inputs={"paper": told}
    )
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    assert isinstance(made, bytes)  # one file, because it was given no place to go
    return made


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return NOT_SET.sub("", value)
    if isinstance(value, Mapping):
        return {key: _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value
