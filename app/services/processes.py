"""The services by name: the one table that a deployment is made of, and how each gets its settings.

A service is a package beside this module with `Config` and `create_app(Config)`. Its settings are offered to it by name: it takes those
that its `Config` has a field for. To add a service, add a line to `SERVICES`.
"""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from flask import Flask, json
from joserfc.jwk import ECKey

from app.config import real_now


@dataclass(frozen=True)
class Party:
    """A client of the identity provider. `name` stands in access histories; a redirect that begins with `/` fits any origin."""

    client_id: str
    name: str
    scopes: frozenset[str]
    redirects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listed:
    """A service. `registers`: those that it keeps in place of mynumber. `party`: what it is to the identity provider."""

    name: str
    registers: tuple[str, ...] = ()
    party: Party | None = None


SITE = Party(
    "hitomado",
    "ひとまど（模擬）",
    frozenset({"openid", "name", "address", "birthdate", "gender", "sign", "registers", "account", "phr"}),
    ("/start/return", "/sign/return", "/confirm/return"),
)
#: Clients to try things with. Their keys lie in the data folder, `client_<id>.pem`.
TEST_CLIENTS = (
    Party("agent", "申請ソフト（模擬）", frozenset({"submission"})),
    Party("office-shirakaba", "しらかば市の業務システム（模擬）", frozenset({"office"})),
)
SERVICES = (
    Listed("mynumber"),
    Listed("account", registers=("account",)),
    Listed(
        "phr", registers=("maternal",), party=Party("phr", "健康記録（模擬）", frozenset({"openid"}), ("/signed-in",))
    ),
    Listed("authorities"),
    Listed("partners"),
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What all services of a deployment share.

    `data`: folder of databases and keys. `urls`: where each service is reached. `databases`: SQLAlchemy URLs of those that do not keep
    their store in the folder. `clients`: further clients of the identity provider, as `ClientRegistration` takes them.
    """

    data: Path
    procedures: Path
    secret_key: str = field(repr=False)
    control_key: str = field(repr=False)
    urls: Mapping[str, str]
    databases: Mapping[str, str] = field(default_factory=dict)
    clients: tuple[Mapping[str, Any], ...] = ()


def available() -> tuple[str, ...]:
    """Names of the services that are installed, in the order of the table."""
    return tuple(one.name for one in SERVICES if _installed(one.name))


def _installed(name: str) -> bool:
    return (Path(__file__).parent / name / "__init__.py").exists()


def position(name: str) -> int:
    """Place of a service in the table: its port is so many above the first."""
    return [one.name for one in SERVICES].index(name)


def client_key(data: Path, client_id: str) -> ECKey:
    """The private key of a client, made once and kept in the data folder."""
    path = data / f"client_{client_id}.pem"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=data, prefix=f"{path.name}.") as file:  # readable for its owner alone
            file.write(ECKey.generate_key("P-256").as_pem(private=True))
            file.flush()
            with suppress(FileExistsError):  # another process was quicker
                os.link(file.name, path)
    return ECKey.import_key(path.read_bytes())


def registration(data: Path, party: Party) -> dict[str, Any]:
    """How a party of this installation registers at the identity provider."""
    return {
        "client_id": party.client_id,
        "name": party.name,
        "jwk": dict(client_key(data, party.client_id).as_dict(private=False)),
        "scopes": sorted(party.scopes),
        "redirect_uris": list(party.redirects),
    }


def read_clients(path: Path) -> tuple[Mapping[str, Any], ...]:
    """Further clients from a JSON file: a list of what `registration` returns."""
    return tuple(json.loads(path.read_text(encoding="utf-8")))


def make(name: str, settings: Settings) -> Flask:
    """The application of a service."""
    package = importlib.import_module(f"app.services.{name}")
    offered = _offered(name, settings, package)
    wanted = {one.name for one in fields(package.Config)}
    app: Flask = package.create_app(package.Config(**{key: value for key, value in offered.items() if key in wanted}))
    return app


def _offered(name: str, settings: Settings, package: Any) -> dict[str, Any]:
    listed, urls = SERVICES[position(name)], settings.urls
    offered: dict[str, Any] = {f"{one.name}_url": urls[one.name] for one in SERVICES if one.name in urls}
    offered |= {
        "database_url": settings.databases.get(name) or f"sqlite:///{settings.data / name}.sqlite3",
        "procedures": settings.procedures,
        "base_url": urls.get(name, ""),
        "secret_key": settings.secret_key,
        "control_key": settings.control_key,
        "real_now": real_now,
    }
    if listed.party:
        offered["mynumber_client"] = listed.party.client_id
        offered["mynumber_key"] = dict(client_key(settings.data, listed.party.client_id).as_dict(private=True))
    if name == "mynumber":
        offered["providers"] = {reg: urls[one.name] for one in SERVICES if one.name in urls for reg in one.registers}
        offered["clients"] = tuple(_client(package, one) for one in registered(settings).values())
    return offered


def registered(settings: Settings) -> dict[str, Mapping[str, Any]]:
    """Clients of the identity provider by id, with public keys only: this site, the services, and further ones."""
    parties = [SITE, *TEST_CLIENTS, *(one.party for one in SERVICES if one.party)]
    known = {party.client_id: registration(settings.data, party) for party in parties}
    return known | {str(one["client_id"]): dict(one) for one in settings.clients}


def _client(package: Any, data: Mapping[str, Any]) -> Any:
    lists = {"scopes": frozenset(data["scopes"]), "redirect_uris": tuple(data.get("redirect_uris", ()))}
    return package.ClientRegistration(**{**data, **lists})
