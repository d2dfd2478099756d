"""The partners and their ways, read from `partners.yaml`; their names and telephones from `procedures/authorities`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.services.partners.models import PURPOSES, Details, Purpose
from app.services.simcore.personas import read_yaml

TABLE = Path(__file__).with_name("partners.yaml")

Closed = Literal["never", "weekends_and_holidays"]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Season(_Row):
    """Days of every year, `MM-DD`, both counted, on which `taken` places of each window are taken by others, drawn up to one more."""

    begin: str = Field(alias="from", pattern=r"^\d\d-\d\d$")
    end: str = Field(alias="to", pattern=r"^\d\d-\d\d$")
    taken: int = Field(ge=0)


class Slots(_Row):
    """Windows of a day in which somebody comes: name -> [from, to]. `capacity`: places in each; `taken`: by others, as a rule."""

    capacity: int = Field(ge=1)
    windows: dict[str, tuple[str, str]]
    taken: int = Field(ge=0)
    busy: Season


class Partner(_Row):
    """One partner.

    `area`: municipality codes that it serves, None: everywhere. `holder`: who may tell it: `same` (the holder), `family` (who lives with
    the holder too), `resident` (who lives at the old address). `unknown`: what follows where no contract is found. `old_name`, `kana`: what
    follows where the contract stands under a former name, or a reading differs. `review`: whether a person looks at it (`doubt`: where
    something differs). `days`: from notice to result, opening days where it closes; [0, 0]: at once. `notice_days`: at least so many before
    the day. `maintenance`: from, to; nothing is taken then. `confirms`: opening days until the old home is confirmed. `lasts`: days from
    the notice until it ends by itself. `rent_days`: days from the notice that are still paid. `asks`: details that it asks for where they
    were left open. `ends`: words of the result. `assumes`: what was assumed of it.
    """

    id: str
    kind: str
    purposes: tuple[Purpose, ...]
    details: frozenset[str]
    name: str = ""
    phone: str = ""
    place: str = ""
    closed: Closed = "never"
    area: frozenset[str] | None = None
    holder: Literal["same", "family", "resident"]
    unknown: Literal["question", "call_back", "visit", "rejected"]
    old_name: Literal["accept", "question", "visit"] = "accept"
    kana: Literal["ignore", "question"] = "ignore"
    review: Literal["never", "doubt", "always"] = "never"
    days: tuple[int, int]
    notice_days: int = 0
    maintenance: tuple[str, str] | None = None
    slots: Slots | None = None
    confirms: tuple[int, int] | None = None
    lasts: int | None = None
    rent_days: int | None = None
    asks: tuple[str, ...] = ()
    documents: dict[str, str] = {}
    ends: str
    assumes: str

    def working_again(self, now: datetime) -> datetime | None:
        """When the maintenance that is on at `now` (simulated local time) ends; None where none is on. The window may span midnight."""
        if self.maintenance is None:
            return None
        begin, end = (time.fromisoformat(text) for text in self.maintenance)
        clock = now.time()
        inside = begin <= clock < end if begin < end else clock >= begin or clock < end
        if not inside:
            return None
        day = now.date() if clock < end else now.date() + timedelta(days=1)
        return datetime.combine(day, end)

    def serves(self, municipality: str) -> bool:
        """Whether a place lies in its area."""
        return self.area is None or municipality in self.area

    def taken_by_others(self, day: date, window: str) -> int:
        """How many places of a window people outside of the world have taken: the same on every run."""
        if self.slots is None:
            return 0
        season = self.slots.busy
        if not season.begin <= f"{day:%m-%d}" <= season.end:
            return self.slots.taken
        return season.taken + (day.toordinal() * 7 + sorted(self.slots.windows).index(window) * 3) % 5 // 4


@cache
def load(procedures: Path) -> Mapping[str, Partner]:
    """All partners by id. Raises `ValueError` (pydantic's too) or `KeyError` where the table does not hold together."""
    known = {
        row["id"]: row
        for path in sorted((procedures / "authorities").glob("*.yaml"))
        for document in read_yaml(path)
        for row in document["authorities"]
    }
    (table,) = read_yaml(TABLE)
    found: dict[str, Partner] = {}
    for row in table["partners"]:
        told = known.get(row["id"], {})
        counter = told.get("counter", {})
        common = {
            "name": told.get("name"),
            "closed": told.get("closed"),
            "phone": counter.get("phone"),
            "place": counter.get("place"),
        }
        one = Partner.model_validate({name: value for name, value in common.items() if value} | row)
        unknown = (
            one.details - set(Details.model_fields) | set(one.asks) - one.details | set(one.purposes) - set(PURPOSES)
        )
        if unknown or not (one.name and one.phone):
            raise ValueError(f"{one.id}: {sorted(unknown) or 'no name or telephone'}")
        found[one.id] = one
    return found
