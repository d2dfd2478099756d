"""Letters of transfer files, 記号・番号, and accounts as text: laws and examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.account import banks, yucho
from app.services.account.banks import read_text
from app.services.account.names import likeness, normal, same
from app.services.account.zengin import ALPHABET, PLACE, RECEIVER, RECORD, NotZengin, Transfer, limited, record, zengin

KANA = st.text(
    "あいうえおがぎぱぴゃゅょっゎゔアイウエオガパァッャュョヮヴヵヶヲヰヱンーｱｶﾞﾊﾟｯｰ・ 　（）－abcＡＢ019é", min_size=0, max_size=60
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("モギ　ハナコ", "ﾓｷﾞ ﾊﾅｺ"),
        ("きゅうよ　いちろう", "ｷﾕｳﾖ ｲﾁﾛｳ"),
        ("ヤマダ　ジョージ", "ﾔﾏﾀﾞ ｼﾞﾖ-ｼﾞ"),
        ("ヲダ　ヴィクトリア", "ｵﾀﾞ ｳﾞｲｸﾄﾘｱ"),
        ("Smith　John", "SMITH JOHN"),
        ("ルーカス・シルバ（カ）", "ﾙ-ｶｽ.ｼﾙﾊﾞ(ｶ)"),
        ("ｼﾞｮｳ", "ｼﾞﾖｳ"),
        ("ヅカ ぱっぽ", "ﾂﾞｶ ﾊﾟﾂﾎﾟ"),
        ("  ア   イ ", "ｱ ｲ"),
        ("", ""),
    ],
)
def test_letters(text: str, made: str) -> None:
    assert zengin(text) == made


@pytest.mark.parametrize("text", ["山科", "ア@", "ア\n", "ア_", "😀"])
def test_letters_that_no_file_holds(text: str) -> None:
    with pytest.raises(NotZengin):
        zengin(text)
    assert normal(text) is None


@given(KANA)
def test_the_alphabet_and_once_is_enough(text: str) -> None:
    made = zengin(text)
    assert set(made) <= ALPHABET
    assert zengin(made) == made
    assert not set(made) & set("ｧｨｩｪｫｬｭｮｯｰｦ")


@given(st.text(max_size=40))
def test_any_text_is_made_or_refused(text: str) -> None:
    try:
        made = zengin(text)
    except NotZengin:
        return
    assert set(made) <= ALPHABET
    assert zengin(made) == made


@given(KANA, st.sampled_from([PLACE, RECEIVER]))
def test_length(text: str, length: int) -> None:
    made = limited(text, length)
    assert len(made) <= length
    assert zengin(text).startswith(made)
    assert len(made.encode("shift_jis")) == len(made), "one byte each"


@given(KANA, KANA, st.integers(0, 9_999_999_999))
def test_every_record_has_120_bytes(name: str, place: str, amount: int) -> None:
    line = record(Transfer("9701", "ヒダマリ", "110", place, "1", "0000021", name, amount))
    assert len(line.encode("shift_jis")) == RECORD
    assert line[0] == "2"
    assert line[1:5] == "9701"
    assert line[42:43] == "1"
    assert line[43:50] == "0000021"
    assert line[50:80].rstrip() == limited(name, RECEIVER).rstrip()
    assert int(line[80:90]) == amount


@pytest.mark.parametrize(
    ("symbol", "number", "made"),
    [
        ("10530", "12345671", ("058", "1", "1234567")),
        ("00530", "123456", ("059", "2", "0123456")),
        ("10530", "11", ("058", "1", "0000001")),
        ("19990", "99999991", ("998", "1", "9999999")),
    ],
)
def test_symbols(symbol: str, number: str, made: tuple[str, str, str]) -> None:
    assert yucho.transfer_form(symbol, number) == made


@pytest.mark.parametrize(
    ("symbol", "number", "field"),
    [
        ("10530", "12345672", "number"),
        ("10530", "1", "number"),
        ("10530", "123456781", "number"),
        ("00530", "12345678", "number"),
        ("20530", "11", "symbol"),
        ("1053", "11", "symbol"),
        ("１０５３０", "11", "symbol"),
    ],
)
def test_what_is_no_symbol(symbol: str, number: str, field: str) -> None:
    with pytest.raises(yucho.NotYucho) as error:
        yucho.transfer_form(symbol, number)
    assert error.value.field == field


@given(st.integers(0, 99), st.sampled_from("89"), st.integers(0, 9_999_999))
def test_there_and_back(place: int, last: str, number: int) -> None:
    branch, digits = f"{place:02d}{last}", f"{number:07d}"
    symbol, postal = yucho.symbol_form(branch, digits)
    assert yucho.transfer_form(symbol, postal) == (branch, "1" if last == "8" else "2", digits)


@pytest.mark.parametrize(("branch", "number"), [("050", "1234567"), ("058", "123456"), ("05８", "1234567")])
def test_what_has_no_symbol(branch: str, number: str) -> None:
    with pytest.raises(yucho.NotYucho):
        yucho.symbol_form(branch, number)


def test_names_are_compared_as_banks_do() -> None:
    assert same("ヤマシナ　ハルカ", "ﾔﾏｼﾅﾊﾙｶ")
    assert same("キョウコ", "キヨウコ")
    assert not same("アンザイ", "アンサイ")
    assert not same("山科", "山科"), "kanji is never compared"
    assert likeness("オカ ユキ", ["シミズ ユキ"], ["オカ　ユキ"]) == "old_name"
    assert likeness("オカ ユキ", ["シミズ ユキ"]) == "kana_mismatch"
    assert likeness("タナカ ルーカス", ["シルバ ルーカス", "タナカ ルーカス"]) == "match"
    assert same("ア" * 30 + "イ", "ア" * 30 + "ウ"), "what lies beyond 30 bytes does not count"
    assert not same("ア" * 29 + "イ", "ア" * 29 + "ウ")


def test_text_of_an_account() -> None:
    found = read_text("ひだまり銀行　中央支店 普通 0000021")
    assert found == banks.Spoken("ひだまり銀行", "中央支店", "普通", "0000021")
    assert str(found) == "ひだまり銀行 中央支店 普通 0000021"


@pytest.mark.parametrize(
    "text",
    [
        "本物銀行 中央支店 普通 0000021",
        "ひだまり銀行 中央支店 普通 000021",
        "ひだまり銀行 普通 0000021",
        "ひだまり銀行 中央支店 定期 0000021",
        "",
    ],
)
def test_text_of_no_account(text: str) -> None:
    assert read_text(text) is None


def test_no_bank_has_a_real_code() -> None:
    assert all(9494 <= int(code) <= 9899 for code in banks.BANKS)
    for bank in banks.BANKS.values():
        places = banks.branches(bank.code)
        assert len({one.code for one in places}) == len({one.name for one in places}) == len(places)
        assert all(zengin(one.kana) and len(zengin(one.kana)) <= PLACE and one.code[2] == "0" for one in places)
        assert len(zengin(bank.kana)) <= PLACE
