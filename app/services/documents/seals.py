"""Certificates that sign papers: a root of the simulation, offices' seals, and a time-stamping authority. Pure.

Keys are EC P-256; the time-stamping authority's is RSA, the only kind that the library's stamper in this process signs with.

The words in every certificate say that it is none of a real authority. Simulated moments are Japanese local time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

JAPAN = timezone(timedelta(hours=9))
ROOT_SINCE, ROOT_UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
YEARS = 3
LIST_DAYS = 7  # how long a list of revoked certificates holds
SLACK = timedelta(days=1)  # a certificate is valid a little before it is first used
MAKER = "Hitomado Simulator (no real authority)"

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Seal:
    """A key and its certificate."""

    key: Key
    certificate: x509.Certificate

    def valid_at(self, moment: datetime) -> bool:
        """Whether the certificate is valid at a simulated moment."""
        at = zoned(moment)
        return self.certificate.not_valid_before_utc <= at <= self.certificate.not_valid_after_utc

    def dump(self) -> tuple[str, str]:
        """Key and certificate as PEM."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key.decode(), self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @classmethod
    def load(cls, key: str, certificate: str) -> Seal:
        """As `dump` gave it. Raises `ValueError`."""
        private = serialization.load_pem_private_key(key.encode(), None)
        if not isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise ValueError("the key is of another kind")
        return cls(private, x509.load_pem_x509_certificate(certificate.encode()))


def zoned(moment: datetime) -> datetime:
    """A simulated local moment with Japan's offset."""
    return moment.replace(tzinfo=JAPAN)


def _name(common: str) -> x509.Name:
    pairs = ((NameOID.COUNTRY_NAME, "JP"), (NameOID.ORGANIZATION_NAME, MAKER), (NameOID.COMMON_NAME, common))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=not signs_certificates, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def make_root() -> Seal:
    """A new root: who trusts it trusts the papers of one simulated world."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("模擬 官職認証局")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(ROOT_SINCE).not_valid_after(ROOT_UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return Seal(key, certificate)


def revocation_list(
    root: Seal, revoked: Iterable[tuple[int, datetime]], now: datetime
) -> x509.CertificateRevocationList:
    """The root's list as of a simulated moment. `revoked`: (serial number, simulated moment)."""
    at = zoned(now)
    builder = x509.CertificateRevocationListBuilder().issuer_name(root.certificate.subject)
    builder = builder.last_update(at).next_update(at + timedelta(days=LIST_DAYS))
    for serial, moment in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(zoned(moment))
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(root.key, hashes.SHA256())


def issue(root: Seal, holder: str, since: datetime, *, stamps_time: bool = False) -> Seal:
    """A seal for `holder` (an office in words), or a time-stamping authority, valid for three years from a simulated moment."""
    key: Key = rsa.generate_private_key(65537, 2048) if stamps_time else ec.generate_private_key(ec.SECP256R1())
    first = zoned(since) - SLACK
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(holder)).issuer_name(root.certificate.subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first).not_valid_after(first + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()), critical=False)
    )  # fmt: skip
    if stamps_time:  # RFC 3161: this purpose alone, and critical
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Seal(key, builder.sign(root.key, hashes.SHA256()))
