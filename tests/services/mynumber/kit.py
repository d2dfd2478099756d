"""A service at its own address, with a client that lives in one world and runs in a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import ECKey, RSAKey

from app.config import real_now
from app.services.mynumber import ClientRegistration, Config, create_app
from app.services.simcore.embed import Embedded
from tests.services.support import CONTROL, NOW, ROOT, SCOPES, Browser, Service, household

WORLD = "outside"
REDIRECT = "http://127.0.0.1:9/back"
SCRIPT = Path(__file__).with_name("relying_party.py")


@dataclass
class Outside:
    """The service, and the file with the client's keys."""

    url: str
    keys: Path

    def run(self, case: str) -> dict[str, Any]:
        """What came of a case in the relying party's own process."""
        command = [sys.executable, str(SCRIPT), self.url + "/api/realms/main", str(self.keys), case]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))


def outside(folder: Path) -> Iterator[Outside]:
    """Until the end of the test."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    key, encryption_key = ECKey.generate_key("P-256"), RSAKey.generate_key(2048)
    client = ClientRegistration(
        "SP00000001",
        "よそのサービス",
        key.as_dict(private=False),
        SCOPES,
        (REDIRECT,),
        world=WORLD,
        encryption_jwk=encryption_key.as_dict(private=False),
    )
    config = Config(
        database_url=f"sqlite:///{folder / 'mynumber.sqlite3'}",
        procedures=ROOT / "procedures",
        base_url=f"http://127.0.0.1:{port}",
        secret_key="not a secret",
        real_now=real_now,
        clients=(client,),
        control_key=CONTROL,
    )
    keys = folder / "keys.json"
    private = {"key": key.as_dict(private=True), "encryption_key": encryption_key.as_dict(private=True)}
    keys.write_text(json.dumps({"client_id": client.client_id, "redirect_uri": REDIRECT} | private), encoding="utf-8")
    with Embedded(create_app(config), "mynumber", port) as url:
        headers = {"X-Sim-Key": CONTROL, "X-Sim-Now": NOW.isoformat()}
        made = httpx.put(f"{url}/_sim/worlds/{WORLD}", json={"persona": household()}, headers=headers)
        assert made.status_code == 200, made.text
        yield Outside(url, keys)


def family() -> dict[str, Any]:
    """A mother and her child under a protection measure, the father who must not find them, a grown friend, and their neighbour."""
    home = {"postcode": "000-0101", "municipality": "980013", "town": "緑町", "block": "1丁目2番3号", "building": ""}
    away = home | {"town": "東町", "block": "9番9号"}

    def person(name: str, born: str, address: dict[str, str], **facts: Any) -> dict[str, Any]:
        return {
            "kind": "person",
            "facts": {"name": name, "birth_date": born, "address": address, "card_held": True} | facts,
        }

    return {
        "id": "family",
        "today": "2027-03-15",
        "subjects": {
            "haha": person(
                "試験 はは", "1990-01-01", home, address_protected=True, tax_exempt=True, health_insurance="nhi"
            ),
            "ko": person(
                "試験 こ", "2015-04-02", home, address_protected=True, school="public", health_insurance="nhi"
            ),
            "chichi": person("試験 ちち", "1988-01-01", away, tax_exempt=False, health_insurance="employee"),
            "tomo": person("試験 とも", "1991-01-01", away, tax_exempt=False),
            "home": {"kind": "household", "facts": {"members": ["haha", "ko"], "head": "haha"}},
            "away": {"kind": "household", "facts": {"members": ["chichi"], "head": "chichi"}},
        },
        "roles": {"applicant": "haha"},
        "records": {
            "family": [
                {"person": "haha", "relation": "mother", "of": "ko"},
                {"person": "chichi", "relation": "father", "of": "ko"},
            ]
        },
    }


def sign_in_as(service: Service, world: str, subject: str) -> str:
    """An access token of somebody other than the applicant, by way of the list of cards."""
    push, browser = service.push(world, prompt="select_account"), Browser(service)
    browser.open(push)
    assert browser.h1 == "使うカードを選ぶ"
    browser.post("/choose", subject=subject)
    return str(service.exchange(push, browser.submit("/card", pin="1234")["code"]).json()["access_token"])


def ask(service: Service, token: str, register: str, *items: str, **changes: Any) -> httpx.Response:
    """An inquiry that has all it needs."""
    body = {"procedures": ["p"], "items": list(items), "legal_basis": "番号法 第19条第8号", "purpose": "確認"} | changes
    return service.call("POST", f"/registers/{register}/inquiries", token=token, json=body)
