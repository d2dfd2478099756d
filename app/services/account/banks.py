"""Banks that exist nowhere, and accounts at them as text.

Codes 9701 to 9799: no bank of the public 金融機関コード list has one between 9494 and 9899 (state of August 2026), so that no file made here can ever
move money. The postal bank is 9799 here, not its own code. Branches have codes that end in 0; those that a household file names beside them
end in 1; codes that end in 8 or 9 at the postal bank come of a 記号.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from app.services.account import yucho


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank. `kana`: full-width."""

    code: str
    name: str
    kana: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch. `bank`, `code`: digits; `kana`: full-width."""

    bank: str
    code: str
    name: str
    kana: str


@dataclass(frozen=True, slots=True)
class Account:
    """Where money can be sent. `type`: 1 普通, 2 当座, 4 貯蓄; `number`: seven digits."""

    bank: str
    branch: str
    type: str
    number: str

    def at(self, bank: str, branch: str) -> Account:
        """The same number elsewhere."""
        return replace(self, bank=bank, branch=branch)

    @property
    def masked(self) -> str:
        """For histories and logs: the last three digits alone."""
        return f"****{self.number[-3:]}"


YUCHO = "9799"
SAVINGS = "4"
TYPES: Mapping[str, str] = MappingProxyType({"1": "普通", "2": "当座", SAVINGS: "貯蓄"})
TYPE_CODES: Mapping[str, str] = MappingProxyType({name: code for code, name in TYPES.items()})
BANKS: Mapping[str, Bank] = MappingProxyType(
    {
        bank.code: bank
        for bank in (
            Bank("9701", "ひだまり銀行", "ヒダマリ"),
            Bank("9702", "こだま信用金庫", "コダマシンキン"),
            Bank("9703", "みずほの里農協", "ミズホノサトノウキヨウ"),
            Bank(YUCHO, "模擬ゆうちょ", "モギユウチヨ"),
        )
    }
)
BANK_CODES: Mapping[str, str] = MappingProxyType({bank.name: bank.code for bank in BANKS.values()})
_BRANCHES = (
    ("本店", "ホンテン"), ("中央支店", "チユウオウ"), ("駅前支店", "エキマエ"), ("緑町支店", "ミドリチヨウ"), ("白樺台支店", "シラカバダイ"),
    ("青葉台支店", "アオバダイ"), ("港町支店", "ミナトマチ"), ("翼が丘支店", "ツバサガオカ"), ("北本町支店", "キタホンマチ"), ("若草支店", "ワカクサ"),
    ("若葉支店", "ワカバ"), ("大手町支店", "オオテマチ"), ("山手支店", "ヤマテ"), ("川辺支店", "カワベ"), ("旭町支店", "アサヒマチ"),
    ("東町支店", "ヒガシマチ"), ("西町支店", "ニシマチ"), ("南町支店", "ミナミマチ"), ("学園前支店", "ガクエンマエ"), ("汐見支店", "シオミ"),
)  # fmt: skip
_TEXT = re.compile(r"(?P<bank>\S+) (?P<branch>\S+) (?P<type>普通|当座|貯蓄) (?P<number>[0-9]{7})")


def branches(bank: str) -> list[Branch]:
    """The branches that a bank begins with."""
    return [Branch(bank, f"{n:02d}0", name, kana) for n, (name, kana) in enumerate(_BRANCHES, start=10)]


def postal_branch(code: str) -> Branch:
    """The branch of the postal bank that comes of a 記号."""
    return Branch(YUCHO, code, *yucho.branch_name(code))


@dataclass(frozen=True, slots=True)
class Spoken:
    """An account as it stands in a household file and on the site: names of bank, branch and type."""

    bank: str
    branch: str
    type: str
    number: str

    def __str__(self) -> str:
        return f"{self.bank} {self.branch} {self.type} {self.number}"


def read_text(text: str) -> Spoken | None:
    """`ひだまり銀行 中央支店 普通 0000021`, or None where it is not one of our banks or not in this form."""
    found = _TEXT.fullmatch(re.sub(r"[ \u3000]+", " ", text.strip()))
    return Spoken(**found.groupdict()) if found and found["bank"] in BANK_CODES else None
