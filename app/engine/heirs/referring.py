"""When nothing is worked out, because another law decides or may decide: the answer is then to ask an expert."""

from __future__ import annotations

from datetime import date

from app.engine.heirs.family import Family
from app.engine.heirs.kin import Kin
from app.engine.heirs.result import Reason

EQUAL_CHILDREN = date(2013, 9, 5)  # children born outside marriage inherit like others in deaths from this day on
PRESENT_SHARES = date(1981, 1, 1)  # the fractions of 900 and the single step of 889-2


def same_law(died: date) -> date:
    """A day of death under the same law of succession as another: the same one for all of them."""
    return max(
        (day for day in (date.min.replace(year=1900), PRESENT_SHARES, EQUAL_CHILDREN) if day <= died), default=died
    )


def referrals(family: Family) -> tuple[Reason, ...]:
    """Why the shares cannot be told, or nothing. Order: the law of another country, an older law, an unclear family."""
    kin, found = Kin(family), []
    if family.person(family.deceased).nationality == "other":
        found.append(Reason("foreign_deceased", None, (family.deceased,)))  # 法の適用に関する通則法 第36条・第41条
    if kin.day < PRESENT_SHARES:
        found.append(Reason("before_1981", None, (family.deceased,)))
    elif kin.day < EQUAL_CHILDREN:
        found.append(Reason("before_2013", None, (family.deceased,)))
    living = [one for one in kin.spouses if kin.alive(one)]
    if len(living) > 1:
        found.append(Reason("two_spouses", "890", tuple(living)))
    near = {family.deceased, *kin.line, *kin.ancestors, *kin.siblings}
    for tie in family.ties:
        foreign = "other" in (family.person(tie.parent).nationality, family.person(tie.child).nationality)
        if tie.adopted and foreign and tie.child in near:
            found.append(Reason("foreign_adoption", None, (tie.child, tie.parent)))
    return tuple(found)
