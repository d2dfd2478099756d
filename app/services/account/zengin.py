"""Text of transfer files (全銀協規定形式): half-width katakana without small letters, voicing marks as signs of their own.

Source: the banks' public manuals of 総合振込. Assumptions, where they differ or are silent: ヰ and ヱ become ｲ and ｴ, a middle dot becomes a
full stop, marks on Latin letters are dropped.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

RECEIVER = 30  # bytes of 受取人名
PLACE = 15  # bytes of 銀行名 and 支店名
RECORD = 120  # bytes of one record
KANA = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ"
ALPHABET = frozenset(KANA + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ()-./")

_FULL = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u3099\u309a"
_MAP = {
    **dict(zip(_FULL, KANA, strict=True)),
    **dict(zip("ァィゥェォッャュョヮヵヶヲヰヱ", "ｱｲｳｴｵﾂﾔﾕﾖﾜｶｹｵｲｴ", strict=True)),
    **dict.fromkeys("ー‐‑‒–—―−", "-"),
    "・": ".",
}
_HIRAGANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_MARKS = re.compile("[\u0300-\u036f]")


class NotZengin(ValueError):
    """A letter that no transfer file can hold. `letter`: which."""

    def __init__(self, letter: str) -> None:
        super().__init__(f"U+{ord(letter):04X}")
        self.letter = letter


def zengin(text: str) -> str:
    """The text in the letters of `ALPHABET`; the same text again where it is in them already. Raises `NotZengin`."""
    whole = unicodedata.normalize("NFKC", text).upper().translate(_HIRAGANA)
    apart = _MARKS.sub("", unicodedata.normalize("NFD", whole))
    made = [_MAP.get(letter, letter) for letter in apart]
    for letter in made:
        if letter not in ALPHABET:
            raise NotZengin(letter)
    return re.sub(" +", " ", "".join(made)).strip()


def limited(text: str, length: int) -> str:
    """The text as it stands in a field: converted, and cut where the field ends."""
    return zengin(text)[:length]


@dataclass(frozen=True, slots=True)
class Transfer:
    """A line of a transfer file. Codes are digits; `type`: 1 普通, 2 当座; yen."""

    bank: str
    bank_kana: str
    branch: str
    branch_kana: str
    type: str
    number: str
    receiver: str
    amount: int


def record(line: Transfer) -> str:
    """The data record of 総合振込: 120 letters, one byte each in JIS X 0201. Numbers stand right behind zeros, letters left before spaces."""
    parts = (
        "2",
        line.bank.zfill(4),
        limited(line.bank_kana, PLACE).ljust(PLACE),
        line.branch.zfill(3),
        limited(line.branch_kana, PLACE).ljust(PLACE),
        " " * 4,  # 手形交換所: not used
        line.type,
        line.number.zfill(7),
        limited(line.receiver, RECEIVER).ljust(RECEIVER),
        f"{line.amount:010d}",
        "0",  # 新規コード: neither the first transfer nor a change
        " " * 20,  # 顧客コード
        "7",  # 振込指定区分: by wire
        " ",
        " " * 7,
    )
    return "".join(parts)
