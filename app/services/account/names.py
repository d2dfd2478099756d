"""Whether the name of an account is its owner's: comparison of names in transfer letters.

Kana alone is compared, as banks do; kanji never is. Assumption: spaces and full stops do not count, nor what lies beyond 30 bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from app.services.account.zengin import RECEIVER, NotZengin, limited

Likeness = Literal["match", "old_name", "kana_mismatch"]


def normal(name: str) -> str | None:
    """A name for comparing, or None where no transfer file can hold it."""
    try:
        return limited(name, RECEIVER).replace(" ", "").replace(".", "") or None
    except NotZengin:
        return None


def same(one: str, other: str) -> bool:
    """Whether two spellings are one name."""
    return normal(one) is not None and normal(one) == normal(other)


def likeness(held: str, names: Iterable[str], former: Iterable[str] = ()) -> Likeness:
    """What a bank that holds an account under a name says of these names of today and of before."""
    if any(same(held, name) for name in names):
        return "match"
    return "old_name" if any(same(held, name) for name in former) else "kana_mismatch"
