"""Synthetic signing certificates in the shape of JPKI's, their authority and its revocation list.

Simulated moments have no zone; in certificates they stand as if they were UTC. What identifies the holder sits in the subject
alternative name (otherName, 1.2.392.200149.8.5.5.x), as in real cards: .1 name, .4 birth date with era digit, .3 sex, .5 address,
.2 and .6 substituted characters. The policy extension is not critical. The issuer says that it is a simulator.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.x509.oid import NameOID, ObjectIdentifier

ARC = "1.2.392.200149.8.5.5."
POLICY = ObjectIdentifier("1.2.392.200149.8.5.1.1.20")
ALGORITHM = "RSASSA-PKCS1-v1_5-SHA256"
AUTHORITY_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
AUTHORITY_UNTIL = datetime(2099, 12, 31, tzinfo=UTC)
CERTIFICATE_BIRTHDAYS = 5
LIST_DAYS = 7
_ERAS = ((date(2019, 5, 1), "0"), (date(1989, 1, 8), "5"), (date(1926, 12, 25), "4"), (date(1912, 7, 30), "3"))
_SEX = {"male": "1", "female": "2"}


@dataclass(frozen=True, slots=True)
class Holder:
    """What a certificate says of its holder. `name`: family and given name with one blank; `address`: one line, no postcode."""

    name: str
    birth_date: str
    sex: str | None
    address: str


def _utf8(text: str) -> bytes:
    """DER UTF8String."""
    data = text.encode()
    size = len(data)
    length = (
        bytes([size]) if size < 0x80 else bytes([0x81, size]) if size < 0x100 else b"\x82" + size.to_bytes(2, "big")
    )
    return b"\x0c" + length + data


def era_date(birth: str) -> str:
    """`EYYYYMMDD`: a digit for the era, then the Gregorian date."""
    day = date.fromisoformat(birth)
    era = next((digit for first, digit in _ERAS if day >= first), "1")
    return era + day.strftime("%Y%m%d")


def birthday_after(birth: str, issued: date, count: int) -> date:
    """The fifth, tenth … birthday after the day of issue; 29 February counts as 1 March in other years."""
    born = date.fromisoformat(birth)
    year = issued.year + count - ((born.month, born.day) > (issued.month, issued.day))
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def last_day(birth: str, issued: date, card_until: date | None) -> date:
    """When a certificate ends: with the fifth birthday after its issue, or with the card."""
    end = birthday_after(birth, issued, CERTIFICATE_BIRTHDAYS)
    return end if card_until is None else min(end, card_until)


def _usage(**used: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    return x509.KeyUsage(
        **{name: used.get(name, False) for name in names},
        key_cert_sign=used.get("key_cert_sign", False),
        crl_sign=used.get("crl_sign", False),
        encipher_only=False,
        decipher_only=False,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


class Authority:
    """The synthetic certificate authority of one service, for all worlds."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        self._name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "SIMULATOR - not J-LIS"),
                x509.NameAttribute(NameOID.COMMON_NAME, "Synthetic JPKI signing CA"),
            ]
        )
        builder = self._builder(self._name, key.public_key(), 1, AUTHORITY_SINCE, AUTHORITY_UNTIL)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        self.certificate = builder.sign(key, hashes.SHA256())

    def _builder(
        self, subject: x509.Name, public: rsa.RSAPublicKey, serial: int, first: datetime, last: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public)
            .serial_number(serial)
            .not_valid_before(first)
            .not_valid_after(last)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )

    def issue(
        self, holder: Holder, public: rsa.RSAPublicKey, issued: date, serial: int, until: date, crl: str
    ) -> x509.Certificate:
        """A signing certificate from the day of issue to the end of `until` (see `last_day`). `crl`: URL of its revocation list."""
        name = holder.name.replace(" ", "　")
        parts = (
            ("1", name), ("4", era_date(holder.birth_date)), ("3", _SEX.get(holder.sex or "", "3")),
            ("5", holder.address), ("2", "0" * len(name)), ("6", "0" * len(holder.address)),
        )  # fmt: skip
        names = [x509.OtherName(ObjectIdentifier(ARC + number), _utf8(text)) for number, text in parts]
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
                x509.NameAttribute(NameOID.COMMON_NAME, f"{issued:%Y%m%d}{serial % 10**12:012d}SIM"),
            ]
        )
        end = _midnight(until) + timedelta(days=1, seconds=-1)
        builder = self._builder(subject, public, serial, _midnight(issued), end)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(POLICY, None)]), critical=False
        )
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def revocation_list(self, revoked: list[tuple[int, datetime]], now: datetime) -> x509.CertificateRevocationList:
        """The list as of a simulated moment: [(serial number, simulated moment of revocation)]."""
        moment = now.replace(tzinfo=UTC)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._name)
        builder = builder.last_update(moment).next_update(moment + timedelta(days=LIST_DAYS))
        builder = builder.add_extension(x509.CRLNumber(int(moment.timestamp())), critical=False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(authority, critical=False)
        for serial, at in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at.replace(tzinfo=UTC))
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key, hashes.SHA256())


def sign_digest(key: rsa.RSAPrivateKey, digest: bytes) -> bytes:
    """PKCS#1 v1.5 over a SHA-256 digest, as the card does."""
    return key.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))


def der(certificate: x509.Certificate) -> bytes:
    """A certificate as DER."""
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(thing: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    """A certificate or a list as PEM."""
    return thing.public_bytes(serialization.Encoding.PEM)
