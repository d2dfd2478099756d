"""Checks the signature on an application or a correction: by a certificate of the simulated card authority, valid when it was made.

One signature may cover several applications for different offices. Each office must not see the others' facts, so what
is signed is a manifest: the list of the digests of all applications. An office recomputes the digest of its own, finds
it in the manifest, and checks that the manifest is what was signed. A correction is signed in the same way, its arrival
number with it, so that its signature counts for no other application.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

SIGNED_FIELDS = (
    "procedure",
    "subject",
    "authority",
    "channel",
    "facts",
    "noted",
    "subjects",
    "attachments",
    "acting_for",
    "signer",
)
"""The fields of an application that its digest covers."""
CORRECTED_FIELDS = ("arrival_number", "facts")
"""The fields of a correction that its digest covers."""


class SignatureRefusedError(Exception):
    """Why a signature is not accepted: `kind` for programs (part of the problem's type), `words` for people."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind
        self.words = words


@dataclass(frozen=True, slots=True)
class Trust:
    """What the card authority publishes: its own certificate and its list of revoked ones."""

    authority: x509.Certificate
    revoked: x509.CertificateRevocationList

    def __post_init__(self) -> None:
        if not self.revoked.is_signature_valid(self.authority.public_key()):  # type: ignore[arg-type]
            raise ValueError("the revocation list is not signed by the certificate authority")


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8. Facts hold no fractions, so this agrees with RFC 8785."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def application_digest(application: Mapping[str, Any], fields: Sequence[str] = SIGNED_FIELDS) -> str:
    """Base64 SHA-256 of the signed fields of one application (or correction); absent fields count as absent."""
    covered = {name: application[name] for name in fields if application.get(name) is not None}
    return base64.b64encode(hashlib.sha256(canonical(covered)).digest()).decode()


def manifest_digest(manifest: Sequence[str]) -> bytes:
    """SHA-256 over the list of application digests: what the card signs."""
    return hashlib.sha256(canonical(list(manifest))).digest()


def _decode(text: object, name: str) -> bytes:
    if not isinstance(text, str) or not text:
        raise SignatureRefusedError("missing", f"署名がありません（{name}）。署名してから、もう一度送ってください。")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SignatureRefusedError("unreadable", f"署名のデータが読めません（{name}）。") from None


def read_certificate(text: object) -> x509.Certificate:
    """PEM, or base64 of DER. Raises `SignatureRefusedError`."""
    try:
        if isinstance(text, str) and text.lstrip().startswith("-----BEGIN"):
            return x509.load_pem_x509_certificate(text.encode())
        return x509.load_der_x509_certificate(_decode(text, "certificate"))
    except ValueError:
        raise SignatureRefusedError("unreadable", "署名用電子証明書が読めません。") from None


def _check_certificate(certificate: x509.Certificate, trust: Trust, at: datetime) -> None:
    try:
        certificate.verify_directly_issued_by(trust.authority)
    except (ValueError, TypeError, InvalidSignature):
        raise SignatureRefusedError("unknown-issuer", "この模擬の署名用電子証明書ではありません。") from None
    # Simulated moments have no time zone; a certificate's are read on the same clock.
    first = certificate.not_valid_before_utc.replace(tzinfo=None)
    last = certificate.not_valid_after_utc.replace(tzinfo=None)
    if not first <= at <= last:
        raise SignatureRefusedError("certificate-expired", "署名用電子証明書の有効期限が切れています。")
    entry = trust.revoked.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None and entry.revocation_date_utc.replace(tzinfo=None) <= at:
        raise SignatureRefusedError(
            "certificate-revoked", "署名用電子証明書が失効しています。住所や氏名が変わると失効します。"
        )


def _check_value(certificate: x509.Certificate, signature: bytes, digest: bytes) -> None:
    public, sha256 = certificate.public_key(), Prehashed(hashes.SHA256())
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, digest, padding.PKCS1v15(), sha256)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, digest, ec.ECDSA(sha256))
        else:
            raise SignatureRefusedError("unreadable", "この種類の鍵の署名は受け取れません。")
    except (InvalidSignature, ValueError):
        raise SignatureRefusedError("wrong-signature", "署名が、送られた内容と合いません。") from None


def verify(application: Mapping[str, Any], trust: Trust, at: datetime, fields: Sequence[str] = SIGNED_FIELDS) -> None:
    """Accept or raise `SignatureRefusedError`. `at`: simulated local time at which it was signed; `fields`: what is covered.

    Reads `signature`, `certificate`, `signed_digest` (base64) and `manifest` (list of base64 digests): the digest of this
    application is one of the list, and the list is what was signed. Without a list, nothing of the content is covered.
    """
    signature = _decode(application.get("signature"), "signature")
    digest = _decode(application.get("signed_digest"), "signed_digest")
    certificate = read_certificate(application.get("certificate"))
    _check_certificate(certificate, trust, at)
    _check_value(certificate, signature, digest)
    manifest = application.get("manifest")
    if manifest is None:
        raise SignatureRefusedError("wrong-signature", "署名が、どの申請のものか分かりません。")
    if application_digest(application, fields) not in manifest or manifest_digest(manifest) != digest:
        raise SignatureRefusedError("wrong-signature", "署名した一覧に、この申請がありません。")
