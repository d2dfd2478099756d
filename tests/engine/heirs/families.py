"""Families by chance, up to four generations, with deaths, adoptions, half blood, renunciations and lost rights."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from app.engine.heirs import Act, Death, Family, Marriage, Person, Tie

DAY = date(2027, 3, 1)
LATE = "late"


class Making:
    """Draws one family piece by piece."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.people: list[Person] = [Person(LATE, date(1950, 1, 1), Death(DAY), nationality="japan")]
        self.ties: list[Tie] = []
        self.marriages: list[Marriage] = []

    def maybe(self) -> bool:
        return self.draw(st.booleans())

    def person(self, born: int, alive: bool | None = None) -> str:
        """Somebody who lives, died before, on the same day, or after the deceased."""
        died = self.draw(st.sampled_from((None, None, None, -400, -1, 0, 30)))
        id_ = f"p{len(self.people)}"
        death = None if died is None or alive else Death(DAY + timedelta(days=died))
        self.people.append(Person(id_, date(born, 1 + len(self.people) % 12, 1), death, nationality="japan"))
        return id_

    def child_of(self, *parents: str, born: int, deep: int) -> str:
        child = self.person(born)
        adopted = self.draw(st.integers(0, 4)) == 0
        kind = self.draw(st.sampled_from(("adoption", "special_adoption"))) if adopted else "birth"
        since = date(born + self.draw(st.integers(1, 30)), 4, 1) if adopted else None
        self.ties += [Tie(parent, child, kind, since) for parent in parents]
        for _ in range(self.draw(st.integers(0, 2)) if deep else 0):
            self.child_of(child, born=born + 25, deep=deep - 1)
        return child


@st.composite
def families(draw: st.DrawFn, acts: bool = True) -> Family:
    """``acts``: whether anybody renounces or lost the right."""
    making = Making(draw)
    if making.maybe():
        spouse = making.person(1952)
        making.marriages.append(Marriage(LATE, spouse, date(1975, 1, 1)))
        parents = [LATE, spouse]
    else:
        parents = [LATE]
    for _ in range(draw(st.integers(0, 3))):
        making.child_of(*parents[: draw(st.integers(1, 2))], born=1976, deep=2)
    above = [making.person(1920) for _ in range(draw(st.integers(0, 2)))]
    making.ties += [Tie(parent, LATE) for parent in above]
    for parent in above:
        making.ties += [Tie(making.person(1895), parent) for _ in range(draw(st.integers(0, 2)))]
    for _ in range(draw(st.integers(0, 3)) if above else 0):
        making.child_of(*above[: draw(st.integers(1, len(above)))], born=1953, deep=2)
    family = Family(LATE, tuple(making.people), tuple(making.ties), tuple(making.marriages))
    if acts:
        for person in making.people[1:]:
            kind = draw(st.sampled_from((None, None, None, None, "renounced", "disqualified", "disinherited")))
            if kind is not None:
                family = replace(family, acts=(*family.acts, Act(person.id, kind, LATE)))
    return family


def renamed(family: Family, names: dict[str, str]) -> Family:
    """The same family under other ids."""
    return Family(
        names[family.deceased],
        tuple(replace(one, id=names[one.id]) for one in family.people),
        tuple(replace(one, parent=names[one.parent], child=names[one.child]) for one in family.ties),
        tuple(replace(one, one=names[one.one], other=names[one.other]) for one in family.marriages),
        acts=tuple(replace(one, person=names[one.person], estate=names[one.estate]) for one in family.acts),
    )
