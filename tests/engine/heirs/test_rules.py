"""What the worked families leave out: who must ask an expert, who decides until when, wills, ended ties, impossible families."""

from __future__ import annotations

import doctest
from dataclasses import replace
from datetime import date, time
from fractions import Fraction

import pytest

from app.engine.heirs import Act, Death, Family, FamilyError, Marriage, Person, Tie, articles, citation, inherit
from app.engine.heirs.deciding import adult_on
from app.engine.heirs.tree import tree

DAY = date(2027, 3, 1)
LATE = Person("late", died=Death(DAY), nationality="japan")
S, A, B, M = Person("s"), Person("a"), Person("b"), Person("m")
COUPLE = Marriage("late", "s")


def family(*people: Person, **more: object) -> Family:
    """A family of the deceased and others."""
    return Family("late", (LATE, *people), **more)  # type: ignore[arg-type]


def codes(found: object) -> list[str]:
    """Codes of the remarks."""
    return [reason.code for reason in found.remarks]  # type: ignore[attr-defined]


# --- another law ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "late, code",
    [
        (Person("late", died=Death(DAY), nationality="other"), "foreign_deceased"),
        (Person("late", died=Death(date(1980, 12, 31))), "before_1981"),
        (Person("late", died=Death(date(2013, 9, 4))), "before_2013"),
    ],
)
def test_where_another_law_may_decide_nothing_is_worked_out(late: Person, code: str) -> None:
    found = inherit(Family("late", (late, A), (Tie("late", "a"),)))
    assert (found.state, found.heirs, found.tax) == ("referred", (), None)
    assert codes(found) == [code]


def test_the_first_days_of_the_law() -> None:
    for day in (date(2013, 9, 5), DAY):
        assert inherit(Family("late", (Person("late", died=Death(day)), A), (Tie("late", "a"),))).shares == {"a": 1}


def test_two_spouses_and_foreign_adoptions_are_for_an_expert() -> None:
    two = family(S, B, marriages=(COUPLE, Marriage("late", "b")))
    assert codes(inherit(two)) == ["two_spouses"]
    adopted = family(Person("a", nationality="other"), ties=(Tie("late", "a", "adoption", date(2010, 1, 1)),))
    assert codes(inherit(adopted)) == ["foreign_adoption"]


def test_only_some_of_a_dead_heirs_heirs_renounce() -> None:
    people = (S, Person("a", died=Death(date(2027, 5, 1))), B, M)
    ties = (Tie("late", "a"), Tie("late", "b"), Tie("a", "m"))
    acts = (Act("s", "renounced", "late", in_place_of="a"),)
    found = inherit(family(*people, ties=ties, marriages=(Marriage("a", "s"),), acts=acts))
    assert codes(found) == ["second_heirs_differ"]


# --- ties that begin and end ------------------------------------------------------------------------------------------------
def test_special_adoption_by_the_spouse_leaves_the_other_parent_one() -> None:
    """817-9 proviso: the spouse adopts the deceased's child, who stays the deceased's child too."""
    ties = (Tie("late", "a"), Tie("s", "a", "special_adoption", date(2010, 1, 1)))
    kept = family(S, A, ties=ties, marriages=(Marriage("late", "s", date(2009, 1, 1)),))
    assert inherit(kept).shares == {"s": Fraction(1, 2), "a": Fraction(1, 2)}
    assert inherit(family(S, A, ties=ties)).shares == {}


def test_an_adoption_after_the_death_or_dissolved_before_it_does_not_count() -> None:
    for since, until in ((date(2027, 4, 1), None), (date(2010, 1, 1), date(2020, 1, 1))):
        assert inherit(family(A, ties=(Tie("late", "a", "adoption", since, until),))).shares == {}
    ended = (Tie("late", "a"), Tie("b", "a", "special_adoption", date(2010, 1, 1), date(2020, 1, 1)))
    assert inherit(family(A, B, ties=ended)).shares == {"a": 1}  # 817-11: the natural ties come back


def test_a_child_conceived_after_the_death_is_none() -> None:
    late = family(
        Person("a", date(2028, 6, 1)), Person("b", date(2027, 11, 1)), ties=(Tie("late", "a"), Tie("late", "b"))
    )
    found = inherit(late)
    assert found.shares == {"b": 1}
    assert [(one.person, one.reasons[0].code) for one in found.excluded] == [("a", "not_yet_there")]


def test_siblings_cannot_be_disinherited_but_can_be_disqualified() -> None:
    ties = (Tie("m", "late"), Tie("m", "a"), Tie("m", "b"))
    people = (replace(M, died=Death(date(2001, 1, 1))), A, B)
    kept = inherit(family(*people, ties=ties, acts=(Act("a", "disinherited", "late"),)))
    assert kept.shares == {"a": Fraction(1, 2), "b": Fraction(1, 2)}
    assert "no_disinheritance_of_siblings" in codes(kept)
    assert inherit(family(*people, ties=ties, acts=(Act("a", "disqualified", "late"),))).shares == {"b": 1}


# --- times ------------------------------------------------------------------------------------------------------------------
def test_deaths_on_one_day_have_an_order_only_with_both_times() -> None:
    def one_day(at: time | None) -> Family:
        late = Person("late", died=Death(DAY, time(10)), nationality="japan")
        return Family(
            "late",
            (late, Person("s"), Person("a", died=Death(DAY, at)), B),
            (Tie("late", "a"), Tie("a", "b")),
            (Marriage("a", "s"),),
        )

    together = inherit(one_day(None))
    assert together.shares == {"b": 1}
    assert "times_not_known" in codes(together)
    after = inherit(one_day(time(11)))  # a lived on: heir, and then a's own heirs
    assert after.shares == {"b": Fraction(1, 2), "s": Fraction(1, 2)}
    assert [heir.person for heir in after.heirs] == ["a"]
    assert inherit(one_day(time(9))).shares == {"b": 1}


