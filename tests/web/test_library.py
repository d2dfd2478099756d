"""The library: read without a journey."""

from __future__ import annotations

from typing import Any


def test_every_procedure_is_listed_and_has_a_page_that_keeps_the_contract(site: Any, library: Any) -> None:
    links = site.get("/procedures").links()
    for procedure in library.events["moving"].procedures:
        address = f"/procedures/{procedure.id}"
        assert address in links
        page = site.get(address)
        assert page.h1 == procedure.definition.title
        assert procedure.definition.law in page.html
        for text in procedure.definition.sources.unverified:
            assert text in page.html


def test_a_page_says_where_each_item_comes_from(site: Any, library: Any) -> None:
    page = site.get("/procedures/moving-in-notice")
    assert "正当な理由がなく遅れると" in page.html
    assert "新しい住所に住んでいることを、市が対面で確かめるためです。" in page.html
    cells = [node.text for node in page.document.all("td") if node.within(("table",))]
    assert "住民票" in cells
    assert "あなたの答え" in cells
    assert "/procedures/moving-out-notice" in page.links()


def test_search_by_words(site: Any) -> None:
    found = site.get("/procedures?q=原付")
    assert "3件見つかりました" in found.html
    assert {"/procedures/moped-register", "/procedures/moped-scrap", "/procedures/moped-death"} <= set(found.links())
    assert site.get("/procedures?q=zzz").html.count("0件見つかりました") == 1


def test_every_register_has_a_page_with_its_items(site: Any, library: Any) -> None:
    links = site.get("/registers").links()
    for register in library.vocabulary.registers.values():
        address = f"/registers/{register.id}"
        assert address in links
        page = site.get(address)
        assert register.holds in page.html
        assert register.basis in page.html


def test_absent_things_are_absent(site: Any) -> None:
    assert site.get("/procedures/nothing").status == 404
    assert site.get("/registers/nothing").status == 404
