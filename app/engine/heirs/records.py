"""A family from the records of a household file (``docs/personas.md``): ``records.family``, ``records.deaths``, the subjects' births."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app.engine.heirs.family import (
    Act,
    Death,
    Family,
    FamilyError,
    Marriage,
    Nationality,
    Person,
    Siblings,
    Tie,
    TieKind,
)
from app.engine.heirs.opening import Opening

Row = Mapping[str, Any]

_PARENTS: Mapping[str, TieKind] = {
    "father": "birth",
    "mother": "birth",
    "adoptive_father": "adoption",
    "adoptive_mother": "adoption",
    "special_adoptive_father": "special_adoption",
    "special_adoptive_mother": "special_adoption",
}


def from_records(records: Row, subjects: Mapping[str, Any], deceased: str, acts: Iterable[Act] = ()) -> Family:
    """The family of ``deceased`` as the registers hold it.

    ``records``: the mapping of that name, days as ISO text or dates. ``subjects``: id to ``{kind, facts}`` (mappings, or objects with
    those attributes). ``acts``: what no register holds, such as renunciations. Children of ``records.births`` are told as ``<mother>_child``
    (with a number from the second on). The day on which the death was learned of is taken as the day on which those who are heirs from
    the first knew it; who only comes in when others renounce knows of it later, so that day is left open. Raises ``FamilyError``.
    """
    deaths = {row["person"]: row for row in records.get("deaths", ())}
    if deceased not in deaths:
        raise FamilyError("not_dead", deceased)
    rows = [*records.get("family", ())]
    named = {deceased, *deaths, *(row[end] for row in rows for end in ("person", "of"))}
    named |= {id_ for id_, subject in subjects.items() if _of(subject, "kind") == "person"}
    wills = [row["person"] for row in records.get("estates", ()) if row.get("will", "none") != "none"]
    born = list(_births(records.get("births", ())))
    people = [_person(id_, _of(subjects.get(id_, {}), "facts") or {}, deaths.get(id_)) for id_ in named]
    family = Family(
        deceased=deceased,
        people=(*people, *(child for child, _ in born)),
        ties=(*(tie for row in rows for tie in _ties(row)), *(tie for _, ties in born for tie in ties)),
        marriages=tuple(marriage for row in rows for marriage in _marriages(row)),
        siblings=_siblings(rows, deceased),
        acts=tuple(acts),
        will=deceased in wills,
    )
    learned = _day(deaths[deceased].get("learned"))
    if learned is None:
        return family
    first = Opening(family, renouncing=False).parts
    return replace(family, knew=tuple((part.person, learned) for part in first))


def _births(rows: Iterable[Row]) -> Iterable[tuple[Person, tuple[Tie, ...]]]:
    counts: dict[str, int] = {}
    for row in rows:
        mother = row["mother"]
        counts[mother] = counts.get(mother, 0) + 1
        id_ = f"{mother}_child" + (str(counts[mother]) if counts[mother] > 1 else "")
        parents = [parent for parent in (mother, row.get("father")) if parent is not None]
        yield Person(id_, _must(row["on"])), tuple(Tie(parent, id_) for parent in parents)


def _of(subject: Any, name: str) -> Any:
    return subject.get(name) if isinstance(subject, Mapping) else getattr(subject, name)


def _person(id_: str, facts: Row, death: Row | None) -> Person:
    nationality: Nationality | None = facts.get("nationality")
    died = None if death is None else Death(_must(death["on"]), None, bool(death.get("presumed", False)))
    return Person(id_, _day(facts.get("birth_date")), died, nationality=nationality)


def _ties(row: Row) -> Iterable[Tie]:
    relation = row["relation"]
    if relation == "child":
        yield Tie(row["of"], row["person"], *_known(row))
    elif relation in _PARENTS:
        kind = _PARENTS[relation]
        if kind == "birth":
            yield Tie(row["person"], row["of"], *_known(row))
        else:
            ended = _day(row.get("until")) if row.get("ended") == "dissolution" else None
            yield Tie(row["person"], row["of"], kind, _day(row.get("since")), ended)


def _known(row: Row) -> tuple[TieKind, date | None]:
    """By birth, or acknowledged on a day."""
    day = _day(row.get("acknowledged"))
    return ("birth", None) if day is None else ("acknowledged", day)


def _marriages(row: Row) -> Iterable[Marriage]:
    if row["relation"] in ("spouse", "partner"):
        # a death is no end of its own: whether the spouse outlived it is what decides
        until = None if row.get("ended") == "death" else _day(row.get("until"))
        yield Marriage(row["person"], row["of"], _day(row.get("since")), until, row["relation"] == "spouse")


def _siblings(rows: Iterable[Row], deceased: str) -> tuple[Siblings, ...]:
    """Bare ties of the deceased, those of a full sibling's siblings included: a full sibling has the same parents."""
    pairs = [
        (a, b, row["relation"] == "half_sibling")
        for row in rows
        if row["relation"] in ("sibling", "half_sibling")
        for a, b in ((row["person"], row["of"]), (row["of"], row["person"]))
    ]
    full, todo = {deceased}, [deceased]
    while todo:
        one = todo.pop()
        new = {b for a, b, half in pairs if a == one and not half} - full
        full |= new
        todo += new
    half = {b for a, b, is_half in pairs if a in full and is_half} - full
    beside = [(one, False) for one in full - {deceased}] + [(one, True) for one in half]
    return tuple(Siblings(deceased, one, is_half) for one, is_half in sorted(beside))


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _must(value: date | str) -> date:
    day = _day(value)
    assert day is not None
    return day
