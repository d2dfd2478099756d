"""Codes of registers and of what they hold.

Data codes (`4I`, `HH`, `TAX` …) are those of the project's fact base, one for each thing that offices ask for again and again. 特定個人情報名
codes (TM…) are public for four registers only: 1 住民票 and 64 年金 by the numbering of public clients, 2 地方税 and 89 公的給付支給等口座 by public
code. All others carry `TMSIM`, so that nobody takes them for real ones. Codes of affairs (事務, JM…) and of their procedures (JT…) are the
caller's; the simulator checks their shape alone.
"""

from __future__ import annotations

JM = r"^JM[0-9A-Z]{14}$"
JT = r"^JT[0-9A-Z]{14}$"
_PUBLIC = {"resident": 1, "tax": 2, "pension": 64, "account": 89}
_OWN = (
    "card", "health_insurance", "care", "child_allowance", "school", "childcare", "maternal", "disability", "welfare", "employment",
    "licence", "vehicle", "moped", "dog", "real_estate", "seal", "residence_card", "water", "family", "court", "passport",
)  # fmt: skip
_DATA = {
    "resident": "HH", "card": "MYN", "health_insurance": "HI", "pension": "PEN", "care": "LTC", "tax": "TAX", "child_allowance": "CHA",
    "school": "SCH", "childcare": "CHA", "maternal": "MCH", "disability": "DIS", "welfare": "TAX", "employment": "EMP", "licence": "LIC",
    "vehicle": "VEH", "moped": "MOP", "dog": "DOG", "real_estate": "REG", "seal": "SEAL", "residence_card": "RES", "account": "ACC",
    "water": "WAT", "family": "KOS", "court": "KOS", "passport": "PAS",
}  # fmt: skip
_ITEMS = dict.fromkeys(("person.name", "person.address", "person.birth_date", "person.sex"), "4I") | {
    "person.kana": "KANA",
    "person.nationality": "RES",
}


def information_code(register: str) -> str:
    """特定個人情報名コード of a register, 16 characters."""
    if register in _PUBLIC:
        return f"TM{_PUBLIC[register]:014d}"
    return f"TMSIM{_OWN.index(register) + 1 if register in _OWN else 0:011d}"


def data_code(register: str, item: str) -> str:
    """Data code of an item of a register."""
    return _ITEMS.get(item) or _DATA.get(register, "")


def register_of(code: str, registers: list[str]) -> str | None:
    """The register with a 特定個人情報名コード, or None."""
    return next((register for register in registers if information_code(register) == code), None)
