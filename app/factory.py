"""Joins everything to a running site: services on loopback sockets, the store, the pages, one server.

In one process the services are still real networked services: the site speaks to them over HTTP on ephemeral ports, and
``HITOMADO_<SERVICE>_URL`` moves any of them elsewhere with no change here. The browser pages of the identity provider are
also reachable under the site's own origin (``/idp``), so that no request leaves it.
"""

from __future__ import annotations

import gc
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app import catalogues
from app.config import Config, from_environment
from app.engine.library import load
from app.engine.personas import load_households
from app.gateway.everywhere import Everywhere, Offices
from app.gateway.mynumber import ClientKey, MyNumber
from app.gateway.simulation import KnownClient, Simulation
from app.services import mynumber, processes
from app.services.processes import Settings
from app.services.running import HOST, free_port
from app.services.simcore.embed import Embedded
from app.store.database import Database
from app.web import create_app
from app.web.shell import LanguagePrefix
from app.world.context import Context

IDENTITY = "/idp"
PAGE_THREADS = 64
"""Threads that are never a stream's: however many listen, so many pages are answered at a time."""


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


def settings_of(config: Config, urls: Mapping[str, str]) -> Settings:
    """What the services of this installation are told. Without a control key in the configuration, one is made for this process."""
    return Settings(
        data=config.data,
        procedures=config.procedures,
        secret_key=config.secret_key,
        control_key=config.control_key or secrets.token_urlsafe(32),
        urls=urls,
        databases=config.databases,
        clients=processes.read_clients(config.clients) if config.clients else (),
    )


def build(config: Config) -> Site:
    """The site with its services, those of this process started on loopback sockets."""
    with _uncollected():
        return _build(config)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without garbage collection: hundreds of thousands of objects are made that all stay, and would be looked through again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _build(config: Config) -> Site:
    closers: list[Callable[[], None]] = []
    own = [name for name in processes.available() if name not in config.services]
    ports = {name: free_port() for name in own}  # found beforehand: the addresses are part of what the services issue
    urls = {**config.services, **{name: f"http://{HOST}:{port}" for name, port in ports.items()}}
    settings = settings_of(config, urls)
    apps = {name: processes.make(name, settings) for name in own}
    for name, app in apps.items():
        server = Embedded(app, name, ports[name])
        server.start()
        closers += [app.extensions["simcore"].close, server.stop]
    mounted = mynumber.BrowserOnly(apps["mynumber"]) if "mynumber" in apps else None
    library = load(config.procedures)
    database = Database(config.database_url, config.storage_key)
    closers.append(database.close)
    key = ClientKey(processes.SITE.client_id, processes.client_key(config.data, processes.SITE.client_id))
    control, timeout = settings.control_key, config.service_timeout
    browser = IDENTITY if mounted else urls["mynumber"]
    gateway = MyNumber(urls["mynumber"], key, browser_url=browser, control_key=control, timeout=timeout)
    everywhere = Everywhere(urls, control, timeout)
    gateway.simulation = everywhere
    offices = Offices(urls["authorities"], control, everywhere)
    context = Context(
        library,
        load_households(config.procedures, library),
        database,
        gateway,
        offices,
        config.lookup_seconds,
        services={
            one.name: Simulation(one.name, urls[one.name], control) for one in processes.SERVICES if one.name in urls
        },
        clients=tuple(
            KnownClient(one["client_id"], one["name"], tuple(one["scopes"]), tuple(one.get("redirect_uris", ())))
            for one in processes.registered(settings).values()
        ),
    )
    closers += [context.mynumber.close, context.authorities.close, everywhere.close]
    closers += [one.close for one in context.services.values()]
    site = create_app(context, config)
    closers.append(site.extensions["hitomado.live"].close)
    mounts: dict[str, Any] = {IDENTITY: mounted} if mounted else {}
    return Site(site, LanguagePrefix(DispatcherMiddleware(site.wsgi_app, mounts)), context, closers=closers)


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
        self.site = build(from_environment())
        return self.site.wsgi


class _Worker(ThreadWorker):
    """Tells open streams that the process ends; otherwise it would wait for them."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM: finish what was begun."""
        self._stop_streams()
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """SIGINT and SIGQUIT: end now."""
        self._stop_streams()
        super().handle_quit(sig, frame)

    def _stop_streams(self) -> None:
        site: Site | None = getattr(self.app, "site", None)
        if site is not None:
            site.app.extensions["hitomado.live"].stop()


def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Make everything ready, serve until stopped, and say where."""
    prepare()
    click.echo(f"ひとまど（模擬）: http://{host}:{port}/   （止めるには Ctrl+C）")
    _Server(
        {
            "bind": f"{host}:{port}",
            "workers": 1,
            "threads": PAGE_THREADS + from_environment().streams,
            "worker_class": _Worker,
            "loglevel": "warning",
            "timeout": 60,
        }
    ).run()
