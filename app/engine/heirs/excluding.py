"""Why each of the others is no heir. Everybody of a family is either an heir or told here."""

from __future__ import annotations

from collections.abc import Callable, Container

from app.engine.heirs.grounds import lost
from app.engine.heirs.opening import Opening
from app.engine.heirs.result import Excluded, Rank, Reason


def excluded(opening: Opening, heirs: Container[str]) -> tuple[Excluded, ...]:
    """Everybody but the deceased and the heirs, with the reasons, from the eldest on."""
    others = [p.id for p in opening.family.people if p.id != opening.family.deceased and p.id not in heirs]
    return tuple(Excluded(one, _why(opening, one)) for one in opening.family.order(others))


def _why(opening: Opening, id_: str) -> tuple[Reason, ...]:
    sorts: tuple[Callable[[Opening, str], tuple[Reason, ...]], ...] = (
        _as_descendant,
        _as_spouse,
        _as_ascendant,
        _as_sibling,
        _as_ended,
        _as_partner,
        _as_step_child,
    )
    for sort in sorts:
        if found := sort(opening, id_):
            return found
    return (Reason("no_heir_relation", None, (id_,)),)


def _own(opening: Opening, id_: str, rank: Rank | None) -> tuple[Reason, ...]:
    """What lies in the person: not there, dead, taken out."""
    family, kin = opening.family, opening.kin
    if not kin.existed(id_):
        return (Reason("not_yet_there", "886-1", (id_,)),)
    if gone := lost(opening, id_, rank):
        return gone
    if family.at_once(id_, family.deceased):
        return (Reason("same_time", "32-2", (id_,)),)
    if not kin.alive(id_):
        return (Reason("died_before", None, (id_,)),)
    return (Reason("renounced", "939", (id_,)),) if opening.out(id_, rank) == "renounced" else ()


def _as_descendant(opening: Opening, id_: str) -> tuple[Reason, ...]:
    kin = opening.kin
    if id_ not in kin.line:
        above = [one for one in opening.family.order(kin.line) if id_ in kin.children(one)]
        if not above:
            return ()
        # a child that an adopted child had before the adoption
        return (
            Reason("born_before_adoption", "887-2 proviso", (id_, above[0])),
            Reason("no_kin_before_adoption", "727", (id_,)),
        )
    own = _own(opening, id_, 1)
    if own or id_ in kin.children(kin.deceased):
        return own + _in_place(opening, id_, 1) if own and own[0].code != "renounced" else own
    return _nearer(opening, id_, 1, [one for one in kin.parents(id_) if one in kin.line])


def _in_place(opening: Opening, id_: str, rank: Rank) -> tuple[Reason, ...]:
    """Who stands in for somebody who is out, or that nobody of their children does."""
    article = "889-2" if rank == 3 else "887-2"
    found = [part.person for part in opening.parts if id_ in part.through]
    if found:
        return (Reason("children_stand_in", article, (id_, *dict.fromkeys(found))),)
    return (
        (Reason("nobody_stands_in", article, (id_,)),)
        if opening.kin.children(id_) and opening.stirpes[0] == rank
        else ()
    )


def _nearer(opening: Opening, id_: str, rank: Rank, above: list[str]) -> tuple[Reason, ...]:
    """Somebody nearer stands before a descendant or a nephew, or has renounced, which nobody stands in for."""
    kin = opening.kin
    for one in above:
        if kin.alive(one) and opening.out(one, rank) == "renounced":
            return (Reason("parent_renounced", "939", (id_, one)), Reason("no_substitute", "887-2", (id_, one)))
    for one in above:
        if opening.takes(one, rank):
            return (Reason("parent_first", "887-2", (id_, one)),)
    higher = [one for parent in above for one in kin.parents(parent) if one in kin.line]
    return _nearer(opening, id_, rank, higher) if higher else ()


def _as_spouse(opening: Opening, id_: str) -> tuple[Reason, ...]:
    return _own(opening, id_, None) if id_ in opening.kin.spouses else ()


def _as_ascendant(opening: Opening, id_: str) -> tuple[Reason, ...]:
    degrees = opening.kin.ancestors
    if id_ not in degrees:
        return ()
    if own := _own(opening, id_, 2):
        return own
    if opening.stirpes[0] == 1:
        return (Reason("nearer_rank", "889-1", (id_,)),)
    return (Reason("nearer_degree", "889-1(1) proviso", (id_,)),)


def _as_sibling(opening: Opening, id_: str) -> tuple[Reason, ...]:
    kin, rank = opening.kin, opening.stirpes[0]
    heads = [one for one in opening.family.order(kin.siblings) if id_ in kin.descendants(one)]
    if id_ not in kin.siblings and not heads:
        return ()
    if own := _own(opening, id_, 3):
        return own + _in_place(opening, id_, 3) if own[0].code != "renounced" else own
    if rank in (1, 2):
        return (Reason("nearer_rank", "889-1", (id_,)),)
    direct = [one for one in heads if id_ in kin.children(one)]
    if not direct:
        return (Reason("no_second_substitute", "889-2", (id_, heads[0])),)
    if not any(id_ in kin.beside(one) for one in direct):
        return (
            Reason("born_before_adoption", "887-2 proviso", (id_, direct[0])),
            Reason("no_kin_before_adoption", "727", (id_,)),
        )
    return _nearer(opening, id_, 3, direct)


def _as_ended(opening: Opening, id_: str) -> tuple[Reason, ...]:
    """A parent or child by a tie that had ended."""
    deceased, kin = opening.family.deceased, opening.kin
    for tie in opening.family.ties:
        if {tie.parent, tie.child} != {id_, deceased} or kin.holds(tie):
            continue
        if kin.ended_by(tie) is not None:
            return (Reason("special_adoption_elsewhere", "817-2", (tie.child,)), Reason("tie_ended", "817-9", (id_,)))
        if tie.until is not None and tie.until <= kin.day:
            return (Reason("adoption_dissolved", "729", (id_,)),)
    return ()


def _as_partner(opening: Opening, id_: str) -> tuple[Reason, ...]:
    deceased = opening.family.deceased
    found = [marriage for marriage in opening.family.marriages if marriage.partner_of(deceased) == id_]
    if not found:
        return ()
    code = "divorced" if any(marriage.registered for marriage in found) else "partner"
    return (Reason(code, "890", (id_,)),)


def _as_step_child(opening: Opening, id_: str) -> tuple[Reason, ...]:
    for marriage in opening.family.marriages:
        spouse = marriage.partner_of(opening.family.deceased)
        if spouse is not None and marriage.registered and id_ in opening.kin.children(spouse):
            return (Reason("step_child", "725", (id_, spouse)), Reason("step_child_not_adopted", "887-1", (id_,)))
    return ()
