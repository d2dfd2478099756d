"""Fixtures of the tests of the partners."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.services.partners.kit import Town, running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A running service; every test makes a world of its own."""
    yield from running(tmp_path_factory.mktemp("partners"))


@pytest.fixture
def town(service: Town, request: pytest.FixtureRequest) -> Iterator[Town]:
    """The family of the guide, in a world named for the test."""
    service.begin(re.sub("[^A-Za-z0-9_-]", "-", request.node.name)[:60], "yamashina")
    yield service
    service.call("DELETE", f"/_sim/worlds/{service.world}")
