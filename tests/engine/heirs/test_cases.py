"""Every worked family: heirs, shares, what each rests on, who is out and why, and the count for inheritance tax."""

from __future__ import annotations

import pytest

from app.engine.heirs import Inheritance, Reason, citation, inherit
from tests.engine.heirs.worked import Case, read, shares

ALL = list(read())
WORKED = [f"H{n:02}" for n in range(1, 64)]


def told(reason: Reason) -> str:
    """As the case files write a reason: its code, and its article where it has one."""
    return f"{reason.code} {reason.article}" if reason.article else reason.code


def grounds(found: Inheritance) -> dict[str, set[str]]:
    """Person to the articles that their share rests on."""
    people: dict[str, set[str]] = {}
    for one in (*found.heirs, *found.holders):
        people.setdefault(one.person, set()).update(reason.article for reason in one.reasons if reason.article)
    return people


def test_all_worked_families_are_there() -> None:
    ids = [case.id for case in ALL]
    assert len(set(ids)) == len(ids)
    assert [id_ for id_ in WORKED if id_ not in ids] == []


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_a_worked_family(case: Case) -> None:
    found, expect = inherit(case.family), case.expect
    assert found.state == expect.get("state", "settled")
    assert found.shares == shares(expect["shares"])
    opening = {heir.person: heir.share for heir in found.heirs}
    assert opening == shares(expect.get("at_opening", expect["shares"]))
    assert set(expect["articles"]) <= found.articles
    assert grounds(found) == {person: set(articles) for person, articles in expect.get("grounds", {}).items()}
    assert {one.person: [told(reason) for reason in one.reasons] for one in found.excluded} == expect.get("out", {})
    if "tax" in expect:
        assert found.tax is not None
        assert found.tax.count == expect["tax"]
        assert found.tax.if_born == expect.get("tax_if_born", expect["tax"])
        assert found.tax.basic_deduction == expect.get("deduction", 30_000_000 + 6_000_000 * expect["tax"])
    stillborn = found.if_stillborn.shares if found.if_stillborn else None
    assert stillborn == (shares(expect["stillborn"]) if "stillborn" in expect else None)
    for deceased, theirs in expect.get("other_estates", {}).items():
        assert inherit(case.family.for_estate(deceased)).shares == shares(theirs)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_every_article_can_be_cited(case: Case) -> None:
    for article in inherit(case.family).articles:
        assert citation(article).startswith("民法 第")
