"""The guard finds legal My Numbers however they are written, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mynumber_guard import RealNumber, check_digit, is_legal, looks_real, refuse
from app.services.simcore.numbers import synthetic

FIRST = "12345678901"
LEGAL = FIRST + str(check_digit(FIRST))


@pytest.mark.parametrize(
    "text",
    [
        LEGAL,
        f"番号は{LEGAL}です",
        f"{LEGAL[:4]}-{LEGAL[4:8]}-{LEGAL[8:]}",
        f"{LEGAL[:4]} {LEGAL[4:8]}　{LEGAL[8:]}",
        LEGAL.translate({ord("0") + n: ord("０") + n for n in range(10)}),
        f"{LEGAL[:4]}・{LEGAL[4:8]}ー{LEGAL[8:]}",
    ],
)
def test_a_legal_number_is_found_however_it_is_written(text: str) -> None:
    assert looks_real(text)
    with pytest.raises(RealNumber):
        refuse(["何か", text])


@pytest.mark.parametrize(
    "text", ["", "000-8000-0201", "2027-03-28", LEGAL[:11], LEGAL + "1", "ひだまり銀行 普通 0000021", synthetic(7)]
)
def test_what_is_no_legal_number_passes(text: str) -> None:
    assert not looks_real(text)
    refuse([text])


@given(st.integers(0, 10**11 - 1))
def test_exactly_one_check_digit_is_legal(number: int) -> None:
    first = f"{number:011d}"
    assert [digit for digit in range(10) if is_legal(f"{first}{digit}")] == [check_digit(first)]


def test_the_error_carries_nothing_of_the_number() -> None:
    with pytest.raises(RealNumber) as caught:
        refuse([LEGAL])
    assert LEGAL not in repr(caught.value)
