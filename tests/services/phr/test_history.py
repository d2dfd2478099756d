"""Histories derived from birth dates are coherent, whatever the birth date; what a household file says comes first."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.phr.events import History
from app.services.phr.fhir import checked, resources
from app.services.phr.history import history
from app.services.phr.household import Household, read_household
from app.services.phr.schedule import VACCINES
from app.services.phr.seeds import add_months, fiscal_year
from app.services.simcore.personas import read_persona
from tests.services.phr.kit import ROOT

TODAY = date(2027, 3, 15)
births = st.dates(date(1930, 1, 1), TODAY)
people = st.tuples(
    births, st.sampled_from(["female", "male", "unstated"]), st.sampled_from(["a", "haru", "kid2", "x9"])
)

# Stated here by themselves: days between doses, earliest and latest age in months (予防接種実施規則, 定期接種実施要領).
GAPS = {
    "rota": 27, "hepb": 27, "hib": 27, "pcv": 27, "dpt_ipv": 20, "dpt_ipv_hib": 20, "varicella": 84, "je": 6, "hpv": 150, "mr": 27,
    "zoster": 60, "covid19": 18,
}  # fmt: skip
AGES = {
    "rota": (1, 6), "hepb": (1, 12), "hib": (2, 60), "pcv": (2, 60), "dpt_ipv": (2, 90), "dpt_ipv_hib": (2, 90), "bcg": (0, 12),
    "mr": (12, 90), "varicella": (12, 36), "je": (6, 156), "dt": (132, 156), "hpv": (144, 204), "pneumococcal_elderly": (780, 800),
    "zoster": (768, 800), "covid19": (144, 1500),
}  # fmt: skip
BOOSTERS = {
    ("hib", 4): 210,
    ("pcv", 4): 60,
    ("dpt_ipv", 4): 180,
    ("dpt_ipv_hib", 4): 180,
    ("je", 3): 180,
    ("hepb", 3): 100,
}


def _home(birth: date, sex: str, id_: str, **facts: Any) -> Household:
    person = {
        "kind": "person",
        "facts": {"birth_date": birth.isoformat(), "sex": sex, "health_insurance": "nhi"} | facts,
    }
    return read_household({"id": "h", "roles": {"applicant": id_}, "subjects": {id_: person}})


def _history(who: tuple[date, str, str], today: date = TODAY, **facts: Any) -> History:
    home = _home(*who, **facts)
    return history(home, home.people[who[2]], TODAY, today)


@settings(max_examples=300, deadline=None)
@given(people)
def test_vaccinations_keep_order_ages_and_intervals(who: tuple[date, str, str]) -> None:
    birth, found = who[0], _history(who).given
    by_vaccine: dict[str, list[Any]] = {}
    for one in found:
        assert birth < one.on <= TODAY
        assert one.vaccine in VACCINES
        assert one.on.weekday() != 6
        by_vaccine.setdefault(one.vaccine, []).append(one)
    for vaccine, doses in by_vaccine.items():
        assert [one.dose for one in doses] == list(range(1, len(doses) + 1))
        for before, after in pairwise(doses):
            least = BOOSTERS.get((vaccine, after.dose), GAPS.get(vaccine, 90))
            assert (after.on - before.on).days >= least, (vaccine, after.dose)
        if vaccine in AGES:
            first, last = AGES[vaccine]
            assert all(add_months(birth, first) <= one.on < add_months(birth, last) for one in doses), vaccine
    # Injected live vaccines: on one day, or 27 days apart.
    live = sorted({one.on for one in found if one.vaccine in ("bcg", "mr", "varicella")})
    assert all((after - before).days > 27 for before, after in pairwise(live))
    assert not {"dpt_ipv", "dpt_ipv_hib"} <= set(by_vaccine)
    assert who[1] == "female" or "hpv" not in by_vaccine


@settings(max_examples=150, deadline=None)
@given(people, st.integers(0, 900))
def test_the_past_never_changes(who: tuple[date, str, str], days: int) -> None:
    early = TODAY - timedelta(days=days)
    before, after = _history(who, early), _history(who)
    for name in ("given", "checkups", "dispensed", "expenses"):
        past = [one for one in getattr(after, name) if one.on <= early]
        assert sorted(map(repr, past)) == sorted(map(repr, getattr(before, name))), name


@settings(max_examples=150, deadline=None)
@given(people)
def test_checkups_come_at_their_ages_and_children_grow(who: tuple[date, str, str]) -> None:
    birth, found = who[0], _history(who).checkups
    for one in found:
        assert birth <= one.on <= TODAY
        at_end = fiscal_year(one.on) + 1 - birth.year - ((birth.month, birth.day) > (3, 31))
        if one.kind == "specific":
            assert 40 <= at_end <= 74
        if one.kind == "elderly":
            assert one.on >= date(birth.year + 75, birth.month, min(birth.day, 28))
        if one.kind == "school":
            assert (one.on.month, one.on.day) <= (6, 30)
    for kind in ("school", "specific", "elderly"):
        years = [fiscal_year(one.on) for one in found if one.kind == kind]
        assert len(years) == len(set(years))
    heights = [float(one.findings["height"]) for one in found if one.kind in ("infant", "school")]
    assert heights == sorted(heights)
    school = [one for one in found if one.kind == "school"]
    if school and birth >= date(2009, 4, 2):
        assert school[0].stage == "grade-1"


@settings(max_examples=40, deadline=None)
@given(people)
def test_every_resource_of_any_history_fits_its_model(who: tuple[date, str, str]) -> None:
    home = _home(*who, pregnant=who[1] == "female" and date(1980, 1, 1) < who[0] < date(2005, 1, 1))
    person = home.people[who[2]]
    made = checked(resources(person, history(home, person, TODAY, TODAY), TODAY, TODAY))
    assert len({(one.type, one.id) for one in made}) == len(made)


def _told() -> Household:
    data = json.loads((ROOT / "tests/services/phr/household.json").read_text(encoding="utf-8"))
    return read_household(data)


def test_what_the_file_says_takes_the_place_of_what_is_derived() -> None:
    home = _told()
    mother = history(home, home.people["chika"], TODAY, TODAY)
    assert [one.name for one in mother.taken] == ["レボチロキシンNa錠 50μg"]
    assert [one.on for one in mother.dispensed if one.name.startswith("レボ")][:2] == [
        date(2026, 1, 10),
        date(2026, 2, 7),
    ]
    assert [one.name for one in mother.allergies] == ["そば"]
    assert [one.handbook for one in mother.pregnancies] == ["SIM-00000001", "SIM-00000002"]
    assert ("specific", {"bmi": 20.5}) in [(one.kind, dict(one.findings)) for one in mother.checkups]
    assert (date(2026, 2, 3), 250000) in [(one.on, one.total) for one in mother.expenses]
    child = history(home, home.people["natsu"], TODAY, TODAY)
    assert [one.on for one in child.given if (one.vaccine, one.dose) == ("mr", 1)] == [date(2022, 8, 1)]
    assert [one.not_done for one in child.given if one.vaccine == "bcg"] == [True]
    (birth,) = [one for one in child.checkups if one.kind == "birth"]
    assert birth.findings["gestation"] == 41.0


def test_a_pregnancy_has_its_visits_and_its_vaccination() -> None:
    home = _told()
    found = history(home, home.people["chika"], TODAY, date(2027, 6, 10))
    visits = [one for one in found.checkups if one.kind == "antenatal" and one.on > date(2026, 9, 1)]
    weeks = [one.findings["gestation"] for one in visits]
    assert weeks == sorted(weeks)
    assert 8 <= weeks[0] <= weeks[-1] <= 39
    (shot,) = [one for one in found.given if one.vaccine == "rsv_maternal"]
    assert 28 * 7 <= (shot.on - (date(2027, 6, 20) - timedelta(days=280))).days < 37 * 7


def test_nothing_after_death() -> None:
    data = json.loads((ROOT / "tests/services/phr/household.json").read_text(encoding="utf-8"))
    data["records"]["deaths"] = [{"person": "natsu", "on": "2024-01-01", "notified": True}]
    home = read_household(data)
    found = history(home, home.people["natsu"], TODAY, TODAY)
    assert max(one.on for one in (*found.given, *found.checkups, *found.expenses)) <= date(2024, 1, 1)


@pytest.mark.parametrize(
    "entry", [{"immunizations": [{"vaccine": "wonder", "dose": 1, "on": "2020-01-01"}]}, {"wishes": []}]
)
def test_a_mistake_in_the_records_is_an_error(entry: dict[str, Any]) -> None:
    person = {"kind": "person", "facts": {"birth_date": "2000-01-01"}}
    data = {"id": "h", "roles": {"applicant": "a"}, "subjects": {"a": person}, "records": {"health": {"a": entry}}}

    def read() -> None:
        home = read_household(data)
        history(home, home.people["a"], TODAY, TODAY)

    with pytest.raises(ValueError):
        read()


def test_every_household_file_has_a_history() -> None:
    """Every fifth file is enough beside the properties above; all of them are made when their worlds are."""
    for path in sorted((ROOT / "procedures/personas").glob("*.yaml"))[::5]:
        data = read_persona(ROOT / "procedures", path.stem)
        assert data is not None
        home = read_household(data)
        for person in home.people.values():
            assert checked(resources(person, history(home, person, TODAY, TODAY), TODAY, TODAY)), person.id
