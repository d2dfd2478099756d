"""The simulator's own My Numbers, which can never be legal (`app.mynumber_guard` knows the legal ones)."""

from __future__ import annotations

import re

from app.mynumber_guard import check_digit

PREFIX = "999"


def synthetic(serial: int) -> str:
    """The simulator's number for a serial (0 to 99,999,999): 999, serial, a check digit that is wrong by one."""
    if not 0 <= serial < 10**8:
        raise ValueError("serial must have at most eight digits")
    first = f"{PREFIX}{serial:08d}"
    return f"{first}{(check_digit(first) + 1) % 10}"


def is_synthetic(number: str) -> bool:
    """Whether a number is one of the simulator's."""
    return bool(re.fullmatch(PREFIX + r"\d{9}", number)) and synthetic(int(number[3:11])) == number
