"""What to ask next: the questions that a plan still depends on, in order, and the pages on which they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from app.engine.compiled import ItemPath
from app.engine.conditions import UNKNOWN
from app.engine.facts import Key
from app.engine.planned import Ask, Page, PlannedProcedure
from app.engine.resting import rests_on

if TYPE_CHECKING:
    from app.engine.plan import Plan


def find_asks(plan: Plan) -> list[Ask]:
    """What has to be asked, in order: triage, then what decides most, then by topic."""
    decides: dict[Key, int] = {}
    needed_by: dict[Key, dict[str, None]] = {}
    for planned, keys in _open_keys(plan):
        undecided = planned.verdict is UNKNOWN
        for key in keys:
            decides[key] = decides.get(key, 0) + undecided
            needed_by.setdefault(key, {})[planned.id] = None
    asks = []
    for key, ids in needed_by.items():
        kind = plan.facts.kinds.get(key[0], "")
        item = plan.event.vocabulary.item(kind, key[1])
        if item is not None and plan.askable(key):
            asks.append(Ask(key, item, kind, decides[key], tuple(ids), key in plan.facts.by_key))
    triage = {(plan.facts.roles.get(path.role, ""), path.name): place for place, path in enumerate(plan.event.triage)}
    topics = plan.event.vocabulary.topic_order
    last = len(triage) + len(topics)
    # The sort is stable: what is equal in all this stays in the order of the definitions.
    asks.sort(key=lambda ask: (triage.get(ask.key, last), -ask.decides, topics.get(ask.item.topic, last)))
    return asks


def _open_keys(plan: Plan) -> Iterable[tuple[PlannedProcedure, Sequence[Key]]]:
    """Each undecided or required procedure with the keys without a usable value that it depends on."""
    unsettled = {path: keys for path in plan.event.shared_needs if (keys := _unsettled(plan, path))}
    # A register's fact that is to be confirmed decides things too, long before anything is filed with it.
    doubtful = {key for key in plan.to_confirm if plan.path_of(key) in plan.event.decisive}
    touched = {id_ for path in unsettled for id_ in plan.event.shared_needs[path]}
    for planned in plan.procedures:
        if planned.verdict is UNKNOWN:
            yield planned, planned.open
        elif planned.verdict is True:
            yield planned, _open_of_required(plan, planned, unsettled if planned.id in touched else {})
            if doubtful:
                yield planned, [key for key in dict.fromkeys(rests_on(plan, planned)) if key in doubtful]


def _open_of_required(plan: Plan, planned: PlannedProcedure, unsettled: dict[ItemPath, tuple[Key, ...]]) -> list[Key]:
    """What is open in a required procedure: its needs, their conditions, and what decides how it is filed."""
    subject, compiled = planned.subject, planned.compiled
    found = [key for name in compiled.each_needs if (key := (subject or "", name)) not in plan.settled]
    if unsettled:
        found += [key for path in compiled.shared_needs for key in unsettled.get(path, ())]
    for need in compiled.needs_when:
        value, reads = plan.run(need.when, subject)
        if value is UNKNOWN:
            found += plan.open(reads)
        elif value and need.path.role == "each":
            found += [key for key in [(subject or "", need.path.name)] if key not in plan.settled]
        elif value:
            found += unsettled.get(need.path, ())
    for condition in compiled.channel_when:
        value, reads = plan.run(condition, subject)
        if value is UNKNOWN:
            found += plan.open(reads)
        elif value:
            break
    return found


def _unsettled(plan: Plan, path: ItemPath) -> tuple[Key, ...]:
    """The keys without a usable value that an item path stands for; of an unknown list, what would tell the list."""
    subjects = plan.subjects(path.role, None)
    if subjects is None:
        return plan.open(plan.members(path.role)[1])
    return tuple([key for subject in subjects if (key := (subject, path.name)) not in plan.settled])


def find_pages(plan: Plan) -> list[Page]:
    """The questions as pages, in the order of their first ask; within a page in the vocabulary's order."""
    groups: dict[tuple[str, str], list[Ask]] = {}
    for ask in plan.asks:
        groups.setdefault((path_page(plan, ask.key), ask.key[0]), []).append(ask)
    pages = []
    for (page, subject), asks in groups.items():
        order = list(plan.event.vocabulary.kinds[asks[0].kind].items)
        asks.sort(key=lambda ask: order.index(ask.key[1]))
        pages.append(Page(page, asks[0].item.topic, subject, tuple(asks)))
    return pages


def path_page(plan: Plan, key: Key) -> str:
    """The id of the page on which a key is asked: the item's page, or the item itself."""
    kind, item = plan.facts.kinds.get(key[0], ""), plan.item(key)
    return (item.page if item else None) or f"{kind}.{key[1]}"
