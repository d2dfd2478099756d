"""Which office a placed name stands for: by municipality, by prefecture, and on the other side where one lies abroad."""

from __future__ import annotations

import pytest

from app.engine.facts import NOT_YET, Fact
from app.engine.planner import make_plan
from tests.engine.real import household, library, moving, plan_of

SHIRAKABA, AOBANO, MINAMI = "980013", "970018", "970034"


@pytest.mark.parametrize(
    ("name", "codes", "office"),
    [
        ("old_municipality", {"old": SHIRAKABA}, "shirakaba"),
        ("new_municipality", {"new": AOBANO}, "aobano"),
        ("new_municipality", {"new": MINAMI}, "tsubasa-minami"),
        ("new_police", {"new": AOBANO}, "mizuho-police"),
        ("old_police", {"old": SHIRAKABA}, "asagiri-police"),
        ("new_police", {"new": MINAMI}, "mizuho-police"),
        ("new_prefecture", {"new": AOBANO}, "prefecture-office-97"),
        ("new_prefecture_office", {"new": AOBANO}, "prefecture-office-97"),
        ("old_prefecture", {"old": SHIRAKABA}, "prefecture-office-98"),
        ("hikari-power", {}, "hikari-power"),
        ("new_municipality", {}, None),
        ("new_municipality", {"old": SHIRAKABA}, None),
        ("new_municipality", {"new": "011002"}, None),
    ],
)
def test_placed_names(name: str, codes: dict[str, str], office: str | None) -> None:
    found = moving().find_authority(name, codes)
    assert (found.id if found else None) == office


def test_every_office_of_every_definition_can_be_found() -> None:
    codes = {"old": SHIRAKABA, "new": AOBANO}
    names = {procedure.definition.authority for procedure in moving().procedures}
    assert {"new_water", "new_police", "new_prefecture"} <= names
    assert [name for name in sorted(names) if moving().find_authority(name, codes) is None] == []


def test_water_is_the_citys_own_where_no_waterworks_stands_by_itself() -> None:
    authorities = {id_: one for id_, one in moving().authorities.items() if one.kind != "water"}
    event = type(moving())(**{**_fields(), "authorities": authorities})
    found = event.find_authority("new_water", {"new": AOBANO})
    assert found is not None
    assert found.id == "aobano"


def _fields() -> dict[str, object]:
    event = moving()
    return {name: getattr(event, name) for name in type(event).__dataclass_fields__}


def test_a_move_abroad_has_no_new_office_and_the_old_one_acts() -> None:
    office = plan_of("sakuma").authority("new_municipality")
    assert office is not None
    assert office.id == "shirakaba"


def test_a_move_from_abroad_has_no_old_office_and_the_new_one_acts() -> None:
    found = household("kudo")
    facts = found.facts(library().vocabulary).and_(Fact("move", "kind", "from_abroad"))
    office = make_plan(moving(), facts, found.persona.today).authority("old_municipality")
    assert office is not None
    assert office.id == "aobano"


@pytest.mark.parametrize("value", [None, NOT_YET])
def test_while_the_new_address_is_not_known_its_office_is_not_guessed(value: str | None) -> None:
    found = household("kudo")
    facts = found.facts(library().vocabulary).without([("move", "new_address")])
    if value:
        facts = facts.and_(Fact("move", "new_address", value))
    plan = make_plan(moving(), facts, found.persona.today)
    assert plan.authority("new_municipality") is None
    assert plan.authority("new_police") is None
    assert plan.authority("old_municipality") is not None
