"""Checks a signed paper: is it whole, who signed it and when, and which case it belongs to."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from .seals import JAPAN

MAX_SIGNATURES = 5
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # a file that is not trusted is an answer, not an incident


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `valid`: whole, signed and time-stamped by certificates of the root. Moments are simulated local time.

    `why`: not-a-pdf | not-signed | changed | unknown-issuer | no-time-stamp | revoked where it is not valid. `kind` and `reference` come
    from the signed file and are None unless it is valid. `revoked_at`: a paper that was stamped before that moment stays valid.
    """

    valid: bool
    why: str | None = None
    signer: str | None = None
    issuer: str | None = None
    serial: str | None = None
    signed_at: datetime | None = None
    stamped_at: datetime | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    kind: str | None = None
    reference: str | None = None
    revoked_at: datetime | None = None


def judge(found: Finding, revoked_at: datetime | None) -> Finding:
    """A finding, knowing when the signer's certificate was revoked: what was stamped from then on does not count."""
    if revoked_at is None or found.serial is None:
        return found
    if found.valid and found.stamped_at is not None and found.stamped_at >= revoked_at:
        return replace(found, valid=False, why="revoked", kind=None, reference=None, revoked_at=revoked_at)
    return replace(found, revoked_at=revoked_at)


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(JAPAN).replace(tzinfo=None) if moment else None


def _stamped_at(signer_info: Any) -> datetime | None:
    """What the time stamp over the signature says; nothing is checked yet."""
    for attribute in signer_info["unsigned_attrs"] or ():
        if attribute["type"].native == "signature_time_stamp_token":
            token = attribute["values"][0]["content"]
            found: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
            return found
    return None


def _told(reader: Any) -> dict[str, str]:
    """What the file's keywords say: `kind` and `case`."""
    info = reader.trailer_view.get("/Info")
    info = info.get_object() if info is not None else {}
    words = str(info.get("/Keywords", "")).replace(",", " ").split()
    return dict(word.split("=", 1) for word in words if "=" in word)


def verify(pdf: bytes, root: x509.Certificate) -> Finding:
    """Check the outermost signature of a file against one root, at the moment that its time stamp gives. Never raises for bad files."""
    from asn1crypto import x509 as asn1  # type: ignore[import-untyped]
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko_certvalidator import ValidationContext

    # Bytes from anybody: the libraries raise these where a file is broken in a way that they did not foresee.
    broken = (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, AssertionError)
    try:
        reader = PdfFileReader(BytesIO(pdf))
        signatures = reader.embedded_signatures
    except broken:
        return Finding(False, "not-a-pdf")
    if not signatures or len(signatures) > MAX_SIGNATURES:
        return Finding(False, "not-signed")
    try:
        latest = signatures[-1]
        moment = _stamped_at(latest.signer_info)
        if moment is None:
            return Finding(False, "no-time-stamp")
        trusted = asn1.Certificate.load(root.public_bytes(Encoding.DER))
        signing, stamping = (
            ValidationContext(trust_roots=[trusted], moment=moment, allow_fetching=False) for _ in range(2)
        )
        status = validate_pdf_signature(latest, signing, stamping)
        told = _told(reader)
    except (*broken, SignatureValidationError, SigningError):
        return Finding(False, "changed")
    signer = x509.load_der_x509_certificate(status.signing_cert.dump())
    whole = status.intact and status.valid and status.bottom_line is not None and _covers_all(status)
    stamped = status.timestamp_validity is not None and status.timestamp_validity.trusted
    why = None if status.bottom_line and whole else "changed" if not whole else "unknown-issuer"
    if why is None and not stamped:
        why = "no-time-stamp"
    return Finding(
        why is None, why, _common(signer.subject), _common(signer.issuer), f"{signer.serial_number:x}",
        _local(status.signer_reported_dt), _local(moment), _local(signer.not_valid_before_utc),
        _local(signer.not_valid_after_utc), told.get("kind") if why is None else None,
        told.get("case") if why is None else None,
    )  # fmt: skip


def _covers_all(status: Any) -> bool:
    """Nothing was added after the signature."""
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    return bool(status.coverage is SignatureCoverageLevel.ENTIRE_FILE)


def _common(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()
