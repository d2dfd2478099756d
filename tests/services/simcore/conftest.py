"""Fixtures of the tests of the common base."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.simcore.sample import Receiver, Sample, receiver, running


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Sample]:
    """A running service with one world, `w`."""
    with running(f"sqlite:///{tmp_path / 'sample.sqlite3'}") as found:
        found.world()
        yield found


@pytest.fixture
def hook(tmp_path: Path, sample: Sample) -> Iterator[Receiver]:
    """A receiver that is registered for everything of the world."""
    with receiver(f"sqlite:///{tmp_path / 'receiver.sqlite3'}", sample.clock) as found:
        told = sample.call("PUT", "/_sim/worlds/w/webhooks", json=[{"url": found.url, "secret": found.secret}])
        assert told.status_code == 200, told.text
        yield found
