"""The fictional places that a postcode stands for."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from app.engine.vocabulary import Model


class Place(Model):
    """One town with its postcode (`000-0123`) and the six-digit code of its municipality."""

    postcode: str = Field(pattern=r"^\d{3}-\d{4}$")
    municipality: str = Field(pattern=r"^\d{6}$")
    town: str


def by_postcode(places: Iterable[Place], typed: str) -> list[Place]:
    """The places whose postcode begins with the typed digits (five at least; fewer would find nearly everything)."""
    digits = typed.replace("-", "")
    return [place for place in places if len(digits) >= 5 and place.postcode.replace("-", "").startswith(digits)]
