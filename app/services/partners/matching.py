"""Finds the contract that a notice is about: by its number, or by name, reading and address. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.services.partners.models import NoticeIn
from app.services.partners.partners import Partner
from app.services.partners.tables import Contract

Doubt = Literal["holder", "family", "old_name", "kana", "variant", "number"]
"""What differs: another holder, told by the family, a former name, the reading, other letters for the same reading, a wrong number."""


@dataclass(frozen=True, slots=True)
class Match:
    """The contract, None where none or more than one fits (`several`), and what differs."""

    contract: Contract | None
    doubts: frozenset[Doubt] = frozenset()
    several: bool = False


def plain(text: str | None) -> str:
    """A text without blanks and differences of width."""
    return "".join(unicodedata.normalize("NFKC", text or "").split())


def place(address: Mapping[str, Any] | None) -> tuple[str, ...]:
    """An address as far as two spellings of it agree; the building is left out, people write it in many ways."""
    return tuple(plain(str(address.get(name, ""))) for name in ("municipality", "town", "block")) if address else ()


def find(partner: Partner, contracts: Sequence[Contract], notice: NoticeIn, *, open_book: bool = False) -> Match:
    """`open_book`: the world has no household; who tells of a contract then holds it."""
    if open_book:
        home = notice.old_address.model_dump() if notice.old_address else None
        number = notice.customer_number or f"of {plain(notice.holder.name)}"
        return Match(Contract(partner.id, number, notice.holder.name, notice.holder.kana, home))
    doubts: set[Doubt] = set()
    if notice.customer_number:
        numbered = next((one for one in contracts if one.number == notice.customer_number), None)
        if numbered:
            return Match(numbered, frozenset(_differences(partner, numbered, notice)))
        doubts.add("number")
    here = place(notice.old_address.model_dump() if notice.old_address else None)
    near = [one for one in contracts if not one.ended and (not here or not one.address or place(one.address) == here)]
    for wanted in (_own, _read, _family):
        found = [one for one in near if wanted(partner, one, notice)]
        if len({plain(one.name) for one in found}) > 1 or (
            found and not here and len({place(one.address) for one in found}) > 1
        ):
            return Match(None, several=True)
        if found:
            return Match(found[0], frozenset(doubts | _differences(partner, found[0], notice)))
    return Match(None, frozenset(doubts))


def _own(_: Partner, contract: Contract, notice: NoticeIn) -> bool:
    return plain(notice.holder.name) in (plain(contract.name), plain(contract.present))


def _read(_: Partner, contract: Contract, notice: NoticeIn) -> bool:
    return (
        bool(notice.holder.kana)
        and plain(notice.holder.kana) == plain(contract.kana)
        and notice.old_address is not None
    )


def _family(partner: Partner, contract: Contract, notice: NoticeIn) -> bool:
    return partner.holder == "family" and plain(notice.holder.name) in map(plain, contract.family)


def _differences(partner: Partner, contract: Contract, notice: NoticeIn) -> set[Doubt]:
    name, kana = plain(notice.holder.name), plain(notice.holder.kana)
    if name == plain(contract.name):
        return {"kana"} if kana and contract.kana and kana != plain(contract.kana) else set()
    if contract.present and name == plain(contract.present):
        return {"old_name"}
    if _family(partner, contract, notice):
        return {"family"}
    return {"variant"} if kana and kana == plain(contract.kana) else {"holder"}
