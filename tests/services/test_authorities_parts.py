"""The parts of the offices that need no network: days, facts, numbers, letters, the two tables of states."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.lifecycle import TRANSITIONS
from app.services.authorities import facts, letters, states
from app.services.authorities.catalogue import load
from app.services.authorities.numbers import SPAN, arrival_number
from app.services.simcore.calendar import after_days, is_open, next_open, schedule
from app.services.simcore.personas import read_items

from .authorities_kit import PROCEDURES

PUBLIC = "weekends_and_holidays"
ROLES = {"movers": "person", "move": "move", "applicant": "person", "each": "any"}


@pytest.mark.parametrize(
    ("day", "opened"),
    [
        ("2027-03-19", True),
        ("2027-03-20", False),  # Saturday
        ("2027-03-22", False),  # 振替休日 of 春分の日
        ("2027-05-04", False),  # みどりの日
        ("2026-12-28", True),
        ("2026-12-29", False),
        ("2027-01-03", False),
        ("2027-01-04", True),
    ],
)
def test_days_on_which_public_offices_are_open(day: str, opened: bool) -> None:
    assert is_open(date.fromisoformat(day), PUBLIC) is opened
    assert is_open(date.fromisoformat(day), "never")


def test_working_days_leave_out_the_first_day_and_closed_days() -> None:
    assert after_days(date(2027, 3, 18), 1, PUBLIC, True) == date(2027, 3, 19)
    assert after_days(date(2027, 3, 18), 2, PUBLIC, True) == date(2027, 3, 23)
    assert after_days(date(2027, 3, 18), 2, PUBLIC, False) == date(2027, 3, 23)
    assert after_days(date(2027, 3, 18), 2, "never", False) == date(2027, 3, 20)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),
    st.integers(0, 10),
    st.integers(0, 10),
    st.booleans(),
    st.sampled_from([PUBLIC, "never"]),
    st.text(max_size=5),
)
def test_a_schedule_lies_within_its_usual_days_and_is_the_same_again(
    received: datetime, low: int, more: int, working: bool, closed: str, seed: str
) -> None:
    made = schedule(received, (low, low + more), working, closed, seed)
    assert made == schedule(received, (low, low + more), working, closed, seed)
    assert received <= made.review_at <= made.done_at
    assert made.usual_from <= made.done_at.date() <= made.usual_to
    assert is_open(made.done_at.date(), closed)
    assert made.usual_to >= received.date() + timedelta(days=low)
    assert next_open(made.usual_from, closed) == made.usual_from


@given(st.integers(1, SPAN), st.integers(1, SPAN))
def test_arrival_numbers_never_repeat(first: int, second: int) -> None:
    assert (arrival_number("w", first) == arrival_number("w", second)) == (first == second)


def test_arrival_numbers_have_their_form_and_an_end() -> None:
    digits = arrival_number("w", 1).removeprefix("SIM-").replace("-", "")
    assert len(digits) == 8
    assert digits.isdigit()
    with pytest.raises(ValueError, match="100,000,000"):
        arrival_number("w", SPAN + 1)


def test_a_fact_key_may_carry_the_kind() -> None:
    assert facts.key("haruka.person.address") == facts.key("haruka.address") == ("haruka", "address")
    with pytest.raises(ValueError, match="not <subject>"):
        facts.key("haruka")


def test_effects_take_the_values_of_the_roles() -> None:
    known = {("move", "new_address"): "A", ("haruka", "name"): "H", ("mio", "name"): "M"}
    subjects = {"movers": ["haruka", "mio"], "each": "mio"}
    effects = [
        {
            "register": "resident",
            "subject": "movers",
            "set": {"person.address": "move.new_address", "person.name": "movers.name"},
        },
        {"register": "seal", "subject": "each", "set": {"person.seal_registered": True, "person.note": "valid.text"}},
        {"register": "resident", "subject": "each", "set": {"person.head": "applicant.name"}},
        {"certificate": "signing", "action": "revoke", "subject": "movers"},
    ]
    assert facts.changes(effects, ROLES, subjects, known) == [
        facts.RegisterUpdate("resident", "haruka", "person.address", "A"),
        facts.RegisterUpdate("resident", "haruka", "person.name", "H"),
        facts.RegisterUpdate("resident", "mio", "person.address", "A"),
        facts.RegisterUpdate("resident", "mio", "person.name", "M"),
        facts.RegisterUpdate("seal", "mio", "person.seal_registered", True),
        facts.RegisterUpdate("seal", "mio", "person.note", "valid.text"),
        facts.Revocation("haruka"),
        facts.Revocation("mio"),
    ]


def test_the_offices_table_is_a_part_of_the_sites() -> None:
    site = {(state.value, event.value): row.target.value for (state, event), row in TRANSITIONS.items()}
    for (state, event), target in states.EVENTS.items():
        assert site["sending" if state == "new" else state, event] == target


def test_what_the_definitions_name_is_there() -> None:
    catalogue = load(PROCEDURES)
    for procedure in catalogue.procedures.values():
        takers = [a.id for a in catalogue.authorities.values() if procedure.taken_by(a)]
        assert takers, f"{procedure.id}: nobody is {procedure.authority}"
        low, high = procedure.days
        assert 0 <= low <= high, procedure.id
    assert catalogue.label("move.new_address") == "新しい住所"
    assert catalogue.label("each.name") is not None


def test_every_effect_is_on_an_item_that_its_register_holds() -> None:
    items = read_items(PROCEDURES)
    for procedure in load(PROCEDURES).procedures.values():
        for effect in procedure.effects:
            assert set(effect.get("set", {})) <= items.held_by(effect.get("register", "")), procedure.id


def test_codes_and_phones_of_the_offices_are_of_nowhere() -> None:
    catalogue = load(PROCEDURES)
    assert {a.code for a in catalogue.authorities.values() if a.code} == {
        "980013",
        "970018",
        "970026",
        "970034",
        "970042",
    }
    for authority in catalogue.authorities.values():
        assert authority.phone.startswith("000-"), authority.id
        assert authority.closed in (PUBLIC, "never")


def test_letters_speak_of_days_as_people_do() -> None:
    assert letters.day_words(date(2027, 3, 18)) == "3月18日（木）"
