"""Signature transactions (T1 in shape) and what the certificate authority publishes."""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import Annotated

from flask import Blueprint, Response, jsonify
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import insert, select

from app.services.mynumber import certificates
from app.services.mynumber.access import client, person
from app.services.mynumber.cards import revoked_serials
from app.services.mynumber.context import service
from app.services.mynumber.people import the_world
from app.services.mynumber.tables import transactions
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import current_now, current_world

blueprint = Blueprint("signing", __name__)
install(blueprint)


def _sha256(text: str) -> str:
    try:
        if len(base64.b64decode(text, validate=True)) == 32:
            return text
    except binascii.Error:
        pass
    raise ValueError("base64 of 32 bytes is needed")


class Line(BaseModel):
    """One thing that the signature is for, in words the person can read."""

    model_config = ConfigDict(extra="forbid")

    authority: str = Field(min_length=1, max_length=80)
    procedure: str = Field(min_length=1, max_length=80)


class TransactionInput(BaseModel):
    """What is to be signed. Only the digest comes here, never the document."""

    model_config = ConfigDict(extra="forbid", title="SignTransactionInput")

    digest: Annotated[str, AfterValidator(_sha256)] = Field(description="base64 of a SHA-256 digest")
    title: str = Field(min_length=1, max_length=200)
    lines: list[Line] = Field(min_length=1, max_length=200)


class TransactionMade(BaseModel):
    """The transaction to name in the authorization request (`sign_transaction_id`)."""

    id: str


class SignResult(BaseModel):
    """`certificate` is base64 DER, `signature` base64; `signed_at` simulated local time."""

    signature: str
    certificate: str
    algorithm: str
    signed_at: str


@blueprint.post("/api/sign-transactions")
@operation(
    "T1",
    "Begin a signature",
    "Assumption: member names; only path and order of calls are public.",
    request=TransactionInput,
    response=TransactionMade,
    status=201,
    errors=(400, 401, 403, 404, 415, 422, 503),
    security="client",
    headers=("X-Sim-World",),
)
def start() -> tuple[Response, int]:
    """Keep the digest until a card signs it."""
    context, caller, world = service(), client("sign"), current_world()
    context.suffer(world, "sign")
    sent = body(TransactionInput)
    id_ = str(uuid.uuid4())
    with context.store.write() as connection:
        the_world(connection, world)
        lines = [line.model_dump() for line in sent.lines]
        values = {"world": world, "id": id_, "client": caller.client, "digest": sent.digest, "title": sent.title}
        connection.execute(insert(transactions).values(**values, lines=lines, state="pending"))
    return jsonify(TransactionMade(id=id_).model_dump()), 201


@blueprint.get("/api/sign-transactions/<transaction>/result")
@operation(
    "T1",
    "The signature and the certificate",
    "Assumption: plain members instead of a JWE to a platform operator.",
    response=SignResult,
    errors=(401, 403, 404, 503),
    security="user",
)
def result(transaction: str) -> Response:
    """Only with the token that came from signing this very transaction."""
    context = service()
    caller, _ = person("sign")
    context.suffer(caller.world, "sign")
    if caller.transaction != transaction:
        raise not_found()
    with context.store.read() as connection:
        ours = (transactions.c.world == caller.world, transactions.c.id == transaction)
        row = connection.execute(select(transactions).where(*ours)).first()
    if row is None or row.state != "signed":
        raise not_found()
    found = SignResult(
        signature=row.signature,
        certificate=row.certificate,
        algorithm=certificates.ALGORITHM,
        signed_at=row.signed_at,
    )
    answer = jsonify(found.model_dump())
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/certificates/authority.pem")
@operation("T3", "Certificate of the synthetic authority (PEM)")
def authority() -> Response:
    """The same for all worlds."""
    return Response(certificates.pem(service().authority.certificate), content_type="application/x-pem-file")


@blueprint.get("/certificates/revoked.pem")
@operation(
    "T3",
    "Revocation list of a world (PEM, X.509 CRL)",
    "Simulated moments stand as if they were UTC.",
    errors=(400, 404, 503),
    headers=("X-Sim-World", "X-Sim-Now"),
)
def revoked() -> Response:
    """As of the simulated moment of the call."""
    context, world, now = service(), current_world(), current_now()
    if "unsupported" in context.suffer(world, "crl"):
        raise Problem(503, "crl-unavailable", "There is no revocation list now.", headers={"Retry-After": "30"})
    with context.store.read() as connection:
        the_world(connection, world)
        serials = [(serial, at) for serial, at in revoked_serials(connection, world) if at <= now]
    found = context.authority.revocation_list(serials, now)
    return Response(certificates.pem(found), content_type="application/x-pem-file")
