"""「相続する人」: the family tree, the table with the same facts, and the plan's line that leads there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.config import Config
from app.engine.conditions import UNKNOWN
from app.engine.library import Library
from app.engine.personas import Household
from app.store.database import Database
from app.web import create_app
from app.web.shell import LanguagePrefix
from app.world.context import Context
from app.world.journeys import Journey
from tests.engine.heirs import passing
from tests.engine.heirs.passing import answers
from tests.web.conftest import Identity, MyNumber, Offices, Registers, Simulation, Site

LATE, SPOUSE, CHILD = {"kin": "self"}, {"kin": "spouse"}, {"kin": "child"}
DEAD = {"died_first": True}
NAMES = {"late": "杉原 文枝", "a": "杉原 一郎", "b": "杉原 二郎", "x": "杉原 みどり", "f": "杉原 正"}
FAMILY = {
    "late": LATE,
    "haruka": SPOUSE,
    "a": CHILD,
    "b": CHILD | DEAD,
    "x": {"kin": "grandchild", "kin_through": "b"},
    "f": {"kin": "parent"} | DEAD,
}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Moving, and a small event about a death."""
    return passing.library(tmp_path_factory.mktemp("definitions") / "procedures")


@pytest.fixture
def site(tmp_path: Path, definitions: Library, households: dict[str, Household]) -> Iterator[Site]:
    """A visitor of a site that knows the small event."""
    config = Config(data=tmp_path, secret_key="for tests", storage_key="00" * 32)
    database = Database(config.database_url, config.storage_key)
    database.upgrade()
    simulation = Simulation()
    known = {id_: one for id_, one in households.items() if one.persona.event == passing.KEPT_EVENT}
    gateway = MyNumber(simulation, Identity(), Registers(definitions, known, simulation))
    context = Context(definitions, known, database, gateway, Offices())  # type: ignore[arg-type]
    app = create_app(context, config)
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]
    yield Site(app, context)
    database.close()


