"""Signatures: the whole way over HTTP, what the certificate says, and when there is none."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from app.services.mynumber.certificates import birthday_after, era_date
from tests.services.support import NOW, OPENID, Browser, Service, household

DOCUMENT = "転出届 ほか8つ".encode()
DIGEST = hashlib.sha256(DOCUMENT).digest()
RESULT = "/api/sign-transactions/{}/result"


def signed(service: Service, world: str, pin: str = "ABC123") -> tuple[dict[str, str], x509.Certificate]:
    """A signature over DOCUMENT, by way of the pages."""
    transaction = service.transaction(world, DIGEST)
    push, browser = service.push_signature(world, transaction), Browser(service)
    browser.open(push)
    code = browser.submit("/signature", pin=pin)["code"]
    token = service.exchange(push, code).json()["access_token"]
    told = service.call("GET", RESULT.format(transaction), token=token).json()
    return told, x509.load_der_x509_certificate(base64.b64decode(told["certificate"]))


def revoked(service: Service, world: str, now: datetime = NOW) -> x509.CertificateRevocationList:
    answer = service.call("GET", "/certificates/revoked.pem", world, now=now)
    return x509.load_pem_x509_crl(answer.content)


def move(service: Service, world: str, subject: str = "aoi", **changes: str) -> None:
    address = household()["subjects"]["aoi"]["facts"]["address"] | {"municipality": "970018"} | changes
    body = {"subject": subject, "item": "person.address", "value": address, "reason": "転入届"}
    token = service.own_token(service.office, "registers.write")
    answer = service.call("POST", "/registers/resident/updates", world, token, json=body)
    assert answer.json() == {"changed": True}


def test_signs_over_the_digest_with_a_certificate_of_the_person(service: Service) -> None:
    told, certificate = signed(service, service.world(), pin="abc123")
    assert told["signed_at"] == NOW.isoformat()
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    value, prehashed = base64.b64decode(told["signature"]), utils.Prehashed(hashes.SHA256())
    key.verify(value, DIGEST, padding.PKCS1v15(), prehashed)
    with pytest.raises(InvalidSignature):
        key.verify(value, hashlib.sha256(b"other").digest(), padding.PKCS1v15(), prehashed)
    authority = x509.load_pem_x509_certificate(service.call("GET", "/certificates/authority.pem").content)
    certificate.verify_directly_issued_by(authority)
    assert "SIMULATOR - not J-LIS" in certificate.issuer.rfc4514_string()
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    said = {n.type_id.dotted_string[-1]: n.value[2:].decode() for n in names if isinstance(n, x509.OtherName)}
    assert list(said) == ["1", "4", "3", "5", "2", "6"], "the order of real cards"
    assert (said["1"], said["4"], said["3"]) == ("試験　あおい", "519920503", "2")
    assert said["5"] == "しらかば市緑町1丁目2番3号 みどりハイツ101"
    assert "あおい" not in certificate.subject.rfc4514_string()


def test_the_page_lists_every_procedure_by_office(service: Service, browser: Browser) -> None:
    world = service.world()
    browser.open(service.push_signature(world, service.transaction(world, procedures=9)))
    assert browser.h1 == "9つの手続に署名します"
    assert "しらかば市" in browser.text
    assert all(f"手続{n}" in browser.text for n in range(9))
    assert "ほか7つ" in browser.text
    assert "あと5回まで入力できます" in browser.text


def test_tries_of_the_signing_pin_and_its_own_lock(service: Service, browser: Browser) -> None:
    world = service.world()
    browser.open(service.push_signature(world, service.transaction(world)))
    assert browser.post("/signature", pin="short").status_code == 422
    for left in (4, 3, 2, 1):
        assert browser.post("/signature", pin="WRONG99").status_code == 422
        assert f"暗証番号が違います。あと{left}回です。" in browser.text
        assert f"あと{left}回まで入力できます" in browser.text
    browser.post("/signature", pin="WRONG99")
    assert browser.h1 == "署名用の暗証番号が使えなくなりました"
    assert service.sign_in(world), "the PIN for signing in has its own count"
    browser.post("/restore")
    assert "code" in browser.submit("/signature", pin="ABC123")


def test_only_the_token_of_this_very_signature_gets_the_result(service: Service) -> None:
    world = service.world()
    first, second = service.transaction(world), service.transaction(world)
    push, browser = service.push_signature(world, first), Browser(service)
    browser.open(push)
    token = service.exchange(push, browser.submit("/signature", pin="ABC123")["code"]).json()["access_token"]
    assert service.call("GET", RESULT.format(second), token=token).status_code == 404
    assert service.call("GET", RESULT.format(first), token=service.sign_in(world)).status_code == 403
    assert service.call("GET", RESULT.format(first), token=service.own_token(service.party, "sign")).status_code == 403
    assert service.call("GET", RESULT.format(first)).status_code == 401
    assert service.call("GET", RESULT.format(first), token=token).status_code == 200
    assert service.push_signature(world, first).answer.status_code == 400, "signed once"
    assert service.push_signature(world, second, party=service.other).answer.status_code == 400, "another client's"


def test_going_back_signs_nothing(service: Service, browser: Browser) -> None:
    world = service.world()
    transaction = service.transaction(world)
    browser.open(service.push_signature(world, transaction))
    assert browser.submit("/cancel")["error"] == "access_denied"
    assert service.push_signature(world, transaction).answer.status_code == 201, "it still waits"


def test_a_new_address_revokes_the_signing_certificate_and_not_the_sign_in(service: Service, browser: Browser) -> None:
    world = service.world()
    _, certificate = signed(service, world)
    assert revoked(service, world).get_revoked_certificate_by_serial_number(certificate.serial_number) is None
    move(service, world)
    entry = revoked(service, world).get_revoked_certificate_by_serial_number(certificate.serial_number)
    assert entry is not None
    assert entry.revocation_date_utc.replace(tzinfo=None) == NOW
    browser.open(service.push_signature(world, service.transaction(world)))
    assert browser.h1 == "署名用の電子証明書が使えません"
    assert "住所や氏名が変わる届けが処理されたため、前の署名は使えません" in browser.text
    token = service.sign_in(world)
    assert service.call("GET", OPENID + "/userinfo", token=token).json()["address"].startswith("あおば野市")


def test_a_certificate_that_was_issued_anew_says_the_new_address(service: Service) -> None:
    world = service.world()
    _, old = signed(service, world)
    move(service, world)
    body = {"subject": "aoi", "item": "person.signing_certificate", "value": "valid", "reason": "窓口で発行"}
    later = NOW + timedelta(days=1)
    token = service.own_token(service.office, "registers.write")
    assert service.call("POST", "/registers/card/updates", world, token, json=body, now=later).json() == {
        "changed": True
    }
    _, new = signed(service, world)
    assert new.serial_number != old.serial_number
    assert new.not_valid_before_utc.date() == later.date()
    names = new.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert any("あおば野市".encode() in n.value for n in names if isinstance(n, x509.OtherName))
    assert revoked(service, world, later).get_revoked_certificate_by_serial_number(old.serial_number) is not None


def test_revocation_by_an_authority_is_once_and_needs_its_right(service: Service) -> None:
    world, path, body = service.world(), "/certificates/revocations", {"subject": "aoi", "reason": "転入届"}
    token = service.own_token(service.office, "registers.write")
    assert service.call("POST", path, world, token, json=body).json() == {"changed": True}
    assert service.call("POST", path, world, token, json=body).json() == {"changed": False}
    assert service.call("POST", path, world, service.own_token(service.party, "sign"), json=body).status_code == 403
    assert service.call("POST", path, world, json=body, headers={"X-Sim-Key": "wrong"}).status_code == 401
    assert service.call("POST", path, world, token, json=body | {"subject": "pochi"}).status_code == 404


@pytest.mark.parametrize(
    ("state", "h1"),
    [
        ("signing_expired", "署名用の電子証明書の有効期限が切れています"),
        ("signing_revoked", "署名用の電子証明書が使えません"),
        ("none", "カードがありません"),
    ],
)
def test_states_of_the_certificate_stand_in_the_way(service: Service, browser: Browser, state: str, h1: str) -> None:
    world = service.world(card={"state": state})
    browser.open(service.push_signature(world, service.transaction(world)))
    assert browser.h1 == h1


def test_no_signing_certificate_under_fifteen(service: Service, browser: Browser) -> None:
    world = service.world(roles={"applicant": "hina"})
    assert service.sign_in(world), "a child's card signs in"
    browser.open(service.push_signature(world, service.transaction(world)))
    assert browser.h1 == "署名用の電子証明書がありません"


def test_down_before_signing_signs_nothing(service: Service, browser: Browser) -> None:
    world = service.world()
    transaction = service.transaction(world)
    browser.open(service.push_signature(world, transaction))
    service.faults(world, {"target": "sign", "kind": "down"})
    assert browser.post("/signature", pin="ABC123").status_code == 503
    assert "まだ何も提出していません" in browser.text
    service.faults(world)
    browser.get("/signature")
    assert "code" in browser.submit("/signature", pin="ABC123")


@pytest.mark.parametrize("digest", ["", "not base64!", base64.b64encode(b"short").decode()])
def test_refuses_what_is_no_digest(service: Service, digest: str) -> None:
    body = {"digest": digest, "title": "t", "lines": [{"authority": "a", "procedure": "p"}]}
    token = service.own_token(service.party, "sign")
    answer = service.call("POST", "/api/sign-transactions", service.world(), token, json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:hitomado:problem:invalid-body")
    assert not digest or digest not in answer.text


def test_dates_of_certificates() -> None:
    assert [era_date(day) for day in ("1920-01-01", "1950-01-01", "1990-01-01", "2019-05-01")] == [
        "319200101", "419500101", "519900101", "020190501",
    ]  # fmt: skip
    assert birthday_after("1992-05-03", datetime(2027, 5, 2).date(), 5).isoformat() == "2031-05-03"
    assert birthday_after("1992-05-03", datetime(2027, 5, 3).date(), 5).isoformat() == "2032-05-03"
    assert birthday_after("1992-02-29", datetime(2026, 3, 1).date(), 5).isoformat() == "2031-03-01"
