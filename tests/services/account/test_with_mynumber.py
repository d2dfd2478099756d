"""With the real identity provider: its tokens open the register, and its inquiries are answered by it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.services import mynumber
from app.services.account import Config, create_app
from app.services.simcore.embed import Embedded
from tests.services.mynumber.kit import ask
from tests.services.support import BASE, CONTROL, NOW, ROOT, SCOPES, Party, RealClock, Service, household

ITEM = "person.public_account"
TEXT = "ひだまり銀行 中央支店 普通 0000021"


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Both:
    """The two services."""

    identity: Service
    url: str

    def call(self, method: str, path: str, token: str | None = None, **rest: object) -> httpx.Response:
        headers = {"X-Sim-Key": CONTROL, "X-Sim-Now": NOW.isoformat(), "X-Sim-World": "w1"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return httpx.request(method, self.url + path, headers=headers | rest.pop("headers", {}), timeout=10, **rest)  # type: ignore[arg-type, operator]


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    party = Party(scopes=SCOPES | {"account"})
    ports = {"mynumber": _port(), "account": _port()}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    common = {"procedures": ROOT / "procedures", "control_key": CONTROL}
    identity = mynumber.create_app(
        mynumber.Config(
            database_url=f"sqlite:///{tmp_path / 'mynumber.sqlite3'}",
            base_url=BASE,
            secret_key="not a secret",
            clients=(party.registration(),),
            providers={"account": urls["account"]},
            **common,  # type: ignore[arg-type]
        )
    )
    register = create_app(
        Config(database_url=f"sqlite:///{tmp_path / 'account.sqlite3'}", mynumber_url=urls["mynumber"], **common)  # type: ignore[arg-type]
    )
    with Embedded(identity, "mynumber", ports["mynumber"]) as url, Embedded(register, "account", ports["account"]):
        service = Service(identity, url, RealClock(), tmp_path / "mynumber.sqlite3", party, party, party)
        service.world()
        found = Both(service, urls["account"])
        file = household()
        file["subjects"]["aoi"]["facts"]["public_account"] = TEXT
        assert found.call("PUT", "/_sim/worlds/w1", json={"persona": file}).status_code == 200
        yield found


def test_a_token_opens_the_register_and_an_inquiry_comes_here(both: Both) -> None:
    token = both.identity.sign_in("w1", scope="openid registers account")
    mine = both.call("GET", "/account", token)
    assert (mine.status_code, mine.json()["account"]["text"]) == (200, TEXT)
    assert (
        ask(both.identity, token, "account", ITEM).json()["subjects"]["aoi"]["items"]["public_account"]["value"] == TEXT
    )
    headers = {"If-Match": mine.headers["ETag"], "Idempotency-Key": "k"}
    assert both.call("DELETE", "/account", token, headers=headers).status_code == 204
    told = ask(both.identity, token, "account", ITEM).json()["subjects"]["aoi"]["items"]["public_account"]
    assert told["reason"] == "not_registered"


def test_a_token_without_the_scope_and_a_client_without_a_person(both: Both) -> None:
    assert both.call("GET", "/account", both.identity.sign_in("w1")).status_code == 403
    own = both.identity.own_token(both.identity.party, "account")
    assert both.call("GET", "/account", own).status_code == 403
    sent = {"person": "aoi", "authority": "しらかば市", "purpose": "pension", "legal_basis": "公金受取口座登録法 第9条"}
    assert both.call("POST", "/inquiries", own, json=sent).json()["payment"] == "ask_first"
    assert both.call("GET", "/account", "made-up").status_code == 401


def test_what_is_down_here_is_a_fault_of_the_register_there(both: Both) -> None:
    token = both.identity.sign_in("w1", scope="openid registers account")
    both.call("PUT", "/_sim/worlds/w1/faults", json=[{"target": "register:account", "kind": "down"}])
    assert ask(both.identity, token, "account", ITEM).status_code == 503
