"""A household that the visitor makes up goes the whole way, like those of the files."""

from __future__ import annotations

from dataclasses import replace

from app.engine.lifecycle import State
from app.engine.personas import household_of
from app.factory import Site
from app.world.own_choices import Choices
from app.world.own_household import build
from e2e.browser import View
from e2e.conftest import OpenVisit
from e2e.person import Person

CHOICES = Choices(38, True, (9, 4), "self_employed", ("car", "dog"), "japan", "valid")


def test_a_family_of_ones_own_gets_to_its_receipt(site: Site, visit_at: OpenVisit) -> None:
    guide, event = site.context.households["yamashina"], site.context.library.events["moving"]
    made = household_of(build(CHOICES, "moving", guide.persona.today), event)
    told = {key: value for key, value in guide.answers.items() if key[0] in ("move", "household")}
    person = Person(visit_at(site.url, View("phone", True)), site, replace(made, answers=told))
    person.goto("/")
    person.until("/start/own")

    person.primary()  # nothing is filled in yet
    assert person.main(".error-summary li").count() == 5
    for name, text in (("age", "38"), ("child1", "9"), ("child2", "４歳")):
        person.main(f"input[name={name}]").fill(text)
    options = {"partner": "yes", "work": "self_employed", "nationality": "japan", "card": "valid"}
    for name, value in options.items():
        person.main(f"input[name={name}][value={value}]").check()
    for thing in ("car", "dog"):
        person.main(f"input[name=things][value={thing}]").check()
    person.primary()
    person.entered()
    assert person.world.household == made

    person.until(r"/journeys/\d+/receipt")
    cases = person.world.cases()
    filed = {case.procedure for case in cases}
    assert {"moving-out-notice", "school-transfer", "dog-registration-move"} <= filed, filed
    assert not [case.procedure for case in cases if case.state.state is State.REJECTED], person.states()
