"""Making up a household: the form, its errors, the world that comes of it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig

from app.store import models
from app.store.database import Database
from tests.web.walking import walk

GOOD = {
    "age": "38", "partner": "yes", "child1": "9", "child2": "4", "child3": "", "work": "employee", "things": ["car", "dog"],
    "nationality": "japan", "card": "valid",
}  # fmt: skip
LINK = re.compile(r'<a href="#([^"]+)">([^<]+)</a>')


def errors(page: Any) -> dict[str, str]:
    """Field to text, as the summary lists them."""
    summary = page.html.partition('<section class="error-summary"')[2].partition("</section>")[0]
    found = dict(LINK.findall(summary))
    for id_, text in found.items():
        assert page.html.count(text) == 2, text  # above and at the field, word for word
        assert page.document.all("input", where=lambda node, id_=id_: node.get("id") == id_), id_
    return found


def enter(site: Any, **changes: Any) -> None:
    """Make up a household and show the card."""
    answer = site.post("/start/own", follow=False, **{**GOOD, **changes})
    assert (answer.status, answer.location) == (303, "/start/sign-in")
    site.post("/start/sign-in", follow=False)
    site.get("/start/return?code=it&state=the-state&iss=us", follow=False)


def test_the_start_page_leads_there(site: Any) -> None:
    assert "家族構成を自分で決める" in site.get("/start").html
    page = site.post("/start", persona="own")
    assert (page.path, page.h1) == ("/start/own", "家族構成を自分で決める")
    assert not any(node.has("checked") for node in page.document.all("input"))


def test_an_empty_form_asks_for_everything_at_once_in_page_order(site: Any) -> None:
    page = site.post("/start/own")
    assert page.status == 422
    assert list(errors(page)) == ["age", "partner", "work", "nationality", "card"]
    assert page.html.index("<title>エラー：") >= 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"age": "17"}, "age"),
        ({"age": "99"}, "age"),
        ({"age": "三十"}, "age"),
        ({"age": "-20"}, "age"),
        ({"child1": "18"}, "child1"),
        ({"child2": "四"}, "child2"),
        ({"age": "24", "child1": "9", "child2": ""}, "child1"),
        ({"age": "60", "child1": "4", "child2": ""}, "child1"),
        ({"age": "59", "work": "pension", "child1": "", "child2": ""}, "work"),
        ({"partner": "perhaps"}, "partner"),
        ({"card": "locked"}, "card"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(site: Any, changes: dict[str, str], field: str) -> None:
    sent = {**GOOD, **changes}
    page = site.post("/start/own", **sent)
    assert page.status == 422
    assert list(errors(page)) == [field]
    for name in ("age", "child1", "child2"):
        assert f'value="{sent[name]}"' in page.html
    on = {node.get("value") for node in page.document.all("input") if node.has("checked")}
    assert {"car", "dog"} <= on
    with site.client.session_transaction() as session:
        assert "world" not in session


@pytest.mark.parametrize(
    "changes",
    [
        {"age": "18", "child1": "", "child2": ""},
        {"age": "98", "child1": "", "child2": "", "work": "pension"},
        {"age": "３８歳"},
        {"age": "25", "child1": "9", "child2": ""},
        {"age": "55", "child1": "0", "child2": ""},
        {"things": []},
    ],
)
def test_at_the_edge_a_world_is_made(site: Any, changes: dict[str, Any]) -> None:
    enter(site, **changes)
    assert site.world.persona_id == "own"


def test_a_real_number_is_refused(site: Any) -> None:
    page = site.post("/start/own", **{**GOOD, "age": "123456789018"})
    assert (page.status, page.h1) == (422, "この番号は入力できません")
    assert "123456789018" not in page.html


def test_the_registers_tell_of_the_household_and_the_journey_reaches_its_review(site: Any) -> None:
    enter(site)
    household = site.world.household
    assert household.persona.today == site.context.households["yamashina"].persona.today
    site.post("/events/moving", follow=False)
    example = site.context.households["yamashina"].answers
    site.journey.answer({("move", name): example["move", name] for name in ("kind", "who", "date")})
    page = site.post("/journeys/1/consent", consent="all")
    facts = site.journey.facts
    assert page.status == 200
    assert facts.by_key["household", "members"].value == ("aoi", "haru", "mei", "rui")
    assert facts.by_key["mei", "school"].value == "public"
    assert facts.by_key["household", "dogs"].value == ("koro",)
    plan = site.get("/journeys/1/plan")
    assert "野々原" in plan.html
    required = {one.id for one in site.journey.plan.by_verdict["required"]}
    assert {"moving-out-notice", "school-transfer", "dog-registration-move"} <= required, required
    assert walk(site, example)


def test_without_a_card_one_goes_on_without(site: Any) -> None:
    site.post("/start/own", follow=False, **{**GOOD, "card": "none"})
    assert "この人は、カードを持っていません" in site.get("/start/sign-in").html


def test_a_reset_brings_back_the_same_household(site: Any) -> None:
    enter(site)
    before = site.world.household
    site.post("/settings/reset", follow=False)
    assert not site.services.simulation.worlds
    page = site.get("/start/own")
    checked = [node.get("value") for node in page.document.all("input") if node.has("checked")]
    assert checked == ["yes", "employee", "car", "dog", "japan", "valid"]
    assert all(f'value="{age}"' in page.html for age in ("38", "9", "4"))
    enter(site)
    assert site.world.household == before


def test_another_choice_removes_it(site: Any) -> None:
    enter(site)
    site.enter("kudo")
    assert list(site.services.simulation.worlds) == [site.world.id]
    assert site.world.household.persona.id == "kudo"


def test_a_silent_service_leads_back_to_the_filled_form(site: Any) -> None:
    site.services.simulation.down = True
    page = site.post("/start/own", **GOOD)
    assert page.status == 503
    assert "/start/own" in page.links()
    assert 'value="38"' in site.get("/start/own").html


def test_the_store_holds_it_sealed_for_its_own_world_alone(site: Any, make_site: Any) -> None:
    enter(site)
    other = make_site()
    enter(other, age="70", work="pension", child1="", child2="")
    assert site.world.household != other.world.household
    with site.context.database.read() as session:
        rows = [session.get_one(models.World, one.world.id) for one in (site, other)]
        assert all(row.sealed and "野々原".encode() not in row.sealed for row in rows)


def test_the_migration_goes_there_and_back(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/store.sqlite", "00" * 32)
    database.upgrade()
    with database.write() as session:
        for id_, sealed in (("file", None), ("own", b"x")):
            session.add(models.World(id=id_, persona=id_, now="", made_at="", sealed=sealed))
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations"))
    config.set_main_option("sqlalchemy.url", database.url)
    command.downgrade(config, "0003")
    with database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT id FROM worlds")).scalars().all() == ["file"]
    command.upgrade(config, "head")
    with database.read() as session:
        assert session.get_one(models.World, "file").sealed is None
    database.close()


def test_every_household_of_every_work_and_card_gets_past_the_consent(site: Any) -> None:
    for work, card, nationality in itertools.product(
        ("employee", "self_employed", "none"), ("valid", "signing_expired"), ("japan", "other")
    ):
        enter(site, work=work, card=card, nationality=nationality)
        site.post("/events/moving", follow=False)
        site.journey.answer({("move", "kind"): "between_cities", ("move", "who"): "everyone"})
        assert site.get("/journeys/1/consent").status == 200
