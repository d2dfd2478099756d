"""Facts of a register whose answer may be old: the person says whether they are still right, where something rests on them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.engine.facts import Facts
from app.engine.planner import make_plan
from tests.engine.real import event_of, household, library, moving


def old(facts: Facts, register: str) -> Facts:
    """The same facts, those of one register marked as perhaps old."""
    marked = [replace(fact, reuse="confirm") for fact in facts.by_key.values() if fact.register == register]
    return facts.and_(*marked)


@pytest.mark.parametrize("name", ["hinata", "kudo", "lan", "ooba", "futaba", "komiya"])
@pytest.mark.parametrize("register", ["resident", "licence", "health_insurance"])
def test_every_old_fact_behind_a_required_procedure_is_put_for_confirmation_once(name: str, register: str) -> None:
    found = household(name)
    facts = found.facts(library().vocabulary)
    event = event_of(name)
    before = make_plan(event, facts, found.persona.today)
    stale = make_plan(event, old(facts, register), found.persona.today)
    asked = {ask.key for ask in stale.asks if ask.confirm} - {ask.key for ask in before.asks}
    behind = {
        key
        for one in stale.procedures
        if one.verdict is True
        for key in (*one.known, *one.missing, *(key for reason in one.reasons for key in reason.keys))
        if facts.by_key.get(key) and facts.by_key[key].register == register
    }
    assert behind <= asked
    assert [one.word for one in stale.procedures] == [one.word for one in before.procedures]
    confirmed = old(facts, register).and_(*(replace(facts.by_key[key], source="citizen") for key in asked))
    assert [a.key for a in make_plan(event, confirmed, found.persona.today).asks] == [a.key for a in before.asks]


def test_an_old_fact_that_only_decides_is_confirmed_too() -> None:
    found = household("ooba")
    facts = found.facts(library().vocabulary)
    plan = make_plan(moving(), facts, found.persona.today)
    filed = {key for one in plan.procedures if one.verdict is True for key in one.needs}
    behind = {
        key for one in plan.procedures if one.verdict is True for reason in one.reasons for key in reason.keys
    } - filed
    deciding = sorted(key for key in behind if facts.by_key[key].register is not None)
    assert deciding
    stale = facts.and_(replace(facts.by_key[deciding[0]], reuse="confirm"))
    asks = [ask for ask in make_plan(moving(), stale, found.persona.today).asks if ask.key == deciding[0]]
    assert [ask.confirm for ask in asks] == [True]
