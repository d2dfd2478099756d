"""What all tests share: Hypothesis without time limits, and the same examples on every run of the continuous integration."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from app import i18n
from app.factory import Site, create_site

# A slow machine is no failure: no deadline an example, no complaint about slow generation.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "local")


@pytest.fixture(autouse=True)
def japanese() -> None:
    """Whatever language the test before has left."""
    i18n.use(i18n.SOURCE, furigana=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole installation on loopback, one for a module: every citizen has a world of their own."""
    made = create_site(tmp_path_factory.mktemp("site"))
    yield made
    made.close()
