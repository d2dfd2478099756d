"""What a visitor chooses about a household of their own: ages, work, things, nationality, card. Nothing else is asked.

Pure. `app.world.own_household` makes the household of them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Work = Literal["employee", "self_employed", "none", "pension"]
Nationality = Literal["japan", "other"]
CardState = Literal["valid", "signing_expired", "none"]
Thing = Literal["car", "moped", "dog"]

ADULT, OLDEST, CHILD_UNTIL = 18, 98, 17  # the youngest and the oldest applicant, the oldest child
NEAREST, FARTHEST = 16, 55  # years between a child and its parents
PENSION_FROM = 60  # 繰上げ受給: 国民年金法 附則第9条の2
CHILDREN = 3


class Impossible(ValueError):
    """Choices that no household can have."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the visitor chose. Ages in whole years; ``children``: none to three. Raises `Impossible`."""

    age: int
    partner: bool
    children: tuple[int, ...]
    work: Work
    things: tuple[Thing, ...]
    nationality: Nationality
    card: CardState

    def __post_init__(self) -> None:
        fits = ADULT <= self.age <= OLDEST and len(self.children) <= CHILDREN
        if not fits or not all(fits_child(self.age, child) for child in self.children):
            raise Impossible("ages")
        if self.work == "pension" and self.age < PENSION_FROM:
            raise Impossible("pension")

    def as_json(self) -> dict[str, Any]:
        """Plain values: for a cookie, and to fill the form again."""
        return asdict(self) | {"children": list(self.children), "things": list(self.things)}


def fits_child(age: int, child: int) -> bool:
    """Whether somebody of an age can have a child of an age in the household."""
    return 0 <= child <= CHILD_UNTIL and NEAREST <= age - child <= FARTHEST
