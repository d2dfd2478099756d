"""The number of statutory heirs for inheritance tax (相続税法 第15条). It never changes who inherits."""

from __future__ import annotations

from app.engine.heirs.family import Family, Marriage, Tie
from app.engine.heirs.kin import Kin
from app.engine.heirs.opening import Opening
from app.engine.heirs.result import TaxCount

ADOPTED_WITH_CHILD, ADOPTED_ALONE = 1, 2


def tax_count(family: Family) -> TaxCount:
    """The count as it stands: a child that is not born yet is left out until it is (相続税法基本通達 15-3)."""
    unborn = [person.id for person in family.people if person.unborn]
    born = _counted(family)
    people, adopted, counted = _counted(family.without(*unborn)) if unborn else born
    whole = len(people) - len(adopted) + counted
    return TaxCount(whole, people, adopted, counted, len(born[0]) - len(born[1]) + born[2])


def _counted(family: Family) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Everybody looked at, those under the limit, how many of these are counted."""
    opening = Opening(family, renouncing=False)
    parts = opening.parts
    people = tuple(dict.fromkeys(part.person for part in parts))
    children = [part.person for part in parts if part.capacity == "child"]
    substitutes = {part.person for part in parts if part.capacity == "child" and part.through}
    adopted = tuple(
        one for one in dict.fromkeys(children) if one not in substitutes and not _as_by_birth(opening.kin, one)
    )
    limit = ADOPTED_WITH_CHILD if set(children) - set(adopted) else ADOPTED_ALONE
    return people, adopted, min(limit, len(adopted))


def _as_by_birth(kin: Kin, child: str) -> bool:
    """By birth, or counted so: by special adoption, or the spouse's own child (15条3項)."""
    ties = kin.between(kin.deceased, child)
    return any(tie.kind != "adoption" or _spouses_child(kin, tie) for tie in ties)


def _spouses_child(kin: Kin, adoption: Tie) -> bool:
    """Whether the adopted child is one by birth of somebody to whom the deceased was married while the adoption ran."""
    for marriage in kin.family.marriages:
        spouse = marriage.partner_of(kin.deceased)
        if spouse is None or not marriage.registered or not _overlap(marriage, adoption):
            continue
        if any(tie.parent == spouse and tie.child == adoption.child and not tie.adopted for tie in kin.family.ties):
            return True
    return False


def _overlap(marriage: Marriage, adoption: Tie) -> bool:
    starts_in_time = marriage.since is None or adoption.until is None or marriage.since < adoption.until
    return starts_in_time and (marriage.until is None or adoption.since is None or adoption.since < marriage.until)
