"""How resources are made: ids that stay the same, profiles, tags, and the source that each is from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from app.services.phr import codes
from app.services.phr.codes import coding
from app.services.phr.household import Person

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. `category`: what consent it needs, None for the person alone. `day`: of the event; `recorded`: when its source
    wrote it down, simulated local time."""

    type: str
    id: str
    category: str | None
    day: date
    recorded: datetime
    body: Json


def identifier(*parts: object) -> str:
    """An id (`[A-Za-z0-9-.]{1,64}`) that is the same for the same thing of the same person."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:24]


def patient_id(person: Person) -> str:
    """The logical id of a person's Patient."""
    return identifier("Patient", person.seed.text)


def zoned(moment: datetime) -> str:
    """An instant: simulated local time is Japan's."""
    return moment.isoformat(timespec="seconds") + "+09:00"


class Maker:
    """Makes resources of one person."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.subject = {"reference": f"Patient/{patient_id(person)}"}

    def id(self, type_: str, *parts: object) -> str:
        """The id that `make` gives to the same parts."""
        return identifier(type_, self.person.seed.text, *parts)

    def make(
        self,
        type_: str,
        parts: tuple[object, ...],
        category: str | None,
        day: date,
        source: str,
        body: Json,
        *profiles: str,
    ) -> Resource:
        """`parts` tell the resource from the person's others. Sources write down some days after the event."""
        id_ = patient_id(self.person) if type_ == "Patient" else self.id(type_, *parts)
        delay = timedelta(days=self.person.seed.between(0, 6, "recorded", type_, *parts))
        recorded = datetime.combine(day, time(17)) + delay
        meta: Json = {"tag": [codes.SIMULATED], "source": codes.SOURCE + source}
        if profiles:
            meta["profile"] = list(profiles)
        if category:
            meta["tag"] = [codes.SIMULATED, coding(codes.CATEGORY_SYSTEM, category)]
        return Resource(type_, id_, category, day, recorded, {"resourceType": type_, "id": id_, "meta": meta} | body)