def bereaved(site: Site, people: Mapping[str, Mapping[str, Any]], **more: Any) -> Journey:
    """A journey of the small event in which a family was told. ``haruka`` is the applicant."""
    site.enter()
    site.post("/events/passing", follow=False)
    values = answers(people, site.journey.facts.roles["death"], **more)
    ids = {person: person if person == "haruka" else site.journey.add_subject("person") for person in people}

    def put(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(ids[one] for one in value)
        return ids.get(value, value) if isinstance(value, str) else value

    told = {(ids.get(subject, subject), name): put(value) for (subject, name), value in values.items()}
    told |= {(ids[person], "name"): name for person, name in NAMES.items() if person in ids}
    told[("haruka", "name")] = "杉原 はるか"
    site.journey.answer(told)
    return site.journey


def inside(document: Any, node: Any, *tags: str) -> list[Any]:
    """The elements of some tags within one, in document order."""
    return [one for one in document.all(*tags) if any(outer is node for outer in one.ancestors())]


def rows(page: Any) -> dict[str, list[str]]:
    """The cells of the table by the name in the first."""
    found, document = {}, page.document
    for row in document.all("tr"):
        first, *cells = [cell.text for cell in inside(document, row, "th", "td")]
        found[first] = cells
    return found


def test_the_plan_leads_to_the_heirs(site: Site) -> None:
    bereaved(site, FAMILY)
    plan = site.get("/journeys/1/plan")
    assert "相続人は、あなた（2分の1）、杉原 一郎さん（4分の1）、杉原 みどりさん（4分の1）です。" in plan.html
    assert "/journeys/1/heirs" in plan.links()


def test_the_table_tells_who_how_much_and_why(site: Site) -> None:
    bereaved(site, FAMILY)
    page = site.get("/journeys/1/heirs")
    assert page.h1 == "相続する人"
    table = rows(page)
    assert table["あなた"][:2] == ["配偶者", "2分の1"]
    assert "民法 第890条" in table["あなた"][2]
    assert table["杉原 みどりさん"][:2] == ["孫（子の子）", "4分の1"]
    assert "杉原 みどりさんは、杉原 二郎さんに代わって相続します" in table["杉原 みどりさん"][2]
    assert "民法 第887条第2項" in table["杉原 みどりさん"][2]
    assert "代わりの人：杉原 みどりさん" in table["杉原 二郎さん"][1]
    assert table["杉原 正さん"][1:] == ["亡くなっている", "杉原 正さんは、先に亡くなっています。"]


def test_the_drawing_tells_the_same(site: Site) -> None:
    bereaved(site, FAMILY)
    document = site.get("/journeys/1/heirs").document
    (picture,) = [node for node in document.all("svg") if node.get("role") == "img"]
    groups = inside(document, picture, "g")
    assert len(groups) == len(FAMILY)
    drawn = {" ".join(text.text for text in inside(document, group, "text")) for group in groups}
    assert "あなた 配偶者 相続分 2分の1" in drawn
    assert "杉原 みどりさん 孫（子の子） 相続分 4分の1" in drawn
    assert "杉原 二郎さん 亡くなった方の子 亡くなっている" in drawn
    assert "相続人は3人です。" in picture.text


def test_numbers_for_tax_and_the_three_months(site: Site) -> None:
    bereaved(site, FAMILY, learned=date(2027, 3, 2), will="notarial")
    page = site.get("/journeys/1/heirs")
    assert "3人" in page.html
    assert "48,000,000円" in page.html
    assert "6月2日（水）まで" in page.html
    assert "遺言があるときは、遺言で決めた分け方が先です。" in page.html


def test_what_is_not_known_yet_is_named_with_a_way_to_answer(site: Site) -> None:
    bereaved(site, FAMILY | {"b": CHILD | {"died_first": UNKNOWN}})
    assert "/journeys/1/heirs" in site.get("/journeys/1/plan").links()
    page = site.get("/journeys/1/heirs")
    (link,) = [node for node in page.document.all("a") if node.text == "杉原 二郎さんの先に亡くなったか"]
    assert site.get(link.get("href")).status == 200
    assert '<svg class="tree"' not in page.html


def test_answers_that_contradict_each_other(site: Site) -> None:
    family = {"late": LATE, "haruka": {"kin": "grandchild", "kin_through": None}, "b": CHILD | DEAD}
    bereaved(site, family)
    assert "だれの子かを確かめてください" in site.get("/journeys/1/heirs").html


def test_nobody_and_a_law_that_is_not_worked_out(site: Site) -> None:
    bereaved(site, {"late": LATE, "haruka": {"kin": "partner"}})
    page = site.get("/journeys/1/heirs")
    assert "法律で決まった相続人はいません。" in page.html
    assert "民法 第959条" in page.html
    site.journey.answer({("death", "date"): date(1979, 5, 1)})
    page = site.get("/journeys/1/heirs")
    assert "専門家に相談してください" in page.html
    assert "国のもの" not in page.html


def test_an_unborn_child_shows_both_outcomes(site: Site) -> None:
    journey = bereaved(site, {"late": LATE, "haruka": SPOUSE, "x": {"kin": "unborn"}, "f": {"kin": "parent"}})
    family = journey.value("death", "family")
    page = site.get("/journeys/1/heirs")
    assert "生きて生まれなかったときは" in page.html
    assert "杉原 正さん（3分の1）" in page.html
    assert "おなかの子が生まれると" not in page.html  # until then the father is counted instead
    site.journey.answer({(site.journey.facts.roles["death"], "family"): tuple(family)[:-1]})
    assert "おなかの子が生まれると、2人になります。" in site.get("/journeys/1/heirs").html


@pytest.mark.parametrize("language", ["en", "ja-simple"])
def test_in_other_languages_no_japanese_sentence_is_left(site: Site, language: str) -> None:
    bereaved(site, FAMILY)
    page = site.get(f"/{language}/journeys/1/heirs")
    assert page.status == 200
    assert "代わって相続します" not in page.html
    assert "先に亡くなっています" not in page.html


def test_no_such_page_without_a_death_or_before_the_family_is_named(site: Site) -> None:
    site.enter()
    site.post("/events/passing", follow=False)
    assert site.get("/journeys/1/heirs").status == 404
    assert "/journeys/1/heirs" not in site.get("/journeys/1/plan").links()
    site.post("/events/moving", follow=False)
    assert site.get("/journeys/2/heirs").status == 404
