"""Asking others to sign what is about them: links that are handed over, and what became of them.

A link leads to one application of one world and to nothing else there. The store keeps the SHA-256 of its token. A new link ends the one
before; a link ends with its last simulated day, with the signature, and where the case goes another way.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.lifecycle import State
from app.gateway.certificates import holder
from app.gateway.mynumber import Signature
from app.store import models
from app.world.context import Context
from app.world.devices import TOKEN_BYTES, digest
from app.world.outbox import recording
from app.world.outbox.inviting import HOLDING, row_name
from app.world.worlds import World

LIFE = timedelta(days=30)
"""Simulated time: whoever is asked lives in the same calendar as the case."""

SIGNED, DECLINED = "signed_by_other", "declined"
"""Kinds of the letters that tell the applicant what the one who was asked has answered; their sender is that subject."""

Standing = Literal["open", "expired", "signed", "refused", "counter", "gone"]


class WrongSigner(Exception):
    """Somebody else signed than the one who was asked."""


class Ended(Exception):
    """The link, or the signature that was begun with it, holds no longer."""


@dataclass(frozen=True)
class Invitation:
    """Somebody who is asked. `expires_on`: the last day of the newest link, None before there is one. `standing`: gone where the case
    was taken back."""

    case: int
    subject: str
    standing: Standing
    expires_on: date | None
    settled_at: datetime | None


@dataclass(frozen=True)
class Asked:
    """What a link leads to. `application`: what the person is asked to sign, as its office will get it."""

    world: World
    invitation: Invitation
    application: Mapping[str, Any] = field(repr=False)
    manifest: tuple[str, ...] = field(repr=False)
    digest: str = field(repr=False)


# --- the one who asks -------------------------------------------------------------------------------------------------------
def asked(world: World, journey: int) -> list[Invitation]:
    """Everybody who was asked in a journey, in the order of the cases. What was asked anew after it was taken back stands once."""
    row, case = models.Invitation, models.Case
    query = select(row, case).join(case, (case.world == row.world) & (case.n == row.case))
    with world.context.database.read() as session:
        found = session.execute(query.where(row.world == world.id, case.journey == journey).order_by(row.case)).all()
    newest = {(case.procedure, case.subject): _invitation(row, case, world.today) for row, case in found}
    return list(newest.values())


def offer(world: World, case: int) -> str | None:
    """The token of a new link for somebody who has not signed; the link before leads nowhere from now on. None where nobody is asked.

    Somebody who said no is asked again.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with _holding(world, case) as (row, _case):
        if row is None:
            return None
        row.digest, row.standing, row.settled_at = digest(token), "open", None
        row.expires_on = (world.today + LIFE).isoformat()
    return token


def to_counter(world: World, case: int) -> bool:
    """The person cannot or will not sign with a card: the case goes to the counter, where they show who they are. Ends the link."""
    seal = world.context.database.seal
    with _holding(world, case) as (row, kept):
        if row is None or kept is None:
            return False
        row.standing, row.digest, row.settled_at = "counter", None, world.now.isoformat()
        name = f"cases/{world.id}/{case}"
        kept.channel = "visit"
        kept.sealed = seal.close(name, {**seal.open(name, kept.sealed), "channel": "visit"})
    world.deliver()
    return True


@contextmanager
def _holding(world: World, case: int) -> Iterator[tuple[models.Invitation | None, models.Case | None]]:
    """The stored invitation of a case that still waits for its signature."""
    with world.context.database.write() as session:
        row, kept = session.get(models.Invitation, (world.id, case)), session.get(models.Case, (world.id, case))
        waits = row is not None and kept is not None and row.standing in HOLDING and kept.state == State.QUEUED
        yield (row, kept) if waits else (None, None)
    world.forget()


