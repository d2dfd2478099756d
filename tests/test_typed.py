"""What people type becomes a value or a named problem, and never an exception."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.formats import date_parts
from app.typed import DateProblem, TextProblem, katakana, parse_date, parse_kana, parse_phone, parse_postcode

MOVE = date(2027, 3, 28)


@pytest.mark.parametrize(
    ("era", "year", "month", "day", "expected"),
    [
        ("reiwa", "9", "3", "28", MOVE),
        ("western", "2027", "3", "28", MOVE),
        ("reiwa", "９", "０３", "２８", MOVE),
        ("reiwa", " 9年 ", "3月", "28日", MOVE),
        ("western", "2027", "March", "28", MOVE),
        ("western", "2027", "mar.", "28", MOVE),
        ("western", "2027", "sept", "1", DateProblem("not_a_number", ("month",), "western", 2027, None, 1)),
        ("reiwa", "元", "5", "1", date(2019, 5, 1)),
        ("reiwa", "元年", "5", "1", date(2019, 5, 1)),
        ("reiwa", "1", "5", "1", date(2019, 5, 1)),
        ("reiwa", "S64", "1", "7", date(1989, 1, 7)),
        ("western", "ｓ６４", "1", "7", date(1989, 1, 7)),
        ("", "平成元年", "1", "8", date(1989, 1, 8)),
        ("", "令和9年", "3", "28", MOVE),
        ("", "㋿9", "3", "28", MOVE),
        ("reiwa", "西暦2027年", "3", "28", MOVE),
        ("", "2027", "3", "28", MOVE),
        ("western", "2028", "2", "29", date(2028, 2, 29)),
    ],
)
def test_dates_as_people_type_them(era: str, year: str, month: str, day: str, expected: date | DateProblem) -> None:
    assert parse_date(era, year, month, day) == expected


@pytest.mark.parametrize(
    ("typed", "missing"),
    [
        (("reiwa", "", "", ""), ("year", "month", "day")),
        (("", "", "", ""), ("era", "year", "month", "day")),
        (("reiwa", "9", "　", "28"), ("month",)),
        (("reiwa", "9", "3", "日"), ("day",)),
        (("", "9", "3", "28"), ("era",)),
        (("reiwa", "S", "1", "7"), ("year",)),
    ],
)
def test_missing_parts_are_named(typed: tuple[str, str, str, str], missing: tuple[str, ...]) -> None:
    found = parse_date(*typed)
    assert isinstance(found, DateProblem)
    assert (found.code, found.parts) == ("missing", missing)


@pytest.mark.parametrize(
    ("typed", "code", "parts", "suggestion"),
    [
        (("reiwa", "9", "13", "28"), "month_range", ("month",), None),
        (("reiwa", "9", "0", "28"), "month_range", ("month",), None),
        (("reiwa", "9", "2", "30"), "no_such_day", ("day",), None),
        (("western", "2027", "2", "29"), "no_such_day", ("day",), None),
        (("reiwa", "9", "3", "32"), "day_range", ("day",), None),
        (("reiwa", "9", "3", "0"), "day_range", ("day",), None),
        (("reiwa", "2027", "3", "28"), "western_year_under_era", ("year",), MOVE),
        (("reiwa", "2027", "2", "30"), "western_year_under_era", ("year",), None),
        (("western", "9", "3", "28"), "short_western_year", ("year",), None),
        (("reiwa", "0", "3", "28"), "year_range", ("year",), None),
        (("reiwa", "500", "3", "28"), "year_range", ("year",), None),
        (("western", "1867", "3", "28"), "year_range", ("year",), None),
        (("western", "2200", "3", "28"), "year_range", ("year",), None),
        (("western", "9" * 5000, "3", "28"), "year_range", ("year",), None),
        (("reiwa", "1", "4", "30"), "before_era", ("era", "year"), date(2019, 4, 30)),
        (("showa", "1", "12", "24"), "before_era", ("era", "year"), date(1926, 12, 24)),
        (("heisei", "31", "5", "1"), "after_era", ("era", "year"), date(2019, 5, 1)),
        (("showa", "102", "3", "28"), "after_era", ("era", "year"), MOVE),
        (("bunka", "9", "3", "28"), "unknown_era", ("era",), None),
        (("western", "元", "3", "28"), "not_a_number", ("year",), None),
        (("reiwa", "九", "x", "-1"), "not_a_number", ("year", "month", "day"), None),
        (("reiwa", "9", "3/28", "28"), "not_a_number", ("month",), None),
    ],
)
def test_wrong_parts_are_named(
    typed: tuple[str, str, str, str], code: str, parts: tuple[str, ...], suggestion: date | None
) -> None:
    found = parse_date(*typed)
    assert isinstance(found, DateProblem)
    assert (found.code, found.parts, found.suggestion) == (code, parts, suggestion)


def test_a_problem_keeps_the_numbers_for_its_sentence() -> None:
    assert parse_date("reiwa", "９", "２", "３０") == DateProblem("no_such_day", ("day",), "reiwa", 9, 2, 30)


FIELD = st.one_of(st.text(max_size=12), st.from_regex(r"(令和|[RSH平])?[0-9０-９]{1,5}[年月日]?", fullmatch=True))


@given(st.one_of(st.text(max_size=8), st.sampled_from(["reiwa", "heisei", "western", ""])), FIELD, FIELD, FIELD)
@example("reiwa", "²", "①", "٣")
@example("western", "\ud800", "\x00", "ß")
def test_no_text_makes_it_raise(era: str, year: str, month: str, day: str) -> None:
    found = parse_date(era, year, month, day)
    if isinstance(found, DateProblem):
        assert found.parts
        if found.suggestion is not None:
            again = date_parts(found.suggestion, "western")
            assert parse_date(again.era, again.year, again.month, again.day) == found.suggestion


@given(st.dates(date(1868, 1, 1), date(2199, 12, 31)), st.sampled_from(["era", "western"]))
def test_what_we_show_is_read_back(day: date, system: Literal["era", "western"]) -> None:
    parts = date_parts(day, system)
    assert parse_date(parts.era, parts.year, parts.month, parts.day) == day


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("やましな　はるか", "ヤマシナ ハルカ"),
        ("ﾔﾏｼﾅ ﾊﾙｶ", "ヤマシナ ハルカ"),
        ("ｶﾞｯｷﾞ ﾊﾟｰ", "ガッギ パー"),
        ("か゛ ハ゜", "ガ パ"),
        ("うﾞ", "ヴ"),
        ("マ-ク", "マーク"),
        ("らーめん", "ラーメン"),
        ("すゞき", "スヾキ"),
        ("  グエン・ティ  ラン ", "グエン・ティ ラン"),
        ("ＬＡＮ", "LAN"),
    ],
)
def test_kana_is_normalised_not_refused(typed: str, expected: str) -> None:
    assert katakana(typed) == expected
    assert parse_kana(typed) == expected


def test_what_is_no_kana_is_named() -> None:
    assert parse_kana("山科 ハル山") == TextProblem("characters", "山科")
    assert parse_kana("　") == TextProblem("missing")


@given(st.text(max_size=20))
def test_kana_never_raises_and_is_stable(text: str) -> None:
    assert katakana(katakana(text)) == katakana(text)
    found = parse_kana(text)
    assert isinstance(found, TextProblem) or parse_kana(found) == found


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("000-1234-5678", "000-1234-5678"),
        ("０００－１２３４－５６７８", "000-1234-5678"),
        ("000ー1234ー5678", "000-1234-5678"),
        ("00012345678", "000-1234-5678"),
        ("+81 00 1234 5678", "000-1234-5678"),
        ("+81-(0)90-1234-5678", "090-1234-5678"),
        ("+81 090 1234 5678", "090-1234-5678"),
        ("(000) 123 4567", "000-123-4567"),
        ("0451-23-4567", "0451-23-4567"),
        ("", TextProblem("missing")),
        ("000-1234-567a", TextProblem("characters", "a")),
        ("1234567890", TextProblem("prefix")),
        ("000-1234", TextProblem("length")),
        ("000-1234-56789", TextProblem("length")),
    ],
)
def test_phone(typed: str, expected: str | TextProblem) -> None:
    assert parse_phone(typed) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("000-0123", "000-0123"),
        ("〒０００－０１２３", "000-0123"),
        ("0000123", "000-0123"),
        ("〒 000 0123", "000-0123"),
        ("000−0123", "000-0123"),
        ("", TextProblem("missing")),
        ("〒", TextProblem("missing")),
        ("000-012", TextProblem("length")),
        ("000-0l23", TextProblem("characters", "l")),
    ],
)
def test_postcode(typed: str, expected: str | TextProblem) -> None:
    assert parse_postcode(typed) == expected


@given(st.one_of(st.text(max_size=20), st.text("0123456789-+()０１ー 〒", max_size=20)))
def test_numbers_never_raise_and_are_stable(text: str) -> None:
    number = parse_phone(text)
    assert isinstance(number, TextProblem) or parse_phone(number) == number
    code = parse_postcode(text)
    assert isinstance(code, TextProblem) or parse_postcode(code) == code
