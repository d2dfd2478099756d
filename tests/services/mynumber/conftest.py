"""Fixtures of the tests of the service `mynumber` that need it at an address of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.mynumber.kit import Outside, outside


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Outside]:
    """A service that somebody else's client could be pointed at."""
    yield from outside(tmp_path)
