"""The JSON Schemas beside the definitions are those of the models."""

from __future__ import annotations

import json

import pytest

from app.engine import schema
from tests.engine.real import PROCEDURES


@pytest.mark.parametrize("name", sorted(schema.texts()))
def test_the_stored_schema_is_fresh(name: str) -> None:
    assert (PROCEDURES / "schema" / name).read_text("utf-8") == schema.texts()[name], "run: hitomado schema"


def test_nothing_else_is_stored() -> None:
    assert {path.name for path in (PROCEDURES / "schema").iterdir()} == set(schema.texts())


def test_a_schema_speaks_the_words_of_the_files() -> None:
    procedure = json.loads(schema.texts()["procedure.json"])
    assert set(procedure["required"]) >= {"id", "title", "authority", "applies", "due", "channel", "sources"}
    assert "from" in procedure["$defs"]["Due"]["properties"]
    assert procedure["additionalProperties"] is False
