"""What holds in every family: shown over families by chance."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.engine.heirs import Act, Death, Family, Person, Tie, inherit
from app.engine.heirs.kin import Kin
from app.engine.heirs.lines import HEIGHT, WIDTH
from app.engine.heirs.opening import Opening
from app.engine.heirs.tree import tree
from tests.engine.heirs.families import DAY, LATE, families, renamed

few = settings(max_examples=60, deadline=None)


def opening_shares(family: Family) -> dict[str, Fraction]:
    """Person to share at the moment of death."""
    return {heir.person: heir.share for heir in inherit(family).heirs}


@few
@given(families())
def test_shares_add_up_to_one_or_nobody_inherits(family: Family) -> None:
    found = inherit(family)
    for shares in (opening_shares(family), found.shares):
        assert all(share > 0 for share in shares.values())
        assert sum(shares.values()) == (1 if found.heirs else 0)
    assert (found.state == "heirless") == (not found.heirs)


@few
@given(families())
def test_everybody_is_an_heir_or_told_why_not(family: Family) -> None:
    found = inherit(family)
    heirs = {heir.person for heir in found.heirs} | set(found.shares)
    out = {one.person for one in found.excluded}
    assert heirs.isdisjoint(out)
    assert heirs | out == {person.id for person in family.people} - {family.deceased}
    assert all(one.reasons for one in (*found.heirs, *found.excluded))


@few
@given(families(), st.randoms(use_true_random=False))
def test_neither_names_nor_their_order_matter(family: Family, chance: object) -> None:
    ids = [person.id for person in family.people]
    others = [f"q{n}" for n in range(len(ids))]
    chance.shuffle(others)  # type: ignore[attr-defined]
    names = dict(zip(ids, others, strict=True))
    found = opening_shares(renamed(family, names))
    assert found == {names[person]: share for person, share in opening_shares(family).items()}
    backwards = replace(family, people=family.people[::-1], ties=family.ties[::-1], acts=family.acts[::-1])
    assert inherit(backwards) == inherit(family)


@few
@given(families(), st.data())
def test_who_renounces_is_out_and_so_are_those_below_them(family: Family, data: st.DataObject) -> None:
    before = opening_shares(family)
    assume(before)
    one = data.draw(st.sampled_from(sorted(before)))
    after = replace(family, acts=(*family.acts, Act(one, "renounced", LATE)))
    shares = opening_shares(after)
    assert one not in shares
    assert not any(one in part.through for part in Opening(after).parts)
    # it is as if they had never been an heir: of those who remain in the same rank nobody has less
    if inherit(after).rank == inherit(family).rank:
        assert all(shares.get(person, 0) >= share for person, share in before.items() if person != one)
    assert inherit(after).tax == inherit(family).tax


@few
@given(families(acts=False), st.data())
def test_the_children_of_a_child_who_lost_the_right_stand_in(family: Family, data: st.DataObject) -> None:
    kin = Kin(family)
    able = [
        one
        for one in kin.children(LATE)
        if kin.alive(one) and any(kin.alive(child) and child in kin.line for child in kin.children(one))
    ]
    assume(able)
    one = data.draw(st.sampled_from(able))
    # not who stands in for both parents or is a child of the deceased as well
    assume(not any(part.person != one and one in part.through for part in Opening(family).parts))
    own = sum((part.share for part in Opening(family).parts if part.person == one and not part.through), Fraction())
    for kind in ("disqualified", "disinherited", "lost_right"):
        after = Opening(replace(family, acts=(Act(one, kind, LATE),)))  # type: ignore[arg-type]
        assert not any(part.person == one for part in after.parts)
        assert sum(part.share for part in after.parts if one in part.through) == own
    dead = replace(
        family,
        people=tuple(replace(person, died=Death(DAY)) if person.id == one else person for person in family.people),
    )
    assert Opening(dead).parts == after.parts  # a death at the same time has the same effect


@few
@given(families())
def test_ranks_come_one_after_the_other(family: Family) -> None:
    found = Opening(family)
    capacities = {part.capacity for part in found.parts} - {"spouse"}
    assert len(capacities) <= 1
    if "sibling" in capacities:
        assert not any(found.takes(one, 2) for one in found.kin.ancestors)
        assert not any(found.takes(one, 1) for one in found.kin.children(LATE))
    spouse = {part.share for part in found.parts if part.capacity == "spouse"}
    expected = {None: 1, 1: Fraction(1, 2), 2: Fraction(2, 3), 3: Fraction(3, 4)}[found.stirpes[0]]
    assert spouse <= {expected}


@few
@given(families(acts=False))
def test_adopting_one_more_child_takes_from_children_alone(family: Family) -> None:
    assume(Opening(family).stirpes[0] == 1)
    stirpes = len(Opening(family).stirpes[1])
    more = replace(
        family,
        people=(*family.people, Person("new", DAY.replace(year=2000), nationality="japan")),
        ties=(*family.ties, Tie(LATE, "new", "adoption", DAY.replace(year=2001))),
    )
    before, after = opening_shares(family), opening_shares(more)
    left = Fraction(stirpes, stirpes + 1)
    spouse = Opening(family).spouse
    for person, share in before.items():
        assert after[person] == (share if person == spouse else share * left)


@few
@given(families())
def test_the_count_for_tax_follows_its_limits(family: Family) -> None:
    tax = inherit(family).tax
    assert tax is not None
    assert tax.count == len(tax.people) - len(tax.adopted) + tax.adopted_counted
    assert tax.adopted_counted <= min(2, len(tax.adopted))
    assert set(tax.adopted) <= set(tax.people)
    assert tax.basic_deduction == 30_000_000 + 6_000_000 * tax.count


@few
@given(families())
def test_the_drawing_holds_everybody_once_and_nobody_overlaps(family: Family) -> None:
    found = tree(family, inherit(family))
    assert sorted(person.id for person in found.people) == sorted(person.id for person in family.people)
    boxes = [(person.place.x, person.place.y) for person in found.people]
    assert all(abs(a - c) >= WIDTH or abs(b - d) >= HEIGHT for n, (a, b) in enumerate(boxes) for c, d in boxes[n + 1 :])
    for person in found.people:
        assert 0 <= person.place.x <= found.width - WIDTH
        assert 0 <= person.place.y <= found.height - HEIGHT
    level = {person.id: person.generation for person in found.people}
    assert all(level[tie.child] > level[tie.parent] for tie in family.ties)


@pytest.mark.parametrize("first", ["late", "other"])
def test_who_dies_at_the_same_time_inherits_neither_way(first: str) -> None:
    family = Family(
        first,
        (Person("late", died=Death(DAY)), Person("other", died=Death(DAY)), Person("child")),
        (Tie("late", "child"), Tie("other", "child")),
        together=(frozenset({"late", "other"}),),
    )
    assert inherit(family).shares == {"child": 1}
