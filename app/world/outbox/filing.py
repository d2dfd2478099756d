"""From the signature to cases: what was prepared is stored whole before anything is sent, once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engine.lifecycle import State
from app.points import reach
from app.store import models
from app.world.context import Context
from app.world.journeys import Journey
from app.world.outbox import inviting
from app.world.outbox.packing import UNDONE, Package, filed_pairs


def prepare(context: Context, journey: Journey, transaction: str, package: Package) -> None:
    """Keep what is about to be signed, so that exactly that is filed afterwards."""
    sealed = {
        "digest": package.digest,
        "manifest": list(package.manifest),
        "applications": list(package.applications),
        "apart": list(package.apart),
        "version": journey.version,
    }
    with context.database.write() as session:
        row = session.get(models.Submission, (journey.world, journey.n))
        if row is None:
            row = models.Submission(world=journey.world, journey=journey.n)
            session.add(row)
        row.transaction, row.at = transaction, row.at or ""
        row.sealed = context.database.seal.close(_submission_row(journey), sealed)
        reach("prepare.before-commit")
    reach("prepare.after-commit")


def file(context: Context, journey: Journey, transaction: str, proof: Mapping[str, str] | None) -> bool:
    """Turn a prepared package into cases, once. ``proof``: signature, certificate, signed_at; None without a signature.

    Returns False when it was filed already, or when the answers changed between preparing and signing.
    """
    seal = context.database.seal
    with context.database.write() as session:
        row = session.get(models.Submission, (journey.world, journey.n))
        if row is None or not transaction or row.transaction != transaction:
            return False
        package = seal.open(_submission_row(journey), row.sealed)
        if package["version"] != journey.version:
            return False
        row.transaction, row.at = "", row.at or journey.now.isoformat()
        if proof is not None:
            proof = {**proof, "manifest": package["manifest"], "signed_digest": package["digest"]}
        filed = filed_pairs(session, journey)
        bodies = [{**one, "proof": proof} for one in package["applications"]]
        bodies += [{**one, "proof": None} for one in package.get("apart", ())]
        new = [one for one in bodies if (one["procedure"], one["subject"]) not in filed]
        _make_cases(session, context, journey, new)
        session.flush()
        reach("file.before-commit")
    reach("file.after-commit")
    return True


def _submission_row(journey: Journey) -> str:
    return f"submissions/{journey.world}/{journey.n}"


def _make_cases(
    session: Session,
    context: Context,
    journey: Journey,
    applications: Sequence[dict[str, Any]],
) -> None:
    """``applications``: each with its proof."""
    first = (session.scalar(select(func.max(models.Case.n)).where(models.Case.world == journey.world)) or 0) + 1
    numbers: dict[str, dict[str | None, int]] = {}
    query = select(models.Case).where(models.Case.world == journey.world, models.Case.journey == journey.n)
    earlier = list(session.scalars(query))
    for case in earlier:
        if case.state not in UNDONE:
            numbers.setdefault(case.procedure, {})[case.subject] = case.n
    for place, application in enumerate(applications):
        numbers.setdefault(application["procedure"], {})[application["subject"]] = first + place
    _wait_for_the_new(earlier, numbers)
    rows_by_key = {f"{entry.subject}.{entry.item}": entry.seq for entry in journey.entries}
    for place, application in enumerate(applications):
        n = first + place
        row = models.Case(
            world=journey.world,
            n=n,
            journey=journey.n,
            procedure=application["procedure"],
            subject=application["subject"],
            authority=application["authority"],
            channel=application["channel"],
            state=State.QUEUED.value,
            idempotency_key=uuid.uuid4().hex,
            sent=[rows_by_key[key] for key in application["facts"] if key in rows_by_key],
            waits_for=_waits_for(application, numbers),
        )
        row.sealed = context.database.seal.close(f"cases/{journey.world}/{n}", application)
        session.add(row)
        if application.get("signer") and application["proof"] is None and row.channel == "online":
            inviting.invite(session, context.database.seal, row, application)


def _wait_for_the_new(earlier: Sequence[models.Case], numbers: Mapping[str, Mapping[str | None, int]]) -> None:
    """What waits for something taken back or refused waits for the same when it is filed again."""
    undone = {case.n: numbers.get(case.procedure, {}).get(case.subject) for case in earlier if case.state in UNDONE}
    for case in earlier:
        if case.state == State.QUEUED and undone.keys() & set(case.waits_for):
            case.waits_for = [undone.get(n) or n for n in case.waits_for]


def _waits_for(application: dict[str, Any], numbers: dict[str, dict[str | None, int]]) -> list[int]:
    """The cases that come first: of a procedure that each person has, only the same person's."""
    found: list[int] = []
    for id_ in application["after"]:
        by_subject = numbers.get(id_, {})
        same = by_subject.get(application["subject"])
        found += [same] if same is not None else by_subject.values()
    return found
