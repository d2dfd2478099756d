"""What `hitomado serve` runs keeps answering while as many streams as it allows are open, and ends at once when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from time import monotonic

import httpx
import pytest

from app.factory import PAGE_THREADS
from app.store import models
from app.web.live_streams import MOST_OF_A_WORLD
from bench.serving import Served, listen, serving

#: more than there are threads for pages: without threads of their own, these streams would stop every page
STREAMS = PAGE_THREADS + 16


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The site in a process of its own."""
    with serving(tmp_path_factory.mktemp("served"), HITOMADO_STREAMS=str(STREAMS)) as running:
        yield running


def test_pages_answer_while_every_stream_is_taken_and_all_hear_the_news(served: Served) -> None:
    worlds = served.worlds(-(-STREAMS // MOST_OF_A_WORLD) + 1)
    cookies = [served.cookie(world) for world in worlds]
    with ExitStack() as stack:
        listeners = [
            stack.enter_context(closing(listen(served, cookies[n // MOST_OF_A_WORLD]))) for n in range(STREAMS)
        ]
        assert {one.status for one in listeners} == {200}
        one_more = stack.enter_context(closing(listen(served, cookies[-1])))
        assert one_more.status == 204
        assert b"Retry-After: 15" in one_more.said

        begun = monotonic()
        for path in ("/", "/cases", "/inbox", "/help", "/live/mark"):
            answer = httpx.get(served.url + path, cookies={"hitomado": cookies[-1]}, timeout=20, trust_env=False)
            assert answer.status_code == 200, path
        assert monotonic() - begun < 20

        for listener in listeners:  # the first word: how the world stands
            assert listener.read(b"event: changed", 20)
            listener.said = b""
        with served.database.write() as session:
            for world in worlds[:-1]:
                session.get_one(models.World, world).now = "2027-03-16T09:00:00"
        assert all(listener.read(b"event: changed", 20) for listener in listeners)
        assert all(world not in listener.said.decode() for listener in listeners for world in worlds)

        listeners[0].close()
        ends = monotonic() + 10
        while (again := stack.enter_context(closing(listen(served, cookies[-1])))).status != 200:
            assert monotonic() < ends, "a browser that left makes room"
        assert again.status == 200


def test_an_open_stream_does_not_hold_the_process_back(tmp_path: Path) -> None:
    with serving(tmp_path, HITOMADO_STREAMS="2") as running:
        listener = listen(running, running.cookie(running.worlds(1)[0]))
        assert listener.status == 200
        begun = monotonic()
        running.process.terminate()
        assert running.process.wait(30) == 0
        assert monotonic() - begun < 15, "gunicorn would give it thirty seconds"
    listener.close()
