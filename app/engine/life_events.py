"""What a life event's own file says (``procedures/<event>/event.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from app.engine.vocabulary import Model, wrong


class Role(Model):
    """A name that conditions may use: for a subject of the household, for the one that a person item tells (``item``), or
    for the subjects that a list item holds (``list``)."""

    kind: str
    list: str | None = None
    item: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Role:
        if self.list is not None and self.item is not None:
            raise wrong("役の決まり方が2つあります", "list: か item: の、どちらか1つだけ書いてください")
        return self

    @property
    def given(self) -> bool:
        """Whether the household itself says who it is, and no item does."""
        return self.list is None and self.item is None


class Place(Model):
    """The address that decides the offices of one side of a move, and when that side lies abroad, where there are none.
    ``office``: whose address that is, around the kind of office."""

    item: str
    office: str = "住所の{office}"
    outside_when: str | None = None


class Stage(Model):
    """A group of procedures on the plan, by time."""

    id: str
    label: str


class LifeEvent(Model):
    """The entry of a journey."""

    id: str
    title: str
    summary: str
    start_title: str
    promise: str
    search: tuple[str, ...] = ()
    roles: Mapping[str, Role]
    places: Mapping[Literal["old", "new"], Place] = Field(default_factory=dict)
    labels: Mapping[str, str] = Field(default_factory=dict)
    """What an item (`deceased.address`) is called of one role, where the label that it has elsewhere would not be true."""
    triage: tuple[str, ...]
    prepare: tuple[str, ...]
    tone: Literal["usual", "quiet"] = (
        "usual"  # quiet: no drawing, no colour of success, what is due first before all else
    )
    opening: str = ""  # one line above the first paragraph of the start page, and nowhere else
    can_wait: str = ""  # what need not be done today
    support: tuple[str, ...] = ()  # where else to turn; on every page of the journey
    examples: tuple[str, ...] = ()  # household files offered first; the numbers on the start page are the first one's
    stages: tuple[Stage, ...]
