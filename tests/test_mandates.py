"""Acting for others over HTTP, with the real services: said on every page and in every record; mandates given and ended."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.engine.capacity import Capacity, everybody
from app.factory import Site
from app.web import paperforms
from app.world import applications
from tests.citizen import Citizen


@pytest.fixture(scope="module")
def citizen(site: Site) -> Iterator[Citizen]:
    """Has filed a move with a partner and children."""
    found = Citizen(site, "yamashina")
    found.file_everything()
    yield found
    found.close()


BANNER = re.compile(r'<p class="acting">([^<]+)')


@pytest.mark.parametrize(
    "path", ["/journeys/1/plan", "/journeys/1/receipt", "/cases", "/cases/1", "/inbox", "/my-data", "/time", "/"]
)
def test_every_page_says_for_whom(citizen: Citizen, path: str) -> None:
    said = BANNER.search(citizen.get(path).html)
    assert said
    assert "の分も、あなたが手続しています" in said[1]


def test_the_site_and_the_registers_agree_on_the_ground(citizen: Citizen) -> None:
    page = citizen.get("/my-data/mandates")
    assert page.status == 200
    by_law = "親権者・後見人として（法律で決まっています）"
    asked = "本人から頼まれて（委任）"
    expected = {Capacity.PARENT: by_law, Capacity.DELEGATE: asked}
    people = everybody(citizen.journey.plan)
    assert {one.capacity for one in people} == set(expected)
    for one in people:
        name = citizen.household.held[one.subject, "name"]
        assert re.search(rf"<dt>{name}さん</dt><dd[^>]*>{re.escape(expected[one.capacity])}", page.html), name


def test_office_form_and_case_say_it(site: Site, citizen: Citizen) -> None:
    world = citizen.world
    case = next(one for one in world.cases() if one.procedure == "moving-out-notice")
    sent = applications.sent(world, case)
    assert {one.capacity for one in sent.acting_for} == {Capacity.PARENT, Capacity.DELEGATE}
    shown = citizen.get(f"/cases/{case.n}").html
    with site.app.test_request_context():
        blocks = paperforms.content(world, case, "https://hitomado.example.test/cases/1")["blocks"]
    (form,) = (block for block in blocks if block["heading"] == "代わりに届け出る相手と立場")
    for one in sent.acting_for:
        assert f"{citizen.household.held[one.subject, 'name']}さんの分を、" in shown
    assert {line for row in form["rows"] for line in row["lines"]} == {"親（保護者）", "代理人"}
    names = {citizen.household.held[one.subject, "name"] for one in sent.acting_for}
    assert {row["label"] for row in form["rows"]} == names


def test_the_page_of_a_journey_lists_each_person_with_the_law(citizen: Citizen) -> None:
    page = citizen.get("/journeys/1/people").html
    for one in everybody(citizen.journey.plan):
        assert f"{citizen.household.held[one.subject, 'name']}さん</h2>" in page
        assert one.capacity.law in page


def test_a_mandate_is_given_and_ended(citizen: Citizen) -> None:
    page = citizen.get("/my-data/mandates")
    give = re.search(r'name="give" value="([^"]+)"', page.html)
    assert give
    name = citizen.household.held[give[1], "name"]
    done = citizen.post("/my-data/mandates", give=give[1])
    assert f"{name}さんに、代わりに手続することを頼みました" in done.html
    assert f"{name}さんに頼むのをやめる" in done.html
    place = re.findall(r'name="withdraw" value="(\d+)"', done.html)[-1]
    ended = citizen.post("/my-data/mandates", withdraw=place)
    assert f"{name}さんに頼むのをやめました" in ended.html
    assert "にやめました" in ended.html
    assert f"{name}さんに頼む<" in ended.html.replace("\n", "")


@pytest.mark.parametrize("sent", [{"give": "nobody"}, {"withdraw": "99"}, {"withdraw": "x"}, {}])
def test_what_names_nobody_changes_nothing(citizen: Citizen, sent: dict[str, str]) -> None:
    before = citizen.get("/my-data/mandates").html
    citizen.post("/my-data/mandates", **sent)
    after = citizen.get("/my-data/mandates").html
    assert re.findall(r"<h3>.*?</p>", before, re.DOTALL) == re.findall(r"<h3>.*?</p>", after, re.DOTALL)


def test_without_the_card_the_page_asks_for_it(site: Site) -> None:
    citizen = Citizen(site, "kurose")
    citizen.show_card()
    assert "カードで本人だと示してください" in citizen.get("/my-data/mandates").html
    citizen.close()
