"""The parts of a plan: its rows, the reasons of a verdict, the questions that are left and the pages they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.engine import deadlines
from app.engine.compiled import CompiledProcedure
from app.engine.conditions import UNKNOWN
from app.engine.definitions import Authority, Evidence, Mode
from app.engine.facts import Key
from app.engine.vocabulary import Item

if TYPE_CHECKING:
    from app.engine.plan import Plan


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is as it is: a sentence, and the keys of the facts it rests on (open keys when undecided)."""

    text: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to put: an item for one subject. ``decides`` counts the verdicts that wait for it, ``needed_by`` names
    the procedures that depend on it. ``confirm`` is set when a register's answer only has to be confirmed."""

    key: Key
    item: Item
    kind: str
    decides: int
    needed_by: tuple[str, ...]
    confirm: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Questions that are asked together: one topic, one subject."""

    id: str
    topic: str
    subject: str
    asks: tuple[Ask, ...]


Result = tuple[Any, Sequence[Key]]
"""A value (True, False, UNKNOWN, the members of a list) and the keys it rests on."""


Verdict = tuple[Any, tuple[Key, ...]]
"""True, False or UNKNOWN, and the open keys of what is undecided."""

REQUIRED: Verdict = (True, ())
NOT_REQUIRED: Verdict = (False, ())


class PlannedProcedure:
    """One procedure for one subject (None where it is for nobody in particular). ``verdict`` is True, False or UNKNOWN;
    ``open`` are the keys that could decide it."""

    __slots__ = ("_plan", "compiled", "open", "subject", "verdict")

    def __init__(self, plan: Plan, compiled: CompiledProcedure, subject: str | None, verdict: Verdict) -> None:
        self._plan = plan
        self.compiled = compiled
        self.subject = subject
        self.verdict, self.open = verdict

    @property
    def id(self) -> str:
        return self.compiled.definition.id

    @property
    def word(self) -> str:
        """The verdict as a word: required, not_required or undecided."""
        return "undecided" if self.verdict is UNKNOWN else "required" if self.verdict else "not_required"

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Required: why, clause by clause. Not required: the first clause that fails. Undecided: what is still open."""
        return self._plan.reasons(self)

    @property
    def due(self) -> deadlines.Due | None:
        """The deadline, where its starting day is known and the law names a number."""
        compiled = self.compiled
        if compiled.rule is None or compiled.start is None:
            return None
        start = self._plan.one_value(compiled.start, self.subject)
        return None if start is UNKNOWN else deadlines.compute(compiled.rule, start)

    @property
    def closes(self) -> bool:
        """Whether nobody can file it any more once its last day has passed: a right that is lost, or a period that ends."""
        due = self.compiled.definition.due
        return due.kind == "prescription" or bool(due.remedy)

    @property
    def too_late(self) -> bool:
        """Whether its last day has passed and it cannot be filed any more."""
        due = self.due
        return self.closes and due is not None and due.last is not None and due.last < self._plan.today

    @property
    def authority(self) -> Authority | None:
        """Who receives it; None while the address that decides is not known."""
        return self._plan.authority(self.compiled.definition.authority)

    @property
    def channel(self) -> tuple[Mode, str]:
        """How it is filed, and why where a visit or letter stays."""
        return self._plan.channel(self)

    @property
    def after(self) -> tuple[str, ...]:
        """Ids of the procedures of this plan that come first."""
        return tuple(id_ for id_ in self.compiled.definition.after if id_ in self._plan.not_ruled_out)

    @property
    def needs(self) -> tuple[Key, ...]:
        """All keys that the office needs in this case."""
        return tuple(self._plan.needs(self))

    @property
    def known(self) -> tuple[Key, ...]:
        """Needed keys with a value that may be used as it is."""
        return tuple(key for key in self._plan.needs(self) if key in self._plan.settled)

    @property
    def missing(self) -> tuple[Key, ...]:
        """Needed keys without a usable value."""
        return tuple(key for key in self._plan.needs(self) if key not in self._plan.settled)

    @property
    def sent(self) -> tuple[Key, ...]:
        """Known keys that go to its office: withheld facts only where the office is cleared for them."""
        return tuple(key for key in self.known if not self._withheld(key))

    @property
    def withheld(self) -> tuple[Key, ...]:
        """Known keys that its office does not get."""
        return tuple(key for key in self.known if self._withheld(key))

    @property
    def evidence(self) -> list[Evidence]:
        """Documents of the paper world that belong to this case, undecided ones included."""
        return self._plan.evidence(self)

    def _withheld(self, key: Key) -> bool:
        return not self.compiled.definition.sees_withheld and self._plan.protection(key)[0]
