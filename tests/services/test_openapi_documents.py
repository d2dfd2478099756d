"""The committed documents are those that the services serve."""

from __future__ import annotations

from pathlib import Path

from app.services import documented

ROOT = Path(__file__).parents[2]


def test_the_committed_documents_are_fresh() -> None:
    made = documented.texts(ROOT / "procedures")
    stored = {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "openapi").glob("*.json")}
    assert set(stored) == set(made)
    stale = [name for name, text in made.items() if stored[name] != text]
    assert stale == [], "hitomado openapi writes them anew"
