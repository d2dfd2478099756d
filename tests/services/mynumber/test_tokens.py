"""Introspection, revocation, keys that change, and callers as other services see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from flask import Flask, jsonify
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from app.gateway.mynumber import ClientKey, MyNumber
from app.services.simcore import callers
from app.services.simcore.problems import install
from tests.services.support import CALLBACK, CONTROL, NOW, OPENID, Browser, Service

INTROSPECT = OPENID + "/token/introspect"


def introspect(service: Service, token: str, key: str = CONTROL) -> httpx.Response:
    return httpx.post(service.url + INTROSPECT, data={"token": token}, headers={"X-Sim-Key": key})


def test_resource_servers_learn_whose_token_it_is(service: Service) -> None:
    token = service.sign_in(service.world())
    told = introspect(service, token).json()
    sub = service.call("GET", OPENID + "/userinfo", token=token).json()["sub"]
    assert {name: told[name] for name in ("active", "client_id", "world", "subject", "sub", "client_name")} == {
        "active": True, "client_id": "RP00000001", "world": "w1", "subject": "aoi", "sub": sub, "client_name": "試験のRP00000001",
    }  # fmt: skip
    assert set(told["scope"].split()) == {"openid", "name", "address", "registers"}
    own = introspect(service, service.own_token(service.party, "sign")).json()
    assert (own["active"], own["subject"], own["world"]) == (True, None, None)
    service.clock.ahead = timedelta(hours=2)
    assert introspect(service, token).json() == {"active": False}


def test_introspection_needs_its_caller(service: Service) -> None:
    token = service.sign_in(service.world())
    assert introspect(service, token, "wrong").status_code == 401
    plain = httpx.post(service.url + INTROSPECT, data={"token": token})
    assert plain.json()["error"] == "invalid_client"
    other = httpx.post(service.url + INTROSPECT, data={"token": token} | service.other.authentication()).json()
    assert other == {"active": False}, "another client's token"
    assert httpx.post(service.url + INTROSPECT, headers={"X-Sim-Key": CONTROL}).status_code == 400


def test_only_the_owner_takes_a_token_back(service: Service) -> None:
    token = service.sign_in(service.world())
    for party, active in ((service.other, True), (service.party, False)):
        answer = httpx.post(service.url + OPENID + "/revoke", data={"token": token} | party.authentication())
        assert answer.status_code == 200
        assert introspect(service, token).json()["active"] is active


def test_keys_change_and_the_old_one_stays_until_its_tokens_end(service: Service, browser: Browser) -> None:
    push = service.push(service.world())
    browser.open(push)
    old = service.exchange(push, browser.submit("/card", pin="1234")["code"]).json()["id_token"]
    rotated = service.call("POST", "/_sim/keys/rotation")
    assert rotated.status_code == 201
    keys = httpx.get(service.url + OPENID + "/certs").json()["keys"]
    assert [key["kid"] for key in keys] == rotated.json()["published"]
    assert len(keys) == 2
    assert jwt.decode(old, KeySet.import_key_set({"keys": keys}), algorithms=["ES256"]).claims["iss"]
    again = service.push("w1")
    browser.open(again)
    new = service.exchange(again, browser.submit("/card", pin="1234")["code"]).json()["id_token"]
    assert jwt.decode(new, ECKey.import_key(keys[0]), algorithms=["ES256"]).header["kid"] == rotated.json()["kid"]
    service.clock.ahead = timedelta(seconds=301)
    left = httpx.get(service.url + OPENID + "/certs").json()["keys"]
    assert [key["kid"] for key in left] == [rotated.json()["kid"]]
    assert service.call("POST", "/_sim/keys/rotation", headers={"X-Sim-Key": "wrong"}).status_code == 403


def test_a_site_that_kept_the_keys_recovers(service: Service) -> None:
    site = MyNumber(service.url, ClientKey(service.party.client_id, service.party.key), control_key=CONTROL)
    service.world()
    for _ in range(2):
        pushed = site.identity.push_request("w1", NOW, CALLBACK)
        browser = Browser(service)
        browser.get("/" + pushed.url.split("/", 2)[2] if pushed.url.startswith("/idp") else pushed.url)
        back = browser.submit("/card", pin="1234")
        signed_in = site.identity.exchange("w1", NOW, back, pushed.as_dict())
        assert signed_in.sub
        service.call("POST", "/_sim/keys/rotation")
    site.close()


def test_clients_of_one_sector_share_a_subject(service: Service) -> None:
    provider = service.app.extensions["mynumber"].provider
    for party in (service.party, service.other):
        object.__setattr__(provider.clients[party.client_id].registration, "sector", "one service")
    subs = {provider.pairwise(party.client_id, "w1", "aoi") for party in (service.party, service.other)}
    assert len(subs) == 1


@pytest.fixture
def elsewhere(service: Service) -> Any:
    """Another service that asks who calls."""
    app = Flask("elsewhere")
    install(app)
    callers.install(app, service.url, CONTROL, 4.0)

    @app.get("/person")
    def person() -> Any:
        found = callers.person("registers")
        return jsonify([found.world, found.client, found.name, found.subject, sorted(found.scopes)])

    @app.get("/client")
    def client() -> Any:
        return jsonify(callers.client("sign").world)

    return app.test_client()


def bearer(token: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} | {name.replace("_", "-"): value for name, value in headers.items()}


def test_other_services_ask_who_calls(service: Service, elsewhere: Any) -> None:
    token = service.sign_in(service.world())
    assert elsewhere.get("/person", headers=bearer(token)).get_json() == [
        "w1", "RP00000001", "試験のRP00000001", "aoi", ["address", "name", "openid", "registers"],
    ]  # fmt: skip
    own = service.own_token(service.party, "sign")
    assert elsewhere.get("/client", headers=bearer(own, X_Sim_World="w7")).get_json() == "w7"
    for path, sent, status in (
        ("/person", {}, 401),
        ("/person", bearer("made-up"), 401),
        ("/person", bearer(own), 403),
        ("/person", bearer(token, X_Sim_World="w2"), 403),
        ("/client", bearer(token), 403),
        ("/person", bearer(service.sign_in("w1", scope="openid")), 403),
    ):
        answer = elsewhere.get(path, headers=sent)
        assert (answer.status_code, "Bearer" in answer.headers["WWW-Authenticate"]) == (status, True), (path, sent)


def test_a_silent_identity_provider_is_a_503_elsewhere(service: Service, elsewhere: Any) -> None:
    callers.install(elsewhere.application, "http://127.0.0.1:9", None, 0.5)
    answer = elsewhere.get("/person", headers=bearer("any"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
