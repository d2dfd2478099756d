"""Fixtures of the tests of the account register."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.account import kit
from tests.services.account.kit import Site


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service; every test makes its worlds anew."""
    made = kit.site(tmp_path_factory.mktemp("account"))
    yield made
    made.app.extensions["simcore"].close()


@pytest.fixture
def site(running: Site) -> Iterator[Site]:
    """A service with the world `w1`."""
    running.world()
    yield running
    for world in ("w1", "w2", "w3", "w4"):
        running.call("DELETE", f"/_sim/worlds/{world}", world=None)
