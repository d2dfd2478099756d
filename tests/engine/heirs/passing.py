"""A small event about a death, beside the moving of the real definitions: families told in facts, and a library that knows it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from app.engine.conditions import UNKNOWN
from app.engine.facts import Fact, Facts, Key
from app.engine.library import Library, load

PROCEDURES = Path(__file__).parents[3] / "procedures"
EVENT = Path(__file__).parent / "event"
KEPT_EVENT = "moving"
WORDS = {"person", "household", "move", "things", "topics", "conditions", "registers"}  # what moving speaks of
DIED = date(2027, 3, 1)


def library(folder: Path) -> Library:
    """The real definitions of moving with the small event. ``folder``: an empty place for them."""
    others = {path.stem for path in (PROCEDURES / "life_events").glob("*.yaml")} - {KEPT_EVENT}
    words = {path.stem for path in (PROCEDURES / "vocabulary").glob("*.yaml")} - WORDS
    shutil.copytree(
        PROCEDURES,
        folder,
        dirs_exist_ok=True,
        ignore=lambda place, names: [
            name
            for name in names
            if Path(name).stem in others
            or name in ("personas", "schema")
            or (Path(place).name == "vocabulary" and Path(name).stem in words)
        ],
    )
    shutil.copy(EVENT / "vocabulary.yaml", folder / "vocabulary" / "passing.yaml")
    shutil.copy(EVENT / "life_event.yaml", folder / "life_events" / "passing.yaml")
    (folder / "passing").mkdir()
    shutil.copy(EVENT / "agreement.yaml", folder / "passing" / "agreement.yaml")
    return load(folder)


def answers(people: Mapping[str, Mapping[str, Any]], death: str = "death", **more: Any) -> dict[Key, Any]:
    """Facts of a family: person to what they are (``kin``, ``kin_through``, ``died_first``, ``disqualified``, ``renounced``).

    What a person's row leaves out is no, or nobody. UNKNOWN leaves a fact out.
    """
    found: dict[Key, Any] = {(death, "family"): tuple(people), (death, "date"): DIED}
    found |= {(death, name): value for name, value in more.items()}
    for person, row in people.items():
        told = {"kin_through": None, "died_first": False, "disqualified": False, "renounced": False, **row}
        found |= {(person, name): value for name, value in told.items()}
    return {key: value for key, value in found.items() if value is not UNKNOWN}


def facts(values: Mapping[Key, Any], people: Iterable[str]) -> Facts:
    """The same as facts of a journey whose applicant is the first person."""
    ids = list(people)
    kinds = {"death": "death", "home": "household", **dict.fromkeys(ids, "person")}
    roles = {"death": "death", "applicant": ids[0], "household": "home"}
    return Facts.of(roles, kinds, [Fact(*key, value) for key, value in values.items()])
