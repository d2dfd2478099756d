"""The running offices of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.services.authorities import Config, create_app
from app.services.mynumber.certificates import Authority
from app.services.mynumber.keys import new_rsa
from app.services.simcore.embed import Embedded
from tests.services.authorities_kit import MONDAY, PROCEDURES, Registers

from .kit import KEY, WORLD, Town, with_tokens


@pytest.fixture(scope="package")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One service for all tests."""
    registers = Registers(Authority(new_rsa()))
    folder = tmp_path_factory.mktemp("offices")
    with Embedded(with_tokens(registers), "registers") as mynumber:
        config = Config(
            database_url=f"sqlite:///{folder / 'offices.db'}",
            procedures=PROCEDURES,
            mynumber_url=mynumber,
            control_key=KEY,
        )
        yield Town(create_app(config).test_client(), registers, registers.card())


@pytest.fixture
def town(started: Town) -> Iterator[Town]:
    """A world in which nothing was filed yet."""
    started.now = MONDAY
    started.registers.forget()
    assert started.ask("PUT", f"/_sim/worlds/{WORLD}").status_code < 300
    yield started
    started.ask("DELETE", f"/_sim/worlds/{WORLD}")
