"""The order of procedures as columns and as a drawing."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from app import graphs
from app.engine.library import load

EVENTS = load(Path(__file__).parents[1] / "procedures").events


@pytest.mark.parametrize("event", EVENTS)
def test_everything_stands_after_what_it_waits_for(event: str) -> None:
    graph = graphs.whole(EVENTS[event])
    column = {id_: n for n, ids in enumerate(graph.columns) for id_ in ids}
    assert graph.edges
    assert all(column[earlier] < column[later] for earlier, later in graph.edges)
    assert len(graph.ids) == len(set(graph.ids))


def test_around_one_procedure_stands_all_that_comes_before_and_what_comes_next() -> None:
    graph = graphs.around(EVENTS["moving"], "moving-in-notice")
    assert graph.columns[0] == ("moving-out-notice",)
    assert "mynumber-card-continuation" in graph.ids
    assert "signature-cert-reissue" not in graphs.around(EVENTS["moving"], "moving-out-notice").ids, (
        "only the next ones"
    )


def test_the_drawing_has_every_box_and_line_and_is_named() -> None:
    graph = graphs.around(EVENTS["moving"], "moving-in-notice")
    titles = {id_: f"<{id_}> & とても長い名前の手続がここにあります" for id_ in graph.ids}
    root = fromstring(graphs.svg(graph, titles, "順番", here="moving-in-notice"))
    assert root.get("aria-label") == "順番"
    boxes = [one for one in root if one.tag.endswith("rect")]
    assert len(boxes) == len(graph.ids)
    assert sum(box.get("stroke-width") == "3" for box in boxes) == 1
    assert len([one for one in root if one.tag.endswith("path")]) == 2 * len(graph.edges)
    words = [one.text or "" for one in root if one.tag.endswith("text")]
    assert any(word.startswith("<moving-in") for word in words)
    assert all(len(word) <= 28 for word in words)
    places = [(box.get("x"), box.get("y")) for box in boxes]
    assert len(set(places)) == len(places)
