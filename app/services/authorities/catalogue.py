"""What the offices know about themselves and the procedures they take: read from the YAML files of `procedures/`.

Only the parts that an office acts on are read: who takes it, how it is filed, how long it takes, what it changes. The
files are plain data shared with the site; no code of the site is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.services.simcore.personas import ItemInfo, read_items, read_yaml

from .allocating import Table

MUNICIPAL = frozenset({"municipality", "ward"})
SIDES = frozenset({"old", "new"})
"""`new_police` in a definition is the police of the new address: a side, then a kind of office."""


@dataclass(frozen=True, slots=True)
class Authority:
    """An office or company. `closed`: `weekends_and_holidays` or `never`; `code`: municipality code, 6 digits."""

    id: str
    name: str
    kind: str
    code: str | None
    prefecture: str | None
    place: str
    hours: str
    phone: str
    closed: str


@dataclass(frozen=True, slots=True)
class Need:
    """One fact that a procedure asks for: `role.item`. `always`: whatever else is answered."""

    reference: str
    always: bool


@dataclass(frozen=True, slots=True)
class Procedure:
    """The office's side of one definition. `days` are [min, max] from receipt or visit until it is finished."""

    id: str
    title: str
    authority: str
    private: bool
    signed_by_each: bool
    """Whom it is about signs it, even where it is private."""
    default_mode: str
    modes: frozenset[str]
    visit_reason: str
    days: tuple[int, int]
    working_days: bool
    correction: str | None
    done: str
    pays: Mapping[str, Any] | None
    """`months` and `day` of regular payments; None where nothing is paid again and again."""
    counted_from: str | None
    earliest_offset: int | None
    documents: tuple[str, ...]
    effects: tuple[Mapping[str, Any], ...]
    needs: tuple[Need, ...] = ()
    cautions: tuple[str, ...] = ()
    makes: str | None = None
    """The document that its company makes and that goes along with other applications."""
    tells: Mapping[str, str] = field(default_factory=dict)
    """Item of whom it is about -> where it stands in that document (`6 就労時間/月間の時間`)."""

    allocation: str | None = None
    """The table by which places are given; None where nothing is given out."""

    def taken_by(self, authority: Authority) -> bool:
        """Whether this office is one that the definition sends the procedure to."""
        side, _, kind = self.authority.partition("_")
        if side not in SIDES:
            return authority.id == self.authority
        return authority.kind in (MUNICIPAL if kind == "municipality" else {kind})


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that was read. `authorities` is keyed by id, and by municipality code where there is one."""

    authorities: Mapping[str, Authority]
    procedures: Mapping[str, Procedure]
    items: Mapping[str, ItemInfo]  # by item id (`person.name`)
    allocations: Mapping[str, Table]
    roles: Mapping[str, str]  # words that stand for a subject in `role.item` -> kind of subject (`each`: any)

    def item(self, reference: str) -> ItemInfo | None:
        """The item of the vocabulary that `role.item` or `subject.item` means."""
        role, _, item = reference.partition(".")
        kind = self.roles.get(role, "any")
        kinds = sorted({one.kind for one in self.items.values()}) if kind == "any" else [kind]
        return next((self.items[f"{kind}.{item}"] for kind in kinds if f"{kind}.{item}" in self.items), None)

    def label(self, reference: str) -> str | None:
        """The label of `role.item` or `subject.item`."""
        found = self.item(reference)
        return found.label if found else None


def _authority(row: Mapping[str, Any]) -> Authority:
    counter = row.get("counter") or {}
    return Authority(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        code=row.get("code"),
        prefecture=row.get("prefecture"),
        place=counter.get("place", row["name"]),
        hours=counter.get("hours", ""),
        phone=counter.get("phone", ""),
        closed=row.get("closed", "weekends_and_holidays"),
    )


def _earliest_offset(due: Mapping[str, Any]) -> int | None:
    """Days from the start of the deadline to the first day on which the counter can take it; None = any day.

    A deadline that lies before the event (a negative count) is filed in advance, and so is one that is the day itself (0: a certificate's
    last day); one that follows it cannot be filed before the event has happened, unless the definition says so with `opens`.
    """
    if due.get("from") is None:
        return None
    if due.get("opens") is not None:
        return int(due["opens"])
    counts = [due[unit] for unit in ("days", "months", "years") if due.get(unit) is not None]
    return 0 if counts and counts[0] > 0 else None


def _procedure(row: Mapping[str, Any]) -> Procedure:
    channel, lifecycle, due = row["channel"], row["lifecycle"], row.get("due") or {}
    exceptions = channel.get("unless") or []
    reasons = [part.get("reason", "") for part in (channel, *exceptions) if part["mode"] == "visit"]
    low, high = lifecycle["days"]
    made = row.get("makes") or {}
    return Procedure(
        id=row["id"],
        title=row["title"],
        authority=row["authority"],
        private=bool(row.get("private", False)),
        signed_by_each=row.get("signed_by") == "each",
        default_mode=channel["mode"],
        modes=frozenset([channel["mode"], *(part["mode"] for part in exceptions)]),
        visit_reason=reasons[0] if reasons else "",
        days=(int(low), int(high)),
        working_days=bool(lifecycle.get("working_days", True)),
        correction=lifecycle.get("correction"),
        done=lifecycle.get("done", ""),
        pays=lifecycle.get("pays"),
        counted_from=due.get("from"),
        earliest_offset=_earliest_offset(due),
        documents=tuple(
            paper["document"]
            for paper in row.get("evidence") or []
            if paper["replaced_by"] == "stays" and not paper.get("when")
        ),
        effects=tuple(row.get("effects") or ()),
        needs=tuple(
            Need(need, True) if isinstance(need, str) else Need(need["item"], not need.get("when"))
            for need in row.get("needs") or ()
        ),
        cautions=(*(row.get("before_filing") or ()), *(row.get("cautions") or ())),
        allocation=lifecycle.get("allocation"),
        makes=made.get("document"),
        tells={reference.partition(".")[2]: place for reference, place in (made.get("tells") or {}).items()},
    )


@cache
def load(folder: Path) -> Catalogue:
    """Read `authorities/`, every `<event>/` that a life event names, and item labels from `vocabulary/`.

    Raises `KeyError`, `TypeError` or a YAML error when a file does not have the documented shape; the linter of the
    definitions explains such faults, a service only refuses to start with them.
    """
    authorities: dict[str, Authority] = {}
    for path in sorted((folder / "authorities").glob("*.yaml")):
        for row in (row for document in read_yaml(path) for row in document["authorities"]):
            authority = _authority(row)
            authorities[authority.id] = authority
            if authority.code and authority.kind in MUNICIPAL:
                authorities[authority.code] = authority
    procedures: dict[str, Procedure] = {}
    roles = {"each": "any"}
    for event in sorted((folder / "life_events").glob("*.yaml")):
        for document in read_yaml(event):
            roles |= {role: bound["kind"] for role, bound in document["roles"].items()}
        for path in sorted((folder / event.stem).glob("*.yaml")):
            for procedure in map(_procedure, read_yaml(path)):
                procedures[procedure.id] = procedure
    items = read_items(folder).by_id
    tables = [Table.read(row) for path in sorted((folder / "allocations").glob("*.yaml")) for row in read_yaml(path)]
    return Catalogue(
        MappingProxyType(authorities),
        MappingProxyType(procedures),
        MappingProxyType(dict(items)),
        MappingProxyType({table.id: table for table in tables}),
        MappingProxyType(roles),
    )
