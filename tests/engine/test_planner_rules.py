"""The rules that hold of every plan, whatever the definitions, the household and what is known of it."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.engine.conditions import UNKNOWN
from app.engine.facts import Facts, Key
from app.engine.plan import Plan
from app.engine.planned import PlannedProcedure
from tests.engine.planning import AUTHORITIES, TODAY, VOCABULARY, Situation, situations, values, view

often = settings(max_examples=60)


def item_of(situation: Situation, key: Key) -> Any:
    return VOCABULARY.kinds[situation.household.kinds[key[0]]].items[key[1]]


# --- the planner is a function of facts --------------------------------------------------------------------------------
@often
@given(situations(), st.randoms(use_true_random=False))
def test_the_same_facts_in_any_order_give_the_same_plan(situation: Situation, random: Any) -> None:
    facts = list(situation.facts.by_key.values())
    random.shuffle(facts)
    shuffled = situation.but(Facts.of(situation.facts.roles, situation.facts.kinds, facts))
    assert view(shuffled.plan) == view(situation.plan) == view(situation.plan)


@often
@given(situations(), st.data())
def test_a_new_fact_never_turns_a_decided_verdict_round(situation: Situation, data: st.DataObject) -> None:
    assume(situation.unknown_keys)
    key = data.draw(st.sampled_from(situation.unknown_keys))
    after = situation.but(situation.facts.and_(situation.household.fact(key))).plan
    words = {(one.id, one.subject): one.word for one in after.procedures}
    for one in situation.plan.procedures:
        if one.verdict is not UNKNOWN:
            assert words[(one.id, one.subject)] == one.word


@often
@given(situations(), st.data())
def test_a_changed_fact_turns_only_verdicts_that_name_it(situation: Situation, data: st.DataObject) -> None:
    assume(situation.facts.by_key)
    key = data.draw(st.sampled_from(sorted(situation.facts.by_key)))
    kinds = situation.household.kinds
    people, dogs = (tuple(one for one in kinds if kinds[one] == kind) for kind in ("person", "dog"))
    other = data.draw(values(key[1], situation.household.kinds[key[0]], people, dogs))
    after = situation.but(situation.facts.and_(situation.household.fact(key, value=other))).plan
    words = {(one.id, one.subject): one.word for one in after.procedures}
    for one in situation.plan.procedures:
        trace = {key for reason in one.reasons for key in reason.keys}
        if one.verdict is not UNKNOWN and key not in trace and (one.id, one.subject) in words:
            assert words[(one.id, one.subject)] == one.word


# --- 1. and 2. once only ------------------------------------------------------------------------------------------------
@often
@given(situations())
def test_what_is_known_is_not_asked(situation: Situation) -> None:
    for ask in situation.plan.asks:
        fact = situation.facts.get(ask.key)
        assert fact is None or (fact.register is not None and fact.reuse == "confirm")
        assert ask.confirm == (fact is not None)


@often
@given(situations())
def test_a_journey_asks_each_item_once_and_ends_with_everything_decided(situation: Situation) -> None:
    """Whoever answers the first page again and again comes to an end, having been asked nothing twice."""
    asked: list[Key] = []
    known = [fact for fact in situation.facts.by_key.values() if fact.value == situation.household.truth[fact.key]]
    now = situation.but(situation.household.facts(*known))
    while now.plan.pages:
        page = now.plan.pages[0]
        asked += [ask.key for ask in page.asks]
        every = frozenset(VOCABULARY.registers)
        now = now.but(now.facts.and_(*(now.household.fact(ask.key, refused=every) for ask in page.asks)))
    assert len(asked) == len(set(asked))
    for one in now.plan.procedures:
        assert one.verdict is not UNKNOWN
        assert one.verdict is False or one.missing == ()


# --- 3. nothing is asked for nothing ------------------------------------------------------------------------------------
@often
@given(situations())
def test_each_question_is_needed_by_something(situation: Situation) -> None:
    plan = situation.plan
    for ask in plan.asks:
        path = f"{ask.kind}.{ask.key[1]}"
        users = [one for one in plan.procedures if one.id in ask.needed_by and one.verdict is not False]
        assert {one.id for one in users} == set(ask.needed_by)
        undecided = [one for one in users if one.verdict is UNKNOWN and path in _undecided_items(plan, one)]
        required = [
            one for one in users if one.verdict is True and (ask.key in one.missing or path in _open_items(plan, one))
        ]
        assert undecided or required
        assert bool(ask.decides) == any(ask.key in one.open for one in plan.procedures)


def _undecided_items(plan: Plan, one: PlannedProcedure) -> set[str]:
    """What the undecided conditions of a row can read at all."""
    conditions = [clause.condition for clause in one.compiled.clauses if one.subject or not clause.condition.uses_each]
    if one.compiled.definition.for_each and one.subject is None:
        conditions.append(plan.event.lists[one.compiled.definition.for_each])
    return _items(plan, one, conditions)


def _open_items(plan: Plan, one: PlannedProcedure) -> set[str]:
    """What the undecided conditions of needs and channels can read, and the lists that needs speak of."""
    lists = [plan.event.lists[need.path.role] for need in one.compiled.needs if need.path.role in plan.event.lists]
    whens = [need.when for need in one.compiled.needs if need.when is not None]
    return _items(plan, one, [*lists, *whens, *one.compiled.channel_when])


def _items(plan: Plan, one: PlannedProcedure, conditions: list[Any]) -> set[str]:
    open_ = [condition for condition in conditions if plan.run(condition, one.subject)[0] is UNKNOWN]
    return {item for condition in open_ for item in condition.items}


@often
@given(situations())
def test_where_nothing_is_needed_nothing_is_asked(situation: Situation) -> None:
    plan = situation.plan
    if all(one.verdict is False for one in plan.procedures):
        assert plan.asks == []
    assert plan.bounds[0] == len(plan.pages) <= plan.bounds[1]


@often
@given(situations())
def test_pages_hold_every_question_once_by_topic_and_subject_and_triage_comes_first(situation: Situation) -> None:
    plan = situation.plan
    on_pages = [ask.key for page in plan.pages for ask in page.asks]
    assert sorted(on_pages) == sorted(ask.key for ask in plan.asks)
    for page in plan.pages:
        assert {(ask.item.topic, ask.key[0]) for ask in page.asks} == {(page.topic, page.subject)}
    triage = [("move", "where"), ("move", "date")]
    first = [key for key in triage if key in on_pages]
    assert on_pages[: len(first)] == first


# --- 4. protected facts -------------------------------------------------------------------------------------------------
@often
@given(situations())
def test_a_protected_address_reaches_cleared_offices_only(situation: Situation) -> None:
    plan = situation.plan
    for one in plan.procedures:
        assert set(one.sent) | set(one.withheld) == set(one.known)
        assert not set(one.sent) & set(one.withheld)
        for key in one.known:
            hidden = not one.compiled.definition.sees_withheld and _protected(situation, key)
            assert (key in one.withheld) == hidden, key


def _protected(situation: Situation, key: Key) -> bool:
    """The rule of protection in plain Python: a protected person on the list, or perhaps on it."""
    known = situation.facts.values()
    if key[1] == "new_address":
        if known.get(("haruka", "wish")) is True:
            return True
        people = _movers(known)
        open_ = known.get(("haruka", "wish")) is None
    elif key[1] == "address":
        people, open_ = known.get(("household", "members")), False
    else:
        return False
    protected = {name for (name, item), value in known.items() if item == "protected" and value is True}
    wished = key[1] == "new_address" and any(item == "wish" and value is True for (_, item), value in known.items())
    if people is not None and protected & set(people):
        return True
    sure = people is not None and not open_ and all((one, "protected") in known for one in people)
    return not sure and (bool(protected) or wished)


def _movers(known: dict[Key, Any]) -> Any:
    who = known.get(("move", "who"))
    listed = {
        "everyone": known.get(("household", "members")),
        "only_me": ("haruka",),
        "some": known.get(("move", "chosen")),
    }
    return listed.get(who) if who else None


# --- 5. what an answer carries ------------------------------------------------------------------------------------------
@often
@given(situations())
def test_answers_off_the_path_change_nothing(situation: Situation) -> None:
    plan = situation.plan
    off = [key for key in situation.answers if key not in plan.on_path]
    left = situation.facts.without(off)
    trimmed = situation.but(left).plan
    assert trimmed.on_path == plan.on_path
    assert trimmed.asks == plan.asks
    for before, after in zip(plan.procedures, trimmed.procedures, strict=True):
        assert (before.word, before.reasons, before.open) == (after.word, after.reasons, after.open)
        if before.verdict is True:
            assert (before.known, before.missing, before.sent, before.channel, before.due, before.authority) == (
                after.known, after.missing, after.sent, after.channel, after.due, after.authority,
            )  # fmt: skip


@often
@given(situations(), st.data())
def test_each_answer_on_the_path_carries_something(situation: Situation, data: st.DataObject) -> None:
    """Once everything is known, taking back an answer that is on the path changes something that can be seen."""
    sources = {fact.register for fact in situation.facts.by_key.values()} - {None}
    refused = frozenset(set(VOCABULARY.registers) - sources)
    everything = situation.household.facts(
        *(situation.household.fact(key, refused) for key in situation.household.truth)
    )
    whole = situation.but(everything)
    plan = whole.plan
    carrying = sorted(key for key in whole.answers if key in plan.on_path)
    if carrying:
        key = data.draw(st.sampled_from(carrying))
        without = whole.but(everything.without([key])).plan
        assert view(without) != view(plan) or workings(without) != workings(plan)


def workings(plan: Plan) -> list[Any]:
    """How the parts of required cases were worked out, where their result alone may not show what it rests on.

    Papers not ruled out are shown, decided or not. Where two facts say the same (either of two protected people protects an
    address, either of two makes the counter necessary) the first carries the result, and the second would in its place. That
    a move stays in the country carries which office it goes to, though an open answer is taken for the same.
    """
    found: list[Any] = []
    for one in plan.procedures:
        if one.verdict is True:
            compiled = one.compiled
            conditions = [*compiled.evidence_when, *compiled.channel_when, *(need.when for need in compiled.needs)]
            found += [plan.run(when, one.subject) for when in conditions if when is not None]
            if not compiled.definition.sees_withheld:
                found += [_protection_workings(plan, key) for key in one.known]
            if compiled.definition.authority in ("old_municipality", "new_municipality"):
                found.append(plan.run(_outside(plan), None))
    return found


def _outside(plan: Plan) -> Any:
    return plan.event.places["new"].outside


def _protection_workings(plan: Plan, key: Key) -> Any:
    condition = plan.event.withheld.get((plan.facts.kinds[key[0]], key[1]))
    return condition and plan.run_for(condition, key[0])


# --- 6. reasons ---------------------------------------------------------------------------------------------------------
@often
@given(situations())
def test_every_verdict_says_why(situation: Situation) -> None:
    values_known = situation.facts.values()
    for one in situation.plan.procedures:
        clauses = one.compiled.definition.applies
        assert one.reasons
        assert all(reason.text for reason in one.reasons)
        keys = [key for reason in one.reasons for key in reason.keys]
        if one.verdict is UNKNOWN:
            assert all(key not in values_known for key in keys)
            assert set(keys) == set(one.open) != set()
        else:
            assert all(key in values_known for key in keys)
        if one.verdict is True:
            assert [reason.text for reason in one.reasons] == [clause.because for clause in clauses]
        elif one.verdict is False:
            assert len(one.reasons) == 1


@often
@given(situations())
def test_rows_are_in_order_and_offices_exist(situation: Situation) -> None:
    plan = situation.plan
    places = {one.id: n for n, one in enumerate(situation.event.procedures)}
    stages = {"before": 0, "after": 1}
    for one in plan.procedures:
        assert one.authority is None or one.authority.id in AUTHORITIES
        for earlier in one.compiled.definition.after:
            if stages[situation.event.by_id[earlier].definition.stage] <= stages[one.compiled.definition.stage]:
                assert places[earlier] < places[one.id]
    assert plan.today == TODAY
