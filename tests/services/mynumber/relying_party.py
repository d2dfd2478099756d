"""A relying party of its own: knows the provider's address and its own keys, nothing of this project. Prints what came of it as JSON.

Run as a script: `relying_party.py ISSUER KEYS CASE`. KEYS: a JSON file {client_id, redirect_uri, key, encryption_key} with private
JWKs. CASE: `sign-in-and-sign`, or an attack that must be refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import sys
import time
from html import unescape
from pathlib import Path
from typing import Any

import httpx
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DOCUMENT = "届出の内容".encode()


def real_seconds() -> int:
    """Somebody else's process has the machine's own clock."""
    return int(time.time())  # noqa: TID251


class Person:
    """Somebody with a browser, a card and its PINs."""

    def __init__(self) -> None:
        self.http = httpx.Client(timeout=20)

    def go(self, url: str, pin: str) -> dict[str, str]:
        """Follow the provider's pages, type the PIN, and come back to the client; what the client's address holds then."""
        page = self.http.get(url)
        while page.is_redirect:
            target = str(page.url.join(page.headers["location"]))
            if not target.startswith(str(page.url.copy_with(path="/", query=None))):
                return dict(httpx.URL(target).params)
            page = self.http.get(target)
        fields = dict(re.findall(r'name="(csrf_token|interaction)" value="([^"]+)"', page.text))
        (action,) = set(re.findall(r'action="([^"]*/(?:card|signature))"', page.text))
        answer = self.http.post(str(page.url.join(unescape(action))), data=fields | {"pin": pin})
        return dict(httpx.URL(answer.headers["location"]).params)


class Party:
    """The client, on Authlib."""

    def __init__(self, issuer: str, keys: dict[str, Any]) -> None:
        self.issuer, self.id, self.redirect_uri = issuer, keys["client_id"], keys["redirect_uri"]
        self.key, self.encryption_key = ECKey.import_key(keys["key"]), RSAKey.import_key(keys["encryption_key"])
        self.metadata = httpx.get(issuer + "/.well-known/openid-configuration").raise_for_status().json()
        self.client = OAuth2Client(
            self.id, redirect_uri=self.redirect_uri, code_challenge_method="S256", token_endpoint_auth_method="none", timeout=20
        )  # fmt: skip

    def assertion(self, **changes: Any) -> str:
        now = real_seconds()
        claims = {"iss": self.id, "sub": self.id, "aud": self.metadata["token_endpoint"], "iat": now, "exp": now + 5}
        return jwt.encode({"alg": "ES256"}, claims | {"jti": secrets.token_hex(8)} | changes, self.key)

    def proof(self, assertion: str | None = None) -> dict[str, str]:
        return {"client_assertion_type": ASSERTION, "client_assertion": assertion or self.assertion()}

    def own_token(self, assertion: str | None = None) -> httpx.Response:
        form = {"grant_type": "client_credentials", "scope": "sign"} | self.proof(assertion)
        return httpx.post(self.metadata["token_endpoint"], data=form, timeout=20)

    def visit(self, person: Person, pin: str, scope: str, **more: str) -> dict[str, Any]:
        """One round through the provider; the token response and the claims of its verified ID token."""
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        url, state = self.client.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, scope=scope, **more
        )  # fmt: skip
        back = person.go(url, pin)
        assert (back["state"], back["iss"]) == (state, self.issuer), back
        told = self.client.fetch_token(
            self.metadata["token_endpoint"], code=back["code"], code_verifier=verifier, **self.proof()
        )
        keys = KeySet.import_key_set(httpx.get(self.metadata["jwks_uri"]).json())
        claims = jwt.decode(told["id_token"], keys, algorithms=["ES256"]).claims
        wanted = {
            name: {"essential": True, "value": value}
            for name, value in (("iss", self.issuer), ("aud", self.id), ("nonce", nonce))
        }
        jwt.JWTClaimsRegistry(**wanted, exp={"essential": True}).validate(claims)
        return {"token": told["access_token"], "claims": claims, "code": back["code"], "verifier": verifier}

    def signature(self, person: Person) -> dict[str, Any]:
        digest = hashlib.sha256(DOCUMENT).digest()
        body = {
            "digest": base64.b64encode(digest).decode(),
            "title": "届出",
            "lines": [{"authority": "試験の市", "procedure": "届出"}],
        }
        address = self.issuer.removesuffix("/api/realms/main") + "/api/sign-transactions"
        own = {"Authorization": "Bearer " + self.own_token().json()["access_token"]}
        transaction = httpx.post(address, json=body, headers=own, timeout=20).raise_for_status().json()["id"]
        visit = self.visit(person, "ABC123", "openid sign", sign_transaction_id=transaction)
        bearer = {"Authorization": "Bearer " + visit["token"]}
        told = httpx.get(f"{address}/{transaction}/result", headers=bearer, timeout=20).raise_for_status().json()
        opened = jwe.decrypt_compact(told["encrypted"], self.encryption_key, algorithms=["RSA-OAEP-256", "A256GCM"])
        assert opened.plaintext is not None
        return dict(json.loads(opened.plaintext))


def verified(told: dict[str, Any]) -> dict[str, Any]:
    """Everything about a signature that a relying party checks."""
    certificate = x509.load_der_x509_certificate(base64.b64decode(told["certificate"]))
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    value, prehashed = base64.b64decode(told["signature"]), utils.Prehashed(hashes.SHA256())
    key.verify(value, hashlib.sha256(DOCUMENT).digest(), padding.PKCS1v15(), prehashed)
    try:
        key.verify(value, hashlib.sha256(DOCUMENT + b"!").digest(), padding.PKCS1v15(), prehashed)
        tampered = True
    except InvalidSignature:
        tampered = False
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    (name,) = points[0].full_name or ()
    crl = x509.load_der_x509_crl(httpx.get(str(name.value)).raise_for_status().content)
    authority = x509.load_pem_x509_certificate(
        httpx.get(str(httpx.URL(str(name.value)).join("/certificates/authority.pem"))).content
    )
    certificate.verify_directly_issued_by(authority)
    public = authority.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies)
    return {
        "tampered_verifies": tampered,
        "issuer": certificate.issuer.rfc4514_string(),
        "revoked": crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None,
        "list_is_signed": crl.is_signature_valid(public),
        "list_has_an_end": crl.next_update_utc is not None,
        "policies_critical": policies.critical,
    }


def run(party: Party, case: str) -> dict[str, Any]:
    """What came of a case."""
    person = Person()
    if case == "sign-in-and-sign":
        visit = party.visit(person, "1234", "openid name address birthdate gender", acr_values="aal3 crl")
        bearer = {"Authorization": "Bearer " + visit["token"]}
        info = httpx.get(party.metadata["userinfo_endpoint"], headers=bearer).json()
        form = {"token": visit["token"]}
        asked = httpx.post(party.metadata["introspection_endpoint"], data=form | party.proof()).json()
        httpx.post(party.metadata["revocation_endpoint"], data=form | party.proof()).raise_for_status()
        after = httpx.post(party.metadata["introspection_endpoint"], data=form | party.proof()).json()
        signed = verified(party.signature(person))
        return {"claims": visit["claims"], "userinfo": info, "introspection": [asked, after], "signature": signed}
    if case == "tampered":
        head, payload, signature = party.assertion().split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        other = (
            base64.urlsafe_b64encode(json.dumps(claims | {"exp": claims["exp"] + 3600}).encode()).rstrip(b"=").decode()
        )
        return _refusal(party.own_token(f"{head}.{other}.{signature}"))
    if case == "replayed":
        assertion = party.assertion()
        party.own_token(assertion).raise_for_status()
        return _refusal(party.own_token(assertion))
    if case == "expired":
        past = real_seconds() - 600
        return _refusal(party.own_token(party.assertion(iat=past, exp=past + 5)))
    if case == "wrong-audience":
        return _refusal(party.own_token(party.assertion(aud="https://another.example/token")))
    if case == "replayed-code":
        visit = party.visit(person, "1234", "openid")
        form = {
            "grant_type": "authorization_code", "code": visit["code"], "code_verifier": visit["verifier"],
            "redirect_uri": party.redirect_uri,
        }  # fmt: skip
        return _refusal(httpx.post(party.metadata["token_endpoint"], data=form | party.proof()))
    if case == "plain-pkce":
        verifier = secrets.token_urlsafe(48)
        query = {
            "response_type": "code", "client_id": party.id, "redirect_uri": party.redirect_uri, "scope": "openid", "state": "s",
            "nonce": secrets.token_hex(8), "code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "plain",
        }  # fmt: skip
        answer = httpx.get(party.metadata["authorization_endpoint"], params=query)
        return dict(httpx.URL(answer.headers["location"]).params)
    raise ValueError(case)


def _refusal(answer: httpx.Response) -> dict[str, Any]:
    return {"status": answer.status_code} | dict(answer.json())


if __name__ == "__main__":
    issuer_, keys_, case_ = sys.argv[1:]
    print(json.dumps(run(Party(issuer_, json.loads(Path(keys_).read_text())), case_)))
