"""記号・番号 of the postal bank and the branch, type and number that other banks use for it.

Source: the bank's public guide: 1xxxx (総合口座) is branch digits 2 and 3 and `8`, the number without its last `1`; 0xxxx (振替口座) is branch …`9`,
type 当座. Assumption: the fourth digit is a check digit by a rule of our own, for the way back only; any is read.
"""

from __future__ import annotations

import re
from typing import Literal

ORDINARY, CURRENT = "1", "2"
_DIGITS = "〇一二三四五六七八九"
_SAID = ("ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キユウ")

Why = Literal["symbol", "number"]


class NotYucho(ValueError):
    """Not a 記号 or 番号. `field`: which of them."""

    def __init__(self, field: Why) -> None:
        super().__init__(field)
        self.field: Why = field


def transfer_form(symbol: str, number: str) -> tuple[str, str, str]:
    """(branch, type, number of seven digits) for a 記号 of five digits and a 番号. Raises `NotYucho`."""
    if not re.fullmatch(r"[01][0-9]{4}", symbol):
        raise NotYucho("symbol")
    if symbol[0] == "1":
        if not re.fullmatch(r"[0-9]{1,7}1", number):
            raise NotYucho("number")
        return symbol[1:3] + "8", ORDINARY, number[:-1].zfill(7)
    if not re.fullmatch(r"[0-9]{1,7}", number):
        raise NotYucho("number")
    return symbol[1:3] + "9", CURRENT, number.zfill(7)


def is_branch(branch: str) -> bool:
    """Whether a branch code comes of a 記号."""
    return bool(re.fullmatch(r"[0-9]{2}[89]", branch))


def symbol_form(branch: str, number: str) -> tuple[str, str]:
    """(記号, 番号) for a branch that comes of a 記号 and a number of seven digits; without leading zeros. Raises `NotYucho`."""
    if not is_branch(branch):
        raise NotYucho("symbol")
    if not re.fullmatch(r"[0-9]{7}", number):
        raise NotYucho("number")
    ordinary = branch[2] == "8"
    check = (int(branch[0]) + int(branch[1]) + 8) % 10
    return f"{int(ordinary)}{branch[:2]}{check}0", f"{int(number)}1" if ordinary else str(int(number))


def branch_name(branch: str) -> tuple[str, str]:
    """Name and kana of such a branch, as 〇五八店 and ゼロゴハチ."""
    return "".join(_DIGITS[int(d)] for d in branch) + "店", "".join(_SAID[int(d)] for d in branch)
