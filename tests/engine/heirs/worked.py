"""Reads the worked families of ``cases/`` (form: ``docs/heirs.md``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml
from yamlcore import CCoreLoader

from app.engine.heirs import Act, Death, Family, Marriage, Person, Siblings, Tie

FOLDER = Path(__file__).parent / "cases"
KEYS = {"id", "family", "deceased", "people", "ties", "marriages", "siblings", "acts", "together", "expect"}
EXPECTED = {
    "state", "shares", "at_opening", "stillborn", "other_estates", "articles", "grounds", "out", "tax", "tax_if_born", "deduction",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A family and what is expected of it."""

    id: str
    family: Family
    expect: Mapping[str, Any]


def read() -> Iterator[Case]:
    """Every case of every file, in order."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for raw in yaml.load_all(path.read_text("utf-8"), Loader=CCoreLoader):
            assert set(raw) <= KEYS, (raw["id"], set(raw) - KEYS)
            assert set(raw["expect"]) <= EXPECTED, (raw["id"], set(raw["expect"]) - EXPECTED)
            yield Case(raw["id"], family_of(raw), raw["expect"])


def shares(raw: Mapping[str, Any]) -> dict[str, Fraction]:
    """Person to fraction."""
    return {person: Fraction(str(share)) for person, share in raw.items()}


def family_of(raw: Mapping[str, Any]) -> Family:
    """A family from its case."""
    deceased = raw.get("deceased", "late")
    return Family(
        deceased=deceased,
        people=tuple(_person(id_, facts) for id_, facts in raw["people"].items()),
        ties=tuple(tie for row in raw.get("ties", ()) for tie in _ties(row)),
        marriages=tuple(
            Marriage(*row["pair"], _day(row.get("since")), _day(row.get("until")), row.get("registered", True))
            for row in raw.get("marriages", ())
        ),
        siblings=tuple(Siblings(*row["pair"], half=row.get("half", False)) for row in raw.get("siblings", ())),
        acts=tuple(Act(**{"estate": deceased, **row}) for row in raw.get("acts", ())),
        together=tuple(frozenset(group) for group in raw.get("together", ())),
    )


def _person(id_: str, raw: Mapping[str, Any]) -> Person:
    died = _day(raw.get("died"))
    at = time.fromisoformat(raw["at"]) if "at" in raw else None
    return Person(
        id_,
        _day(raw.get("born")),
        Death(died, at) if died else None,
        raw.get("unborn", False),
        raw.get("nationality", "japan"),
    )


def _ties(raw: Mapping[str, Any]) -> Iterator[Tie]:
    for parent in raw.get("parents", ()):
        yield Tie(
            parent, raw["child"], "acknowledged" if "acknowledged" in raw else "birth", _day(raw.get("acknowledged"))
        )
    for parent in raw.get("adopters", ()):
        kind = "special_adoption" if raw.get("special") else "adoption"
        yield Tie(parent, raw["child"], kind, _day(raw["since"]), _day(raw.get("until")))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
