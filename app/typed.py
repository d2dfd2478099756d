"""What people type, read kindly: dates in eras, フリガナ, phone numbers, postcodes.

Nothing here raises, whatever the text: each function returns a value, or a problem with a code (and the part that is
wrong) from which the page makes its sentence. Nothing typed is guessed at: where a mistake shows what was probably
meant, the problem carries a suggestion and the page asks.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.formats import ERA_BY_ID, ERAS, LOCALES, WESTERN, era_year, phone

Part = Literal["era", "year", "month", "day"]
DateCode = Literal[
    "missing",
    "not_a_number",
    "unknown_era",
    "year_range",
    "month_range",
    "day_range",
    "no_such_day",
    "western_year_under_era",
    "short_western_year",
    "before_era",
    "after_era",
]
TextCode = Literal["missing", "characters", "length", "prefix"]

PARTS: tuple[Part, ...] = ("era", "year", "month", "day")
FIRST_YEAR, LAST_YEAR = 1868, 2199  # what a page about living people and their houses can mean
ERA_BY_MARK = {mark: era.id for era in ERAS for mark in (era.kanji, era.letter)} | {"西暦": WESTERN}
HYPHENS = "-‐‑‒–—―−ー─━"


@dataclass(frozen=True, slots=True)
class DateProblem:
    """Why typed parts are no date. `parts`: the wrong ones, in page order. Numbers are given as far as they were read.

    `suggestion`: the date that was probably meant; the page asks, it never assumes.
    """

    code: DateCode
    parts: tuple[Part, ...]
    era: str | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    suggestion: date | None = None


@dataclass(frozen=True, slots=True)
class TextProblem:
    """Why typed text cannot be used; `found` holds the characters that do not belong, each once, as typed."""

    code: TextCode
    found: str = ""


# --- dates ------------------------------------------------------------------------------------------------------------


def parse_date(era: str, year: str, month: str, day: str) -> date | DateProblem:
    """The date that a person typed in an era choice and three fields.

    `era`: an id of `ERAS`, `western`, or empty. Full-width digits, 元, a trailing 年/月/日, English month names and an
    era in the year field (S64, 令和9, 西暦2027) are read; an era in the year field wins over the choice, because it was
    typed and the choice may be only the one that the page proposed.
    """
    typed = {"year": _plain(year, "年"), "month": _plain(month, "月"), "day": _plain(day, "日")}
    era = _plain(era, "").lower()
    mark = re.fullmatch(r"(令和|平成|昭和|大正|明治|西暦|[RHSTM])\s*\.?\s*(.*)", typed["year"].upper(), re.DOTALL)
    if mark is not None:
        era, typed["year"] = ERA_BY_MARK[mark[1]], mark[2]
    if not era and re.fullmatch("[0-9]{4}", typed["year"]):
        era = WESTERN  # four digits can be nothing else
    empty: list[Part] = [part for part in PARTS if not (era if part == "era" else typed[part])]
    if empty:
        return DateProblem("missing", tuple(empty))
    if era != WESTERN and era not in ERA_BY_ID:
        return DateProblem("unknown_era", ("era",))
    values = {
        "year": 1 if typed["year"] == "元" and era != WESTERN else _integer(typed["year"]),
        "month": _month_number(typed["month"]),
        "day": _integer(typed["day"]),
    }
    wrong: list[Part] = [part for part in PARTS[1:] if values[part] is None]
    y, m, d = values["year"], values["month"], values["day"]
    if y is None or m is None or d is None:
        return DateProblem("not_a_number", tuple(wrong), era, y, m, d)
    return _checked(era, y, m, d)


def _checked(era: str, year: int, month: int, day: int) -> date | DateProblem:
    """The date of four readable parts, or the first rule that they break."""

    def problem(code: DateCode, *parts: Part, suggestion: date | None = None) -> DateProblem:
        return DateProblem(code, parts, era, year, month, day, suggestion)

    if not 1 <= month <= 12:
        return problem("month_range", "month")
    if not 1 <= day <= 31:
        return problem("day_range", "day")
    chosen = ERA_BY_ID.get(era)
    if chosen is None and year < 100:
        return problem("short_western_year", "year")
    if chosen is not None and FIRST_YEAR <= year <= LAST_YEAR:
        return problem("western_year_under_era", "year", suggestion=_date(year, month, day))
    full = year if chosen is None else chosen.first.year + year - 1
    if not (FIRST_YEAR <= full <= LAST_YEAR and year >= 1):
        return problem("year_range", "year")
    found = _date(full, month, day)
    if found is None:
        return problem("no_such_day", "day")
    if chosen is not None and found < chosen.first:
        return problem("before_era", "era", "year", suggestion=found)
    actual = era_year(found)
    if chosen is not None and actual is not None and actual[0] is not chosen:
        return problem("after_era", "era", "year", suggestion=found)
    return found


def _plain(text: str, unit: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain.removesuffix(unit).strip() if unit else plain


def _integer(text: str) -> int | None:
    """A number of up to four digits beside leading zeros; longer ones read as 9999, which every range refuses."""
    if not re.fullmatch("[0-9]+", text):
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) <= 4 else 9999


def _month_number(text: str) -> int | None:
    for width in ("wide", "abbreviated"):
        for index, name in LOCALES["en"].months["format"][width].items():
            if text.casefold().rstrip(".") == name.casefold():
                return int(index)
    return _integer(text)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- kana, phone, postcode --------------------------------------------------------------------------------------------


def katakana(text: str) -> str:
    """`text` with ひらがな and half-width kana as full-width katakana, and one half-width space between words.

    A hyphen or dash after a kana is the long vowel mark, which many keyboards do not offer. All else stays.
    """
    # Spaced voicing marks would become a space and a mark; joined to their kana they compose.
    joined = text.translate({0x309B: 0x3099, 0x309C: 0x309A})
    plain = unicodedata.normalize("NFKC", joined)
    shifted = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" or c in "ゝゞ" else c for c in plain)
    long = re.sub(f"(?<=[ァ-ヺー])[{HYPHENS}]", "ー", unicodedata.normalize("NFKC", shifted))
    return " ".join(long.split())


def parse_kana(text: str) -> str | TextProblem:
    """The reading of a name in katakana; Latin letters are accepted for names registered with them."""
    kana = katakana(text)
    if not kana:
        return TextProblem("missing")
    return _only(kana, r"[ァ-ヺー-ヾ・A-Za-z'. -]") or kana


def parse_phone(text: str) -> str | TextProblem:
    """A Japanese phone number with hyphens: those typed when they part it in three, otherwise those of its kind."""
    plain = _ascii(text)
    if not plain:
        return TextProblem("missing")
    if problem := _only(plain, r"[0-9+() -]"):
        return problem
    plain = re.sub(r"^\+ ?81[ -]?(\(0\)|0(?=[1-9]))?", "0", plain)
    digits = re.sub(r"[^0-9]", "", plain)
    if not digits.startswith("0"):
        return TextProblem("prefix")
    if len(digits) not in (10, 11):
        return TextProblem("length")
    groups = [group for group in re.split("[^0-9]+", plain) if group]
    return "-".join(groups) if len(groups) == 3 else phone(digits)


def parse_postcode(text: str) -> str | TextProblem:
    """A postcode as 000-0123, from seven digits with or without 〒, hyphen, or full-width signs."""
    plain = _ascii(text).removeprefix("〒").strip()
    if not plain:
        return TextProblem("missing")
    if problem := _only(plain, r"[0-9 -]"):
        return problem
    digits = re.sub(r"[^0-9]", "", plain)
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 7 else TextProblem("length")


def _ascii(text: str) -> str:
    """Full-width signs as half-width, every kind of hyphen as `-`, one space between words."""
    plain = unicodedata.normalize("NFKC", text).replace("〶", "〒")
    return " ".join(re.sub(f"[{HYPHENS}]", "-", plain).split())


def _only(text: str, allowed: str) -> TextProblem | None:
    strange = "".join(dict.fromkeys(re.sub(allowed, "", text)))
    return TextProblem("characters", strange) if strange else None
