"""Signature transactions (T1 in shape) and what the certificate authority publishes."""

from __future__ import annotations

import base64
import binascii
import uuid
from datetime import datetime
from typing import Annotated

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from flask import Blueprint, Response, json, jsonify, request
from joserfc import jwe
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import insert, select

from app.services.mynumber import certificates
from app.services.mynumber.access import client, person
from app.services.mynumber.cards import revoked_serials
from app.services.mynumber.context import service
from app.services.mynumber.people import the_world
from app.services.mynumber.tables import transactions, worlds
from app.services.simcore.intake import body
from app.services.simcore.openapi import operation
from app.services.simcore.problems import Problem, install, not_found
from app.services.simcore.world import NOW_HEADER, current_now, current_world, parse_world

KEY_ALGORITHM, CONTENT_ALGORITHM = "RSA-OAEP-256", "A256GCM"

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

    authority: str = Field(min_length=1, max_length=200)
    procedure: str = Field(min_length=1, max_length=200)


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
    """`certificate` is base64 DER, `signature` base64; `signed_at` simulated local time. For a client with a key of its own for it:
    `encrypted` alone, a compact JWE (RSA-OAEP-256, A256GCM) over the JSON of the others."""

    signature: str | None = None
    certificate: str | None = None
    algorithm: str | None = None
    signed_at: str | None = None
    encrypted: str | None = None


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
    context, caller = service(), client("sign")
    world = parse_world(caller.world or None)
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
    "With the access token that came from signing. A client that registered a key for it gets a JWE, as platform operators do; "
    "others plain members. Assumption: names of the members.",
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
    told = found.model_dump(exclude_none=True)
    key = context.provider.clients[caller.client].encryption_key
    if key is not None:
        header = {"alg": KEY_ALGORITHM, "enc": CONTENT_ALGORITHM, "cty": "json"}
        told = {
            "encrypted": jwe.encrypt_compact(
                header, json.dumps(told), key, algorithms=[KEY_ALGORITHM, CONTENT_ALGORITHM]
            )
        }
    answer = jsonify(told)
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
    world, now = current_world(), current_now()
    return Response(certificates.pem(_list(world, now)), content_type="application/x-pem-file")


@blueprint.get("/certificates/lists/<name>.crl")
@operation(
    "T1",
    "Revocation list where certificates point to (DER, X.509 CRL)",
    "Signed by the synthetic authority, with `nextUpdate` and a number. As of `X-Sim-Now`, or else of the newest revocation. "
    "Assumption: real lists are reached over the network of certified verifiers only.",
    errors=(400, 404, 503),
)
def revocation_list(name: str) -> Response:
    """The name in the address tells nothing of the world."""
    context = service()
    with context.store.read() as connection:
        ids = connection.execute(select(worlds.c.world)).scalars()
        world = next((one for one in ids if context.crl_id(one) == name), None)
        if world is None:
            raise not_found()
        newest = max([the_world(connection, world).made_at, *(at for _, at in revoked_serials(connection, world))])
    now = current_now() if NOW_HEADER in request.headers else newest
    data = _list(world, now).public_bytes(serialization.Encoding.DER)
    return Response(data, content_type="application/pkix-crl")


def _list(world: str, now: datetime) -> x509.CertificateRevocationList:
    context = service()
    if "unsupported" in context.suffer(world, "crl"):
        raise Problem(503, "crl-unavailable", "There is no revocation list now.", headers={"Retry-After": "30"})
    with context.store.read() as connection:
        the_world(connection, world)
        serials = [(serial, at) for serial, at in revoked_serials(connection, world) if at <= now]
    return context.authority.revocation_list(serials, now)
