"""After a death the site speaks gently: what is said once, what is never said, and what is told before it is filed."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from app.catalogues import texts
from app.factory import Site
from tests.citizen import Citizen, Page

CONDOLENCE = "お悔やみ申し上げます。"
NEVER = re.compile(
    "おめでと|大切な方|最愛|お気持ちは|故人|重ねて|再度|たびたび|引き続き"  # joy, feelings that nobody knows, words of ill omen
    "|ご主人|奥さま|奥様|お父さま|お父様|お母さま|お母様"  # a relation that nobody has told
)
EFFECTS = ("口座のお金は引き出せません", "料金の引き落としも止まります")


class Listener(Citizen):
    """A citizen who keeps every page that came."""

    def __init__(self, site: Site, persona: str) -> None:
        super().__init__(site, persona)
        self.pages: dict[str, str] = {}

    def _shown(self, answer: httpx.Response) -> Page:
        page = super()._shown(answer)
        if not answer.is_redirect:
            self.pages[page.path] = page.html
        return page


@pytest.fixture(scope="module")
def heard(site: Site) -> dict[str, str]:
    """Every page from the event's start to the receipt, by path."""
    citizen = Listener(site, "sugihara")
    citizen.show_card()
    citizen.get("/events/bereavement")
    citizen.tell()
    citizen.get("/journeys/1/plan")
    citizen.get("/journeys/1/plan/death-notice")
    citizen.get("/journeys/1/review")
    citizen.sign()
    citizen.close()
    return citizen.pages


def main_text(html: str) -> str:
    """What stands between header and footer, without marks."""
    found = re.search(r"<main.*</main>", html, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", found[0] if found else html))


def test_condolence_is_offered_once_on_the_start_page(heard: dict[str, str]) -> None:
    assert [path for path, html in heard.items() if CONDOLENCE in html] == ["/events/bereavement"]
    assert heard["/events/bereavement"].count(CONDOLENCE) == 1


def test_no_page_is_glad_assumes_a_relation_or_knows_feelings(heard: dict[str, str]) -> None:
    assert {path: said for path, html in heard.items() if (said := NEVER.findall(main_text(html)))} == {}
    assert "receipt-panel" not in heard["/journeys/1/receipt"], "no coloured panel"


def test_no_text_of_the_event_does_either() -> None:
    assert [message for message in texts()["bereavement"] if NEVER.search(message)] == []


@pytest.mark.parametrize("path", ["/journeys/1/plan/death-notice", "/journeys/1/sign"])
def test_before_the_notice_is_filed_its_effects_on_accounts_are_told(heard: dict[str, str], path: str) -> None:
    text = main_text(heard[path])
    assert "出す前に確かめること" in text
    assert all(words in text for words in EFFECTS)


def test_every_page_names_a_person_to_ring_and_a_way_to_hand_over(heard: dict[str, str]) -> None:
    journey = {path: html for path, html in heard.items() if path.startswith(("/journeys/1", "/events"))}
    assert len(journey) > 10
    assert [
        path for path, html in journey.items() if "000-0800-0100" not in html or "ほかの人に引き継ぐ" not in html
    ] == []


def test_an_address_of_the_dead_is_not_called_present(heard: dict[str, str]) -> None:
    text = main_text(heard["/journeys/1/plan/death-notice"])
    assert text.count("最後の住所") == text.count("いまの住所") == 1, "theirs and the applicant's"
