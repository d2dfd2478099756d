"""What a company is told of an application: the fields of one notice, made from the facts of the case, and nothing else of it.

Fields are those of 住所変更受付, the interface of the service `partners`. The table below says, for each procedure that goes to a company,
what it is there and which facts go along as details; every other fact stays here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from . import facts
from .catalogue import Procedure
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
        "old_address": "applicant.address",
        "stop_date": "move.utilities_stop",
        "start_date": "move.utilities_start",
        "visit_slot": "move.gas_visit",
        "new_address": "move.new_address",
        "building_structure": "move.building_structure",
        "line_permission": "move.line_permission",
        "deposit_account": "move.deposit_account",
        "commute_route": "each.commute_route",
        "birth_date": "applicant.birth_date",
        "holder": "move.contract_holder",
        "kana": "applicant.kana",
    }
)
"""What a company asks for -> the fact of a definition that answers it; for others, the one that the definition names."""

OF_HOLDER = frozenset({"applicant.birth_date", "applicant.kana", "applicant.address"})
"""Of the person whom a case is about, where it is about one."""

TOLD: Mapping[str, str] = MappingProxyType(
    {
        "holder/kana": "kana",
        "customer_number": "customer_number",
        "old_address": "old_address",
        "new_address": "new_address",
    }
    | {f"details/{name}": name for name in DETAILS.values()}
)
"""Place in a notice that the company could not read -> what it would ask for."""

CERTIFICATE = "employment_certificate"
NUMBER = re.compile(r"[A-Z0-9-]{4,20}")
ADDRESS = ("postcode", "municipality", "town", "block", "building")
UNKNOWN = (None, "", "unknown")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a procedure is to its company. `purpose` None: start and stop, by which dates the case has. `number`: the item that holds the
    customer number there. `partners`: which offices are such companies, None: all that take the procedure."""

    purpose: str | None
    details: frozenset[str]
    number: str | None = None
    partners: frozenset[str] | None = None

    def goes_to(self, authority: str) -> bool:
        """Whether the procedure's notice leaves an office for a company."""
        return self.partners is None or authority in self.partners


def _kind(purpose: str | None, *items: str, number: str | None = None, partners: frozenset[str] | None = None) -> Kind:
    return Kind(purpose, frozenset(items), number, partners)


def goes(case: Application) -> bool:
    """Whether a company is told of a case."""
    kind = KINDS.get(case.procedure)
    return kind is not None and kind.goes_to(case.authority)


def answering(case: Application, procedure: Procedure, field: str | None) -> str | None:
    """The `role.item` of a definition that answers what a company asks for: what the procedure needs itself, else what the tables say."""
    if field == "customer_number":
        number = KINDS[case.procedure].number
        return f"move.{number}" if number else None
    item = next((item for item, detail in DETAILS.items() if detail == field), None)
    needed = next((one.reference for one in procedure.needs if item and one.reference.endswith(f".{item}")), None)
    reference = needed or ASKED.get(field or "")
    if reference in OF_HOLDER and case.body.get("subject"):
        return reference.replace("applicant.", "each.")
    return reference


def unread(places: Sequence[str]) -> str | None:
    """What a company would ask for, of the places in a notice that it could not read (`details/phone`, `new_address/block`)."""
    return next((TOLD[known] for place in places for known in TOLD if f"{place}/".startswith(f"{known}/")), None)


UTILITIES = ("phone", "utilities_stop", "utilities_start", "utility_payment")
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "electricity-start-stop": _kind(None, *UTILITIES, number="electricity_number"),
        "gas-start-stop": _kind(None, *UTILITIES, "gas_appliances", "gas_visit", number="gas_number"),
        "water-start-stop": _kind(None, *UTILITIES, partners=frozenset({"minato-water"})),
        "mail-forwarding": _kind("forwarding", "phone"),
        "bank-address": _kind("address_change", "birth_date", "overseas_address", number="bank_number"),
        "credit-subscription-address": _kind("address_change", "birth_date", "overseas_address", number="card_number"),
        "insurance-address": _kind(
            "address_change", "birth_date", "overseas_address", "insurance_kinds", "building_structure"
        ),
        "mobile-address": _kind("address_change", "birth_date", "phone", "overseas_address", number="mobile_number"),
        "nhk-address": _kind("address_change", "phone", "broadcast_merge"),
        "employer-address-notice": _kind("address_change", "birth_date", "commute_route"),
        "lease-termination": _kind("termination", "phone", "deposit_account"),
        "internet-line": _kind("move_line", "phone", "internet_choice", "line_permission"),
        "employment-certificate": _kind(CERTIFICATE),
    }
)


def asks_certificate(case: Application) -> bool:
    """Whether the company is asked to make a 就労証明書, and told nothing else."""
    return KINDS[case.procedure].purpose == CERTIFICATE


def build(case: Application) -> dict[str, Any]:
    """The notice of a case. Its consent is the case itself: the citizen chose to tell this company by filing it."""
    kind = KINDS[case.procedure]
    known = {facts.key(text): value for text, value in case.body["facts"].items()}
    holder = _holder(case, known)
    said = _values(case, known, holder)
    if kind.purpose == CERTIFICATE:
        return _certificate(case, known, holder, said)
    details = {DETAILS[item]: said[item] for item in sorted(kind.details) if item in said}
    purpose = kind.purpose or _start_stop(said)
    if purpose == "move_line" and said.get("internet_choice") != "keep":
        purpose = "termination"  # who goes abroad is not asked: a line can only be given up
    if purpose == "forwarding":
        details["movers"] = [{"name": value} for (_, item), value in known.items() if item == "name"]
    notice: dict[str, Any] = {
        "holder": _named(known, holder, said),
        "effective_date": _effective(case, said),
        "consent_ref": case.number,
        "purpose": purpose,
        "details": details,
    }
    if isinstance(said.get("address"), Mapping) and purpose != "start":
        notice["old_address"] = _address(said["address"])
    if isinstance(said.get("new_address"), Mapping) and purpose not in ("stop", "termination"):
        notice["new_address"] = _address(said["new_address"])
    number = unicodedata.normalize("NFKC", str(said.get(kind.number or "") or "")).strip().upper()
    if NUMBER.fullmatch(number):  # another is none: the company looks by name, and asks again where it does not find it
        notice["customer_number"] = number
    return notice


def _certificate(case: Application, known: facts.Facts, holder: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """The request for a certificate: whose, and for which children. No address goes along, not even the city's code: the form may stay open there."""
    children = facts.named("children", case.body["subjects"], known)
    born = said.get("birth_date")
    return {
        "holder": _named(known, holder, said),
        **({"birth_date": born} if born else {}),
        "children": [{"name": str(known[one, "name"])} for one in children if known.get((one, "name"))],
        "consent_ref": case.number,
        "purpose": "childcare",
    }


def _named(known: facts.Facts, holder: str, said: Mapping[str, Any]) -> dict[str, str]:
    """Name, and reading where it is known. A contract in another name has no reading here."""
    if said.get("contract_holder"):
        return {"name": str(said["contract_holder"])}
    kana = {"kana": str(known[holder, "kana"])} if known.get((holder, "kana")) else {}
    return {"name": str(known.get((holder, "name"), ""))} | kana


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
