"""What a company is told of an application: the fields of one notice, made from the facts of the case, and nothing else of it.

Fields are those of 住所変更受付, the interface of the service `partners`. The table below says, for each procedure that goes to a company,
what it is there and which facts go along as details; every other fact stays here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from . import facts
from .records import Application

DETAILS: Mapping[str, str] = MappingProxyType(
    {
        "phone": "phone",
        "birth_date": "birth_date",
        "utilities_stop": "stop_date",
        "utilities_start": "start_date",
        "utility_payment": "payment",
        "gas_appliances": "appliances",
        "gas_visit": "visit_slot",
        "overseas_address": "overseas_address",
        "insurance_kinds": "insurance_kinds",
        "building_structure": "building_structure",
        "internet_choice": "internet_choice",
        "line_permission": "line_permission",
        "broadcast_merge": "broadcast_merge",
        "commute_route": "commute_route",
        "deposit_account": "deposit_account",
    }
)
"""Item of the vocabulary -> detail of a notice."""

ASKED: Mapping[str, str] = MappingProxyType(
    {
        "start_date": "move.utilities_start",
        "visit_slot": "move.gas_visit",
        "new_address": "move.new_address",
        "building_structure": "move.building_structure",
        "line_permission": "move.line_permission",
        "deposit_account": "move.deposit_account",
        "commute_route": "each.commute_route",
        "birth_date": "applicant.birth_date",
        "holder": "applicant.name",
    }
)
"""What a company asks for -> the fact of a definition that answers it; for others, the one that the definition names."""

ADDRESS = ("postcode", "municipality", "town", "block", "building")
UNKNOWN = (None, "", "unknown")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a procedure is to its company. `purpose` None: start and stop, by which dates the case has."""

    purpose: str | None
    details: frozenset[str]


def _kind(purpose: str | None, *items: str) -> Kind:
    return Kind(purpose, frozenset(items))


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "electricity-start-stop": _kind(None, "phone", "utilities_stop", "utilities_start", "utility_payment"),
        "gas-start-stop": _kind(
            None, "phone", "utilities_stop", "utilities_start", "utility_payment", "gas_appliances", "gas_visit"
        ),
        "mail-forwarding": _kind("forwarding", "phone"),
        "bank-address": _kind("address_change", "birth_date", "overseas_address"),
        "credit-subscription-address": _kind("address_change", "birth_date", "overseas_address"),
        "insurance-address": _kind(
            "address_change", "birth_date", "overseas_address", "insurance_kinds", "building_structure"
        ),
        "mobile-address": _kind("address_change", "birth_date", "phone", "overseas_address"),
        "nhk-address": _kind("address_change", "phone", "broadcast_merge"),
        "employer-address-notice": _kind("address_change", "birth_date", "commute_route"),
        "lease-termination": _kind("termination", "phone", "deposit_account"),
        "internet-line": _kind("move_line", "phone", "internet_choice", "line_permission"),
    }
)


def build(case: Application) -> dict[str, Any]:
    """The notice of a case. Its consent is the case itself: the citizen chose to tell this company by filing it."""
    kind = KINDS[case.procedure]
    known = {facts.key(text): value for text, value in case.body["facts"].items()}
    holder = _holder(case, known)
    said = _values(case, known, holder)
    details = {DETAILS[item]: said[item] for item in sorted(kind.details) if item in said}
    purpose = kind.purpose or _start_stop(said)
    if purpose == "move_line" and said.get("internet_choice") == "cancel":
        purpose = "termination"
    if purpose == "forwarding":
        details["movers"] = [{"name": value} for (_, item), value in known.items() if item == "name"]
    kana = {"kana": known[holder, "kana"]} if known.get((holder, "kana")) else {}
    notice: dict[str, Any] = {
        "holder": {"name": known.get((holder, "name"), "")} | kana,
        "effective_date": _effective(case, said),
        "consent_ref": case.number,
        "purpose": purpose,
        "details": details,
    }
    if isinstance(said.get("address"), Mapping) and purpose != "start":
        notice["old_address"] = _address(said["address"])
    if isinstance(said.get("new_address"), Mapping) and purpose not in ("stop", "termination"):
        notice["new_address"] = _address(said["new_address"])
    return notice


def _holder(case: Application, known: facts.Facts) -> str:
    """Whose contract it is: the person whom the case is about, else the applicant, else the first who has a name in it."""
    applicant = case.body["subjects"].get("applicant")
    named = [subject for subject, item in known if item == "name"]
    return next((one for one in (case.body.get("subject"), applicant) if one in named), named[0] if named else "")


def _values(case: Application, known: facts.Facts, holder: str) -> dict[str, Any]:
    """Facts by item: of the holder and of the move, never of another person. What is not known is left open (None)."""
    people = {subject for subject, item in known if item in ("name", "birth_date")} - {holder}
    return {
        item: None if value in UNKNOWN else value for (subject, item), value in known.items() if subject not in people
    }


def _start_stop(said: Mapping[str, Any]) -> str:
    starts, stops = said.get("utilities_start") is not None, said.get("utilities_stop") is not None
    return "start_stop" if starts and stops else "stop" if stops else "start"


def _effective(case: Application, said: Mapping[str, Any]) -> str:
    """The day from which it holds: the day of the move where the case knows it, else the day of the application."""
    for item in ("utilities_start", "date", "utilities_stop"):
        try:
            return date.fromisoformat(str(said.get(item))).isoformat()
        except ValueError:
            continue
    return case.received_at[:10]


def _address(value: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value.get(name) or "") for name in ADDRESS}
