"""Signs a PDF as PAdES B-T: the office's seal over the whole file, and an RFC 3161 time stamp made in this process."""

from __future__ import annotations

import asyncio
from datetime import datetime
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives import serialization

from .seals import Seal, zoned

FIELD = "OfficialSeal"


def _parts(seal: Seal) -> tuple[Any, Any]:
    """Certificate and key in the form that the signing library wants."""
    from asn1crypto import keys, x509  # type: ignore[import-untyped]

    der = serialization.Encoding.DER
    key = seal.key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return x509.Certificate.load(seal.certificate.public_bytes(der)), keys.PrivateKeyInfo.load(key)


def sign(pdf: bytes, seal: Seal, stamper: Seal, root: Seal, moment: datetime, reason: str) -> bytes:
    """The signed file, an increment of the one given. `moment`: simulated local time; `reason`: words that stand in the signature."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    at = zoned(moment)

    class SimulatedTime(signers.PdfSigner):
        """Signs at the simulated moment; the library would take the machine's clock."""

        def init_signing_session(self, *args: Any, **named: Any) -> Any:
            session = super().init_signing_session(*args, **named)
            session.system_time = at
            return session

    chain = SimpleCertificateStore()
    chain.register(_parts(root)[0])
    certificate, key = _parts(seal)
    # Hidden, so that the empty field is nothing to a screen reader, as PDF/UA wants it.
    hidden = fields.InvisSigSettings(set_print_flag=False, set_hidden_flag=True)
    signer = SimulatedTime(
        signers.PdfSignatureMetadata(
            field_name=FIELD, md_algorithm="sha256", reason=reason, subfilter=fields.SigSeedSubFilter.PADES,
            certify=True, docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        ),
        signers.SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=chain),
        timestamper=DummyTimeStamper(*_parts(stamper), certs_to_embed=chain, fixed_dt=at),
        new_field_spec=fields.SigFieldSpec(FIELD, invis_sig_settings=hidden),
    )  # fmt: skip
    written = asyncio.run(signer.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf))))
    found: bytes = written.getvalue()
    return found
