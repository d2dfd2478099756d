"""Joins everything to a running site: services on loopback sockets, the store, the pages, one server.

In one process the services are still real networked services: the site speaks to them over HTTP on ephemeral ports, and
``HITOMADO_<SERVICE>_URL`` moves any of them elsewhere with no change here. The browser pages of the identity provider are
also reachable under the site's own origin (``/idp``), so that no request leaves it.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app import catalogues
from app.config import Config, from_environment, real_now
from app.engine.library import Library, load
from app.engine.personas import Household, household_files, load_household
from app.gateway.authorities import Authorities
from app.gateway.mynumber import ClientKey, MyNumber
from app.services import authorities, mynumber
from app.services.simcore.embed import Embedded
from app.store.database import Database
from app.web import create_app
from app.web.shell import LanguagePrefix
from app.world.context import Context

IDENTITY = "/idp"
CLIENT = "hitomado"
SCOPES = frozenset({"openid", "name", "address", "birthdate", "gender", "sign", "registers"})
CALLBACKS = ("/start/return", "/sign/return")
THREADS = 64


@dataclass
class Site:
    """The site as a WSGI app, with what has to be closed when it ends. ``url`` is set where a server was started."""

    app: Flask
    wsgi: Any
    context: Context
    url: str = ""
    closers: list[Callable[[], None]] = field(default_factory=list)

    def close(self) -> None:
        """Stop servers and give back connections, the last first."""
        for close in reversed(self.closers):
            close()


def prepare(config: Config | None = None) -> None:
    """What must be done before serving: compile catalogues, bring the database up to date."""
    config = config or from_environment()
    catalogues.compile_all()
    database = Database(config.database_url, config.storage_key)
    database.upgrade()
    database.close()


def load_households(folder: Path, library: Library) -> dict[str, Household]:
    """All personas of the moving event by id."""
    found = {}
    for path in household_files(folder, ("moving",)):
        household = load_household(path, library.events["moving"])
        found[household.persona.id] = household
    return found


def build(config: Config) -> Site:
    """The site with its services, those of this process started on loopback sockets."""
    closers: list[Callable[[], None]] = []
    control, key = secrets.token_urlsafe(32), ClientKey.generate(CLIENT)
    mounted: Any = None
    urls = dict(config.services)
    if "mynumber" not in urls:
        app, urls["mynumber"] = _start_mynumber(config, control, key, closers)
        mounted = mynumber.BrowserOnly(app)
    if "authorities" not in urls:
        service = authorities.Config(
            database_url=f"sqlite:///{config.data / 'authorities.sqlite3'}",
            procedures=config.procedures,
            mynumber_url=urls["mynumber"],
            control_key=control,
        )
        server = Embedded(authorities.create_app(service), "authorities")
        urls["authorities"] = server.start()
        closers.append(server.stop)
    library = load(config.procedures)
    database = Database(config.database_url, config.storage_key)
    closers.append(database.close)
    browser = IDENTITY if mounted else urls["mynumber"]
    gateway = MyNumber(urls["mynumber"], key, browser_url=browser, control_key=control, timeout=config.service_timeout)
    context = Context(
        library,
        load_households(config.procedures, library),
        database,
        gateway,
        Authorities(urls["authorities"], control),
        config.lookup_seconds,
    )
    closers += [context.mynumber.close, context.authorities.close]
    app = create_app(context, config)
    mounts = {IDENTITY: mounted} if mounted else {}
    return Site(app, LanguagePrefix(DispatcherMiddleware(app.wsgi_app, mounts)), context, closers=closers)


def _start_mynumber(
    config: Config, control: str, key: ClientKey, closers: list[Callable[[], None]]
) -> tuple[Flask, str]:
    """The identity provider and registers, listening on a port found beforehand: its address is part of what it issues."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = mynumber.ClientRegistration(CLIENT, "ひとまど（模擬）", key.public_jwk, SCOPES, CALLBACKS)
    app = mynumber.create_app(
        mynumber.Config(
            database_url=f"sqlite:///{config.data / 'mynumber.sqlite3'}",
            procedures=config.procedures,
            base_url=f"http://127.0.0.1:{port}",
            secret_key=config.secret_key,
            real_now=real_now,
            clients=(client,),
            control_key=control,
        )
    )
    server = Embedded(app, "mynumber", port)
    server.start()
    closers.append(server.stop)
    return app, f"http://127.0.0.1:{port}"


def create_site(folder: Path, **settings: Any) -> Site:
    """A running site on an ephemeral port, with its data in a folder. For tests and benchmarks; close it afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    config = replace(
        Config(data=folder, secret_key=secrets.token_hex(16), storage_key=secrets.token_hex(16)), **settings
    )
    prepare(config)
    site = build(config)
    server = Embedded(site.wsgi, "site")
    site.url = server.start()
    site.closers.append(server.stop)
    return site


class _Server(BaseApplication):
    """gunicorn with one process of many threads: the services live in it too."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Take our settings instead of a command line."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Called in the worker, so that sockets and threads belong to it."""
        return build(from_environment()).wsgi


def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve until stopped, and say where."""
    click.echo(f"ひとまど（模擬）: http://{host}:{port}/   （止めるには Ctrl+C）")
    _Server(
        {
            "bind": f"{host}:{port}",
            "workers": 1,
            "threads": THREADS,
            "worker_class": "gthread",
            "loglevel": "warning",
            "timeout": 60,
        }
    ).run()
