"""How dates, deadlines, amounts and numbers look on a page in each UI language.

No Flask here: functions take the UI tag (`ja`, `ja-simple`, `en`); another tag raises `ValueError`. Babel has no
Japanese calendar and knows no `ja-simple`, so eras and both kinds of Japanese are our own; it serves the other
languages. The way back, from what people type to a value, is `app.typed`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from babel import Locale
from babel.dates import format_date

Per = Literal["month", "year"]

WESTERN = "western"
LOCALES = {"ja": Locale("ja"), "ja-simple": Locale("ja"), "en": Locale("en")}
# Free and shared-cost numbers, mobile and IP phones, Tokyo and Osaka, and the simulated numbers, which begin with 000.
PHONE_GROUPS = (
    (r"0800[0-9]{7}", (4, 3)),
    (r"0(120|570)[0-9]{6}", (4, 3)),
    (r"0[0256789]0[0-9]{8}", (3, 4)),
    (r"0[36][0-9]{8}", (2, 4)),
    (r"000[0-9]{7}", (3, 3)),
)
WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True)
class Era:
    """A Japanese era. `first` is its first day; it ends the day before the next one begins."""

    id: str
    kanji: str
    letter: str
    first: date


ERAS = (
    Era("reiwa", "令和", "R", date(2019, 5, 1)),
    Era("heisei", "平成", "H", date(1989, 1, 8)),
    Era("showa", "昭和", "S", date(1926, 12, 25)),
    Era("taisho", "大正", "T", date(1912, 7, 30)),
    Era("meiji", "明治", "M", date(1868, 10, 23)),
)
ERA_BY_ID = {era.id: era for era in ERAS}


@dataclass(frozen=True, slots=True)
class DeadlineText:
    """One deadline in words: `by` the day, `left` the days that remain or are past, `sentence` both."""

    by: str
    left: str
    sentence: str


@dataclass(frozen=True, slots=True)
class DateParts:
    """The four fields of a date question as text; `era` is an id of `ERAS` or `western`."""

    era: str
    year: str
    month: str
    day: str


# --- dates ------------------------------------------------------------------------------------------------------------


def _locale(tag: str) -> Locale:
    if tag not in LOCALES:
        raise ValueError(f"no formats for the language tag {tag!r}")
    return LOCALES[tag]


def era_year(day: date) -> tuple[Era, int] | None:
    """The era of `day` and its year there (1 = 元年), None before Meiji."""
    for era in ERAS:
        if day >= era.first:
            return era, day.year - era.first.year + 1
    return None


def date_parts(day: date, system: Literal["era", "western"]) -> DateParts:
    """The parts that a person would type for `day`: what `app.typed.parse_date` reads back."""
    found = era_year(day) if system == "era" else None
    if found is None:
        return DateParts(WESTERN, str(day.year), str(day.month), str(day.day))
    era, year = found
    return DateParts(era.id, "元" if year == 1 else str(year), str(day.month), str(day.day))


def full_date(day: date, tag: str) -> str:
    """令和9年（2027年）3月28日（日） / 2027年3月28日（日曜日） / 28 March 2027 (Sun)."""
    if tag == "ja":
        parts = date_parts(day, "era")
        year = f"{day.year}年"
        if parts.era != WESTERN:
            year = f"{ERA_BY_ID[parts.era].kanji}{parts.year}年（{year}）"
        return year + short_date(day, tag)
    if tag == "ja-simple":
        return f"{day.year}年{short_date(day, tag)}"
    return format_date(day, "d MMMM y (EEE)", locale=_locale(tag))


def short_date(day: date, tag: str) -> str:
    """The date without its year, only where a heading or the sentence gives the year: 3月28日（日）."""
    if tag in ("ja", "ja-simple"):
        weekday = WEEKDAYS[day.weekday()] + ("曜日" if tag == "ja-simple" else "")
        return f"{day.month}月{day.day}日（{weekday}）"
    return format_date(day, "d MMMM (EEE)", locale=_locale(tag))


def deadline_text(last: date, today: date, tag: str) -> DeadlineText:
    """A deadline with its remaining days. The year is named when it is not the present one."""
    day = short_date(last, tag) if last.year == today.year else full_date(last, tag)
    days = (last - today).days
    if tag == "ja":
        left = f"あと{days}日" if days > 0 else "今日が最後の日" if days == 0 else f"期限を{-days}日過ぎています"
        return DeadlineText(f"{day}まで", left, f"{day}まで（{left}）")
    if tag == "ja-simple":
        by = f"{day}までに 出してください。" if days >= 0 else f"{day}まででした。"
        left = f"あと {days}日です。" if days > 0 else "きょうが さいごの 日です。"
        left = left if days >= 0 else f"{-days}日 おくれています。"
        return DeadlineText(by, left, f"{by}{left}")
    count = f"{abs(days)} day" + ("" if abs(days) == 1 else "s")
    left = "today is the last day" if days == 0 else f"{count} left" if days > 0 else f"{count} late"
    return DeadlineText(f"By {day}", left, f"By {day}, {left}")


# --- amounts and numbers ----------------------------------------------------------------------------------------------


def number(value: int, tag: str) -> str:
    """A whole number with commas between thousands, the same in the languages we have."""
    _locale(tag)
    return f"{value:,}"


def money(yen: int, tag: str, per: Per | None = None) -> str:
    """An amount in yen: 15,000円, 月15,000円 / 1か月に 15,000円 / ¥15,000 a month."""
    amount = number(abs(yen), tag)
    sign = "-" if yen < 0 else ""
    if tag == "ja":
        return {None: "", "month": "月", "year": "年"}[per] + f"{sign}{amount}円"
    if tag == "ja-simple":
        return {None: "", "month": "1か月に ", "year": "1年に "}[per] + f"{sign}{amount}円"
    return f"{sign}¥{amount}" + {None: "", "month": " a month", "year": " a year"}[per]


def fee(yen: int, tag: str) -> str:
    """What something costs; nothing is said in words, never as a dash or a zero."""
    if yen == 0:
        _locale(tag)
        return "No charge" if tag == "en" else "かかりません"
    return money(yen, tag)


def waiting(low: int, high: int, tag: str, *, working_days: bool) -> str:
    """The usual waiting time, from `low` to `high` days: ふつう3日から5日（土日と祝日を除く）."""
    _locale(tag)
    if high == 0:
        return {"ja": "ふつう、その日のうち", "ja-simple": "だいたい その日に 終わります"}.get(
            tag, "Usually the same day"
        )
    if tag == "ja":
        days = f"{high}日以内" if low == 0 else f"{high}日" if low == high else f"{low}日から{high}日"
        return f"ふつう{days}" + ("（土日と祝日を除く）" if working_days else "")
    if tag == "ja-simple":
        days = f"{high}日までに 終わります" if low == 0 else f"{high}日 かかります"
        days = days if low in (0, high) else f"{low}日から {high}日 かかります"
        return f"だいたい {days}" + ("（土曜日・日曜日・休みの 日は 数えません）" if working_days else "")
    days = f"within {high}" if low == 0 else str(high) if low == high else f"{low}–{high}"
    return f"Usually {days} {'working ' if working_days else ''}day{'' if high == 1 else 's'}"


def phone(text: str) -> str:
    """A phone number of digits with hyphens where its kind fixes the groups; one that has hyphens keeps them.

    The length of an area code is not known without the ministry's table, so other numbers stay ungrouped.
    """
    for pattern, groups in PHONE_GROUPS:
        if re.fullmatch(pattern, text):
            first, second = groups
            return f"{text[:first]}-{text[first : first + second]}-{text[first + second :]}"
    return text


def postcode(text: str) -> str:
    """〒000-0123 for a postcode of seven digits, with or without its hyphen."""
    digits = text.replace("-", "")
    return f"〒{digits[:3]}-{digits[3:]}"


def arrival_number(text: str) -> str:
    """`SIM48217730` in groups of four: SIM-4821-7730. Anything else is returned as it is."""
    found = re.fullmatch(r"SIM((?:[0-9]{4})+)", text.replace("-", ""))
    return text if found is None else "-".join(["SIM", *re.findall("....", found[1])])


def spoken_number(text: str) -> str:
    """The same number for a screen reader, one sign at a time: S I M 4 8 2 1 7 7 3 0."""
    return " ".join(sign for sign in text if sign.isalnum())
