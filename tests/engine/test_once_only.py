"""Once only: in no household is anything typed twice, or typed although a register told it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from pathlib import Path

import pytest

from app.engine.facts import Key
from app.engine.once_only import count
from app.engine.plan import Plan
from tests.engine.real import EVENTS, PERSONAS, household, library, plan_of


def with_told(name: str) -> tuple[Plan, Set[Key]]:
    """A plan, and what registers told before anybody answered."""
    return plan_of(name), household(name).facts(library().vocabulary, answered=False).by_key.keys()


@pytest.mark.parametrize("event", EVENTS)
def test_what_a_register_told_is_not_typed(event: str) -> None:
    rows = count([with_told(path.stem) for path in PERSONAS if household(path.stem).persona.event == event])
    assert [row.path for row in rows if row.typed_though_held] == []
    assert sum(row.typed for row in rows) < sum(row.paper for row in rows) / 2
    assert sum(row.fetched for row in rows) > 0


@pytest.mark.parametrize("path", PERSONAS, ids=lambda path: path.stem)
def test_nothing_is_on_two_pages(path: Path) -> None:
    plan = plan_of(path.stem, answered=False)
    asked = Counter(ask.key for page in plan.pages for ask in page.asks)
    assert [key for key, times in asked.items() if times > 1] == []


def test_each_form_counts_and_each_item_once_here() -> None:
    (row,) = (row for row in count([with_told("yamashina")]) if row.path == "move.new_address")
    assert row.paper > 10
    assert (row.fetched, row.typed) == (0, 1)
