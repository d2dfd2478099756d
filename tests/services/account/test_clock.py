"""Other routes, of which the last completed wins, and the letters about accounts of pensions: on the clock, to the second."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.services.account.kit import NOW, Site, account, household

FUMI = account("0000030")
SECOND = timedelta(seconds=1)


def hand_in(site: Site, who: str, route: str, sent: dict[str, Any], **more: Any) -> TestResponse:
    return site.office("/registrations", person=who, route=route, **sent, **more)


def letter(site: Site, who: str = "fumi", sent: dict[str, Any] = FUMI, payment: str = "paid") -> TestResponse:
    return site.office("/letters", person=who, payment=payment, **sent)


@pytest.mark.parametrize(("route", "days"), [("tax_return", 21), ("bank_counter", 7), ("pension_claim", 30)])
def test_other_routes_take_their_time(site: Site, route: str, days: int) -> None:
    made = hand_in(site, "yuki", route, account("0000001"))
    assert (made.status_code, made.json["state"]) == (202, "pending")
    assert made.json["due"] == (NOW + timedelta(days=days)).isoformat()
    site.move(NOW + timedelta(days=days) - SECOND)
    assert site.own("yuki").status_code == 404
    site.move(NOW + timedelta(days=days))
    told = site.own("yuki").json
    assert (told["route"], told["at"]) == (route, made.json["due"])
    assert site.call("GET", f"/registrations/{made.json['id']}").json["state"] == "completed"
    assert site.own("yuki", path="/history").json["registrations"][-1]["route"] == route


def test_the_last_completed_wins_not_the_last_handed_in(site: Site) -> None:
    hand_in(site, "jo", "tax_return", account("0000011"))
    site.later(days=3)
    assert site.put("jo", account("0000010"), match='"v1"').status_code == 200
    site.later(days=21)
    assert site.own("jo").json["account"]["number"] == "0000011"
    assert site.types() == ["account.changed", "account.changed"]


def test_many_come_due_in_the_order_of_their_moments(site: Site) -> None:
    hand_in(site, "jo", "tax_return", account("0000011"), days=5)
    hand_in(site, "jo", "bank_counter", account("0000010"), days=4)
    hand_in(site, "yuki", "bank_counter", account("0000001"), days=0)
    site.later(days=10)
    assert site.own("jo").json["account"]["number"] == "0000011"
    told = site.own("jo", path="/history").json["registrations"]
    assert [one["at"] for one in told[1:]] == [(NOW + timedelta(days=n)).isoformat() for n in (4, 5)]
    assert site.own("yuki").json["route"] == "bank_counter"


def test_a_portal_change_that_is_based_on_what_was_replaced_is_stale(site: Site) -> None:
    hand_in(site, "jo", "bank_counter", account("0000011"))
    site.later(days=7)
    assert site.put("jo", account("0000010"), match='"v1"').status_code == 412


def test_other_routes_have_the_same_rules(site: Site) -> None:
    assert site.reason(hand_in(site, "mio", "bank_counter", account("0000010"))) == "parents-account"
    made = hand_in(site, "yuki", "bank_counter", account("0000001"))
    site.state("0000001", "closed")
    site.later(days=7)
    assert site.own("yuki").status_code == 404
    told = site.call("GET", f"/registrations/{made.json['id']}").json
    assert (told["state"], told["reason"]) == ("refused", "closed")
    assert (site.types(), site.codes("yuki")) == (["account.refused"], ["01"])
    assert site.call("GET", "/registrations/99").status_code == 404


def test_no_objection_within_45_days(site: Site) -> None:
    made = letter(site)
    assert (made.status_code, made.json["state"]) == (201, "sent")
    assert made.json["due"] == (NOW + timedelta(days=45)).isoformat()
    site.move(NOW + timedelta(days=45) - SECOND)
    assert site.own("fumi").status_code == 404
    assert site.own("fumi", path="/letters").json[0]["state"] == "sent"
    site.move(NOW + timedelta(days=45))
    told = site.own("fumi").json
    assert (told["route"], told["account"]["number"]) == ("pension_letter", "0000030")
    assert site.own("fumi", path="/letters").json[0]["state"] == "registered"
    assert site.types() == ["account.letter_sent", "account.registered"]
    assert site.codes("fumi") == ["01", "01"]


def test_an_objection_up_to_the_last_second(site: Site) -> None:
    number = letter(site).json["id"]
    site.move(NOW + timedelta(days=45) - SECOND)
    path = f"/letters/{number}/objection"
    assert site.own("yuki", "PUT", path).status_code == 404
    assert [site.own("fumi", "PUT", path).json["state"] for _ in range(2)] == ["objected", "objected"]
    site.move(NOW + timedelta(days=90))
    assert site.own("fumi").status_code == 404
    assert site.types() == ["account.letter_sent", "account.letter_objected"]


def test_an_objection_at_the_very_end_is_too_late(site: Site) -> None:
    number = letter(site).json["id"]
    site.move(NOW + timedelta(days=45))
    late = site.own("fumi", "PUT", f"/letters/{number}/objection")
    assert (late.status_code, late.json["detail"][:5]) == (409, "返事の期限")
    assert site.erase("fumi", site.own("fumi").headers["ETag"]).status_code == 204, "but erasing is always possible"


def test_the_time_that_a_call_tells_counts(site: Site) -> None:
    number = letter(site).json["id"]
    headers = {"X-Sim-Now": (NOW + timedelta(days=45)).isoformat()}
    assert site.own("fumi", "PUT", f"/letters/{number}/objection", headers=headers).status_code == 409
    assert site.own("fumi").json["route"] == "pension_letter"


@pytest.mark.parametrize(
    ("who", "number", "payment", "reason"),
    [
        ("fumi", "0000031", "paid", "not_own_name"),
        ("fumi", "0000001", "paid", "not_own_name"),
        ("fumi", "0000030", "failed", "failed"),
        ("fumi", "0000030", "undecided", "undecided"),
        ("fumi", "0000099", "paid", "account"),
        ("yuki", "0000002", "paid", "old_name"),
        ("yuki", "0000003", "paid", "account"),
        ("yuki", "0000010", "paid", "not_own_name"),
        ("jo", "0000011", "paid", "registered"),
    ],
)
def test_who_gets_no_letter(site: Site, who: str, number: str, payment: str, reason: str) -> None:
    answer = letter(site, who, account(number), payment)
    assert (answer.status_code, answer.json["reason"]) == (409, reason)
    assert answer.json["detail"].endswith("。")
    site.later(days=60)
    assert site.types() == []


@pytest.mark.parametrize(
    ("change", "reason"), [({"protected": True}, "protected"), ({"abroad": True}, "abroad"), (None, "dead")]
)
def test_protected_abroad_or_dead(site: Site, change: dict[str, Any] | None, reason: str) -> None:
    site.sim("PUT", "people/fumi/death" if change is None else "people/fumi", change)
    assert letter(site).json["reason"] == reason


@pytest.mark.parametrize(
    ("change", "reason"), [({"protected": True}, "protected"), ({"abroad": True}, "abroad"), (None, "dead")]
)
def test_an_obstacle_that_comes_up_meanwhile(site: Site, change: dict[str, Any] | None, reason: str) -> None:
    letter(site)
    site.sim("PUT", "people/fumi/death" if change is None else "people/fumi", change)
    site.later(days=45)
    told = site.own("fumi", path="/letters").json[0]
    assert (told["state"], told["reason"]) == ("stopped", reason)
    assert site.own("fumi").status_code == 404
    assert site.types() == ["account.letter_sent"]


def test_abroad_by_the_address_history(site: Site) -> None:
    stays = [{"from": "1950-02-02", "to": "2020-01-01"}, {"from": "2020-01-01", "abroad": "カナダ トロント"}]
    file = household(addresses={"fumi": stays})
    file["id"] = "abroad"
    site.world(file)
    assert letter(site).json["reason"] == "abroad"


def test_one_letter_at_a_time_and_an_own_registration_ends_it(site: Site) -> None:
    letter(site)
    assert letter(site).json["reason"] == "letter"
    assert site.put("fumi", FUMI).status_code == 201
    site.later(days=45)
    told = site.own("fumi", path="/letters").json[0]
    assert (told["state"], told["reason"]) == ("stopped", "registered")
    assert site.own("fumi").json["route"] == "portal"


def test_a_year_in_one_step_is_the_same_as_day_by_day(site: Site) -> None:
    site.world(household(), "w2")
    for world in ("w1", "w2"):
        for who, route, number in (("jo", "tax_return", "0000011"), ("yuki", "pension_claim", "0000001")):
            sent = {"person": who, "route": route} | account(number)
            assert site.call("POST", "/registrations", world=world, json=sent).status_code == 202
        assert (
            site.call("POST", "/letters", world=world, json={"person": "fumi", "payment": "paid"} | FUMI).status_code
            == 201
        )
    site.move(NOW + timedelta(days=60), "w1")
    for day in range(61):
        site.move(NOW + timedelta(days=day), "w2")
    one, other = (site.events(world) for world in ("w1", "w2"))
    assert one == other
    assert len(one) == 4
