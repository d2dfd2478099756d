"""Whether something in a world is new, without reading what: for pages that bring themselves up to date."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select

from app.config import real_now
from app.engine.lifecycle import State
from app.store import models
from app.world.context import Context
from app.world.worlds import World


def versions(context: Context, worlds: Collection[str]) -> dict[str, str]:
    """A short mark of each world that changes when a case, a letter or the simulated date does; worlds that are gone are left out.

    Counts alone go into it, and the mark cannot be turned back into them: it stands in addresses and headers.
    """
    world, case, event, letter = models.World, models.Case, models.CaseEvent, models.Letter

    def counted(
        of: type[models.Case | models.CaseEvent | models.Letter], *more: ColumnElement[bool]
    ) -> ColumnElement[int]:
        return select(func.count()).select_from(of).where(of.world == world.id, *more).scalar_subquery()

    query = select(
        world.id,
        world.now,
        counted(case, case.arrival_number.is_not(None)),
        counted(event),
        counted(letter),
        counted(letter, letter.read.is_(True)),
    ).where(world.id.in_(list(worlds)))
    with context.database.read() as session:
        return {row[0]: _mark(tuple(row)) for row in session.execute(query)}


def version(context: Context, world: str) -> str | None:
    """The mark of one world; None where it is gone."""
    return versions(context, [world]).get(world)


def _mark(row: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(row).encode()).hexdigest()[:16]


def catch_up(context: Context, world: str) -> None:
    """Send again what an office did not take, once its real time has come: while somebody watches, no page needs to be opened for it."""
    case = models.Case
    waits = select(case.not_before).where(
        case.world == world, case.state == State.SENDING, case.arrival_number.is_(None), case.not_before.is_not(None)
    )
    with context.database.read() as session:
        due = [moment for moment in session.scalars(waits) if moment is not None and moment <= real_now().isoformat()]
    if due and (found := World.find(context, world)) is not None:
        found.deliver()
