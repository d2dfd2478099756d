"""Why each heir is one, in steps that name the article. The steps follow what ``opening`` worked out; they decide nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from app.engine.heirs.family import DAY_NOT_TOLD, Tie
from app.engine.heirs.kin import CONCEIVED
from app.engine.heirs.opening import Opening
from app.engine.heirs.result import Part, Rank, Reason

WITH_SPOUSE = {1: "900-1", 2: "900-2", 3: "900-3"}


def of_heir(opening: Opening, parts: Sequence[Part], everyone: Sequence[Part]) -> tuple[Reason, ...]:
    """The steps for one heir: ``parts`` are theirs, ``everyone`` all parts of this opening. Each step once."""
    steps: list[Reason] = []
    for part in parts:
        steps += _SORTS[part.capacity](opening, part, everyone)
        if opening.kin.unborn(part.person):
            steps.append(Reason("unborn", "886-1", (part.person,)))
    if len(parts) > 1:
        steps.append(Reason("two_capacities", "901-1", (parts[0].person,)))
    return tuple(dict.fromkeys(steps))


def _spouse(opening: Opening, part: Part, everyone: Sequence[Part]) -> Iterator[Reason]:
    yield Reason("spouse", "890", (part.person,))
    rank = opening.stirpes[0]
    if rank is None:
        yield Reason("spouse_alone", "890", (part.person,))
    else:
        yield Reason(f"share_beside_{rank}", WITH_SPOUSE[rank], (part.person,))


def _child(opening: Opening, part: Part, everyone: Sequence[Part]) -> Iterator[Reason]:
    head = part.through[0] if part.through else part.person
    deceased = opening.family.deceased
    if not part.through:
        yield Reason("child", "887-1", (part.person,))
    for tie in opening.kin.between(deceased, head):
        yield from _how(tie)
    if not part.through and _given_away(opening, part.person):
        yield Reason("given_in_ordinary_adoption", "809", (part.person,))
    yield from _through(opening, part, 1)
    yield from _amount(opening, 1, everyone)


def _how(tie: Tie) -> Iterator[Reason]:
    if tie.kind == "acknowledged":
        yield Reason("acknowledged", "779", (tie.child,))
        yield Reason("acknowledged_from_birth", "784", (tie.child,))
    if tie.kind == "special_adoption":
        yield Reason("special_adoption", "817-2", (tie.child,))
    if tie.adopted:
        yield Reason("kin_by_adoption", "727", (tie.child,))
        yield Reason("adopted", "809", (tie.child,))


def _given_away(opening: Opening, child: str) -> bool:
    """Adopted by somebody else in the ordinary way, which leaves the natural parents parents."""
    by_birth = any(not tie.adopted for tie in opening.kin.between(opening.family.deceased, child))
    others = (
        tie.kind == "adoption" and tie.parent != opening.family.deceased
        for tie in opening.kin.ties
        if tie.child == child
    )
    return by_birth and any(others)


def _ascendant(opening: Opening, part: Part, everyone: Sequence[Part]) -> Iterator[Reason]:
    yield Reason("ascendant", "889-1(1)", (part.person,))
    if any(tie.adopted for tie in opening.kin.between(part.person, opening.family.deceased)):
        yield Reason("adoptive_parent", "727", (part.person,))
    yield from _amount(opening, 2, everyone)


def _sibling(opening: Opening, part: Part, everyone: Sequence[Part]) -> Iterator[Reason]:
    head = part.through[0] if part.through else part.person
    if not part.through:
        yield Reason("sibling", "889-1(2)", (part.person,))
    parents = set(opening.kin.parents(opening.family.deceased))
    if any(tie.adopted for tie in opening.kin.ties if tie.child == head and tie.parent in parents):
        yield Reason("sibling_by_adoption", "727", (head,))
    yield from _through(opening, part, 3)
    yield from _amount(opening, 3, everyone)
    if part.half:
        yield Reason("half_blood", "900-4 proviso", (head,))


def _through(opening: Opening, part: Part, rank: Rank) -> Iterator[Reason]:
    """The steps of standing in for somebody."""
    if not part.through:
        return
    kin, first = opening.kin, part.through[0]
    if rank == 3:
        yield Reason("nephew", "889-2", (part.person, first))
    yield Reason("substitute", "887-2", (part.person, first))
    if len(part.through) > 1:
        yield Reason("substitute_again", "887-3", (part.person, *part.through))
    for one in part.through:
        yield from why_replaced(opening, one, rank)
    line = (opening.family.deceased, *part.through, part.person)
    adopted = [
        tie.since
        for a, b in pairwise(line)
        for tie in kin.between(a, b)
        if tie.adopted and tie.since != DAY_NOT_TOLD and tie.since
    ]
    last = [tie for tie in kin.between(part.through[-1], part.person) if not tie.adopted]
    if adopted and last:
        born = kin.begins(last[0])
        if born >= max(adopted):
            yield Reason("born_after_adoption", "727", (part.person, part.through[-1]))
            if born - max(adopted) <= timedelta(days=CONCEIVED):
                yield Reason("unborn_at_adoption", "3-1", (part.person, part.through[-1]))
        else:
            yield Reason("kin_by_another_line", "887-2", (part.person, part.through[-1]))
    yield Reason("share_of_replaced", "901-2" if rank == 3 else "901-1", (part.person, first))


def why_replaced(opening: Opening, id_: str, rank: Rank) -> Iterator[Reason]:
    """Why somebody's children stand in: not only a death before."""
    yield from lost(opening, id_, rank)
    if opening.out(id_, rank) in (None, "renounced") and opening.family.at_once(id_, opening.family.deceased):
        yield Reason("same_time", "32-2", (id_,))


def lost(opening: Opening, id_: str, rank: Rank | None) -> tuple[Reason, ...]:
    """That somebody lost the right: 891 with its item where that is known, 892, or one of the two."""
    out = opening.out(id_, rank)
    if out == "disinherited":
        return (Reason("disinherited", "892", (id_,)),)
    if out == "lost_right":
        return (Reason("lost_right", "891", (id_,)), Reason("lost_right_or", "892", (id_,)))
    if out != "disqualified":
        return ()
    acts = (act for act in opening.family.acts if act.person == id_ and act.estate == opening.family.deceased)
    ground = next((act.ground for act in acts if act.kind == "disqualified"), None)
    return (Reason("disqualified", "891" if ground is None else f"891({ground})", (id_,)),)


def _amount(opening: Opening, rank: Rank, everyone: Sequence[Part]) -> Iterator[Reason]:
    if opening.spouse is not None:
        yield Reason(f"rank_{rank}_beside_spouse", WITH_SPOUSE[rank])
    if len(opening.stirpes[1]) > 1:
        yield Reason("equal_heads", "900-4")


_SORTS = {"spouse": _spouse, "child": _child, "ascendant": _ascendant, "sibling": _sibling}
