"""Statutory heirs and shares under the Japanese Civil Code. Pure: a family goes in, an inheritance comes out. See ``docs/heirs.md``."""

from app.engine.heirs.articles import citation
from app.engine.heirs.family import Act, Death, Family, FamilyError, Marriage, Person, Siblings, Tie
from app.engine.heirs.inheriting import inherit, shares_at_opening
from app.engine.heirs.kin_facts import Relative, from_kin, unplaced
from app.engine.heirs.records import from_records
from app.engine.heirs.referring import referrals
from app.engine.heirs.result import Decision, Excluded, Heir, Holding, Inheritance, Part, Reason, TaxCount
from app.engine.heirs.tax import tax_count

__all__ = [
    "Act",
    "Death",
    "Decision",
    "Excluded",
    "Family",
    "FamilyError",
    "Heir",
    "Holding",
    "Inheritance",
    "Marriage",
    "Part",
    "Person",
    "Reason",
    "Relative",
    "Siblings",
    "TaxCount",
    "Tie",
    "citation",
    "from_kin",
    "from_records",
    "inherit",
    "referrals",
    "shares_at_opening",
    "tax_count",
    "unplaced",
]
