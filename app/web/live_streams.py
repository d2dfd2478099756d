"""Open streams of this process: how many there may be, who listens for what, and when each ends.

One thread looks after all of them: once a second it asks the store for the marks of all watched worlds in one question, and wakes the
streams whose mark has changed. A stream itself only waits, so that two hundred of them cost two hundred sleeping threads and no work.
"""

from __future__ import annotations

import logging
import select
import socket
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

MOST_OF_A_WORLD = 4  # a browser opens six connections to a host: streams must leave some for pages
LOOK_EVERY = 1.0  # real seconds

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Stream:
    """One listener. ``mark`` is the newest of its world, empty until first looked at; ``over``: nothing more comes; ``gone``: the world went.

    ``allowed`` says whether its browser may still see the world.
    """

    world: str
    browser: str = ""
    connection: socket.socket | None = None
    allowed: Callable[[], bool] = lambda: True
    mark: str = ""
    over: bool = False
    gone: bool = False
    _news: threading.Event = field(default_factory=threading.Event)

    def tell(self, mark: str) -> None:
        """There is a mark; wakes the listener if it is another one."""
        if mark != self.mark:
            self.mark = mark
            self._news.set()

    def end(self, gone: bool = False) -> None:
        """No more news."""
        self.over, self.gone = True, gone
        self._news.set()

    def wait(self, seconds: float) -> bool:
        """Sleep until there is news or the time is over; returns whether there is."""
        came = self._news.wait(seconds)
        self._news.clear()
        return came

    @property
    def left(self) -> bool:
        """Whether the browser has closed the connection. What it never would, it does not know."""
        if self.connection is None:
            return False
        try:
            poll = select.poll()
            poll.register(self.connection, select.POLLIN | select.POLLRDHUP)
            return bool(poll.poll(0))  # a listener has nothing to say: whatever comes is its end
        except (OSError, ValueError):
            return True


class Streams:
    """All streams of a process. ``look`` gives the marks of worlds; a world that is missing in its answer is gone."""

    def __init__(
        self, look: Callable[[Collection[str]], Mapping[str, str]], most: int, every: float = LOOK_EVERY
    ) -> None:
        self.most, self._look, self._every = most, look, every
        self._open: set[Stream] = set()
        self._lock = threading.Lock()
        self._watcher: threading.Thread | None = None
        self._closing = False
        self._stop = threading.Event()
        self.refused = 0

    def __len__(self) -> int:
        return len(self._open)

    def join(self, stream: Stream) -> bool:
        """Take a stream in. False when there is no place: in all, or for this world."""
        with self._lock:
            of_world = sum(1 for one in self._open if one.world == stream.world)
            if self._closing or len(self._open) >= self.most or of_world >= MOST_OF_A_WORLD:
                self.refused += 1
                return False
            self._open.add(stream)
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="live", daemon=True)
                self._watcher.start()
        return True

    def leave(self, stream: Stream) -> None:
        """A stream has ended; its place is free."""
        with self._lock:
            self._open.discard(stream)

    def first_of_its_world(self, stream: Stream) -> bool:
        """Whether this stream is the one that does what is done once for a world."""
        with self._lock:
            return next((one for one in self._open if one.world == stream.world), None) is stream

    def end_browser(self, browser: str) -> None:
        """A browser signed out."""
        with self._lock:
            found = [one for one in self._open if browser and one.browser == browser]
        for one in found:
            one.end(gone=True)

    def stop(self) -> None:
        """The process is about to end: says so without waiting or locking, so that a signal handler may call it."""
        self._closing = True
        self._stop.set()

    def close(self) -> None:
        """End all streams, and their watcher."""
        self.stop()
        watcher = self._watcher
        if watcher is not None:
            watcher.join(timeout=5)

    # --- the one thread -------------------------------------------------------------------------------------------------
    def _watch(self) -> None:
        while not self._stop.wait(self._every):
            with self._lock:
                listening = list(self._open)
                if not listening:
                    self._watcher = None
                    return
            try:
                self._look_once(listening)
            except Exception as error:  # the store is busy or away: the next look tells
                logger.warning("no news: %s", type(error).__name__)
        with self._lock:
            listening = list(self._open)
        for one in listening:
            one.end()

    def _look_once(self, listening: list[Stream]) -> None:
        marks = self._look({one.world for one in listening})
        for one in listening:
            if one.left:
                one.end()
            elif one.world not in marks or not one.allowed():
                one.end(gone=True)
            else:
                one.tell(marks[one.world])
