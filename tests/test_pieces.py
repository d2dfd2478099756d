"""Kept texts: what is drawn once, and that nothing of one visitor stays in it."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from app.pieces import ROOM, SHELL, fill, hole, piece

MACROS = """{% macro box(shell, kind, token) %}<i class="{{ kind }}">{{ shell.word }} {{ token }}</i>{% endmacro %}
{% macro line(shell, text) %}<p>{{ text }}</p>{% endmacro %}"""


@pytest.fixture
def environment() -> Environment:
    return Environment(loader=DictLoader({SHELL: MACROS}), autoescape=True)


def test_a_hole_is_filled_for_each_response_and_escaped() -> None:
    text = f"<b>{hole('token')}</b> {hole('token')} {hole('time')}"
    assert fill(text, token="<1>", time=9) == "<b>&lt;1&gt;</b> &lt;1&gt; 9"
    assert fill(text, token="2", time=10) == "<b>2</b> 2 10"


def test_a_function_is_called_only_where_its_hole_is() -> None:
    """A page without a form makes no token, and so no session."""
    assert fill("nothing here", token=lambda: pytest.fail("called")) == "nothing here"
    assert fill(hole("token"), token=lambda: "made") == "made"


def test_a_hole_that_nothing_is_said_about_is_an_error() -> None:
    with pytest.raises(KeyError):
        fill(hole("token"), nonce="x")


def test_it_is_drawn_once_for_its_surroundings_and_keeps_nothing_of_a_visitor(environment: Environment) -> None:
    shell: dict[str, Any] = {"word": "before", "pieces": {}}
    assert piece(environment, shell, "box", "a", token="mine") == '<i class="a">before mine</i>'
    shell["word"] = "after"
    assert piece(environment, shell, "box", "a", token="yours") == '<i class="a">before yours</i>'
    assert piece(environment, shell, "box", "b", token="yours") == '<i class="b">after yours</i>'
    assert not any("mine" in drawn or "yours" in drawn for drawn in shell["pieces"].values())


def test_without_a_place_to_keep_it_is_drawn_anew(environment: Environment) -> None:
    shell = {"word": "before"}
    piece(environment, shell, "box", "a", token="mine")
    shell["word"] = "after"
    assert piece(environment, shell, "box", "a", token="mine") == '<i class="a">after mine</i>'


def test_what_is_drawn_is_escaped_and_does_not_grow_without_end(environment: Environment) -> None:
    shell: dict[str, Any] = {"pieces": {}}
    for n in range(3 * ROOM):
        assert piece(environment, shell, "line", f"<{n}>") == f"<p>&lt;{n}&gt;</p>"
    assert len(shell["pieces"]) <= ROOM
