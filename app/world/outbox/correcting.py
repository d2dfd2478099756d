"""Answers to requests for corrections: kept while the person signs, stored before they are sent, sent until an office takes them.

A case keeps one answer at a time, under ``correction`` in its sealed body. It belongs to one request (``asked`` counts them) and counts once
the office has taken it (``corrections``, by request; ``proofs`` are the signatures). Its idempotency key is the case's own with the number of the request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import real_now
from app.engine.lifecycle import State
from app.gateway.base import ServiceDown, ServiceRefused
from app.points import reach
from app.store import models
from app.world.context import Context
from app.world.outbox import trying
from app.world.outbox.packing import Package
from app.world.outbox.recording import asked


@dataclass(frozen=True)
class Draft:
    """An answer to a request for a correction. ``facts`` by "subject.item" in JSON shape; ``typed``: the form as it was sent, to be shown
    again; ``keep``: the person says that what was sent is right.

    ``transaction``, ``manifest``, ``digest``: what is at the signing page; ``stopped``: what stood in the way there, or the office's
    words. ``ready``: it goes to the office, with ``proof`` or with ``unsigned``, which says why there is none.
    """

    asked: int
    facts: dict[str, Any]
    typed: list[Any]
    keep: bool = False
    transaction: str = ""
    manifest: tuple[str, ...] = ()
    digest: str = ""
    stopped: str = ""
    ready: bool = False
    proof: dict[str, Any] | None = None
    unsigned: str | None = None


class _Held:
    """A case and its body within a transaction of the store."""

    def __init__(self, context: Context, session: Session, world: str, n: int) -> None:
        self._seal, self._name = context.database.seal, f"cases/{world}/{n}"
        self.row = session.get_one(models.Case, (world, n))
        self.body: dict[str, Any] = self._seal.open(self._name, self.row.sealed)
        self.asked = asked(session, self.row)

    @property
    def draft(self) -> Draft | None:
        """The answer to the present request; None where there is none yet."""
        found = self.body.get("correction")
        if found is None or found["asked"] != self.asked or self.row.state != State.CORRECTION_REQUESTED:
            return None
        return Draft(**{**found, "manifest": tuple(found["manifest"])})

    def keep(self, draft: Draft, **more: Any) -> None:
        """Write it back, with other members of the body."""
        self.body |= {"correction": asdict(draft), **more}
        self.row.sealed = self._seal.close(self._name, self.body)


def _write(context: Context) -> AbstractContextManager[Session]:
    return context.database.write()


def hold(
    context: Context, world: str, n: int, facts: Mapping[str, Any], typed: Sequence[Any], *, keep: bool = False
) -> bool:
    """Keep an answer. False where nothing is asked (any more), or the answer is on its way already. What is at the signing page is void."""
    with _write(context) as session:
        held = _Held(context, session, world, n)
        if held.row.state != State.CORRECTION_REQUESTED or (held.draft and held.draft.ready):
            return False
        held.keep(Draft(held.asked, dict(facts), list(typed), keep))
        return True


def draft_of(context: Context, world: str, n: int) -> Draft | None:
    """The answer to the present request of a case."""
    with context.database.read() as session:
        return _Held(context, session, world, n).draft


def proof_of(context: Context, world: str, n: int) -> dict[str, Any] | None:
    """The signature by which a case was corrected last, or else filed; None where it was filed without one."""
    with context.database.read() as session:
        body = _Held(context, session, world, n).body
    proofs = body.get("proofs", {})
    found: dict[str, Any] | None = proofs[max(proofs, key=int)] if proofs else body["proof"]
    return found


def announce(context: Context, world: str, n: int, transaction: str, package: Package) -> bool:
    """What the person is sent to sign. False where the answer is another one by now."""
    with _write(context) as session:
        held = _Held(context, session, world, n)
        draft = held.draft
        if draft is None or draft.ready or draft.facts != package.applications[0]["facts"]:
            return False
        held.keep(replace(draft, transaction=transaction, manifest=package.manifest, digest=package.digest, stopped=""))
        return True


def stop(context: Context, world: str, n: int, why: str) -> None:
    """Remember what stood in the way of the signature."""
    with _write(context) as session:
        held = _Held(context, session, world, n)
        if held.draft is not None and not held.draft.ready:
            held.keep(replace(held.draft, stopped=why, transaction=""))


def finish(
    context: Context,
    world: str,
    n: int,
    *,
    transaction: str = "",
    proof: Mapping[str, Any] | None = None,
    why: str = "",
) -> bool:
    """Store the answer as it goes to the office, once: with the ``proof`` over what was announced, or without one (``why``, empty where no
    signature is asked for). False where the answer is another one by now, or on its way already."""
    with _write(context) as session:
        held = _Held(context, session, world, n)
        draft = held.draft
        if draft is None or draft.ready or (proof is not None and draft.transaction != transaction):
            return False
        whole = {**proof, "manifest": list(draft.manifest), "signed_digest": draft.digest} if proof else None
        done = replace(draft, transaction="", stopped="", ready=True, proof=whole, unsigned=why or None)
        count = str(draft.asked)
        proofs = held.body.get("proofs", {}) | ({count: whole} if whole else {})
        held.keep(done, corrections={**held.body.get("corrections", {}), count: draft.facts}, proofs=proofs)
        trying.start_over(held.row)
        session.flush()
        reach("correction.before-commit")
    reach("correction.after-commit")
    return True


# --- to the office --------------------------------------------------------------------------------------------------------
def send_corrections(context: Context, world: str, now: datetime, done: set[int]) -> bool:
    """Send every stored answer whose office has not taken it yet, once; ``done`` holds those that were tried and grows. Returns whether any
    was taken: the office's events say what it did with it."""
    with context.database.read() as session:
        case, real = models.Case, real_now()
        query = select(case).where(case.world == world, case.state == State.CORRECTION_REQUESTED).order_by(case.n)
        waiting = [row.n for row in session.scalars(query) if row.n not in done and trying.may_try(row, now, real)]
        ready = [n for n in waiting if (draft := _Held(context, session, world, n).draft) and draft.ready]
    done.update(ready)
    taken = [_send(context, world, n, now) for n in ready]
    return any(taken)


def _send(context: Context, world: str, n: int, now: datetime) -> bool:
    with context.database.read() as session:
        held = _Held(context, session, world, n)
        draft, number, key = held.draft, held.row.arrival_number or "", held.row.idempotency_key
    if draft is None:
        return False
    reach("correction.before-call")
    try:
        context.authorities.correct(
            world, now, number, draft.facts, draft.proof, unsigned=draft.unsigned, key=f"{key}-{draft.asked}"
        )
    except ServiceDown as error:
        with _write(context) as session:
            trying.note_failure(session.get_one(models.Case, (world, n)), now, real_now(), error.retry_after)
        return False
    except ServiceRefused as error:
        # Not possible now: it has happened already, or can no more, and the office's events tell which.
        if error.problem.kind != "not-possible":
            _give_back(context, world, n, error)
        return False
    reach("correction.after-answer")
    return True


def _give_back(context: Context, world: str, n: int, error: ServiceRefused) -> None:
    """The office does not take it: it is the person's again, with what the office said."""
    with _write(context) as session:
        held = _Held(context, session, world, n)
        if held.draft is not None:
            others = {
                count: facts for count, facts in held.body["corrections"].items() if count != str(held.draft.asked)
            }
            back = replace(held.draft, ready=False, proof=None, unsigned=None, stopped=error.problem.kind)
            held.keep(back, corrections=others)
