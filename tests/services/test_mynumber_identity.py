"""OpenID Connect with a real HTTP client: what works, and every request that must be refused."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from app.config import real_now
from tests.services.support import CALLBACK, ISSUER, OPENID, Browser, Party, Service, claims_of


def test_signs_in_and_the_id_token_says_what_it_must(service: Service, browser: Browser) -> None:
    world = service.world()
    push = service.push(world, acr_values="aal3 crl")
    browser.open(push)
    back = browser.submit("/card", pin="1234")
    assert (back["state"], back["iss"]) == ("the-state", ISSUER)
    told = service.exchange(push, back["code"]).json()
    keys = KeySet.import_key_set(httpx.get(service.url + OPENID + "/certs").json())
    token = jwt.decode(told["id_token"], keys, algorithms=["ES256"])
    assert token.header["alg"] == "ES256"
    claims = token.claims
    assert (claims["iss"], claims["aud"], claims["nonce"], claims["acr"]) == (
        ISSUER,
        "RP00000001",
        push.nonce,
        "aal3 crl",
    )
    assert claims["exp"] - claims["iat"] <= 300
    assert "aoi" not in str(claims)
    info = service.call("GET", OPENID + "/userinfo", token=told["access_token"]).json()
    assert info == {"sub": claims["sub"], "name": "試験 あおい", "address": "しらかば市緑町1丁目2番3号 みどりハイツ101"}


def test_discovery_names_what_is_required(service: Service) -> None:
    told = httpx.get(service.url + "/api/realms/main/.well-known/openid-configuration").json()
    assert told["issuer"] == ISSUER
    assert told["require_pushed_authorization_requests"] is True
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert told["subject_types_supported"] == ["pairwise"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": "n" * 256}, "invalid_request"),
        ({"scope": "name"}, "invalid_request"),
        ({"scope": "openid sign"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"redirect_uri": "http://127.0.0.1:9/elsewhere"}, "invalid_request"),
        ({"redirect_uri": "javascript:alert(1)//returned"}, "invalid_request"),
        ({"redirect_uri": "http://user@127.0.0.1/returned"}, "invalid_request"),
        ({"client_id": "RP00000002"}, "invalid_request"),
        ({"request_uri": "urn:x"}, "invalid_request"),
        ({"sign_transaction_id": "f3f3a1e0-0000-4000-8000-000000000000", "scope": "openid sign"}, "invalid_request"),
    ],
)
def test_refuses_a_request_that_is_too_weak(service: Service, changes: dict[str, str | None], error: str) -> None:
    answer = service.push(service.world(), **changes).answer
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_refuses_a_nonce_twice(service: Service) -> None:
    world = service.world()
    assert service.push(world, nonce="the-same").answer.status_code == 201
    assert service.push(world, nonce="the-same").answer.json()["error"] == "invalid_request"


def test_refuses_a_world_that_does_not_exist(service: Service) -> None:
    assert service.push("nowhere").answer.status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://another.example/token"},
        {"exp": 1_000_000_000},
        {"iss": "RP00000002"},
        {"sub": "RP00000002", "iss": "RP00000002"},
        {"sub": "nobody", "iss": "nobody"},
        {"jti": None},
        {"jti": ""},
    ],
)
def test_refuses_a_client_assertion_that_is_wrong(service: Service, changes: dict[str, object]) -> None:
    claims = {name: value for name, value in changes.items() if value is not None}
    assertion = service.party.authentication(**claims)
    if changes.get("jti", 0) is None:
        at = int(real_now().timestamp())
        plain = {"iss": "RP00000001", "sub": "RP00000001", "aud": ISSUER, "exp": at + 30}
        assertion["client_assertion"] = jwt.encode({"alg": "ES256"}, plain, service.party.key)
    answer = service.push(service.world(), auth=assertion).answer
    assert answer.json()["error"] == "invalid_client"


def test_refuses_an_assertion_with_another_key_or_none(service: Service) -> None:
    world = service.world()
    forged = Party(key=ECKey.generate_key("P-256")).authentication()
    assert service.push(world, auth=forged).answer.json()["error"] == "invalid_client"
    secret = {"client_id": "RP00000001", "client_secret": "x"}
    assert service.push(world, auth=secret).answer.json()["error"] == "invalid_client"


def test_refuses_an_assertion_twice(service: Service) -> None:
    world, used = service.world(), service.party.authentication()
    assert service.push(world, auth=used).answer.status_code == 201
    again = service.push(world, auth=used).answer
    assert again.json()["error"] == "invalid_client"
    form = {"grant_type": "client_credentials", "scope": "sign"} | used
    assert httpx.post(service.url + OPENID + "/token", data=form).json()["error"] == "invalid_client"


def test_refuses_a_code_with_the_wrong_verifier_redirect_or_client(service: Service) -> None:
    world = service.world()
    for changes in ({"code_verifier": "w" * 50}, {"redirect_uri": CALLBACK + "x"}, {"code_verifier": ""}):
        push, browser = service.push(world), Browser(service)
        browser.open(push)
        code = browser.submit("/card", pin="1234")["code"]
        answer = service.exchange(push, code, **changes)
        assert (answer.status_code, answer.json()["error"]) in ((400, "invalid_grant"), (400, "invalid_request"))
        assert "access_token" not in answer.text
        assert service.exchange(push, code).status_code == 400, "a code that was tried wrongly is used up"
    push, browser = service.push(world), Browser(service)
    browser.open(push)
    stolen = service.exchange(push, browser.submit("/card", pin="1234")["code"], auth=service.other.authentication())
    assert stolen.json()["error"] == "invalid_grant"


def test_a_code_used_twice_takes_the_token_back(service: Service, browser: Browser) -> None:
    push = service.push(service.world())
    browser.open(push)
    code = browser.submit("/card", pin="1234")["code"]
    token = service.exchange(push, code).json()["access_token"]
    assert service.call("GET", OPENID + "/userinfo", token=token).status_code == 200
    assert service.exchange(push, code).json()["error"] == "invalid_grant"
    assert service.call("GET", OPENID + "/userinfo", token=token).status_code == 401


def test_codes_tokens_and_requests_end(service: Service, browser: Browser) -> None:
    world = service.world()
    push = service.push(world)
    browser.open(push)
    code = browser.submit("/card", pin="1234")["code"]
    service.clock.ahead = timedelta(seconds=61)
    assert service.exchange(push, code).json()["error"] == "invalid_grant"
    service.clock.ahead = timedelta()
    token, late = service.sign_in(world), service.push(world)
    service.clock.ahead = timedelta(hours=2)
    assert service.call("GET", OPENID + "/userinfo", token=token).status_code == 401
    assert Browser(service).open(late).status_code == 400


def test_a_handle_serves_one_browser_and_one_time(service: Service, browser: Browser) -> None:
    push = service.push(service.world())
    assert browser.open(push).status_code == 200
    assert browser.open(push).status_code == 200, "a reload in the same browser"
    assert Browser(service).open(push).status_code == 400, "another browser"
    kept = browser.hidden()
    browser.submit("/card", pin="1234")
    assert browser.client.post("/card", data=kept | {"pin": "1234"}).status_code == 400, "a form of before"
    assert browser.open(push).status_code == 400


def test_a_second_click_follows_the_first(service: Service, browser: Browser) -> None:
    browser.open(service.push(service.world()))
    data = browser.hidden() | {"pin": "1234"}
    before = httpx.Cookies(browser.client.cookies)
    first = browser.client.post("/card", data=data, follow_redirects=False)
    browser.client.cookies = before  # sent before the answer to the first came
    second = browser.client.post("/card", data=data, follow_redirects=False)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert "code=" in first.headers["Location"]


def test_refuses_a_request_that_was_not_pushed(service: Service, browser: Browser) -> None:
    params = {
        "response_type": "code",
        "client_id": "RP00000001",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "state": "s",
    }
    answer = browser.get(OPENID + "/auth", params=params)
    assert answer.status_code == 400
    assert browser.h1 == "この画面はもう使えません"


def test_a_person_is_another_one_for_each_client_and_world(service: Service) -> None:
    subs = set()
    for world in ("w1", "w2"):
        service.world(world)
        for party in (service.party, service.other):
            push, browser = service.push(world, party), Browser(service)
            browser.open(push)
            told = service.exchange(push, browser.submit("/card", pin="1234")["code"]).json()
            subs.add(claims_of(told["id_token"])["sub"])
    assert len(subs) == 4


def test_keys_survive_a_restart(service: Service) -> None:
    from app.services.mynumber import create_app

    before = httpx.get(service.url + OPENID + "/certs").json()
    again = create_app(service.app.extensions["mynumber"].config)
    assert again.test_client().get(OPENID + "/certs").get_json() == before
    assert "d" not in before["keys"][0]


@pytest.mark.parametrize("target", ["identity", "token"])
def test_faults_of_the_back_channel(service: Service, browser: Browser, target: str) -> None:
    world = service.world()
    push = service.push(world)
    service.faults(world, {"target": target, "kind": "down"})
    if target == "identity":
        assert service.push(world).answer.headers["Retry-After"]
        assert browser.open(push).status_code == 503
        assert browser.h1 == "いまは使えません"
        service.faults(world)
        assert browser.get("/card").status_code == 200, "the request was not lost"
    else:
        headers = {"X-Sim-World": world}
        answer = httpx.post(service.url + OPENID + "/token", data=service.party.authentication(), headers=headers)
        assert answer.status_code == 503
