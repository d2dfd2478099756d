"""What a partner finds when it looks at a notice, from its ways alone. Pure: the same notice always meets the same answer."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from app.services.partners import words
from app.services.partners.matching import Match
from app.services.partners.models import CertificateIn, NoticeIn
from app.services.partners.partners import Partner
from app.services.partners.tables import Contract

STARTS = frozenset({"start", "start_stop"})
NEEDS = {
    "start_stop": ("new_address",), "start": ("new_address",), "forwarding": ("old_address", "new_address"),
    "move_line": ("new_address",), "address_change": ("new_address",),
}  # fmt: skip
"""What a purpose cannot do without. The old address of others only helps to find the contract."""
DAYS_AHEAD, DAYS_OFFERED = 21, 4  # how far a partner looks for free visits, and how many days it offers


@dataclass(frozen=True, slots=True)
class Verdict:
    """`state`: None where nothing stands in the way, else question, call_back, visit_required or rejected, with its code and words.

    `doubtful`: a person should look. `appointment`: the day and window that were free.
    """

    state: str | None = None
    code: str = ""
    reason: str = ""
    remedy: str | None = None
    field: str | None = None
    choices: tuple[str, ...] = ()
    doubtful: bool = False
    appointment: dict[str, str] | None = None


def stopped(state: str, code: str, asks: str | None = None, choices: list[str] | None = None) -> Verdict:
    """A verdict with the words for its code."""
    return Verdict(state, code, words.REASONS[code], words.REMEDIES.get(code), asks, tuple(choices or ()))


def start_of(notice: NoticeIn) -> date:
    """The day from which the new home is served."""
    return notice.details.start_date or notice.effective_date


def judge(
    partner: Partner,
    notice: NoticeIn,
    match: Match,
    today: date,
    asked: Collection[str],
    visited: bool,
    taken: Callable[[date, str], int],
) -> Verdict:
    """`asked`: codes and fields of what the citizen was asked before; `visited`: shown at the counter who they are; `taken(day, window)`:
    places that are taken. What is lacking is asked for again as long as it is lacking."""
    if lacking := _lacking(notice):
        return stopped("question", "asked", lacking)
    starts = notice.purpose in STARTS and not stops_only(partner, notice)
    if starts and notice.new_address and not partner.serves(notice.new_address.municipality):
        return stopped("rejected", "out_of_area")
    found = None if visited else _identity(partner, notice, match, asked)
    if found:
        return found
    if match.contract and match.contract.ended:
        return stopped("rejected", "retired" if partner.kind == "employer" else "ended")
    earliest = today + timedelta(days=partner.notice_days)
    if starts and partner.notice_days and start_of(notice) < earliest:
        return stopped("question", "too_soon", "start_date", [earliest.isoformat()])
    appointment = None
    if starts and partner.slots:
        window, free = notice.details.visit_slot, _free(partner, start_of(notice), taken)
        if not free:
            return stopped("question", "full", "start_date", _free_days(partner, start_of(notice), taken))
        if window is None or window not in free:
            choices = [f"{start_of(notice)}/{name}" for name in free]
            return stopped("question", "full" if window else "asked", "visit_slot", choices)
        begin, end = partner.slots.windows[window]
        appointment = {"day": start_of(notice).isoformat(), "window": window, "from": begin, "to": end}
    if open_ := next((name for name in _left_open(partner, notice) if name not in asked), None):
        return stopped("question", "asked", open_)
    doubtful = bool(match.doubts) or bool(notice.details.broadcast_merge) or match.contract is None
    return Verdict(doubtful=doubtful, appointment=appointment)


def stops_only(partner: Partner, notice: NoticeIn) -> bool:
    """Whether the old home's contract can be stopped while the new home lies in another company's area."""
    new = notice.new_address
    return notice.purpose == "start_stop" and new is not None and not partner.serves(new.municipality)


def _lacking(notice: NoticeIn) -> str | None:
    """The first field that the purpose cannot do without and that is not there. Abroad, one address stands for the other."""
    for name in NEEDS.get(notice.purpose, ()):
        abroad = name == "new_address" and notice.purpose == "address_change" and notice.details.overseas_address
        if getattr(notice, name) is None and not abroad:
            return name
    return None


def _identity(partner: Partner, notice: NoticeIn, match: Match, asked: Collection[str]) -> Verdict | None:
    """What stands between the notice and its contract. After an answer, a person takes a reading or a name as it is explained."""
    if match.contract is None:
        if notice.purpose == "start":  # a new customer has no contract yet
            return None
        code = "several" if match.several else "unknown" if partner.kind != "employer" else "not_employed"
        if partner.unknown == "rejected" or (code in asked and partner.unknown == "question"):
            return stopped("rejected", code)
        if code in asked:
            return None  # settled on the telephone
        if partner.unknown == "question" and notice.old_address is None and "old_address" not in asked:
            return stopped("question", "asked", "old_address")
        state = "visit_required" if partner.unknown == "visit" else partner.unknown
        return stopped(state, code, "customer_number" if state == "question" else None)
    if "holder" in match.doubts:
        return stopped("rejected", "holder") if "holder" in asked else stopped("question", "holder", "holder")
    if "old_name" in match.doubts:
        if partner.old_name == "visit":
            return stopped("visit_required", "old_name")
        if partner.old_name == "question" and "old_name" not in asked:
            return stopped("question", "old_name", "holder")
    if "kana" in match.doubts and partner.kana == "question" and "kana" not in asked:
        return stopped("question", "kana", "kana")
    return None


def _free(partner: Partner, day: date, taken: Callable[[date, str], int]) -> list[str]:
    """Windows of a day with a place left."""
    assert partner.slots is not None
    return [name for name in partner.slots.windows if taken(day, name) < partner.slots.capacity]


def _free_days(partner: Partner, day: date, taken: Callable[[date, str], int]) -> list[str]:
    """The next days after a full one on which somebody can come."""
    days = (day + timedelta(days=n) for n in range(1, DAYS_AHEAD + 1))
    return [one.isoformat() for one in days if _free(partner, one, taken)][:DAYS_OFFERED]


def _left_open(partner: Partner, notice: NoticeIn) -> list[str]:
    """The details that the partner asks for and that the notice needs but leaves open."""
    said, details, open_ = notice.details.model_fields_set, notice.details, []
    for name in partner.asks:
        value = getattr(details, name)
        if name == "building_structure" and "fire" not in (details.insurance_kinds or ()):
            continue
        if name == "line_permission" and (details.internet_choice != "keep" or value in ("allowed", "not_needed")):
            continue
        if name == "commute_route" and name not in said:
            continue  # it pays no fares to this person
        if value in (None, "", "asking"):
            open_.append(name)
    return open_


def judge_certificate(
    request: CertificateIn, employees: list[Contract], asked: Collection[str]
) -> tuple[Verdict, Contract | None]:
    """Whether the employer certifies: for one who works there, once it knows whom."""
    fitting = [one for one in employees if one.name == request.holder.name]
    if request.birth_date:
        fitting = [one for one in fitting if one.birth_date in (None, request.birth_date.isoformat())]
    if not fitting:
        return stopped("rejected", "not_employed"), None
    if fitting[0].ended:
        return stopped("rejected", "retired"), None
    if request.birth_date is None:
        return stopped("rejected" if "birth_date" in asked else "question", "asked", "birth_date"), None
    return Verdict(doubtful=True), fitting[0]
