"""Kinship at the moment of one death: which ties hold, who lives, who descends from whom, who are siblings.

Law: 民法 32-2 (simultaneous death), 727 and 729 (ties by adoption begin and end), 784 (acknowledgement works from birth), 817-9 and
817-11 (special adoption ends the natural ties; they come back when it is dissolved), 882 and 886 (the moment; the unborn).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from app.engine.heirs.family import Family, Person, Tie

CONCEIVED = 300  # days: a child born within these after the death was there, unborn, at the death (民法 第772条第2項)


@dataclass(frozen=True)
class Kin:
    """A family at the death of its ``deceased``."""

    family: Family

    @property
    def deceased(self) -> str:
        """Whose death it is."""
        return self.family.deceased

    @cached_property
    def day(self) -> date:
        """The day of the opening (民法 第882条)."""
        died = self.family.person(self.deceased).died
        assert died is not None  # a Family's deceased is dead
        return died.day

    # --- being there --------------------------------------------------------------------------------------------------------
    def existed(self, id_: str) -> bool:
        """Born, or conceived, at the opening."""
        person = self.family.person(id_)
        return person.born is None or (person.born - self.day).days <= CONCEIVED

    def unborn(self, id_: str) -> bool:
        """Counted as born although not born yet at the opening (民法 第886条)."""
        person = self.family.person(id_)
        return person.unborn or (self.existed(id_) and person.born is not None and person.born > self.day)

    def alive(self, id_: str) -> bool:
        """There at the opening and living on after it."""
        return id_ != self.deceased and self.existed(id_) and self.family.outlived(id_, self.deceased)

    # --- ties ---------------------------------------------------------------------------------------------------------------
    def holds(self, tie: Tie) -> bool:
        """Whether a tie held at the opening."""
        if tie.adopted and (
            tie.since is None or tie.since > self.day or (tie.until is not None and tie.until <= self.day)
        ):
            return False
        return self.ended_by(tie) is None

    def ended_by(self, tie: Tie) -> Tie | None:
        """The special adoption that ended a tie (817-9), where one did."""
        for other in self.family.ties:
            if (
                other.kind != "special_adoption"
                or other.child != tie.child
                or other.since is None
                or other.parent == tie.parent
            ):
                continue
            later = not tie.adopted or (tie.since is not None and tie.since < other.since)
            running = other.since <= self.day and (other.until is None or other.until > self.day)
            if later and running and not self._married(other.parent, tie.parent, other.since):
                return other
        return None

    def _married(self, one: str, other: str, day: date) -> bool:
        # 817-9 proviso: who adopts the spouse's child leaves that spouse its parent
        return any(m.registered and m.partner_of(one) == other and m.holds(day) for m in self.family.marriages)

    @cached_property
    def ties(self) -> tuple[Tie, ...]:
        """The ties that held."""
        return tuple(tie for tie in self.family.ties if self.holds(tie))

    def parents(self, id_: str) -> list[str]:
        """Legal parents, natural and by adoption, dead or alive."""
        return self.family.order({tie.parent for tie in self.ties if tie.child == id_})

    def children(self, id_: str) -> list[str]:
        """Legal children, dead or alive, from the eldest on."""
        return self.family.order({tie.child for tie in self.ties if tie.parent == id_})

    def between(self, parent: str, child: str) -> tuple[Tie, ...]:
        """The ties that make one the parent of the other."""
        return tuple(tie for tie in self.ties if tie.parent == parent and tie.child == child)

    # --- lines --------------------------------------------------------------------------------------------------------------
    def descendants(self, ancestor: str) -> dict[str, int]:
        """Everybody who descends from somebody, with the nearest degree.

        An adoption makes the adopted person kin, and whoever joins their line from that day on, not a child they had before (727).
        """
        found: dict[str, int] = {}
        todo: list[tuple[str, date, int]] = [(ancestor, date.min, 0)]
        while todo:
            parent, latest, degree = todo.pop()
            for tie in self.ties:
                if tie.parent != parent or self.begins(tie) < latest:
                    continue
                found[tie.child] = min(found.get(tie.child, degree + 1), degree + 1)
                todo.append((tie.child, max(latest, tie.since) if tie.adopted and tie.since else latest, degree + 1))
        return found

    def begins(self, tie: Tie) -> date:
        """When a tie began: an adoption's day, else the child's birth."""
        if tie.adopted and tie.since is not None:
            return tie.since
        child: Person = self.family.person(tie.child)
        # a child whose birth is not known stands below no adoption (Family checks it)
        return date.max if child.unborn or child.born is None else child.born

    @cached_property
    def line(self) -> dict[str, int]:
        """The descendants of the deceased."""
        return self.descendants(self.deceased)

    @cached_property
    def ancestors(self) -> dict[str, int]:
        """The ascendants of the deceased, with the nearest degree: by kinship, so no parent of a parent adopted too late (727)."""
        found: dict[str, int] = {}
        above = {self.deceased}
        while above:
            above = {parent for one in above for parent in self.parents(one)}
            for one in above:
                degree = self.descendants(one).get(self.deceased)
                if degree is not None:
                    found[one] = degree
        return found

    # --- beside -------------------------------------------------------------------------------------------------------------
    @cached_property
    def siblings(self) -> dict[str, bool]:
        """Brothers and sisters, dead or alive: whether by half (one common parent: 900-4 proviso)."""
        own = set(self.parents(self.deceased))
        found: dict[str, bool] = {}
        for person in self.family.people:
            theirs = set(self.parents(person.id))
            if person.id == self.deceased or not own & theirs:
                continue
            # where each has a single recorded parent, and the same one, nothing says that the other one differs
            found[person.id] = len(own & theirs) < 2 and own != theirs
        for pair in self.family.siblings:
            if self.deceased in (pair.one, pair.other):
                found.setdefault(pair.other if pair.one == self.deceased else pair.one, pair.half)
        return found

    def beside(self, sibling: str) -> set[str]:
        """Who may stand in for a sibling: descendants that are kin of the deceased through the common parents, or of a bare tie."""
        common = set(self.parents(self.deceased)) & set(self.parents(sibling))
        own = set(self.descendants(sibling))
        return own & set().union(*(self.descendants(parent) for parent in common)) if common else own

    @cached_property
    def spouses(self) -> list[str]:
        """Everybody with whom a registered marriage held at the opening, dead or alive."""
        married = (m.partner_of(self.deceased) for m in self.family.marriages if m.registered and m.holds(self.day))
        return self.family.order({one for one in married if one is not None})
