"""What a partner sees when it looks at a notice: its contracts, its other notices, and the places that are left."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from app.services.partners import judging, matching, tables
from app.services.partners.judging import Verdict
from app.services.partners.models import CertificateIn, NoticeIn
from app.services.partners.partners import Partner
from app.services.partners.tables import Contract, Notice

CERTIFICATE = "employment_certificate"
OPEN = frozenset({"accepted", "in_review", "question", "call_back", "visit_required", "confirming", "scheduled"})
"""States in which a notice is not over."""


def look(db: Connection, notice: Notice, partner: Partner, at: datetime) -> Verdict:
    """The verdict; the contract that was found is noted in the notice. Where the world has no household, whoever tells is believed."""
    known_here = tables.any_contract(db, notice.world)
    contracts = tables.contracts_of(db, notice.world, partner.id)
    if notice.purpose == CERTIFICATE:
        request = CertificateIn.model_validate(notice.body)
        known = contracts if known_here else [believed(partner, request)]
        verdict, person = judging.judge_certificate(request, known, _asked(db, notice))
        notice.contract = person.number if person else None
        return verdict
    sent = NoticeIn.model_validate(notice.body)
    match = matching.find(partner, contracts, sent, open_book=not known_here)
    notice.contract = match.contract.number if match.contract else None
    if _twin(db, notice, sent):
        return judging.stopped("rejected", "duplicate")
    visited = any(step["state"] == "visit_required" for step in tables.steps(db, notice.world, notice.id))
    return judging.judge(
        partner, sent, match, at.date(), _asked(db, notice), visited,
        lambda day, window: _taken(db, notice, partner, day, window),
    )  # fmt: skip


def _asked(db: Connection, notice: Notice) -> frozenset[str]:
    """Codes and fields of what the citizen was asked and has answered, on paper or on the telephone."""
    asking = [one for one in tables.steps(db, notice.world, notice.id) if one["state"] in ("question", "call_back")]
    return frozenset(str(one[name]) for one in asking for name in ("code", "field") if one.get(name))


def _twin(db: Connection, notice: Notice, sent: NoticeIn) -> bool:
    """Whether an earlier notice says the same of the same contract and still runs, or forwards the same mail."""
    for other in tables.notices(db, notice.world, notice.partner, purpose=notice.purpose):
        if other.id >= notice.id or other.state not in OPEN | (
            {"completed"} if notice.purpose == "forwarding" else set()
        ):
            continue
        same = other.contract == notice.contract and notice.contract is not None
        holder = matching.plain(other.body["holder"]["name"]) == matching.plain(sent.holder.name)
        if (same or holder) and other.body.get("new_address") == notice.body.get("new_address"):
            return True
    return False


def _taken(db: Connection, notice: Notice, partner: Partner, day: date, window: str) -> int:
    ours = [
        other.appointment
        for other in tables.notices(db, notice.world, partner.id)
        if other.id != notice.id and other.state in OPEN and other.appointment
    ]
    here = sum(one["day"] == day.isoformat() and one["window"] == window for one in ours)
    return partner.taken_by_others(day, window) + here


def believed(partner: Partner, request: CertificateIn) -> Contract:
    """Where the world has no household: whoever asks works there."""
    born = request.birth_date.isoformat() if request.birth_date else None
    return Contract(partner.id, "SIM-00000000", request.holder.name, request.holder.kana, None, birth_date=born)
