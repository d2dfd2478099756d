"""The person signs in with the card at the identity provider, and the register is asked through it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey

from app.config import real_now
from app.services import mynumber
from app.services.simcore.embed import Embedded
from tests.services.phr.kit import CONTROL, NOW, ROOT, Phr, running


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[tuple[Phr, str]]:
    """The service with an identity provider that knows it as a client, and the provider's address."""
    port, key = _port(), ECKey.generate_key("P-256")
    url = f"http://127.0.0.1:{port}"
    public = key.as_dict(private=False)
    client = mynumber.ClientRegistration("phr", "健康記録（試験）", public, frozenset({"openid"}), ("/signed-in",))
    config = mynumber.Config(
        database_url=f"sqlite:///{tmp_path / 'mynumber.sqlite3'}",
        procedures=ROOT / "procedures",
        base_url=url,
        secret_key="not a secret",
        real_now=real_now,
        clients=(client,),
        control_key=CONTROL,
    )
    with Embedded(mynumber.create_app(config), "mynumber", port):
        for phr in running(tmp_path, mynumber_url=url, mynumber_key=key.as_dict(private=True)):
            headers = {"X-Sim-Key": CONTROL, "X-Sim-Now": NOW.isoformat()}
            made = httpx.put(f"{url}/_sim/worlds/w1", json={"persona": "yamashina"}, headers=headers)
            assert made.is_success, made.text
            phr.world("yamashina", "w1")
            yield phr, url


def test_signing_in_with_the_card(joined: tuple[Phr, str]) -> None:
    phr, url = joined
    browser = phr.begin()
    form = browser.parameters
    pushed = phr.call("POST", "/par", "w1", data=form).json()
    browser.page = browser.http.get(
        "/authorize", params={"client_id": "app", "request_uri": pushed["request_uri"]}, follow_redirects=True
    )
    assert "マイナンバーカードでログインする" in browser.text
    away = browser.http.post("/sign-in", data=browser.hidden() | {"how": "card"})
    assert away.headers["location"].startswith(url)
    assert not re.search("w1|haruka", away.headers["location"].partition("request_uri")[0].removeprefix(url))
    card = httpx.Client(base_url=url, timeout=10)
    page = card.get(away.headers["location"], follow_redirects=True)
    hidden = dict(re.findall(r'name="(csrf_token|interaction)" value="([^"]+)"', page.text))
    back = card.post("/card", data=hidden | {"pin": "1234"})
    assert back.status_code == 303, page.text
    browser.page = browser.http.get(back.headers["location"], follow_redirects=True)
    assert [label[:6] for label in browser.patients()] == ["山科 はるか", "山科 みおさ", "山科 そらさ"]
    token = phr.exchange(browser, phr.code(browser)).json()
    assert phr.get(token, "Immunization").status_code == 200


def test_a_foreign_answer_of_the_identity_provider_is_refused(joined: tuple[Phr, str]) -> None:
    phr, _ = joined
    browser = phr.begin()
    assert browser.http.get("/signed-in", params={"state": "another", "code": "x"}).status_code == 400
