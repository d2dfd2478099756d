"""Which municipality the offices of each side of a move belong to, and the facts that say so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from app.engine.compiled import CompiledPlace
from app.engine.facts import Key

if TYPE_CHECKING:
    from app.engine.plan import Plan


def find_codes(plan: Plan) -> dict[str, str]:
    """Municipality codes by side. A side that lies abroad has the other side's; an address not yet known has none."""
    codes: dict[str, str] = {}
    abroad = []
    for side, place in plan.event.places.items():
        if _is_abroad(plan, place):
            abroad.append(side)
            continue
        address = plan.one_value(place.path, None)
        if isinstance(address, Mapping):
            codes[side] = str(address["municipality"])
    if len(codes) == 1:
        codes |= dict.fromkeys(abroad, *codes.values())
    return codes


def find_reads(plan: Plan, authority: str) -> Iterable[Key]:
    """The keys that decide which office an authority's name stands for; none where it names an office itself."""
    side, places = authority.partition("_")[0], plan.event.places
    if side not in places or authority in plan.event.authorities:
        return
    yield from _reads(plan, places[side])
    if _is_abroad(plan, places[side]):
        for other, place in places.items():
            if other != side:
                yield from _reads(plan, place)


def _is_abroad(plan: Plan, place: CompiledPlace) -> bool:
    """Whether a side is known to lie where there are no offices."""
    return place.outside is not None and plan.run(place.outside, None)[0] is True


def _reads(plan: Plan, place: CompiledPlace) -> Iterable[Key]:
    """What says whether a side lies abroad, and its address where it does not."""
    if place.outside is not None:
        yield from plan.run(place.outside, None)[1]
    if not _is_abroad(plan, place):
        yield from plan.look_up(place.path, None)[1]
