"""Fields of every type: what may be typed, what is said when it cannot be used, and the value that comes out."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms.form import BaseForm

from app.engine.facts import NOT_YET
from app.engine.geography import Place, by_postcode
from app.mynumber_guard import RealNumber, check_digit
from app.web.forms import answer_form, fields, page_form
from app.web.forms.answers import ask_for, municipalities

PLACES = (
    Place(postcode="000-0245", municipality="970018", town="東"),
    Place(postcode="000-0245", municipality="970018", town="東新町"),
    Place(postcode="000-0256", municipality="970018", town="南"),
)
TOWN = {"postcode": "０００－０２５６", "municipality": "970018", "town": "南", "block": "1丁目2番3号", "building": ""}


def read(field: Any, **typed: Any) -> tuple[Any, str, str]:
    """Value, error and the input that the error leads to, for a field named f."""
    form = BaseForm({"f": field})
    form.process(MultiDict({f"f-{part}" if part != "f" else "f": value for part, value in typed.items()}))
    good = form["f"].validate(form)
    return (form["f"].data if good else None), str(form["f"].errors[0]) if form["f"].errors else "", form["f"].target


@pytest.mark.parametrize(
    ("make", "typed", "value"),
    [
        (fields.Answer, "  みどり　", "みどり"),
        (fields.Kana, "やましな ﾊﾙｶ", "ヤマシナ ハルカ"),
        (fields.Phone, "０００-8000ー0201", "000-8000-0201"),
        (fields.Email, "haruka@example.test", "haruka@example.test"),
        (fields.Whole, "１，２００", 1200),
        (fields.Money, "50,000円", 50000),
        (fields.Money, "0", 0),
    ],
)
def test_text_is_read_kindly(make: Any, typed: str, value: Any) -> None:
    assert read(make(ask_for="何か"), f=typed) == (value, "", "f")


@pytest.mark.parametrize(
    ("make", "typed"),
    [
        (fields.Kana, "山科"),
        (fields.Phone, "12"),
        (fields.Email, "haruka"),
        (fields.Money, "五万"),
        (fields.Answer, "あ" * 401),
    ],
)
def test_what_cannot_be_read_is_kept_and_said(make: Any, typed: str) -> None:
    form = BaseForm({"f": make(ask_for="何か")})
    form.process(MultiDict({"f": typed}))
    assert not form["f"].validate(form)
    assert form["f"]._value() == typed
    assert "ください" in form["f"].errors[0]


def test_nothing_typed_is_asked_for_unless_it_is_optional() -> None:
    assert read(fields.Answer(ask_for="名前を入力してください"), f=" ") == (None, "名前を入力してください", "f")
    assert read(fields.Answer(optional=True), f="") == (None, "", "f")


@pytest.mark.parametrize(
    ("era", "year", "month", "day", "said", "target"),
    [
        ("reiwa", "9", "2", "30", "「2月30日」はありません", "f-day"),
        ("reiwa", "9", "13", "1", "「13」月はありません", "f-month"),
        ("reiwa", "2027", "3", "28", "2027年", "f-year"),
        ("western", "27", "3", "28", "4けた", "f-year"),
        ("reiwa", "9", "", "28", "月を入力してください", "f-month"),
        ("", "", "", "", "日を選ぶ", "f-year"),
    ],
)
def test_a_date_names_its_wrong_part(era: str, year: str, month: str, day: str, said: str, target: str) -> None:
    _value, error, at = read(fields.Date(ask_for="日を選ぶ"), era=era, year=year, month=month, day=day)
    assert said in error
    assert at == target


def test_a_date_reads_both_calendars() -> None:
    assert read(fields.Date(), era="reiwa", year="９", month="3月", day="28") == (date(2027, 3, 28), "", "f-year")
    assert read(fields.Date(), era="western", year="2027", month="3", day="28")[0] == date(2027, 3, 28)


def address(**typed: str) -> Any:
    form = BaseForm({"f": fields.Address(municipalities=[("970018", "あおば野市")], places=PLACES)})
    form.process(MultiDict({f"f-{part}": text for part, text in typed.items()}))
    return form


def test_an_address_is_normalised_and_names_the_missing_part() -> None:
    form = address(**TOWN)
    assert form["f"].validate(form)
    assert form["f"].data == {**TOWN, "postcode": "000-0256"}
    for part, text in (("municipality", "市区町村"), ("town", "町名"), ("block", "番地"), ("postcode", "郵便番号")):
        form = address(**{**TOWN, part: ""})
        assert not form["f"].validate(form)
        assert text in form["f"].errors[0]
        assert form["f"].target == f"f-{part}"


def test_the_postcode_search_fills_in_one_result_offers_several_and_says_none() -> None:
    one = address(postcode="0000256")["f"]
    one.search()
    assert (one["town"], one["municipality"]) == ("南", "970018")
    several = address(postcode="000-0245")["f"]
    several.search()
    assert [label for _value, label in several.candidates] == [
        "あおば野市東（〒000-0245）",
        "あおば野市東新町（〒000-0245）",
    ]
    assert several.found.startswith("2件")
    none = address(postcode="999-9999")["f"]
    none.search()
    assert none.found.startswith("見つかりませんでした")
    assert by_postcode(PLACES, "0002") == []
    chosen = address(postcode="000-0245", candidate="1", block="1番")["f"]
    assert chosen["town"] == "東新町"


def test_only_name_type_and_size_of_a_file_are_kept() -> None:
    file = FileStorage(BytesIO(b"secret bytes"), filename="C:\\temp\\card.png", content_type="image/png")
    form = BaseForm({"f": fields.Document(ask_for="選ぶ")})
    form.process(MultiDict({"f": file}))
    assert form["f"].validate(form)
    assert form["f"].data == {"name": "card.png", "media_type": "image/png", "size": 12}
    form.process(MultiDict({"f": FileStorage(BytesIO(b""), filename="a.exe", content_type="application/x-msdownload")}))
    assert not form["f"].validate(form)


def test_none_of_these_excludes_the_others() -> None:
    choices = [("a", "A", {}), ("b", "B", {}), ("none", "どれでもない", {"or": True})]
    for picked, good, answer in (
        (["b", "a"], True, ("a", "b")),
        (["none"], True, ()),
        (["a", "none"], False, None),
        ([], False, None),
    ):
        form = BaseForm({"f": fields.Choices(choices=choices, none="none", ask_for="選ぶ")})
        form.process(MultiDict({"f": picked}))
        assert form["f"].validate(form) is good
        if good:
            assert form["f"].answer == answer


def test_the_form_of_one_item_has_value_and_errors(site: Any) -> None:
    site.look_up()
    with site.app.test_request_context("/"):
        journey = site.journey
        key = ("haruka", "phone")
        good = answer_form(journey, key, MultiDict({"phone": "000 8000 0201"}))
        assert good.validate()
        assert good.value() == "000-8000-0201"
        wrong = answer_form(journey, key, MultiDict({"phone": ""}))
        assert not wrong.validate()
        assert wrong.error_list() == [("phone", "「電話番号」を入力してください")]


def test_a_legal_my_number_is_refused_in_every_input(site: Any) -> None:
    site.look_up()
    first = "12345678901"
    number = f"{first}{check_digit(first)}"
    with site.app.test_request_context("/"):
        journey = site.journey
        for key, name in (
            (("haruka", "phone"), "phone"),
            (("move", "new_address"), "new_address-building"),
            (("move", "date"), "date-year"),
        ):
            with pytest.raises(RealNumber):
                answer_form(journey, key, MultiDict({name: number})).validate()


def test_not_yet_is_an_answer_where_the_definition_allows_it(site: Any) -> None:
    site.look_up()
    with site.app.test_request_context("/"):
        journey = site.journey
        ask = ask_for(journey, ("move", "new_address"))
        form = page_form(journey, [ask], MultiDict({"unknown": "1"}))
        assert form.unsure_button
        assert form.validate()
        assert form.values() == {ask.key: NOT_YET}
        phone = ask_for(journey, ("haruka", "phone"))
        assert not page_form(journey, [phone], MultiDict({"unknown": "1"})).validate()


def test_a_designated_city_is_chosen_by_its_wards(site: Any) -> None:
    site.look_up()
    with site.app.test_request_context("/"):
        codes = dict(municipalities(site.journey))
        assert set(codes) == {"980013", "970018", "970034", "970042"}
        assert {place.municipality for place in site.context.library.places} <= set(codes)
