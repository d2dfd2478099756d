"""Fixtures of the service tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.support import Browser, Service, running


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A running service `mynumber` with an empty store."""
    yield from running(tmp_path)


@pytest.fixture
def browser(service: Service) -> Browser:
    """A browser with no cookies."""
    return Browser(service)
