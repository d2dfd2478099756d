"""What a partner finds when it looks at a notice, from its ways alone. Pure: the same notice always meets the same answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from app.services.partners import words
from app.services.partners.matching import Match
from app.services.partners.models import CertificateIn, NoticeIn
from app.services.partners.partners import Partner
from app.services.partners.tables import Contract

STARTS = frozenset({"start", "start_stop"})


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
    rounds: int,
    visited: bool,
    taken: Callable[[date, str], int],
) -> Verdict:
    """`rounds`: how often the citizen answered; `visited`: shown at the counter who they are; `taken(day, window)`: places that are taken."""
    starts = notice.purpose in STARTS
    if starts and notice.new_address and not partner.serves(notice.new_address.municipality):
        return stopped("rejected", "out_of_area")
    found = None if visited else _identity(partner, match, rounds, needed=notice.purpose != "start")
    if found:
        return found
    if match.contract and match.contract.ended:
        return stopped("rejected", "retired" if partner.kind == "employer" else "ended")
    earliest = today + timedelta(days=partner.notice_days)
    if starts and partner.notice_days and start_of(notice) < earliest:
        return stopped("question", "too_soon", "start_date", [earliest.isoformat()])
    appointment = None
    if starts and partner.slots:
        window = notice.details.visit_slot
        if window is None or taken(start_of(notice), window) >= partner.slots.capacity:
            return stopped(
                "question", "full" if window else "asked", "visit_slot", _free(partner, start_of(notice), taken)
            )
        begin, end = partner.slots.windows[window]
        appointment = {"day": start_of(notice).isoformat(), "window": window, "from": begin, "to": end}
    if rounds == 0 and (open_ := _left_open(partner, notice)):
        return stopped("question", "asked", open_)
    doubtful = bool(match.doubts) or bool(notice.details.broadcast_merge) or match.contract is None
    return Verdict(doubtful=doubtful, appointment=appointment)


def _identity(partner: Partner, match: Match, rounds: int, *, needed: bool) -> Verdict | None:
    """What stands between the notice and its contract. After an answer, a person takes a reading or a name as it is explained."""
    if match.contract is None:
        if not needed:  # a new customer has no contract yet
            return None
        code = "several" if match.several else "unknown" if partner.kind != "employer" else "not_employed"
        if partner.unknown == "rejected" or (rounds and partner.unknown == "question"):
            return stopped("rejected", code)
        if rounds:
            return None  # settled on the telephone
        state = "visit_required" if partner.unknown == "visit" else partner.unknown
        return stopped(state, code, "customer_number" if state == "question" else None)
    if "holder" in match.doubts:
        return stopped("rejected", "holder") if rounds else stopped("question", "holder", "holder")
    if "old_name" in match.doubts:
        if partner.old_name == "visit":
            return stopped("visit_required", "old_name")
        if partner.old_name == "question" and not rounds:
            return stopped("question", "old_name", "holder")
    if "kana" in match.doubts and partner.kana == "question" and not rounds:
        return stopped("question", "kana", "kana")
    return None


def _free(partner: Partner, day: date, taken: Callable[[date, str], int]) -> list[str]:
    """Free windows of the day and of the three after it, as `2027-03-28/morning`."""
    assert partner.slots is not None
    days = [day + timedelta(days=n) for n in range(4)]
    return [
        f"{one}/{name}" for one in days for name in partner.slots.windows if taken(one, name) < partner.slots.capacity
    ]


def _left_open(partner: Partner, notice: NoticeIn) -> str | None:
    """The first detail that the partner asks for and that the notice needs but leaves open."""
    said, details = notice.details.model_fields_set, notice.details
    for name in partner.asks:
        value = getattr(details, name)
        if name == "building_structure" and "fire" not in (details.insurance_kinds or ()):
            continue
        if name == "line_permission" and (details.internet_choice != "keep" or value in ("allowed", "not_needed")):
            continue
        if name == "commute_route" and name not in said:
            continue  # it pays no fares to this person
        if value in (None, "", "asking"):
            return name
    return None


def judge_certificate(
    request: CertificateIn, employees: list[Contract], rounds: int
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
        return stopped("rejected" if rounds else "question", "asked", "birth_date"), None
    return Verdict(doubtful=True), fitting[0]
