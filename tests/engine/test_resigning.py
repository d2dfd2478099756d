"""How a correction goes: every reason that is known, and which one counts more."""

from __future__ import annotations

import pytest

from app.engine.resigning import IMPOSSIBLE, WHY, Way, way
from app.services.authorities.models import Correction


@pytest.mark.parametrize(
    ("stopped", "standing", "found"),
    [
        ("", "", Way.SIGNED),
        ("", "valid", Way.SIGNED),
        ("", "revoked", Way.REVOKED),
        ("", "expired", Way.EXPIRED),
        ("signing_revoked", "valid", Way.REVOKED),
        ("no_signing", "revoked", Way.NO_CERTIFICATE),
        ("no_card", "", Way.NO_CARD),
        ("signature-certificate-revoked", "valid", Way.REVOKED),
        ("signing_locked", "valid", Way.SIGNED),
        ("cancelled_by_user", "", Way.SIGNED),
        ("cancelled", "valid", Way.SIGNED),
    ],
)
def test_what_was_signed_is_signed_again_unless_something_stands_in_the_way(
    stopped: str, standing: str, found: Way
) -> None:
    assert way(private=False, signed=True, stopped=stopped, standing=standing) is found


def test_a_company_and_a_counter_ask_for_no_signature() -> None:
    for stopped in ("", *WHY):
        assert way(private=True, signed=True, stopped=stopped) is Way.COMPANY
        assert way(private=False, signed=False, stopped=stopped) is Way.COUNTER


def test_offices_know_every_reason() -> None:
    for reason in IMPOSSIBLE:
        assert Correction(facts={"haruka.phone": "1"}, unsigned=reason.value).unsigned == reason.value  # type: ignore[arg-type]
