"""Who must decide until when, and whose turn it is when all renounce. Law: 民法 915 to 917, 826."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from app.engine.deadlines import Rule, compute, shift_months
from app.engine.heirs.family import Act, Family
from app.engine.heirs.kin import Kin
from app.engine.heirs.opening import Opening
from app.engine.heirs.result import Decision, Reason
from app.engine.heirs.successive import Piece

THREE_MONTHS = Rule("duty", months=3)
#: 民法の一部を改正する法律（平成30年法律第59号）: adult at 18 since this day, at 20 before
ADULT_AT_18 = date(2022, 4, 1)


def decisions(family: Family, pieces: Iterable[Piece]) -> tuple[Decision, ...]:
    """One for each living person and each place in which they stand. Nobody decides for the unborn before birth."""
    knew, kin = dict(family.knew), Kin(family)
    heirs = {piece.person for piece in pieces}
    found: dict[tuple[str, str | None], Decision] = {}
    for piece in pieces:
        person = family.person(piece.person)
        if piece.state or person.unborn:
            continue
        place = piece.after[-1] if piece.after else None
        start = knew.get(piece.person)
        until = None if start is None else compute(THREE_MONTHS, start).last
        reasons = [Reason("three_months", "915-1", (piece.person,))]
        if place is not None:
            reasons.append(Reason("in_place_of", "916", (piece.person, place)))
        adult = None if person.born is None else adult_on(person.born)
        minor = adult is not None and adult > kin.day
        conflict = minor and bool(heirs & set(kin.parents(piece.person)))
        if minor:
            reasons.append(Reason("minor", "917", (piece.person,)))
        if conflict:
            reasons.append(Reason("conflict_of_interest", "826", (piece.person,)))
        found.setdefault(
            (piece.person, place),
            Decision(piece.person, start, until, tuple(reasons), place, adult if minor else None, conflict),
        )
    return tuple(found.values())


def adult_on(born: date) -> date:
    """The day on which somebody comes of age (民法 第4条)."""
    at_20 = shift_months(born, 20 * 12)
    return at_20 if at_20 <= ADULT_AT_18 else max(shift_months(born, 18 * 12), ADULT_AT_18)


def next_in_line(opening: Opening) -> tuple[str, ...]:
    """Who becomes heir when every heir but the spouse renounces; a child that is not born counts as if it could."""
    first = {part.person for part in opening.parts if part.capacity != "spouse"}
    family = opening.family
    acts = (Act(one, "renounced", family.deceased) for one in sorted(first))
    after = Opening(replace(family, acts=(*family.acts, *acts)))
    return tuple(dict.fromkeys(part.person for part in after.parts if part.capacity != "spouse")) if first else ()
