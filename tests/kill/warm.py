"""What the processes of the kill test run. Imported once in the process that all are forked from; definitions are read there too."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from multiprocessing.connection import Connection
from operator import attrgetter
from pathlib import Path

from app import factory
from app.config import ROOT, Config
from app.engine.library import Library
from app.engine.personas import Household, load_households
from app.points import VARIABLE
from app.services import processes, running
from app.services.simcore.embed import Embedded

KEYS = {"secret_key": "for tests", "storage_key": "00" * 32, "control_key": "the-control-key"}
for _name in processes.available():
    import_module(f"app.services.{_name}")


@cache
def definitions() -> tuple[Library, dict[str, Household]]:
    """Library and households, read once."""
    library = factory.load(ROOT / "procedures")
    return library, load_households(ROOT / "procedures", library)


definitions()


def services() -> tuple[str, ...]:
    """The services that may run apart."""
    return processes.available()


def config(folder: Path, urls: Mapping[str, str]) -> Config:
    """The installation on a data folder."""
    return Config(data=folder, services=dict(urls), **KEYS)


def run(name: str, folder: Path, port: int, urls: Mapping[str, str], kill_at: str, hand: Connection | None) -> None:
    """One process: the site (with every service that does not run apart), or one service, until it is killed."""
    if kill_at:
        os.environ[VARIABLE] = kill_at
    if name != "site":
        running.run(processes.make(name, factory.settings_of(config(folder, urls), urls)), name, port)
        return
    factory.load = lambda _folder: definitions()[0]  # type: ignore[assignment]
    factory.load_households = lambda _folder, _library: definitions()[1]
    site = factory.build(config(folder, urls))
    Embedded(site.wsgi, "site", port).start()
    assert hand is not None
    while True:
        try:
            method, told = hand.recv()
        except EOFError:
            return
        hand.send(attrgetter(method)(site.context)(*told))
