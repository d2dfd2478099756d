"""Documents that a partner makes for one case and that go along with others: what is waited for, what came, what comes on paper.

What goes along is put into the application when the case is released, and kept with it: a second try sends the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.engine.lifecycle import State
from app.engine.values import from_json, to_json
from app.store import models
from app.store.sealing import Seal
from app.world import ledger
from app.world.context import Context
from app.world.outbox.packing import UNDONE


def row_name(case: models.Case) -> str:
    """Under which the application of a case is sealed."""
    return f"cases/{case.world}/{case.n}"


def may_go(seal: Seal, case: models.Case, cases: Mapping[int, models.Case]) -> bool:
    """Whether all that a case waits for is done. A document that nobody will make any more is not waited for: it comes on paper."""
    open_ = [cases[n] for n in case.waits_for if cases[n].state != State.COMPLETED]
    if not open_:
        return True
    if any(one.state not in UNDONE for one in open_):
        return False
    papers = {one["procedure"] for one in seal.open(row_name(case), case.sealed).get("papers", ())}
    return all(one.procedure in papers for one in open_)


def enclose(seal: Seal, case: models.Case, cases: Iterable[models.Case]) -> None:
    """Put into an application, as it is released, what partners made for it, and name what they did not make."""
    application = seal.open(row_name(case), case.sealed)
    if not application.get("papers"):
        return
    enclosed, on_paper = [], []
    made = {(one.procedure, one.subject): one for one in cases if one.journey == case.journey}  # the newest of each
    for wanted in application["papers"]:
        other = made.get((wanted["procedure"], wanted["subject"]))
        paper = _paper(seal, other)
        if other is not None and paper:
            enclosed.append(
                {
                    "procedure": other.procedure,
                    "subject": other.subject,
                    "arrival_number": other.arrival_number,
                    **paper,
                }
            )
        else:
            on_paper.append(wanted)
    application |= {"enclosed": enclosed, "on_paper": on_paper}
    case.sealed = seal.close(row_name(case), application)


def _paper(seal: Seal, case: models.Case | None) -> dict[str, Any]:
    if case is None or case.state != State.COMPLETED:
        return {}
    paper: dict[str, Any] = seal.open(row_name(case), case.sealed).get("paper") or {}
    return paper


def keep(context: Context, session: Session, case: models.Case, paper: Mapping[str, Any], at: datetime) -> None:
    """Keep a document with the case for which it was made, and enter what it tells into the ledger."""
    seal = context.database.seal
    case.sealed = seal.close(row_name(case), {**seal.open(row_name(case), case.sealed), "paper": dict(paper)})
    journey = session.get_one(models.Journey, (case.world, case.journey))
    event = context.library.events[journey.event]
    made = event.by_id[case.procedure].definition.makes
    facts = []
    for reference, place in made.tells.items() if made and case.subject else ():
        name = reference.partition(".")[2]
        item = event.vocabulary.item("person", name)
        value = _found(paper["fields"], place)
        if item is not None and value is not None:
            told = to_json(from_json(item, value))
            facts.append(
                ledger.NewFact(
                    str(case.subject), name, told, f"{ledger.PARTNER}{case.authority}", purpose=(case.procedure,)
                )
            )
    if ledger.enter(session, seal, case.world, case.journey, facts, at):
        journey.version += 1


def _found(fields: Any, place: str) -> Any:
    """What stands at `a/b` of a document; None where nothing does."""
    for step in place.split("/"):
        fields = fields.get(step) if isinstance(fields, Mapping) else None
    return fields
