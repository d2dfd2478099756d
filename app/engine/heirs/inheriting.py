"""From a family to its inheritance: the parts put together."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from app.engine.heirs.deciding import decisions, next_in_line
from app.engine.heirs.excluding import excluded
from app.engine.heirs.family import DAY_NOT_TOLD, Family
from app.engine.heirs.grounds import of_heir
from app.engine.heirs.opening import CAPACITY, Opening
from app.engine.heirs.referring import referrals
from app.engine.heirs.result import Excluded, Heir, Inheritance, Rank, Reason, State
from app.engine.heirs.successive import holdings, pieces, second_renunciations
from app.engine.heirs.tax import tax_count

HEIRLESS = (
    Reason("estate_alone", "951"),
    Reason("administrator", "952"),
    Reason("special_connection", "958-2"),
    Reason("to_the_state", "959"),
)


def inherit(family: Family) -> Inheritance:
    """Who inherits from ``family.deceased``: the same for the same family, whatever the order in which it was told."""
    asked = referrals(family)
    if asked:
        return _referred(family, asked)
    family, second, unclear = second_renunciations(family)
    if unclear:
        return _referred(family, unclear)
    opening = Opening(family)
    heirs = _heirs(opening)
    held = pieces(opening)
    holders = holdings(held)
    named = {heir.person for heir in heirs} | {holder.person for holder in holders}
    unborn = [heir.person for heir in heirs if family.person(heir.person).unborn]
    return Inheritance(
        deceased=family.deceased,
        state=_state(heirs, unborn),
        rank=opening.stirpes[0],
        heirs=heirs,
        holders=holders,
        excluded=_with_second(excluded(opening, named), second),
        decisions=decisions(family, held),
        next_in_line=next_in_line(opening),
        remarks=tuple(_remarks(opening, heirs)),
        tax=tax_count(family),
        if_stillborn=inherit(family.without(*unborn)) if unborn else None,
    )


def shares_at_opening(family: Family) -> dict[str, Fraction]:
    """Heirs and shares by the law as it is today, whether or not another law decides: a part of ``inherit``, without its words."""
    shares: dict[str, Fraction] = {}
    for part in Opening(family).parts:
        shares[part.person] = shares.get(part.person, Fraction()) + part.share
    return shares


def _referred(family: Family, why: tuple[Reason, ...]) -> Inheritance:
    return Inheritance(family.deceased, "referred", None, (), (), (), (), (), why, None)


def _state(heirs: tuple[Heir, ...], unborn: list[str]) -> State:
    if not heirs:
        return "heirless"
    return "pending" if unborn else "settled"


def _heirs(opening: Opening) -> tuple[Heir, ...]:
    parts = opening.parts
    rank = opening.stirpes[0]
    found = []
    for person in dict.fromkeys(part.person for part in parts):
        own = tuple(part for part in parts if part.person == person)
        share = sum((part.share for part in own), Fraction())
        theirs: Rank | None = None if rank is None or own[0].capacity != CAPACITY[rank] else rank
        found.append(Heir(person, theirs, share, own, of_heir(opening, own, parts)))
    return tuple(found)


def _with_second(told: tuple[Excluded, ...], second: tuple[Reason, ...]) -> tuple[Excluded, ...]:
    """Say of a dead heir's renunciation who made it, and of those who made it that they did."""
    own = {step.people[0]: step for step in second}
    theirs = {one: step.people[0] for step in second for one in step.people[1:]}
    found = []
    for one in told:
        if one.person in own:
            one = Excluded(one.person, (*one.reasons, own[one.person]))
        elif one.person in theirs:
            people = (one.person, theirs[one.person])
            one = Excluded(
                one.person, (Reason("renounced_in_place", "916", people), Reason("renounced", "939", people[:1]))
            )
        found.append(one)
    return tuple(found)


def _remarks(opening: Opening, heirs: tuple[Heir, ...]) -> Iterator[Reason]:
    family, kin = opening.family, opening.kin
    if not heirs:
        yield from HEIRLESS
    if family.person(family.deceased).nationality is None:
        yield Reason("nationality_assumed", None, (family.deceased,))
    for heir in heirs:
        if family.person(heir.person).unborn:
            yield Reason("if_born_alive", "886-2", (heir.person,))
        if family.person(heir.person).nationality == "other":
            yield Reason("foreign_heir", None, (heir.person,))
    for tie in family.ties:
        late = tie.kind == "acknowledged" and tie.since is not None and tie.since > kin.day
        if late and tie.parent == family.deceased:
            yield Reason("late_acknowledgement", "910", (tie.child,))
    yield from _on_adoptions(opening)
    yield from _on_siblings(opening)
    yield from _on_same_day(opening)
    yield from _on_will(opening, heirs)


def _on_adoptions(opening: Opening) -> Iterator[Reason]:
    """Who stands in for an adopted child whose adoption has no day: had they been born before it, they would not."""
    for part in opening.parts:
        for above in part.through:
            ties = [tie for tie in opening.kin.ties if tie.child == above and tie.since == DAY_NOT_TOLD]
            if ties:
                yield Reason("adoption_day_not_told", "887-2 proviso", (part.person, above))


def _on_siblings(opening: Opening) -> Iterator[Reason]:
    family, kin = opening.family, opening.kin
    if opening.stirpes[0] != 3:
        return
    for act in family.acts:
        if act.kind == "disinherited" and act.estate == family.deceased and act.person in kin.siblings:
            yield Reason("no_disinheritance_of_siblings", "892", (act.person,))
    alone = [one for one in family.order(kin.siblings) if len(kin.parents(one)) == 1]
    if len(kin.parents(family.deceased)) == 1 or (alone and kin.parents(family.deceased)):
        known = [stirps.head for stirps in opening.stirpes[1] if kin.parents(stirps.head)]
        if known and len(opening.stirpes[1]) > 1:
            yield Reason("blood_as_recorded", "900-4 proviso", tuple(known))


def _on_same_day(opening: Opening) -> Iterator[Reason]:
    family = opening.family
    for person in family.people:
        told = any({person.id, family.deceased} <= group for group in family.together)
        if not told and family.at_once(person.id, family.deceased):
            yield Reason("times_not_known", "32-2", (person.id, family.deceased))


def _on_will(opening: Opening, heirs: tuple[Heir, ...]) -> Iterator[Reason]:
    family, kin = opening.family, opening.kin
    if family.will or family.legatees:
        yield Reason("will_first", "902")
        if any(heir.has_forced_share for heir in heirs):
            yield Reason("forced_share", "1042")
            yield Reason("forced_share_claim", "1048")
    for one in family.order(family.legatees):
        if not kin.alive(one):
            yield Reason("legacy_fails", "994-1", (one,))
        elif opening.out(one) in ("disqualified", "lost_right"):
            yield Reason("legatee_disqualified", "965", (one,))
