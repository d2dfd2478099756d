"""A developer breaks a register, goes on with the journey, reads what a citizen reads then, and mends it."""

from __future__ import annotations

import pytest

from app.factory import Site
from e2e.browser import View
from e2e.conftest import OpenVisit
from e2e.person import Person

VIEWS = (View("phone", True), View("desktop", False))


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_a_register_is_broken_met_on_the_journey_and_mended(site: Site, visit_at: OpenVisit, view: View) -> None:
    person = Person(visit_at(site.url, view), site, "yamashina")
    visit, page = person.visit, person.visit.page
    person.goto("/developers")
    for name in site.context.services:
        assert page.locator(f"#service-{name} + dl").get_by_text("動いています。").count() == 1, name
    visit.click(person.main('a[href$="/developers/services/mynumber"]').first)
    assert page.get_by_text("/registers/{register}/inquiries").first.count() == 1
    person.goto("/")
    person.until(r"/journeys/1/consent")

    person.goto("/developers/faults")
    visit.press("link", "本人の確認と台帳（mynumber）をこわして試す")
    visit.press("button", "こわす")
    assert page.title().startswith("エラー：")
    person.main('input[name=place][value="register:<id>"]').check()
    person.main("select[name=which-register]").select_option("tax")
    person.main("input[name=kind][value=down]").check()
    visit.press("button", "こわす")
    assert person.path == "/developers/faults"
    fault = "税の台帳（register:tax）：返事をしない"
    assert person.main("h3").all_inner_texts() == [fault]

    person.goto("/journeys/1/consent")
    person.step()
    assert person.path == "/journeys/1/lookup"
    row = person.main("tr, .table-list li").filter(has_text="税").filter(visible=True)
    assert "返事がありません" in row.first.inner_text()
    assert "tax" in person.journey.pending_registers

    person.goto("/developers/faults")
    visit.press("button", f"「{fault}」をやめる")
    assert "こわしたものは、ありません。" in person.main("p").all_inner_texts()
    person.goto("/journeys/1/lookup")
    visit.click(person.main("button[name=again]"))
    assert "tax" not in person.journey.pending_registers