# --- the one who is asked -----------------------------------------------------------------------------------------------------
def look_up(context: Context, digest_: str) -> Asked | None:
    """What the link of a token's digest leads to; None where there is none, or its world is gone."""
    with context.database.read() as session:
        found = _row_of(session, digest_)
        if found is None:
            return None
        row, case = found
        seal = context.database.seal
        application = seal.open(f"cases/{case.world}/{case.n}", case.sealed)
        content = seal.open(row_name(row.world, row.case), row.sealed)
    world = World.find(context, row.world)
    if world is None:
        return None
    invitation = _invitation(row, case, world.today)
    return Asked(world, invitation, application, tuple(content["manifest"]), content["digest"])


def begin(context: Context, digest_: str, transaction: str) -> None:
    """A signature begins; one that was begun before with the same link counts no more. Raises `Ended`."""
    with context.database.write() as session:
        row, _case, content = _open_one(context, session, digest_)
        content["transaction"] = transaction
        row.sealed = context.database.seal.close(row_name(row.world, row.case), content)


def refuse(context: Context, digest_: str) -> None:
    """The person says no. Raises `Ended`."""
    with context.database.write() as session:
        row, case, _content = _open_one(context, session, digest_)
        row.standing, row.settled_at = "refused", session.get_one(models.World, row.world).now
        recording.write(session, row.world, row.case, row.settled_at, case.subject or "", DECLINED, needs_action=True)


def sign(context: Context, digest_: str, transaction: str, signature: Signature, name: str, born: date) -> None:
    """The person has signed: the case may go. `name` and `born` say who is asked.

    Raises `Ended` where link or transaction hold no longer, `WrongSigner` where the certificate is another person's.
    """
    signer = holder(signature.certificate)
    if signer is None or not signer.is_(name, born):
        raise WrongSigner
    seal = context.database.seal
    with context.database.write() as session:
        row, case, content = _open_one(context, session, digest_)
        if not transaction or content["transaction"] != transaction:
            raise Ended
        proof = {**signature.as_dict(), "manifest": content["manifest"], "signed_digest": content["digest"]}
        sealed = f"cases/{case.world}/{case.n}"
        case.sealed = seal.close(sealed, {**seal.open(sealed, case.sealed), "proof": proof})
        row.standing, row.settled_at = "signed", signature.signed_at
        recording.write(session, row.world, row.case, row.settled_at, case.subject or "", SIGNED, needs_action=False)
        row.sealed = seal.close(row_name(row.world, row.case), {**content, "transaction": ""})


def _open_one(
    context: Context, session: Session, digest_: str
) -> tuple[models.Invitation, models.Case, dict[str, Any]]:
    found = _row_of(session, digest_)
    if found is None:
        raise Ended
    row, case = found
    today = datetime.fromisoformat(session.get_one(models.World, row.world).now).date()
    if _standing(row, case, today) != "open":
        raise Ended
    return row, case, context.database.seal.open(row_name(row.world, row.case), row.sealed)


def _row_of(session: Session, digest_: str) -> tuple[models.Invitation, models.Case] | None:
    row = session.scalar(select(models.Invitation).where(models.Invitation.digest == digest_)) if digest_ else None
    return (row, session.get_one(models.Case, (row.world, row.case))) if row is not None else None


def _invitation(row: models.Invitation, case: models.Case, today: date) -> Invitation:
    return Invitation(
        row.case,
        case.subject or "",
        _standing(row, case, today),
        date.fromisoformat(row.expires_on) if row.expires_on else None,
        datetime.fromisoformat(row.settled_at) if row.settled_at else None,
    )


def _standing(row: models.Invitation, case: models.Case, today: date) -> Standing:
    if row.standing in HOLDING and case.state != State.QUEUED:
        return "gone"
    if row.standing == "open" and row.expires_on is not None and date.fromisoformat(row.expires_on) < today:
        return "expired"
    standings: dict[str, Standing] = {"open": "open", "signed": "signed", "refused": "refused", "counter": "counter"}
    return standings[row.standing]
