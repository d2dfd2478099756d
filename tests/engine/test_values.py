"""Values of items: what each type takes from a file or JSON, and what it gives back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.engine.facts import NOT_YET
from app.engine.values import ValueProblem, from_json, to_json
from app.engine.vocabulary import Item

ADDRESS = {"postcode": "000-0101", "municipality": "980013", "town": "中央", "block": "1番", "building": ""}


def item(type_: str) -> Item:
    fields: dict[str, Any] = {
        "label": "項目",
        "type": type_,
        "topic": "t",
        "question": "q",
        "why": "w",
        "yes": "y",
        "no": "n",
    }
    if type_ in ("choice", "choices"):
        fields["choices"] = {"a": "ア", "b": "イ"}
    return Item.model_validate({**fields, "of": "person"} if type_ == "subjects" else fields)


@pytest.mark.parametrize(
    ("type_", "raw", "inside"),
    [
        ("text", "山科", "山科"),
        ("kana", "ヤマシナ", "ヤマシナ"),
        ("phone", "000-1111", "000-1111"),
        ("person", "haruka", "haruka"),
        ("date", "2027-03-28", date(2027, 3, 28)),
        ("number", 3, 3),
        ("money", 0, 0),
        ("yes_no", False, False),
        ("choice", "b", "b"),
        ("choices", ["a", "b"], ("a", "b")),
        ("choices", [], ()),
        ("subjects", ["haruka", "ren"], ("haruka", "ren")),
        ("address", ADDRESS, ADDRESS),
        ("document", {"name": "a.pdf"}, {"name": "a.pdf"}),
    ],
)
def test_there_and_back(type_: str, raw: Any, inside: Any) -> None:
    assert from_json(item(type_), raw) == inside
    assert to_json(inside) == raw


@pytest.mark.parametrize(
    ("type_", "raw", "message"),
    [
        ("text", 3, "「項目」は文字で書きます（'…' で囲んでください）"),
        ("person", ["a"], "「項目」は文字で書きます（'…' で囲んでください）"),
        ("date", "28.3.2027", "「項目」は 2027-03-28 の形の日付で書きます"),
        ("date", 20270328, "「項目」は 2027-03-28 の形の日付で書きます"),
        ("number", "3", "「項目」は数で書きます"),
        ("number", True, "「項目」は数で書きます"),
        ("yes_no", "yes", "「項目」は true か false で書きます"),
        ("yes_no", 1, "「項目」は true か false で書きます"),
        ("choice", "c", "「項目」は次のどれかです: a・b"),
        ("choice", {}, "「項目」は次のどれかです: a・b"),
        ("choices", "a", "「項目」は [a, b] の形の一覧で書きます"),
        ("choices", ["a", "c"], "「項目」は次のどれかです: a・b"),
        ("subjects", "haruka", "「項目」は [a, b] の形の一覧で書きます"),
        ("subjects", [1], "「項目」は文字で書きます（'…' で囲んでください）"),
        ("address", {"town": "中央"}, "「項目」は postcode・municipality・town・block・building を持つ住所で書きます"),
        ("address", "中央", "「項目」は postcode・municipality・town・block・building を持つ住所で書きます"),
        ("document", {}, "「項目」は name を持つ書類で書きます"),
    ],
)
def test_what_does_not_fit(type_: str, raw: Any, message: str) -> None:
    with pytest.raises(ValueProblem) as caught:
        from_json(item(type_), raw)
    assert str(caught.value) == message


@pytest.mark.parametrize("raw", [None, NOT_YET])
def test_empty_and_not_yet_fit_every_type(raw: str | None) -> None:
    assert from_json(item("date"), raw) == raw


def test_a_short_address_is_filled_up() -> None:
    assert from_json(item("address"), {"municipality": 980013}) == {
        "postcode": "", "municipality": "980013", "town": "", "block": "", "building": "",
    }  # fmt: skip
