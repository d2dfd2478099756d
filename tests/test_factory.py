"""How an installation is put together from its settings."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey

from app.config import from_environment
from app.factory import create_site
from app.services import processes


def test_settings_of_services_come_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITOMADO_DATA", str(tmp_path))
    monkeypatch.setenv("HITOMADO_PHR_URL", "http://phr.test")
    monkeypatch.setenv("HITOMADO_ACCOUNT_DATABASE_URL", "postgresql+psycopg:///account")
    monkeypatch.setenv("HITOMADO_MYNUMBER_URL", "")
    config = from_environment()
    assert config.services == {"phr": "http://phr.test"}
    assert config.databases == {"account": "postgresql+psycopg:///account"}
    assert from_environment().control_key == config.control_key, "kept beside the database"


def test_the_site_serves_and_a_further_client_is_known(tmp_path: Path) -> None:
    foreign = processes.Party("tester", "試験の相手", frozenset({"openid"}), ("/returned",))
    file = tmp_path / "clients.json"
    file.write_text(json.dumps([processes.registration(tmp_path / "elsewhere", foreign)]), "utf-8")
    site = create_site(tmp_path / "site", clients=file)
    try:
        assert httpx.get(site.url + "/healthz").status_code < 500
        assert httpx.get(site.url + "/start").status_code == 200
        url = site.context.mynumber.simulation._mynumber.base_url  # type: ignore[attr-defined]
        found = httpx.get(url + "/api/realms/main/.well-known/openid-configuration").json()
        key = ECKey.import_key((tmp_path / "elsewhere" / "client_tester.pem").read_bytes())
        assert found["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
        assert key.is_private
    finally:
        site.close()
