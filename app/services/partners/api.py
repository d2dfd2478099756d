"""住所変更受付: one interface for every partner. All T3: no partner publishes one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, Response, current_app, jsonify, request
from pydantic import BaseModel

from app.services.partners import tables
from app.services.partners.desk import Desk
from app.services.partners.looking import CERTIFICATE
from app.services.partners.models import (
    Accepted,
    CertificateIn,
    NoticeIn,
    NoticeList,
    NoticeOut,
    PartnerList,
    PartnerOut,
)
from app.services.partners.partners import Partner
from app.services.partners.tables import Notice
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.service import Service
from app.services.simcore.world import current_now, current_world, guard_control

EXTENSION = "partners"
CALL = ("X-Sim-World", "X-Sim-Now")
ASSUMED = (
    " Assumption: made for this simulator after what the companies' forms ask for; a real partner would authenticate callers by contract, "
    "here the control key stands for that."
)
# What has no place in a notice of a purpose. What it lacks, the partner asks for (`judging.NEEDS`).
REFUSES = {"stop": ("new_address",), "start": ("old_address",), "termination": ("new_address",)}

blueprint = Blueprint("notices", __name__, url_prefix="/v1/partners")
install(blueprint)
guard_control(blueprint)


@dataclass(frozen=True)
class Context:
    """One service process."""

    base: Service
    desk: Desk

    def partner(self, id_: str) -> Partner:
        """One partner; `Problem` 404."""
        found = self.desk.partners.get(id_)
        if found is None:
            raise not_found("There is no such partner.")
        return found


def service() -> Context:
    """The context of the application that serves this request."""
    return cast(Context, current_app.extensions[EXTENSION])


def _called(partner: str) -> tuple[Desk, Partner, str, datetime]:
    """Whom a call is for, after the faults of that partner."""
    context = service()
    found, world, now = context.partner(partner), current_world(), current_now()
    context.base.suffer(world, f"partner:{found.id}", f"kind:{found.kind}")
    return context.desk, found, world, now


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 64:
        raise Problem(400, "key-missing", "The header Idempotency-Key must have 1 to 64 characters.")
    return key


def _answer(model: BaseModel, status: int = 200) -> tuple[Response, int]:
    response = jsonify(model.model_dump(mode="json", exclude_none=True))
    response.headers["Cache-Control"] = "no-store"
    return response, status


def accepted(notice: Notice) -> Accepted:
    """A notice in short."""
    return Accepted.model_validate({name: getattr(notice, name) for name in Accepted.model_fields})


def _consented() -> None:
    """`Problem` 422 before anything else is read where nobody agreed to tell this partner."""
    sent = request.get_json(silent=True)
    if isinstance(sent, dict) and not sent.get("consent_ref"):
        raise Problem(
            422,
            "consent-missing",
            "There is no consent to tell this partner.",
            "本人の同意がないため、受け取りません。",
        )


def _notice_for(partner: Partner) -> NoticeIn:
    """The body, as far as this partner takes it; `Problem` 422 for what is none of its business. What is missing is asked for later."""
    _consented()
    sent = body(NoticeIn)
    if sent.purpose not in partner.purposes or sent.purpose == CERTIFICATE:
        raise Problem(
            422,
            "purpose-not-offered",
            "The partner does not take this here.",
            purposes=sorted({*partner.purposes} - {CERTIFICATE}),
        )
    extra = sorted(f"details/{name}" for name in sent.details.model_fields_set - partner.details)
    extra += [name for name in REFUSES.get(sent.purpose, ()) if getattr(sent, name) is not None]
    if extra:
        raise Problem(422, "not-needed", "The notice says more than this partner needs.", extra=extra)
    return sent


@blueprint.get("")
@operation(
    "T3",
    "Who takes notices, and what each takes",
    "Its quirks too." + ASSUMED,
    response=PartnerList,
    errors=(403, 422),
    security="control",
)
def list_partners() -> tuple[Response, int]:
    """The same in every world."""
    shown = []
    for one in service().desk.partners.values():
        data: dict[str, Any] = {
            name: getattr(one, name)
            for name in ("id", "name", "kind", "phone", "closed", "purposes", "maintenance", "assumes")
        }
        data |= {"takes": sorted(one.details), "area": sorted(one.area) if one.area else None}
        shown.append(
            PartnerOut.model_validate(
                data | {"purposes": list(one.purposes), "maintenance": list(one.maintenance or ()) or None}
            )
        )
    return _answer(PartnerList(partners=shown))


@blueprint.post("/<partner>/notices")
@operation(
    "T3",
    "Tell a partner of a move",
    "202: kept, and looked at in the partner's own time. The same key and body again answer 200 with the same notice; another body, 409. "
    "`consent_ref` says where the consent is; only what the purpose needs is taken, anything more is refused; what it needs and lacks "
    "becomes a question. Without a customer number the contract is looked for by name, reading and old address. "
    "503 with `again_at` (simulated) during maintenance." + ASSUMED,
    request=NoticeIn, response=Accepted, status=202, errors=(400, 403, 404, 409, 413, 415, 422, 429, 503), security="control",
    headers=(*CALL, "Idempotency-Key"),
)  # fmt: skip
def take_notice(partner: str) -> tuple[Response, int]:
    """Stored before it is acknowledged."""
    desk, found, world, now = _called(partner)
    key, sent = _key(), _notice_for(found)
    notice, new = desk.receive(world, now, found, key, sent.purpose, sent)
    return _answer(accepted(notice), 202 if new else 200)


@blueprint.get("/<partner>/notices")
@operation(
    "T3", "Notices that rest on a consent", "For those who lost the answer to a notice." + ASSUMED,
    response=NoticeList, errors=(400, 403, 404, 422, 429, 503), security="control", headers=CALL, query={"consent_ref": "The consent."},
)  # fmt: skip
def find_notices(partner: str) -> tuple[Response, int]:
    """None where the consent is not known here."""
    desk, found, world, _ = _called(partner)
    with desk.base.store.read() as db:
        rows = tables.notices(db, world, found.id, consent_ref=request.args.get("consent_ref", ""))
    return _answer(NoticeList(notices=[accepted(one) for one in rows]))


@blueprint.get("/<partner>/notices/<notice>")
@operation(
    "T3", "Where a notice stands", "All its steps; what it said is not repeated." + ASSUMED,
    response=NoticeOut, errors=(400, 403, 404, 422, 429, 503), security="control", headers=CALL,
)  # fmt: skip
def look_up(partner: str, notice: str) -> tuple[Response, int]:
    """Of this world and partner only."""
    desk, found, world, _ = _called(partner)
    kept, steps = desk.look_up(world, found, notice)
    shown = {name: getattr(kept, name) for name in NoticeOut.model_fields if name != "steps"}
    return _answer(NoticeOut.model_validate(shown | {"steps": steps}))


@blueprint.delete("/<partner>/notices/<notice>")
@operation(
    "T3", "Withdraw a notice", "Until a person works on it, 409 afterwards. What it said of homes is deleted." + ASSUMED,
    response=Accepted, errors=(400, 403, 404, 409, 422, 429, 503), security="control", headers=CALL,
)  # fmt: skip
def withdraw(partner: str, notice: str) -> tuple[Response, int]:
    """Again has no further effect."""
    desk, found, world, now = _called(partner)
    return _answer(accepted(desk.withdraw(world, now, found, notice)))


@blueprint.post("/<partner>/notices/<notice>/answers")
@operation(
    "T3", "Answer what the partner asks", "The whole notice again, with what was asked for. After a call: the notice as it was." + ASSUMED,
    request=NoticeIn, response=Accepted, errors=(400, 403, 404, 409, 413, 415, 422, 429, 503), security="control", headers=CALL,
)  # fmt: skip
def answer(partner: str, notice: str) -> tuple[Response, int]:
    """The same again has no further effect."""
    desk, found, world, now = _called(partner)
    sent = _notice_for(found)
    return _answer(accepted(desk.answer(world, now, found, notice, sent)))


@blueprint.post("/<partner>/notices/<notice>/visit")
@operation(
    "T3", "The holder is at the partner's counter", "Only where the partner wants to see them." + ASSUMED,
    response=Accepted, errors=(400, 403, 404, 409, 422, 429, 503), security="control", headers=CALL,
)  # fmt: skip
def visit(partner: str, notice: str) -> tuple[Response, int]:
    """With what shows who they are."""
    desk, found, world, now = _called(partner)
    return _answer(accepted(desk.visited(world, now, found, notice)))


def _employer(partner: Partner) -> Partner:
    if CERTIFICATE not in partner.purposes:
        raise not_found("This partner makes no employment certificates.")
    return partner


@blueprint.post("/<partner>/employment-certificates")
@operation(
    "T3",
    "Ask an employer for a 就労証明書",
    "202: the person in charge answers on one of the next opening days, may ask back (without a birth date), and refuses for those who do "
    "not work there (any more). Look it up, answer and withdraw it like a notice; `result` holds the fields of the national standard form."
    + ASSUMED,
    request=CertificateIn, response=Accepted, status=202, errors=(400, 403, 404, 409, 413, 415, 422, 429, 503), security="control",
    headers=(*CALL, "Idempotency-Key"),
)  # fmt: skip
def ask_certificate(partner: str) -> tuple[Response, int]:
    """Rests on a consent as well."""
    desk, found, world, now = _called(partner)
    _employer(found)
    _consented()
    notice, new = desk.receive(world, now, found, _key(), CERTIFICATE, body(CertificateIn))
    return _answer(accepted(notice), 202 if new else 200)


@blueprint.post("/<partner>/employment-certificates/<notice>/answers")
@operation(
    "T3", "Answer what the employer asks", "The whole request again." + ASSUMED,
    request=CertificateIn, response=Accepted, errors=(400, 403, 404, 409, 413, 415, 422, 429, 503), security="control", headers=CALL,
)  # fmt: skip
def answer_certificate(partner: str, notice: str) -> tuple[Response, int]:
    """As for a notice."""
    desk, found, world, now = _called(partner)
    _employer(found)
    _consented()
    return _answer(accepted(desk.answer(world, now, found, notice, body(CertificateIn))))
