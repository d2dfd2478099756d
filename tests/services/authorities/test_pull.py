"""An authority's own system: what it sees of its cases, what it decides, and that nobody else decides meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.services.authorities_kit import ADDRESS

from .kit import ROLES, VALUES, WORLD, Town

CITY = "client.office-shirakaba.office"
OTHER = "client.office-aobano.office"


@pytest.fixture
def pulled(town: Town) -> Town:
    """The town whose city works on its cases itself."""
    answer = town.ask("PUT", f"/_sim/worlds/{WORLD}/desks/shirakaba", json={"desk": "pulled"})
    assert answer.get_json() == {"desk": "pulled"}
    return town


def act(town: Town, number: str, what: str, content: dict[str, Any] | None = None, **named: Any) -> Any:
    """One act of the city."""
    named.setdefault("headers", town.key())
    return town.ask("POST", f"/pull/applications/{number}/{what}", CITY, json=content or {}, **named)


def state(town: Town, number: str) -> str:
    """Where a case stands, as the citizen sees it."""
    return str(town.ask("GET", f"/applications/{number}").get_json()["state"])


def events(town: Town, number: str) -> list[str]:
    """What has happened to a case."""
    return [one["type"] for one in town.ask("GET", f"/applications/{number}").get_json()["events"]]


def test_a_back_office_takes_a_case_from_the_list_to_its_end(pulled: Town) -> None:
    number = pulled.file()
    feed = pulled.ask("GET", "/pull/applications?after=0", CITY).get_json()
    (listed,) = feed["applications"]
    assert (feed["authority"], listed["arrival_number"], listed["change"], listed["acknowledged"]) == (
        "shirakaba", number, "received", False,
    )  # fmt: skip
    for _ in range(2):
        assert pulled.ask("PUT", f"/pull/applications/{number}/acknowledgement", CITY).status_code == 204
    assert pulled.ask("GET", "/pull/applications", CITY).get_json()["applications"][0]["acknowledged"] is True
    assert pulled.ask("GET", f"/pull/applications?after={feed['next']}", CITY).get_json()["applications"] == []
    assert act(pulled, number, "review").get_json()["state"] == "in_review"
    assert act(pulled, number, "approval").get_json()["state"] == "approved"
    paper = {"title": "転出の案内", "paragraphs": ["新しい市へ行ってください。"]}
    assert act(pulled, number, "completion", {"documents": [paper]}).get_json()["state"] == "completed"
    assert events(pulled, number) == ["received", "review_started", "approved", "completed"]
    named = [one["title"] for one in pulled.ask("GET", f"/applications/{number}/documents").get_json()["documents"]]
    assert named == ["受付票", "決定通知書", "転出証明書情報", "転出の案内"]


def test_while_it_is_pulled_nothing_is_decided_by_itself_and_afterwards_it_is(pulled: Town) -> None:
    number = pulled.file()
    pulled.clock(datetime(2027, 3, 25, 18))
    assert events(pulled, number) == ["received"]
    assert pulled.ask("PUT", f"/_sim/worlds/{WORLD}/desks/shirakaba", json={"desk": "automatic"}).status_code == 200
    assert act(pulled, number, "review").get_json()["type"].endswith("desk-automatic")
    pulled.clock(datetime(2027, 4, 5, 18))
    assert state(pulled, number) == "completed"


def test_open_cases_are_handed_over_when_the_desk_changes(town: Town) -> None:
    number = town.file()
    assert town.ask("PUT", f"/_sim/worlds/{WORLD}/desks/shirakaba", json={"desk": "pulled"}).status_code == 200
    assert town.ask("GET", f"/_sim/worlds/{WORLD}/desks/980013").get_json() == {"desk": "pulled"}
    town.clock(datetime(2027, 3, 25, 18))
    assert events(town, number) == ["received"]


def test_an_authority_gets_only_its_own_cases_and_only_what_the_procedure_asks_for(pulled: Town) -> None:
    facts = {
        "haruka.person.name": "山科 はるか",
        "move.move.date": "2027-03-28",
        "haruka.person.income": 1,
        "ren.person.name": "山科 蓮",
    }
    number = pulled.file(facts=facts, noted={"haruka.person.name": "山科 遥", "haruka.person.income": 2})
    own = pulled.ask("GET", f"/pull/applications/{number}", CITY).get_json()
    assert own["facts"] == {"haruka.person.name": "山科 はるか", "move.move.date": "2027-03-28"}
    log = pulled.ask("GET", f"/_sim/worlds/{WORLD}/audit").text
    assert "pulled" in log
    assert own["noted"] == {"haruka.person.name": "山科 遥"}
    assert not {"signature", "certificate"} & set(own)
    for path in (f"/pull/applications/{number}", f"/pull/applications/{number}/acknowledgement"):
        assert pulled.ask("GET" if path.endswith(number) else "PUT", path, OTHER).status_code == 404
    assert (
        pulled.ask("POST", f"/pull/applications/{number}/approval", OTHER, json={}, headers=pulled.key()).status_code
        == 404
    )
    assert pulled.ask("GET", "/pull/applications", OTHER).get_json()["applications"] == []


def test_all_that_the_procedure_asks_for_is_there(pulled: Town) -> None:
    number = pulled.file()
    told = pulled.ask("GET", f"/pull/applications/{number}", CITY).get_json()
    assert len(told["facts"]) == sum(len(one) for one in VALUES.values())
    assert told["facts"]["move.move.new_address"] == ADDRESS
    assert told["subjects"] == ROLES


@pytest.mark.parametrize(
    ("token", "status"),
    [
        (None, 401),
        ("nobody", 401),
        ("client.office-shirakaba.submission", 403),
        ("person.haruka.office", 403),
        ("client.other.office", 403),
        ("client.office-nowhere.office", 403),
    ],
)
def test_who_is_no_authority_gets_nothing(pulled: Town, token: str | None, status: int) -> None:
    assert pulled.ask("GET", "/pull/applications", token).status_code == status


def test_the_same_key_does_a_thing_once(pulled: Town) -> None:
    number, key = pulled.file(), pulled.key()
    asked = {"item": "move.new_address", "reason": "番地が読めません"}
    for _ in range(2):
        assert act(pulled, number, "correction", asked, headers=key).get_json()["state"] == "correction_requested"
    facts = {"move.move.new_address": ADDRESS | {"block": "9番9号"}}
    better = {"arrival_number": number, "facts": facts} | pulled.card.sign_correction(number, facts, pulled.now)
    assert pulled.ask("POST", f"/applications/{number}/correction", json=better).status_code == 200
    assert act(pulled, number, "correction", asked, headers=key).get_json()["state"] == "in_review"
    assert events(pulled, number).count("correction_requested") == 1
    assert act(pulled, number, "approval", headers=key).get_json()["type"].endswith("key-reused")
    assert act(pulled, number, "approval", headers={}).get_json()["type"].endswith("key-missing")
    changes = [one["change"] for one in pulled.ask("GET", "/pull/applications", CITY).get_json()["applications"]]
    assert changes == ["received", "resubmitted"]
    pulled.clock(datetime(2027, 3, 25, 18))
    assert state(pulled, number) == "in_review"


def test_a_refusal_says_why_and_what_can_be_done(pulled: Town) -> None:
    number = pulled.file()
    assert act(pulled, number, "rejection", {}).status_code == 422
    content = {"reason": "届け出の期間ではありません", "remedy": "窓口で届け出てください"}
    assert act(pulled, number, "rejection", content).get_json()["state"] == "rejected"
    last = pulled.ask("GET", f"/applications/{number}").get_json()["events"][-1]
    assert last["note"] == "「転出届」は認められませんでした。理由: 届け出の期間ではありません。窓口で届け出てください"
    assert act(pulled, number, "approval").status_code == 409


def test_a_citizen_is_asked_to_come_and_comes(pulled: Town) -> None:
    number = pulled.file()
    assert act(pulled, number, "visit").get_json() == {
        "arrival_number": number, "state": "needs_visit", "opens": "2027-03-15",
        "usual_from": "2027-03-16", "usual_to": "2027-03-18",
    }  # fmt: skip
    assert act(pulled, number, "completion").status_code == 409
    assert pulled.ask("POST", f"/applications/{number}/visit").get_json()["state"] == "in_review"
    assert act(pulled, number, "visit").status_code == 409
    assert act(pulled, number, "completion").get_json()["state"] == "completed"


def test_registers_hear_of_it_when_it_is_completed_and_not_twice(pulled: Town) -> None:
    town = pulled
    assert town.ask("PUT", f"/_sim/worlds/{WORLD}/desks/aobano", json={"desk": "pulled"}).status_code == 200
    town.clock(datetime(2027, 3, 29, 10))
    number = town.file(procedure="moving-in-notice", authority="970018", channel="visit")
    assert town.ask("POST", f"/applications/{number}/visit").status_code == 200
    path = f"/pull/applications/{number}/completion"
    town.registers.broken = True
    key = town.key()
    first = town.ask("POST", path, OTHER, json={}, headers=key).get_json()
    assert first["state"] == "approved"
    assert town.ask("POST", path, OTHER, json={}, headers=town.key()).get_json()["type"].endswith("already-completing")
    town.registers.broken = False
    town.clock(datetime(2027, 3, 29, 11))
    assert town.ask("POST", path, OTHER, json={}, headers=key).get_json()["state"] == "completed"
    told = [call for call in town.registers.calls if call[0] == "/registers/resident/updates"]
    assert [call[1]["subject"] for call in told] == ["haruka", "mio"]
