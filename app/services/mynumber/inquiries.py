"""An inquiry to a register, however it came: checked, asked where the register is kept, answered, and recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from app.services.mynumber import history
from app.services.mynumber.context import Context
from app.services.mynumber.people import People, the_world
from app.services.mynumber.providers import Asked, Provided
from app.services.mynumber.proxies import Sight
from app.services.mynumber.registers import Answer, Asker, answer
from app.services.mynumber.tables import audit
from app.services.simcore.problems import Problem, not_found


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What is asked. `who`: the office or service that asks, in words; `person`: on whose token, None for an office of its own.

    `subjects`: None asks for everybody whom the person may see. `cleared`: the office may know where protected people are.
    """

    world: str
    register: str
    items: Sequence[str]
    procedures: Sequence[str]
    purpose: str
    legal_basis: str
    who: str
    person: str | None
    subjects: Sequence[str] | None = None
    consent: str | None = None
    cleared: bool = False

    def detail(self) -> dict[str, Any]:
        """As the history keeps it, without the outcome."""
        return {
            "register_id": self.register, "procedures": list(self.procedures), "items": list(self.items), "purpose": self.purpose,
            "legal_basis": self.legal_basis, "consent": self.consent, "person": self.person,
        }  # fmt: skip


def check(context: Context, inquiry: Inquiry, now: datetime) -> None:
    """Raise `Problem`, and leave a row, where it has no ground (400) or asks for what the register does not hold (403)."""
    if inquiry.register not in context.items.registers:
        raise not_found("There is no such register.")
    if not inquiry.procedures or not inquiry.legal_basis.strip():
        _refuse(context, inquiry, now, Problem(400, "no-legal-basis", "An inquiry needs procedures and a legal basis."))
    if not inquiry.purpose.strip():
        _refuse(context, inquiry, now, Problem(400, "no-purpose", "An inquiry needs a purpose."))
    if foreign := sorted(set(inquiry.items) - context.items.held_by(inquiry.register)):
        title = "The register does not hold some of the items."
        _refuse(context, inquiry, now, Problem(403, "outside-purpose", title, items=foreign))


def ask(context: Context, inquiry: Inquiry, now: datetime) -> Answer:
    """Check, ask, record. Raises `Problem` 400, 403, 404 or 503."""
    check(context, inquiry, now)
    shapes = context.suffer(inquiry.world, f"register:{inquiry.register}")
    if "refused" in shapes:
        _refuse(context, inquiry, now, Problem(403, "refused", "The register refused the inquiry."))
    with context.store.read() as connection:
        the_world(connection, inquiry.world)
        people = People(connection, inquiry.world)
        sight = Sight(connection, inquiry.world, people, inquiry.person, now.date()) if inquiry.person else None
    asker = _asker(context, inquiry, people, sight)
    if asker is None:
        # The same words for whom there is not and for whom one may not see: an answer must not tell that somebody is protected.
        _refuse(
            context, inquiry, now, Problem(403, "not-permitted", "The inquiry names somebody who may not be asked for.")
        )
    provided = _provided(context, inquiry, people, asker, now)
    with context.store.write() as connection:
        found = answer(
            connection, inquiry.world, context.items, inquiry.register, inquiry.items, asker, now.date(), shapes, provided
        )  # fmt: skip
        grounds = {subject: asker.grounds[subject] for subject in found.subjects}
        told = inquiry.detail() | {"subject": None, "grounds": grounds, "outcome": found.status}
        audit.append(connection, inquiry.world, now, inquiry.who, history.ANSWERED, **told)
    return found


def _asker(context: Context, inquiry: Inquiry, people: People, sight: Sight | None) -> Asker | None:
    """For whom to answer; None where the inquiry names somebody else."""
    if sight is None:
        named = list(inquiry.subjects or ())
        if any(subject not in people.kinds for subject in named):
            return None
        return Asker(dict.fromkeys(named, "office"), None, inquiry.cleared)
    seen = sight.visible(inquiry.register)
    if inquiry.subjects is None:
        return Asker(seen, sight)
    if any(subject not in seen for subject in inquiry.subjects):
        return None
    return Asker({subject: seen[subject] for subject in inquiry.subjects}, sight)


def _provided(context: Context, inquiry: Inquiry, people: People, asker: Asker, now: datetime) -> Provided | None:
    """From the service that keeps the register, if another one does."""
    if not context.providers.keep(inquiry.register):
        return None
    kinds = {context.items.by_id[item].kind for item in inquiry.items}
    subjects = [subject for subject in asker.grounds if people.kinds[subject] in kinds]
    asked = Asked(subjects, inquiry.items, inquiry.purpose, inquiry.legal_basis, inquiry.who)
    return context.providers.inquire(inquiry.register, inquiry.world, now, asked)


def _refuse(context: Context, inquiry: Inquiry, now: datetime, problem: Problem) -> NoReturn:
    with context.store.write() as connection:
        told = inquiry.detail() | {"subject": None, "grounds": {}, "outcome": problem.kind}
        audit.append(connection, inquiry.world, now, inquiry.who, history.REFUSED, **told)
    raise problem
