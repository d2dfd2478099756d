"""Heirs who died after the opening and before the division (数次相続): their share goes to their own heirs (896), spouses included.

That is another thing than standing in for somebody who died before (代襲). Every step goes to people who lived on longer, so it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from app.engine.heirs.family import Act, Family
from app.engine.heirs.grounds import of_heir
from app.engine.heirs.opening import Opening
from app.engine.heirs.referring import referrals
from app.engine.heirs.result import Holding, Reason


@dataclass(frozen=True)
class Piece:
    """A piece of the estate in one hand, and the dead heirs through whom it came."""

    person: str
    share: Fraction
    after: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    state: str = ""  # "vacant" or "referred": the person is dead and the piece goes no further here


def pieces(opening: Opening) -> list[Piece]:
    """The estate as it is held now."""
    found: list[Piece] = []
    for part in opening.parts:
        found += _pass_on(opening.family, Piece(part.person, part.share))
    return found


def _pass_on(family: Family, piece: Piece) -> Iterator[Piece]:
    if family.person(piece.person).died is None:
        yield piece
        return
    theirs = family.for_estate(piece.person)
    if referrals(theirs):
        yield replace(piece, state="referred")
        return
    opening = Opening(theirs)
    parts = opening.parts
    if not parts:
        yield replace(piece, state="vacant")
    for heir in dict.fromkeys(part.person for part in parts):
        own = [part for part in parts if part.person == heir]
        reasons = (Reason("later_death", "896", (piece.person, heir)), *of_heir(opening, own, parts))
        share = piece.share * sum((part.share for part in own), Fraction())
        yield from _pass_on(family, Piece(heir, share, (*piece.after, piece.person), (*piece.reasons, *reasons)))


def holdings(found: list[Piece]) -> tuple[Holding, ...]:
    """Pieces of one person together, in the order in which people first appear."""
    held: list[Holding] = []
    for person in dict.fromkeys(piece.person for piece in found):
        own = [piece for piece in found if piece.person == person]
        by_path: dict[tuple[str, ...], Fraction] = {}
        for piece in own:
            by_path[piece.after] = by_path.get(piece.after, Fraction()) + piece.share
        reasons = tuple(dict.fromkeys(reason for piece in own for reason in piece.reasons))
        share = sum(by_path.values(), Fraction())
        states = {piece.state for piece in own}
        held.append(Holding(person, share, tuple(by_path.items()), reasons, "vacant" in states, "referred" in states))
    return tuple(held)


def second_renunciations(family: Family) -> tuple[Family, tuple[Reason, ...], tuple[Reason, ...]]:
    """Heirs who died before choosing, in whose place their own heirs renounced (916, 939).

    Returns the family in which those whose place all their heirs renounced have renounced, the steps that say so, and what an expert
    must answer: where only some of the heirs of one renounced, the law does not say whose their piece is.
    """
    steps: list[Reason] = []
    open_questions: list[Reason] = []
    place = {act.in_place_of for act in family.acts if act.kind == "renounced" and act.estate == family.deceased} - {
        None
    }
    for dead in family.order(one for one in place if one is not None):
        if dead not in {part.person for part in Opening(family).parts}:
            continue
        heirs = {piece.person for piece in _pass_on(family, Piece(dead, Fraction(1))) if not piece.state} - {dead}
        gone = {act.person for act in family.acts if act.in_place_of == dead and act.estate == family.deceased}
        if heirs and heirs <= gone:
            family = replace(family, acts=(*family.acts, Act(dead, "renounced", family.deceased)))
            steps.append(Reason("second_renounced", "916", (dead, *family.order(heirs))))
        elif heirs & gone:
            open_questions.append(Reason("second_heirs_differ", "916", (dead, *family.order(heirs & gone))))
    return family, tuple(steps), tuple(open_questions)
