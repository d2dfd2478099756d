"""Who reads, and what of it: the token, its scopes, and the consent behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import select

from app.services.phr import consents, scopes
from app.services.phr.consents import Consent
from app.services.phr.context import Context, service, told_now
from app.services.phr.household import Person
from app.services.phr.making import patient_id
from app.services.phr.outcomes import Refused, missing, why
from app.services.phr.scopes import TYPES, Scope
from app.services.phr.shape import CATEGORIES
from app.services.phr.tables import tokens
from app.services.phr.world import World, find_world
from app.services.simcore.authorization import hashed
from app.services.simcore.callers import bearer
from app.services.simcore.problems import Problem

_SHAPES = {
    "unsupported": "municipality-unsupported",
    "partial": "not-provided",
    "refused": "not-provided",
    "mismatch": "not-provided",
    "stale": "not-provided",
    "consent_missing": "consent-missing",
}  # a fault's kind -> why nothing is handed over


@dataclass(frozen=True)
class Reader:
    """A token that holds, in its world at its moment. `obstacle`: why its consent does not hold."""

    world: World
    client: str
    person: Person
    scopes: tuple[Scope, ...]
    consent: Consent
    obstacle: str | None

    @property
    def patient(self) -> str:
        """Id of the one Patient in whose compartment everything lies."""
        return patient_id(self.person)

    def hold(self) -> None:
        """Raise `Refused` where the consent does not hold any more."""
        if self.obstacle:
            raise Refused(403, "forbidden", why(self.obstacle), reason=self.obstacle)

    def about(self, type_: str, search: bool) -> list[Scope]:
        """The scopes that let this token read or search a type; `Refused` 403 without one."""
        fits = [one for one in self.scopes if one.covers(type_) and (one.search if search else one.read)]
        if not fits:
            right = "s" if search else "r"
            raise Refused(
                403, "forbidden", f"The token lacks patient/{type_}.{right}.", reason="scope-missing",
                challenge='Bearer error="insufficient_scope"',
            )  # fmt: skip
        return fits


def reader() -> Reader:
    """Who calls; raises `Refused` 401."""
    context, token = service(), bearer()
    refused = Refused(401, "login", "A valid access token is needed.", challenge='Bearer error="invalid_token"')
    if token is None:
        raise refused
    with context.store.read() as connection:
        where = (tokens.c.hash == hashed(token), tokens.c.kind == "access")
        row = connection.execute(select(tokens).where(*where)).first()
        if row is None or row.expires < context.config.timestamp():
            raise refused
        consent = consents.find(connection, row.world, row.consent)
        if consent is None:
            raise refused
        world = find_world(connection, row.world, told_now())
    obstacle = consent.obstacle(world.now)
    if obstacle is None and consent.granter != consent.patient and not world.may_act(consent.granter, consent.patient):
        obstacle = "proxy-ended"
    person = world.person(consent.patient)
    return Reader(world, row.client, person, scopes.about_records(row.scope), consent, obstacle)


def withheld(context: Context, who: Reader, categories: Iterable[str]) -> dict[str, str]:
    """Categories that are not handed over now, with the reason: no consent, or the source does not answer."""
    found = {}
    for name in categories:
        if name not in who.consent.categories:
            found[name] = "consent-missing"
            continue
        try:
            shapes = context.suffer(who.world.id, f"category:{name}", citizen=who.person.id, client=who.client)
        except Problem:
            found[name] = "temporarily-unavailable"
            continue
        if shapes:
            found[name] = _SHAPES.get(sorted(shapes)[0], "not-provided")
    return found


def gaps(who: Reader, categories: Iterable[str], left_out: Mapping[str, str]) -> list[dict[str, Any]]:
    """Warnings about what is not in an answer: categories left out, and what a source has not got."""
    found = [missing(name, CATEGORIES[name], reason) for name, reason in left_out.items()]
    for entry in who.person.health.missing:
        if entry.category in categories and entry.category not in left_out:
            before = entry.before.isoformat() if entry.before else None
            found.append(missing(entry.category, CATEGORIES[entry.category], entry.reason, before))
    return found


def categories_of(type_: str) -> tuple[str, ...]:
    """The consent categories of a type; `Refused` 404 for one that is not here."""
    if type_ not in TYPES:
        raise Refused(404, "not-supported", "This type of resource is not here.")
    return TYPES[type_]


def strict() -> bool:
    """Whether the client wants unknown parameters refused (`Prefer: handling=strict`)."""
    wanted = [part.strip().lower() for part in request.headers.get("Prefer", "").replace(";", ",").split(",")]
    return "handling=strict" in wanted
