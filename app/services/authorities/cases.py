"""The cases of all offices: finding them, and the only place where their state changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.services.simcore.audit import AuditLog
from app.services.simcore.problems import Problem, not_found
from app.services.simcore.store import Store

from . import facts, records, states
from .catalogue import Authority, Catalogue, Procedure
from .models import Receipt, receipt
from .records import Application, Happening


class Cases:
    """What every part of the offices works on."""

    def __init__(self, store: Store, audit: AuditLog, catalogue: Catalogue) -> None:
        self._store = store
        self._audit = audit
        self._catalogue = catalogue

    def authority_of(self, world: str, number: str) -> tuple[Authority, Procedure]:
        """Who has an application; `Problem` 404."""
        with self._store.read() as db:
            return self._who(self._case(db, world, number))

    def look_up(self, world: str, number: str) -> tuple[Application, list[dict[str, Any]]]:
        """An application and its events; `Problem` 404."""
        with self._store.read() as db:
            return self._case(db, world, number), records.events_after(db, world, 0, 500, number)

    def _repeated(self, db: Connection, world: str, key: str, digest: str) -> Receipt | None:
        known = records.key_of(db, world, key)
        if known is None:
            return None
        if known[0] != digest:
            raise Problem(409, "key-reused", "This idempotency key was used for another application.")
        return receipt(self._case(db, world, known[1]))

    def _case(self, db: Connection, world: str, number: str) -> Application:
        case = records.find(db, world, number)
        if case is None:
            raise not_found("There is no such application in this world.")
        return case

    def _who(self, case: Application) -> tuple[Authority, Procedure]:
        return self._catalogue.authorities[case.authority], self._catalogue.procedures[case.procedure]

    def _facts(self, case: Application) -> facts.Facts:
        return {facts.key(text): value for text, value in case.body["facts"].items()}

    def _happen(self, db: Connection, case: Application, event: str, at: datetime, **details: Any) -> None:
        """Change the state and tell it: the only place where either is written."""
        case.state = states.after(case.state, event)
        case.item, case.until = details.get("item"), details.get("until")
        records.save(db, case)
        said = {name: value for name, value in details.items() if value is not None}
        records.append(db, case.world, case.number, Happening(event, at, states.actor(event), said))
        self._audit.append(db, case.world, at, case.authority, event, number=case.number, procedure=case.procedure)
