"""What comes out: heirs with shares and reasons, who is no heir and why, who decides until when, and the count for tax. Plain data.

Reasons are a code, the article, and names of people: the words stand where pages are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

Rank = Literal[1, 2, 3]
Capacity = Literal["spouse", "child", "ascendant", "sibling"]
State = Literal["settled", "pending", "heirless", "referred"]

BASIC, PER_HEIR, EXEMPT_PER_HEIR = (
    30_000_000,
    6_000_000,
    5_000_000,
)  # yen: 相続税法 第15条第1項, 第12条第1項第5号・第6号


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of the law. ``article``: a key for ``articles.citation``, None for what is no article of the Civil Code.

    ``people``: ids that the sentence names, in its order.
    """

    code: str
    article: str | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A share in one capacity. ``through``: those in whose place the person stands, nearest to the deceased first.

    ``half``: the share of a half-blood sibling beside full ones.
    """

    person: str
    capacity: Capacity
    share: Fraction
    through: tuple[str, ...] = ()
    half: bool = False


@dataclass(frozen=True, slots=True)
class Heir:
    """An heir at the opening. A person in two capacities has both parts; ``share`` is their sum."""

    person: str
    rank: Rank | None
    share: Fraction
    parts: tuple[Part, ...]
    reasons: tuple[Reason, ...]

    @property
    def has_forced_share(self) -> bool:
        """Whether there is a part that no will and no gift can take (遺留分, 民法 第1042条): not for siblings and their children."""
        return self.rank != 3


@dataclass(frozen=True, slots=True)
class Holding:
    """Who has a share now. ``after``: heirs who died since, through whose estates it came (数次相続), in order.

    ``vacant``: the person is dead and has no heirs; ``referred``: dead, and who inherits from them an expert must say.
    """

    person: str
    share: Fraction
    sources: tuple[tuple[tuple[str, ...], Fraction], ...] = ()
    reasons: tuple[Reason, ...] = ()
    vacant: bool = False
    referred: bool = False


@dataclass(frozen=True, slots=True)
class Excluded:
    """Somebody of the family who is no heir, and why."""

    person: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Accept, accept within the assets, or renounce: within three months from knowing (915, 916).

    ``knew``, ``until``: None while it is not known when the person learned of it. ``in_place_of``: an heir who died before choosing.
    ``minor_until``: the eighteenth birthday of somebody who was under age at the opening; until then a representative decides (917),
    and ``conflict`` says that the parent is an heir too, so that a court appoints another one (826).
    """

    person: str
    knew: date | None
    until: date | None
    reasons: tuple[Reason, ...]
    in_place_of: str | None = None
    minor_until: date | None = None
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class TaxCount:
    """Statutory heirs in the sense of 相続税法 第15条: as if nobody had renounced, adopted children up to a limit, the unborn left out.

    ``people``: who is looked at; ``adopted`` of them fall under the limit, ``adopted_counted`` are counted.
    ``if_born``: the count once those unborn are born alive.
    """

    count: int
    people: tuple[str, ...]
    adopted: tuple[str, ...]
    adopted_counted: int
    if_born: int

    @property
    def basic_deduction(self) -> int:
        """Yen."""
        return BASIC + PER_HEIR * self.count

    @property
    def insurance_exemption(self) -> int:
        """Yen, for life insurance and again for retirement money."""
        return EXEMPT_PER_HEIR * self.count


@dataclass(frozen=True, slots=True)
class Inheritance:
    """Who inherits from ``deceased``.

    ``state``: settled; pending (an unborn child is counted as born, ``if_stillborn`` says what else); heirless; referred (``remarks`` say
    why nothing is worked out). ``heirs``: at the opening. ``holders``: now, after later deaths. ``next_in_line``: who becomes heir
    when all but the spouse renounce. ``tax``: None when referred.
    """

    deceased: str
    state: State
    rank: Rank | None
    heirs: tuple[Heir, ...]
    holders: tuple[Holding, ...]
    excluded: tuple[Excluded, ...]
    decisions: tuple[Decision, ...]
    next_in_line: tuple[str, ...]
    remarks: tuple[Reason, ...]
    tax: TaxCount | None
    if_stillborn: Inheritance | None = None

    @property
    def shares(self) -> dict[str, Fraction]:
        """Person to share, now."""
        return {holding.person: holding.share for holding in self.holders}

    @property
    def articles(self) -> frozenset[str]:
        """Every article that the result rests on."""
        reasons = [*self.remarks]
        for group in (self.heirs, self.holders, self.excluded):
            reasons += [reason for one in group for reason in one.reasons]
        return frozenset(reason.article for reason in reasons if reason.article)
