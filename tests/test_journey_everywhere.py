"""One journey from the card to the last office, unchanged: in one process, in processes of their own, and on PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.factory import Site, create_site
from app.services import processes
from app.services.running import HOST, Running, free_port
from tests import postgres
from tests.citizen import Citizen


@pytest.fixture(params=["one process", "own processes", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """The whole installation, set up in three ways."""
    with ExitStack() as stack:
        settings: dict[str, object] = {}
        if request.param == "own processes":
            key, ports = secrets.token_hex(16), {name: free_port() for name in processes.available()}
            urls = {name: f"http://{HOST}:{port}" for name, port in ports.items()}
            told = {f"HITOMADO_{name.upper()}_URL": url for name, url in urls.items()}
            running = Running({**told, "HITOMADO_CONTROL_KEY": key, "HITOMADO_DATA": str(tmp_path)})
            stack.callback(running.stop)
            running.start(ports)
            settings = {"services": urls, "control_key": key}
        elif request.param == "postgresql":
            server = stack.enter_context(postgres.server())
            databases = {name: server.database(name) for name in processes.available()}
            settings = {"database": server.database("site"), "databases": databases}
        made = create_site(tmp_path, **settings)
        stack.callback(made.close)
        yield made


def test_a_move_from_the_card_to_the_last_office(site: Site) -> None:
    citizen = Citizen(site, "kudo")
    citizen.show_card()
    citizen.tell()
    answered = {name: told["status"] for name, told in citizen.journey.lookups.items()}
    assert "complete" in answered.values()
    assert not {"down", "pending"} & set(answered.values()), answered
    citizen.sign()
    assert citizen.world.cases()
    citizen.live_on()
    assert citizen.states() == {}
    citizen.close()
