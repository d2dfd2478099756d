"""Whether a correction is signed: like the application that it corrects, as long as the card's signing certificate still counts.

公的個人認証法 lets a signing certificate lapse when name or address in it change, so the very move that is corrected may have ended it. Then
the certificate by which the person signed in stands for them, and everybody is told that the correction is not signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Way(StrEnum):
    """How a correction goes. The values of those that say why a signature is not possible are what an office is told."""

    SIGNED = "signed"
    COMPANY = "company"  # a private notice takes no signature
    COUNTER = "counter"  # filed without a signature: the person showed at the counter who they are
    REVOKED = "certificate-revoked"
    EXPIRED = "certificate-expired"
    NO_CERTIFICATE = "no-certificate"
    NO_CARD = "no-card"


IMPOSSIBLE = frozenset({Way.REVOKED, Way.EXPIRED, Way.NO_CERTIFICATE, Way.NO_CARD})
"""Ways without a signature that was asked for."""
WHY: Mapping[str, Way] = MappingProxyType(
    {
        # what the card authority's list and days say of the certificate
        "revoked": Way.REVOKED,
        "expired": Way.EXPIRED,
        # what the signing page said
        "signing_revoked": Way.REVOKED,
        "signing_expired": Way.EXPIRED,
        "no_signing": Way.NO_CERTIFICATE,
        "no_card": Way.NO_CARD,
        # what the office said of a signature that was made a moment before
        "signature-certificate-revoked": Way.REVOKED,
        "signature-certificate-expired": Way.EXPIRED,
    }
)


def way(*, private: bool, signed: bool, stopped: str = "", standing: str = "") -> Way:
    """How the correction of an application goes.

    `private`: it went to a company; `signed`: it was filed with a signature. `stopped`: what stood in the way when the person last tried to
    sign, empty where nothing did; `standing`: of the newest certificate that is known (valid | expired | revoked), empty where that is not
    known. A try says more than what is known; what neither of them rules out is tried.
    """
    if private:
        return Way.COMPANY
    if not signed:
        return Way.COUNTER
    return WHY.get(stopped) or WHY.get(standing) or Way.SIGNED
