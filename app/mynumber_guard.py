"""The guard against real My Numbers: the one rule that the site and the simulated services share.

Check digit: 番号法施行令の委任による省令（平成26年総務省令第85号）第5条. 11 - (sum of digit * weight mod 11), 0 where the remainder
is 0 or 1; weights from the right of the first eleven digits: 2 to 7, then 2 to 6. Pure: no input is kept or logged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WEIGHTS = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)
# Between two digits: at most two blanks, hyphens of any kind, dots, middle dots or slashes, after NFKC.
_RUN = re.compile(r"(?<![0-9A-Za-z])\d+(?:[\s\-‐‑‒–—―−ー・･./_,、]{1,2}\d+)*(?![0-9A-Za-z])")
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_DATE_TIME = re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?\b")


class RealNumber(Exception):
    """What was typed holds a legally valid My Number. Carries nothing of it."""


def check_digit(first: str) -> int:
    """The legal check digit of eleven digits."""
    rest = sum(int(digit) * weight for digit, weight in zip(reversed(first), _WEIGHTS, strict=True)) % 11
    return 0 if rest <= 1 else 11 - rest


def is_legal(number: str) -> bool:
    """Whether twelve ASCII digits carry the legal check digit."""
    return bool(re.fullmatch(r"[0-9]{12}", number)) and check_digit(number[:11]) == int(number[11])


def looks_real(text: str) -> bool:
    """Whether a text holds a legally valid My Number, in full-width digits or with separators as well.

    Groups of digits that stand together are tried in every row that makes twelve digits. UUIDs and ISO dates are left out: they
    are ours and hold chance digits.
    """
    plain = _DATE_TIME.sub(" | ", _UUID.sub(" | ", unicodedata.normalize("NFKC", text)))
    return any(_holds_legal(re.findall(r"\d+", run.group())) for run in _RUN.finditer(plain))


def _holds_legal(groups: list[str]) -> bool:
    for start in range(len(groups)):
        joined = ""
        for group in groups[start:]:
            joined += group
            if len(joined) >= 12:
                break
        if len(joined) == 12 and is_legal("".join(str(unicodedata.digit(c)) for c in joined)):
            return True
    return False


def refuse(texts: Iterable[str]) -> None:
    """Raise `RealNumber` when any of the texts holds one."""
    if any(looks_real(text) for text in texts):
        raise RealNumber
