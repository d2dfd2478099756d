"""Documents that a company makes for one case and that go along with others: fetched from the company, and checked when they come back."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection

from app.services.simcore.problems import Problem
from app.services.simcore.store import Store

from . import facts, records, relays
from .catalogue import Authority, Catalogue, Procedure
from .models import ApplicationIn
from .partners_client import HeldError, PartnersClient, RefusedError
from .records import Application

LOG = logging.getLogger(__name__)


def fetch(
    store: Store,
    client: PartnersClient,
    world: str,
    at: datetime,
    number: str,
    authority: Authority,
    procedure: Procedure,
) -> bool:
    """Keep with a case what its company made, once. False where the company could not be reached."""
    with store.read() as db:
        case, relay = records.find(db, world, number), relays.find(db, world, number)
    if case is None or relay is None or relay.notice is None or procedure.makes is None or "paper" in case.body:
        return True
    try:
        made = client.result(world, at, case.authority, relay.notice)
    except HeldError:
        return False
    except (
        RefusedError
    ) as error:  # it has forgotten the world: there is nothing to keep, and the case is over all the same
        LOG.warning("a company does not show what it made for %s: %s", number, error.kind)
        return True
    issuer = str(made.get("事業所名") or authority.name)
    paper = {"document": procedure.makes, "issuer": issuer, "issued_on": at.date().isoformat(), "fields": made}
    with store.write() as db:
        case = records.find(db, world, number)
        if case is not None and made:
            case.body = {**case.body, "paper": paper}
            records.save(db, case)
    return True


def check(db: Connection, world: str, sent: ApplicationIn) -> None:
    """`Problem` 422 where something goes along that no company made for this person in this world, or that was changed."""
    for one in sent.enclosed:
        case = records.find(db, world, one.arrival_number)
        made = case.body.get("paper") if case and case.state == "completed" else None
        whose = (case.procedure, case.body["subject"]) if case else None
        told = one.model_dump(mode="json", exclude={"procedure", "subject", "arrival_number"})
        if made != told or whose != (one.procedure, one.subject):
            words = f"付けた「{one.document}」は、作った人から届いたものと同じではありません。"
            raise Problem(422, "wrong-enclosure", "What goes along is not what was made.", words)


def told(catalogue: Catalogue, case: Application) -> facts.Facts:
    """The facts that the documents tell which go along with a case: (whom, item) -> value."""
    found = {}
    for one in case.body.get("enclosed", ()):
        for item, place in catalogue.procedures[one["procedure"]].tells.items():
            value = one["fields"]
            for step in place.split("/"):
                value = value.get(step) if isinstance(value, dict) else None
            if value is not None:
                found[one["subject"], item] = value
    return found
