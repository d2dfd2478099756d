"""Once only: how often each item is asked on the forms of today, and how often here. Counted over the plans of some households.

On paper an item is written on the form of every procedure that needs it. Here it comes from a register, or is typed once for all
(重点計画 ワンスオンリー原則; デジタル手続法 第2条第2号).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from app.engine.facts import Key
from app.engine.plan import Plan


@dataclass(frozen=True)
class Row:
    """One item (``person.name``): its label, how often the forms ask for it, how often it is fetched (and at most confirmed) and
    typed here, and how often it is typed although a register told it."""

    path: str
    label: str
    paper: int
    fetched: int
    typed: int
    typed_though_held: int


def count(plans: Sequence[tuple[Plan, Set[Key]]]) -> list[Row]:
    """The items of everything that the plans require, the most often written first. Beside each plan: what registers told."""
    paper: Counter[str] = Counter()
    fetched: Counter[str] = Counter()
    typed: Counter[str] = Counter()
    held: Counter[str] = Counter()
    labels: dict[str, str] = {}
    for plan, told in plans:
        written = Counter(_written(plan))
        for key, times in written.items():
            kind = plan.facts.kinds[key[0]]
            item = plan.event.vocabulary.item(kind, key[1])  # under the name that it has everywhere
            if item is None or item.worked_out:
                continue
            path = f"{kind}.{key[1]}"
            labels[path] = item.label
            paper[path] += times
            (fetched if key in told else typed)[path] += 1
            fact = plan.facts.by_key.get(key)
            held[path] += key in told and item.reuse != "confirm" and (fact is None or fact.register is None)
    return [
        Row(path, labels[path], times, fetched[path], typed[path], held[path]) for path, times in paper.most_common()
    ]


def _written(plan: Plan) -> Iterable[Key]:
    """Every field of every form: an item stands on the form of each procedure that needs it, for each subject."""
    for planned in plan.by_verdict["required"]:
        yield from dict.fromkeys((*planned.known, *planned.missing))
