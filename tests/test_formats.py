"""How dates, deadlines, amounts and numbers look in the three languages."""

from __future__ import annotations

from datetime import date

import pytest

from app.formats import (
    arrival_number,
    date_parts,
    deadline_text,
    era_year,
    fee,
    full_date,
    money,
    number,
    phone,
    postcode,
    short_date,
    spoken_number,
    waiting,
)

MOVE = date(2027, 3, 28)


@pytest.mark.parametrize(
    ("day", "tag", "expected"),
    [
        (MOVE, "ja", "令和9年（2027年）3月28日（日）"),
        (MOVE, "ja-simple", "2027年3月28日（日曜日）"),
        (MOVE, "en", "28 March 2027 (Sun)"),
        (date(2019, 5, 1), "ja", "令和元年（2019年）5月1日（水）"),
        (date(2019, 4, 30), "ja", "平成31年（2019年）4月30日（火）"),
        (date(1868, 10, 22), "ja", "1868年10月22日（木）"),
    ],
)
def test_full_date(day: date, tag: str, expected: str) -> None:
    assert full_date(day, tag) == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("ja", "3月28日（日）"),
        ("ja-simple", "3月28日（日曜日）"),
        ("en", "28 March (Sun)"),
    ],
)
def test_short_date(tag: str, expected: str) -> None:
    assert short_date(MOVE, tag) == expected


@pytest.mark.parametrize(
    ("day", "era", "year"),
    [
        (date(2019, 5, 1), "reiwa", 1),
        (date(2019, 4, 30), "heisei", 31),
        (date(1989, 1, 8), "heisei", 1),
        (date(1989, 1, 7), "showa", 64),
        (date(1926, 12, 25), "showa", 1),
        (date(1926, 12, 24), "taisho", 15),
        (date(1912, 7, 30), "taisho", 1),
        (date(1912, 7, 29), "meiji", 45),
        (date(1868, 10, 23), "meiji", 1),
    ],
)
def test_first_and_last_days_of_the_eras(day: date, era: str, year: int) -> None:
    found = era_year(day)
    assert found is not None
    assert (found[0].id, found[1]) == (era, year)


def test_before_the_eras() -> None:
    assert era_year(date(1868, 10, 22)) is None
    assert date_parts(date(1868, 10, 22), "era").era == "western"


def test_date_parts_use_gannen() -> None:
    parts = date_parts(date(2019, 6, 3), "era")
    assert (parts.era, parts.year, parts.month, parts.day) == ("reiwa", "元", "6", "3")
    assert date_parts(date(2019, 6, 3), "western").year == "2019"


@pytest.mark.parametrize(
    ("tag", "today", "expected"),
    [
        ("ja", date(2027, 3, 15), "4月12日（月）まで（あと28日）"),
        ("ja-simple", date(2027, 3, 15), "4月12日（月曜日）までに 出してください。あと 28日です。"),
        ("en", date(2027, 3, 15), "By 12 April (Mon), 28 days left"),
        ("en", date(2027, 4, 11), "By 12 April (Mon), 1 day left"),
        ("ja", date(2027, 4, 12), "4月12日（月）まで（今日が最後の日）"),
        ("ja-simple", date(2027, 4, 12), "4月12日（月曜日）までに 出してください。きょうが さいごの 日です。"),
        ("en", date(2027, 4, 12), "By 12 April (Mon), today is the last day"),
        ("ja", date(2027, 4, 15), "4月12日（月）まで（期限を3日過ぎています）"),
        ("ja-simple", date(2027, 4, 15), "4月12日（月曜日）まででした。3日 おくれています。"),
        ("en", date(2027, 4, 13), "By 12 April (Mon), 1 day late"),
    ],
)
def test_deadline(tag: str, today: date, expected: str) -> None:
    text = deadline_text(date(2027, 4, 12), today, tag)
    assert text.sentence == expected
    assert text.by in text.sentence
    assert text.left in text.sentence


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("ja", "令和11年（2029年）3月28日（水）まで"),
        ("ja-simple", "2029年3月28日（水曜日）までに 出してください。"),
        ("en", "By 28 March 2029 (Wed)"),
    ],
)
def test_a_deadline_in_another_year_names_the_year(tag: str, expected: str) -> None:
    assert deadline_text(date(2029, 3, 28), MOVE, tag).by == expected


