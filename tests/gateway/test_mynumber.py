"""The site's clients against the real service on a loopback socket."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from app.gateway.base import ServiceDown, ServiceRefused
from app.gateway.mynumber import ClientKey, IdentityRefused, MyNumber, Pushed
from tests.services.support import CALLBACK, CONTROL, NOW, Browser, Service, household, running

DIGEST = base64.b64encode(hashlib.sha256(b"document").digest()).decode()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A running service `mynumber`."""
    yield from running(tmp_path)


@pytest.fixture
def mynumber(service: Service) -> Iterator[MyNumber]:
    """The site's clients, and a world to use them in."""
    key = ClientKey(service.party.client_id, service.party.key)
    clients = MyNumber(service.url, key, browser_url=service.url, control_key=CONTROL, clock=service.clock)
    clients.simulation.create_world("w1", NOW, household())
    yield clients
    clients.close()


def visit(service: Service, pushed: Pushed, path: str, pin: str) -> dict[str, str]:
    """What a browser brings back."""
    browser = Browser(service)
    browser.get(pushed.url.removeprefix(service.url))
    back = browser.submit(path, pin=pin)
    assert back["state"] == pushed.state
    return back


def enter(service: Service, mynumber: MyNumber) -> str:
    pushed = mynumber.identity.push_request("w1", NOW, CALLBACK)
    back = visit(service, pushed, "/card", "1234")
    return mynumber.identity.exchange("w1", NOW, back, pushed.as_dict()).access_token


def test_signs_in_looks_up_and_reads_the_history(service: Service, mynumber: MyNumber) -> None:
    token = enter(service, mynumber)
    assert mynumber.identity.user_info(token)["name"] == "試験 あおい"
    answer = mynumber.registers.inquire(
        "w1", NOW, "resident", token, items=["person.name"], procedures=["moving-out-notice"], legal_basis="法"
    )
    assert (answer.status, answer.subjects["aoi"]["items"]["name"]["value"]) == ("complete", "試験 あおい")
    assert "あおい" not in repr(answer), "what is logged by accident says nothing"
    told = mynumber.registers.history(token)
    assert told.intact
    assert told.entries[0].items == ("person.name",)
    assert mynumber.simulation.history("w1", NOW) == told


def test_the_address_of_the_visit_says_nothing(mynumber: MyNumber) -> None:
    pushed = mynumber.identity.push_request("w1", NOW, CALLBACK, language="en")
    params = httpx.URL(pushed.url).params
    assert set(params) == {"client_id", "request_uri"}
    assert "w1" not in str(params["request_uri"]).split(":")


def test_signs(service: Service, mynumber: MyNumber) -> None:
    transaction = mynumber.signing.start(
        "w1", NOW, DIGEST, "引っ越し", [("しらかば市", "転出届"), ("ひかり電力", "電気")]
    )
    pushed = mynumber.identity.push_request("w1", NOW, CALLBACK, sign_transaction=transaction)
    back = visit(service, pushed, "/signature", "ABC123")
    signed_in = mynumber.identity.exchange("w1", NOW, back, pushed.as_dict())
    made = mynumber.signing.result("w1", NOW, transaction, signed_in.access_token)
    assert set(made.as_dict()) == {"signature", "certificate", "signed_at"}
    assert made.signed_at == NOW.isoformat()
    first = mynumber.identity.push_request("w1", NOW, CALLBACK)
    again = visit(service, first, "/card", "1234")
    assert mynumber.identity.exchange("w1", NOW, again, first.as_dict()).sub == signed_in.sub


def test_an_id_token_is_not_believed_unseen(service: Service, mynumber: MyNumber) -> None:
    for changes in ({"nonce": "another"}, {"iss": "https://evil.example"}, {"iss": ""}):
        pushed = mynumber.identity.push_request("w1", NOW, CALLBACK)
        back = visit(service, pushed, "/card", "1234")
        with pytest.raises(IdentityRefused):
            mynumber.identity.exchange("w1", NOW, back | changes, pushed.as_dict() | changes)
    pushed = mynumber.identity.push_request("w1", NOW, CALLBACK)
    back = visit(service, pushed, "/card", "1234")
    with pytest.raises(ServiceRefused) as error:
        mynumber.identity.exchange("w1", NOW, back, pushed.as_dict() | {"verifier": "w" * 50})
    assert error.value.problem.kind == "invalid_grant"


@pytest.mark.parametrize(
    "changes", [{"aud": "RP00000002"}, {"iss": "https://evil.example"}, {"exp": 1}, {"nonce": "x"}, {"sub": None}]
)
def test_a_forged_or_foreign_id_token_is_refused(
    service: Service, mynumber: MyNumber, changes: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = mynumber.identity._provider
    key = ECKey.generate_key("P-256")
    monkeypatch.setattr(provider, "keys", lambda anew=False: KeySet([key]))
    at = int(service.clock().timestamp())
    claims = {"iss": provider.issuer, "aud": "RP00000001", "nonce": "n", "sub": "s", "iat": at, "exp": at + 60}

    def token(**other: object) -> str:
        return jwt.encode({"alg": "ES256"}, {k: v for k, v in (claims | other).items() if v is not None}, key)

    assert mynumber.identity._verified(token(), "n")["sub"] == "s"
    with pytest.raises(IdentityRefused):
        mynumber.identity._verified(token(**changes), "n")
    monkeypatch.setattr(provider, "keys", lambda anew=False: KeySet([ECKey.generate_key("P-256")]))
    with pytest.raises(IdentityRefused):
        mynumber.identity._verified(token(), "n")


def test_faults_arrive_as_types(service: Service, mynumber: MyNumber) -> None:
    token = enter(service, mynumber)
    asked = {"items": ["person.name"], "procedures": ["p"], "legal_basis": "法"}
    mynumber.simulation.set_faults("w1", NOW, [{"target": "register:resident", "kind": "down"}])
    with pytest.raises(ServiceDown) as down:
        mynumber.registers.inquire("w1", NOW, "resident", token, **asked)
    assert (down.value.retry_after, down.value.maybe_done) == (30, False)
    mynumber.simulation.set_faults("w1", NOW, [{"target": "register:resident", "kind": "slow", "seconds": 0.5}])
    with pytest.raises(ServiceDown) as slow:
        mynumber.registers.inquire("w1", NOW, "resident", token, timeout=0.1, **asked)
    assert slow.value.maybe_done
    mynumber.simulation.set_faults("w1", NOW, [])
    with pytest.raises(ServiceRefused) as refused:
        mynumber.registers.inquire("w1", NOW, "resident", token, items=["person.name"], procedures=[], legal_basis="")
    assert refused.value.problem.kind == "no-legal-basis"


def test_the_simulators_hand(service: Service, mynumber: MyNumber) -> None:
    mynumber.simulation.restore_card("w1", NOW, "locked")
    browser = Browser(service)
    browser.get(mynumber.identity.push_request("w1", NOW, CALLBACK).url.removeprefix(service.url))
    assert browser.h1 == "暗証番号が使えなくなりました"
    mynumber.simulation.restore_card("w1", NOW)
    assert enter(service, mynumber)
    mynumber.simulation.delete_world("w1", NOW)
    with pytest.raises(ServiceRefused):
        mynumber.identity.push_request("w1", NOW, CALLBACK)


def test_a_key_can_be_kept() -> None:
    key = ClientKey.generate("RP00000001")
    again = ClientKey.from_pem("RP00000001", key.pem)
    assert again.public_jwk["x"] == key.public_jwk["x"]
    assert "d" not in key.public_jwk
