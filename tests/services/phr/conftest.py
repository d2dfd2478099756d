"""Fixtures of the tests of the health records."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.services.phr.kit import Phr, running


@pytest.fixture(scope="module")
def phr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phr]:
    """A running service; every test makes a world of its own."""
    yield from running(tmp_path_factory.mktemp("phr"))


@pytest.fixture
def world(phr: Phr, request: pytest.FixtureRequest) -> Iterator[str]:
    """The family of the guide, in a world named for the test."""
    name = phr.world("yamashina", re.sub("[^A-Za-z0-9_-]", "-", request.node.name)[:60])
    yield name
    phr.call("DELETE", f"/_sim/worlds/{name}")