# --- deciding ---------------------------------------------------------------------------------------------------------------
def test_three_months_from_knowing_and_who_decides_for_a_minor() -> None:
    people = (S, Person("a", date(2012, 5, 3)))
    found = inherit(
        family(*people, ties=(Tie("late", "a"), Tie("s", "a")), marriages=(COUPLE,), knew=(("s", date(2027, 3, 2)),))
    )
    spouse, child = found.decisions
    assert (spouse.person, spouse.until, spouse.minor_until) == ("s", date(2027, 6, 2), None)
    assert (child.person, child.until, child.minor_until, child.conflict) == ("a", None, date(2030, 5, 3), True)
    assert {reason.code for reason in child.reasons} == {"three_months", "minor", "conflict_of_interest"}


@pytest.mark.parametrize(
    "born, adult",
    [
        (date(2002, 4, 1), date(2022, 4, 1)),
        (date(2003, 8, 5), date(2022, 4, 1)),
        (date(2004, 4, 2), date(2022, 4, 2)),
        (date(2000, 1, 1), date(2020, 1, 1)),
    ],
)
def test_coming_of_age_around_the_change_of_the_law(born: date, adult: date) -> None:
    assert adult_on(born) == adult


def test_who_comes_next_when_all_renounce() -> None:
    ties = (Tie("late", "a"), Tie("m", "late"))
    assert inherit(family(S, A, M, ties=ties, marriages=(COUPLE,))).next_in_line == ("m",)
    assert inherit(family(S, marriages=(COUPLE,))).next_in_line == ()


# --- wills ------------------------------------------------------------------------------------------------------------------
def test_a_will_comes_first_and_forced_shares_are_told_of_but_siblings() -> None:
    with_child = family(A, B, ties=(Tie("late", "a"),), will=True, legatees=frozenset({"b"}))
    assert codes(inherit(with_child)) == ["will_first", "forced_share", "forced_share_claim"]
    ties = (Tie("m", "late"), Tie("m", "a"))
    sibling = family(replace(M, died=Death(date(2001, 1, 1))), A, ties=ties, will=True)
    assert "forced_share" not in codes(inherit(sibling))
    dead = family(A, replace(B, died=Death(date(2026, 1, 1))), ties=(Tie("late", "a"),), legatees=frozenset({"b"}))
    assert "legacy_fails" in codes(inherit(dead))
    barred = family(A, B, ties=(Tie("late", "a"),), legatees=frozenset({"b"}), acts=(Act("b", "disqualified", "late"),))
    assert "legatee_disqualified" in codes(inherit(barred))


# --- families that cannot be ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "code, make",
    [
        ("not_dead", lambda: Family("a", (A,))),
        ("person_twice", lambda: family(A, Person("a", date(2000, 1, 1)))),
        ("unknown_person", lambda: family(A, ties=(Tie("late", "nobody"),))),
        ("own_ancestor", lambda: family(A, B, ties=(Tie("a", "b"), Tie("b", "a")))),
        ("adoption_without_day", lambda: family(A, ties=(Tie("late", "a", "adoption"),))),
        (
            "birth_day_needed",
            lambda: family(A, B, ties=(Tie("late", "a", "adoption", date(2000, 1, 1)), Tie("a", "b"))),
        ),
    ],
)
def test_families_that_cannot_be(code: str, make: object) -> None:
    with pytest.raises(FamilyError) as caught:
        make()  # type: ignore[operator]
    assert caught.value.code == code


# --- words of the law, and the tree -----------------------------------------------------------------------------------------
def test_citations() -> None:
    assert doctest.testmod(articles).failed == 0
    assert citation("891(5)") == "民法 第891条第5号"
    assert citation("958-2") == "民法 第958条の2"
    with pytest.raises(ValueError, match="no key"):
        citation("article one")


def test_the_tree_says_what_everybody_is() -> None:
    people = (
        S, Person("ex"), A, B, Person("x"), M, Person("g"), Person("z"), Person("n"), Person("p"), Person("step"),
    )  # fmt: skip
    ties = (
        Tie("late", "a"), Tie("late", "b", "adoption", date(2000, 1, 1)), Tie("a", "x"), Tie("m", "late"), Tie("g", "m"),
        Tie("m", "z"), Tie("z", "n"), Tie("s", "step"),
    )  # fmt: skip
    marriages = (
        COUPLE,
        Marriage("late", "ex", until=date(2010, 1, 1)),
        Marriage("late", "p", registered=False),
    )
    whole = family(*people, ties=ties, marriages=marriages)
    found = tree(whole, inherit(whole))
    told = {person.id: person.relation.code for person in found.people}
    assert told == {
        "late": "deceased", "s": "spouse", "ex": "former_spouse", "p": "partner", "a": "child", "b": "adopted_child",
        "x": "grandchild", "m": "parent", "g": "grandparent", "z": "sibling", "n": "nephew", "step": "child_of",
    }  # fmt: skip
    assert [person.generation for row in found.rows for person in row[:1]] == [-2, -1, 0, 1, 2]
    kinds = {line.kind for line in found.lines}
    assert {"marriage", "former", "partner", "birth", "adoption"} <= kinds
    assert all(
        a == c or b == d for line in found.lines for (a, b), (c, d) in zip(line.points, line.points[1:], strict=False)
    )
