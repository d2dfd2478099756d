"""Official papers over HTTP: those of a case as signed PDFs, and the check of a file. All T3."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, Field

from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import current_now, current_world

from . import papers
from .api import CALL, service
from .models import In

PDF = "application/pdf"
ASSUMED = (
    "T3. Real offices sign with 職責証明書 of LGPKI or GPKI; here a root of each world signs, and every certificate says that it is none of "
    "a real authority. PDF/UA-1, PAdES B-T, RFC 3161 time stamp."
)

blueprint = Blueprint("documents", __name__)
install(blueprint)


class DocumentOut(BaseModel):
    """One paper of a case. `name` is its place in the path."""

    name: str
    kind: str
    title: str
    issued_at: datetime


class Documents(BaseModel):
    """All papers of a case so far."""

    arrival_number: str
    documents: list[DocumentOut]


class Verification(BaseModel):
    """What a check found. `why`: not-a-pdf | not-signed | changed | unknown-issuer | no-time-stamp | revoked. `known`: the case is in this
    world. `revoked_at`: the signer's certificate counts no more from then on; what was stamped before stays valid."""

    valid: bool
    why: str | None = None
    signer: str | None = None
    issuer: str | None = None
    serial: str | None = None
    signed_at: datetime | None = None
    stamped_at: datetime | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    kind: str | None = None
    arrival_number: str | None = None
    revoked_at: datetime | None = None
    known: bool = False


class CodeIn(In):
    """What somebody reads from a paper: the number of the application and the code."""

    arrival_number: str = Field(min_length=1, max_length=16)
    code: str = Field(min_length=1, max_length=40)


class Issued(DocumentOut):
    """A paper that an authority issued."""

    arrival_number: str
    issuer: str


def _case(number: str) -> tuple[str, papers.Case]:
    world = current_world()
    context = service()
    case = context.archive.case(world, number)
    context.suffer(world, "documents", f"authority:{case.authority.id}")
    return world, case


@blueprint.get("/applications/<number>/documents")
@operation(
    "T3", "The papers of an application", f"Receipt, decision, certificate, and what the authority wrote. {ASSUMED}",
    response=Documents, errors=(400, 404, 422, 503), headers=CALL[:1],
)  # fmt: skip
def list_documents(number: str) -> Response:
    """In the order of their issue."""
    _, case = _case(number)
    shown = [
        DocumentOut(name=d.name, kind=d.kind, title=d.title, issued_at=d.issued_at) for d in papers.documents(case)
    ]
    response = jsonify(Documents(arrival_number=number, documents=shown).model_dump(mode="json"))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/applications/<number>/documents/<name>.pdf")
@operation(
    "T3",
    "One paper as a signed PDF",
    f"The same bytes every time. {ASSUMED}",
    errors=(400, 404, 422, 503),
    headers=CALL[:1],
)
def get_document(number: str, name: str) -> Response:
    """Set and signed when it is first asked for."""
    world, case = _case(number)
    found = next((d for d in papers.documents(case) if d.name == name), None)
    if found is None:
        raise not_found("This application has no such paper.")
    response = Response(service().archive.file(world, case, found), content_type=PDF)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = f'attachment; filename="{number}-{name}.pdf"'
    return response


@blueprint.post("/documents/verify")
@operation(
    "T3", "Check a paper", f"The body is the file ({PDF}). It is not kept. {ASSUMED}",
    response=Verification, errors=(400, 404, 415, 503), headers=CALL[:1],
)  # fmt: skip
def verify() -> Response:
    """Valid or not, who signed it and when, and which case it belongs to."""
    world = current_world()
    if request.mimetype != PDF:
        raise Problem(415, "not-a-pdf", f"The body must be {PDF}.")
    context = service()
    context.suffer(world, "documents")
    found = asdict(context.archive.verify(world, request.get_data()))
    reference = found.pop("reference")
    told = Verification.model_validate(found | {"arrival_number": reference, "known": _known(world, reference)})
    return jsonify(told.model_dump(mode="json", exclude_none=True))


def _known(world: str, number: str | None) -> bool:
    try:
        return number is not None and bool(service().archive.case(world, number))
    except Problem:
        return False


@blueprint.post("/documents/check")
@operation(
    "T3", "Check a code", "Whether a paper with this number and this code was issued: which, by whom, when. 404 where none was. "
    f"The words on the paper itself are not compared. {ASSUMED}",
    request=CodeIn, response=Issued, errors=(400, 404, 415, 422, 503), headers=CALL[:1],
)  # fmt: skip
def check() -> Response:
    """For a paper in the hand, without its file."""
    sent = body(CodeIn)
    world, case = _case(sent.arrival_number)
    found = service().archive.check(world, case, sent.code)
    if found is None:
        raise not_found("No paper of this application has this code.")
    shown = {name: getattr(found, name) for name in DocumentOut.model_fields}
    told = Issued(**shown, arrival_number=sent.arrival_number, issuer=case.authority.name)
    response = jsonify(told.model_dump(mode="json"))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/documents/revoked.crl")
@operation(
    "T3", "The certificates that count no more", f"RFC 5280, DER, signed by the root of the world. {ASSUMED}", errors=(400, 404), headers=CALL,
)  # fmt: skip
def revoked() -> Response:
    """As of the world's moment."""
    found = service().archive.revocation_list(current_world(), current_now())
    return Response(found.public_bytes(Encoding.DER), content_type="application/pkix-crl")


@blueprint.get("/documents/authority.pem")
@operation(
    "T3", "The root that signs a world's papers", ASSUMED, errors=(400, 404), headers=CALL[:1],
)  # fmt: skip
def root() -> Response:
    """PEM."""
    pem = service().archive.root(current_world()).public_bytes(Encoding.PEM)
    return Response(pem, content_type="application/x-pem-file")
