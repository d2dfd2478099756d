"""An office asks to correct something: the one field, the signature with its failures, and the page that says why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.factory import Site
from e2e.browser import View
from e2e.conftest import OpenVisit
from e2e.person import Person
from tests.citizen import Citizen

PERSONA = "kudo"
VIEWS = (View("phone", True), View("desktop", False, "dark"))


@pytest.fixture(scope="module")
def filed(site: Site) -> Iterator[Citizen]:
    """Somebody who has signed, without a browser."""
    citizen = Citizen(site, PERSONA)
    citizen.show_card()
    citizen.tell()
    citizen.sign()
    yield citizen
    citizen.close()


def enter(site: Site, visit_at: OpenVisit, filed: Citizen, view: View, prefix: str = "") -> Person:
    """The same person in a browser."""
    person = Person(visit_at(site.url, view), site, PERSONA, prefix=prefix)
    cookies = [{"name": one.name, "value": one.value or "", "url": site.url} for one in filed.http.cookies.jar]
    person.visit.page.context.add_cookies(cookies)  # type: ignore[arg-type]
    person.world_id = filed.world.id
    return person


def ask(filed: Citizen) -> int:
    """The office asks for the phone number."""
    world = filed.world
    (case,) = (one for one in world.cases() if one.procedure == "moving-out-notice")
    phone = f"{filed.household.roles['applicant']}.phone"
    filed.site.context.authorities.set_outcome(world.id, world.now, case.arrival_number or "", "correction", phone)
    world.deliver()
    return case.n


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_one_field_a_wrong_pin_and_the_signature(site: Site, visit_at: OpenVisit, filed: Citizen, view: View) -> None:
    n, person = ask(filed), enter(site, visit_at, filed, view)
    person.goto(f"/cases/{n}")
    person.primary()
    fields = person.main("input:not([type=hidden]), select, textarea")
    assert [field.get_attribute("name") for field in fields.all()] == ["phone"]
    fields.fill("000-8000-4321")
    person.primary()
    assert person.path == f"/cases/{n}/correction/sign"
    person.primary()
    person.main("input[name=pin]").fill("WRONG1")
    person.primary()
    assert "あと4回" in person.visit.page.locator("body").inner_text()
    person.visit.click(person.main('form[action*="cancel"] button').first)
    assert person.path == f"/cases/{n}/correction"
    assert "署名をやめました" in person.visit.page.locator(".notice").inner_text()
    assert person.main("input[name=phone]").input_value() == "000-8000-4321"
    person.primary()
    person.primary()
    person.signing_pin()
    assert person.path == f"/cases/{n}"
    assert person.main(".timeline li").last.inner_text().endswith("署名をして、訂正を出しました")


@pytest.mark.parametrize("prefix", ["", "/ja-simple", "/en"])
def test_a_certificate_that_has_ended_is_said_plainly(
    site: Site, visit_at: OpenVisit, filed: Citizen, prefix: str
) -> None:
    n, person, world = ask(filed), enter(site, visit_at, filed, VIEWS[0], prefix), filed.world
    simulation = site.context.mynumber.simulation
    simulation.restore_card(world.id, world.now, "signing_revoked")
    try:
        person.goto(f"/cases/{n}/correction")
        person.main("input[name=phone]").fill("000-8000-9876")
        person.primary()
        if not person.main('form[action$="/unsigned"]').count():  # the signing page knows it first
            person.primary()
            person.visit.click(person.main('form[action*="cancel"] button').first)
        assert person.path == f"/cases/{n}/correction/sign"
        assert re.search("000-?8000-?9876", person.visit.page.locator("main").inner_text())
        person.primary()
        assert person.path == f"/cases/{n}"
        signed = [event.signed for event, _ in filed.world.cases()[n - 1].history if event.type.value == "resubmitted"]
        assert signed[-1] is False
    finally:
        simulation.restore_card(world.id, world.now, "valid")