@pytest.mark.parametrize(
    ("yen", "tag", "once", "monthly", "yearly"),
    [
        (15000, "ja", "15,000円", "月15,000円", "年15,000円"),
        (15000, "ja-simple", "15,000円", "1か月に 15,000円", "1年に 15,000円"),
        (15000, "en", "¥15,000", "¥15,000 a month", "¥15,000 a year"),
        (-1200, "ja", "-1,200円", "月-1,200円", "年-1,200円"),
        (-1200, "en", "-¥1,200", "-¥1,200 a month", "-¥1,200 a year"),
    ],
)
def test_money(yen: int, tag: str, once: str, monthly: str, yearly: str) -> None:
    assert (money(yen, tag), money(yen, tag, "month"), money(yen, tag, "year")) == (once, monthly, yearly)


def test_a_fee_of_nothing_is_said_in_words() -> None:
    assert [fee(0, tag) for tag in ("ja", "ja-simple", "en")] == ["かかりません", "かかりません", "No charge"]
    assert fee(300, "ja") == "300円"
    assert money(0, "ja") == "0円"


@pytest.mark.parametrize(
    ("low", "high", "working", "ja", "simple", "en"),
    [
        (
            3,
            5,
            True,
            "ふつう3日から5日（土日と祝日を除く）",
            "だいたい 3日から 5日 かかります（土曜日・日曜日・休みの 日は 数えません）",
            "Usually 3–5 working days",
        ),
        (3, 5, False, "ふつう3日から5日", "だいたい 3日から 5日 かかります", "Usually 3–5 days"),
        (1, 1, False, "ふつう1日", "だいたい 1日 かかります", "Usually 1 day"),
        (0, 3, False, "ふつう3日以内", "だいたい 3日までに 終わります", "Usually within 3 days"),
        (0, 0, True, "ふつう、その日のうち", "だいたい その日に 終わります", "Usually the same day"),
    ],
)
def test_waiting(low: int, high: int, working: bool, ja: str, simple: str, en: str) -> None:
    found = [waiting(low, high, tag, working_days=working) for tag in ("ja", "ja-simple", "en")]
    assert found == [ja, simple, en]


def test_numbers_in_groups() -> None:
    assert number(1234567, "ja") == "1,234,567"
    assert arrival_number("SIM48217730") == arrival_number("SIM-4821-7730") == "SIM-4821-7730"
    assert arrival_number("12345678") == "12345678"
    assert spoken_number("SIM-4821-7730") == "S I M 4 8 2 1 7 7 3 0"
    assert postcode("0000123") == postcode("000-0123") == "〒000-0123"


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("00012345678", "000-1234-5678"),
        ("0001234567", "000-123-4567"),
        ("09012345678", "090-1234-5678"),
        ("0312345678", "03-1234-5678"),
        ("0120123456", "0120-123-456"),
        ("08001234567", "0800-123-4567"),
        ("0451234567", "0451234567"),
        ("0451-23-4567", "0451-23-4567"),
    ],
)
def test_phone(digits: str, expected: str) -> None:
    assert phone(digits) == expected


def test_an_unknown_language_is_refused() -> None:
    for call in (
        lambda: full_date(MOVE, "xx"),
        lambda: short_date(MOVE, "xx"),
        lambda: deadline_text(MOVE, MOVE, "xx"),
        lambda: money(1, "xx"),
        lambda: fee(0, "xx"),
        lambda: waiting(0, 0, "xx", working_days=True),
        lambda: number(1, "ja_SIMPLE"),
    ):
        with pytest.raises(ValueError, match="language tag"):
            call()
