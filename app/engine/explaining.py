"""What the models find wrong, in words that a municipal officer can act on, at its place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.engine.documents import Document, Path, Problem
from app.engine.spelling import nearest

_WORDS = {
    "missing": ("「{name}」がありません", "「{name}:」を書き足してください"),
    "extra_forbidden": ("「{name}」という項目はここには書けません", "つづりを確かめるか、消してください"),
    "literal_error": ("「{input}」は使えません", "使える値: {expected}"),
    "int_type": ("「{name}」は数で書きます", "数字だけを、引用符なしで書いてください"),
    "int_parsing": ("「{name}」は数で書きます", "数字だけを、引用符なしで書いてください"),
    "bool_type": ("「{name}」は true か false で書きます", "yes・no・on・off は使えません"),
    "bool_parsing": ("「{name}」は true か false で書きます", "yes・no・on・off は使えません"),
    "string_type": ("「{name}」は文字で書きます", "引用符で囲んでください"),
    "tuple_type": ("「{name}」は一覧で書きます", "[a, b] か、行ごとに「- 」で書いてください"),
    "mapping_type": ("「{name}」は「名前: 値」の組で書きます", "{{名前: 値}} か、行ごとに「名前: 値」で書いてください"),
    "model_type": ("「{name}」は「名前: 値」の組で書きます", "{{名前: 値}} か、行ごとに「名前: 値」で書いてください"),
    "too_short": ("「{name}」の数が足りません", "1つ以上書いてください"),
    "too_long": ("「{name}」の数が多すぎます", "余りを消してください"),
    "date_from_datetime_parsing": ("「{input}」は日付ではありません", "2027-03-28 の形で書いてください"),
    "date_type": ("「{input}」は日付ではありません", "2027-03-28 の形で書いてください"),
}

_BRANCHES = frozenset({"str", "Clause", "Need"})
"""What pydantic adds to a path to say which of several shapes it tried."""


def explain(doc: Document, at: Path, error: ValidationError) -> Iterator[Problem]:
    """pydantic's findings in our words."""
    errors = error.errors()
    missing = [str(found["loc"][-1]) for found in errors if found["type"] == "missing"]
    for found in errors:
        tried = found["loc"][-1] if found["loc"] else ""
        if tried == "str" and isinstance(found["input"], Mapping):
            continue  # a clause or need is written out: only its own faults count
        where = (*at, *(part for part in found["loc"] if part not in _BRANCHES))
        if found["type"] == "model_type" and tried in _BRANCHES:
            continue  # neither a text nor written out: said once, for the text
        if found["type"] == "too_short" and found["input"]:
            continue  # it has entries, which are wrong themselves
        if tried == "str" and "applies" in where:
            yield doc.problem(
                where,
                f"「{found['input']}」は条件ではありません",
                "条件の名前か、{if: …, because: …, otherwise: …} を書いてください",
            )
            continue
        yield _problem(doc, where, dict(found), missing)


def _problem(doc: Document, where: Path, found: Mapping[str, Any], missing: Sequence[str]) -> Problem:
    context = found.get("ctx", {})
    if found["type"] == "wrong":
        return doc.problem(where, context["message"], context["hint"])
    name = next((str(part) for part in reversed(where) if not isinstance(part, int)), "")
    message, hint = _WORDS.get(
        found["type"], ("「{name}」の書き方が違います", "docs/definitions.md の例を見てください")
    )
    expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", ")
    words = {"name": name, "input": found["input"], "expected": "・".join(expected)}
    if found["type"] == "literal_error" and (near := nearest(str(found["input"]), expected)):
        hint = f"「{near}」のことですか。{hint}"
    if found["type"] == "extra_forbidden" and (near := nearest(name, missing)):
        hint = f"「{near}」のことですか"
    return doc.problem(where, message.format_map(words), hint.format_map(words))
