"""What a signing certificate says of its holder: otherName values under 1.2.392.200149.8.5.5, as the card has them."""

from __future__ import annotations

import base64
import binascii
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from cryptography import x509

NAME, BIRTH = "1.2.392.200149.8.5.5.1", "1.2.392.200149.8.5.5.4"


@dataclass(frozen=True, slots=True)
class Holder:
    """Name as the register writes it, and day of birth."""

    name: str
    born: date

    def is_(self, name: str, born: date) -> bool:
        """Whether this is the person; width of letters and blanks do not matter."""
        return _plain(self.name) == _plain(name) and self.born == born


def holder(certificate: str) -> Holder | None:
    """The holder of a certificate (base64 of DER); None where it does not name one."""
    try:
        read = x509.load_der_x509_certificate(base64.b64decode(certificate, validate=True))
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        told = {one.type_id.dotted_string: one.value for one in names.get_values_for_type(x509.OtherName)}
        # The first digit is the era, the rest the Gregorian day.
        born = datetime.strptime(_text(told[BIRTH])[1:], "%Y%m%d").date()
        return Holder(_text(told[NAME]), born)
    except (ValueError, KeyError, IndexError, binascii.Error, x509.ExtensionNotFound):
        return None


def _text(der: bytes) -> str:
    """A DER UTF8String of at most 255 bytes."""
    if der[0] != 0x0C:
        raise ValueError("no UTF8String")
    start = 3 if der[1] == 0x81 else 2
    return der[start:].decode()


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())
