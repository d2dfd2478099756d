"""Numbers of synthetic people. None of them can be a number of a real person; ``docs/personas.md`` gives the rule of each.

Every maker takes a serial, so that two people never share a number by chance.
"""

from __future__ import annotations

import re

from app.mynumber_guard import check_digit
from app.services.simcore.numbers import is_synthetic, synthetic

KANA = "あいうえかきくけこさすせそたちつてとなにぬねのはひふほまみむめもやゆらりるろ"
_PLATE = re.compile(r"\S+ (?:\d{3} )?[ぁ-ん] 00-\d{2}(?:\d{2})?")


def my_number(serial: int) -> str:
    """12 digits from 999, with a check digit that is wrong by one."""
    return synthetic(serial)


def is_my_number(number: str) -> bool:
    """Whether it is one of ours."""
    return is_synthetic(number)


def resident_code(serial: int) -> str:
    """住民票コード: letters where the real one has digits only."""
    return f"SIM{serial:08d}"


def is_resident_code(code: str) -> bool:
    """Whether it is one of ours."""
    return bool(re.fullmatch(r"SIM\d{8}", code))


def licence_number(serial: int) -> str:
    """運転免許証: no commission has the code 00; twelve digits, so the last one keeps it from being a legal My Number too."""
    first = f"00{serial:09d}"
    return f"{first}{(check_digit(first) + 1) % 10}"


def is_licence_number(number: str) -> bool:
    """Whether it is one of ours."""
    return bool(re.fullmatch(r"00\d{10}", number)) and licence_number(int(number[2:11])) == number


def residence_card(serial: int) -> str:
    """在留カード: three letters and one, where the real one has two and two."""
    return f"SIM{serial:08d}X"


def is_residence_card(number: str) -> bool:
    """Whether it is one of ours."""
    return bool(re.fullmatch(r"SIM\d{8}X", number))


def phone(serial: int) -> str:
    """No call begins with 000."""
    return f"000-{serial // 10_000 % 10_000:04d}-{serial % 10_000:04d}"


def is_phone(number: str) -> bool:
    """Whether it is one of ours."""
    return bool(re.fullmatch(r"000-\d{4}-\d{4}", number))


def account(serial: int) -> str:
    """Seven digits; the bank is what exists nowhere."""
    return f"{serial % 10_000_000:07d}"


def chip(serial: int) -> str:
    """15 digits from 000, which is no country's and no maker's code."""
    return f"{serial:015d}"


def is_chip(number: str) -> bool:
    """Whether it is one of ours."""
    return bool(re.fullmatch(r"000\d{12}", number))


def customer(serial: int) -> str:
    """A company's customer number."""
    return f"SIM-{serial:08d}"


def is_customer(number: str) -> bool:
    """Whether it is one of ours."""
    return bool(re.fullmatch(r"SIM-\d{8}", number))


def plate(place: str, group: str, serial: int) -> str:
    """A fictional place, and digits after 00: a real plate shows dots in place of leading zeros."""
    kana, digits = KANA[serial // 10_000 % len(KANA)], serial % 10_000
    return " ".join(part for part in (place, group, kana, f"00-{digits:04d}") if part)


def is_plate(text: str) -> bool:
    """Whether it is one of ours."""
    return bool(_PLATE.fullmatch(text))
