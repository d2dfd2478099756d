"""What partners take: consent, the data of the notice alone, once for each key, and no legal My Number."""

from __future__ import annotations

import pytest

from app.services.partners import Config, create_app
from app.services.partners.partners import load
from app.services.simcore import openapi
from tests.services.partners.kit import NEW, OLD, ROOT, Town, notice


def kind(answer) -> tuple[int, str]:  # type: ignore[no-untyped-def]
    """Status and problem of an answer."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


def test_without_consent_nothing_is_kept(town: Town) -> None:
    for body in (notice(consent_ref=None), notice(consent_ref="")):
        assert kind(town.send("hidamari-bank", body)) == (422, "consent-missing")
    path = "/v1/partners/employer/employment-certificates"
    asked = {"holder": {"name": "山科 蓮"}, "submit_to": "970018"}
    assert kind(town.call("POST", path, "k", json=asked)) == (422, "consent-missing")
    assert town.call("GET", "/events").json()["events"] == []


@pytest.mark.parametrize(
    "partner, body, refused",
    [
        ("hidamari-bank", notice(income=5), "invalid-body"),
        ("hidamari-bank", notice(holder={"name": "山科 はるか", "my_number": "x"}), "invalid-body"),
        ("hidamari-bank", notice(details={"visit_slot": "morning"}), "not-needed"),
        ("hikari-power", notice("start_stop", details={"birth_date": "1992-05-03"}), "not-needed"),
        ("hikari-power", notice("stop"), "not-needed"),
        ("hidamari-bank", notice("forwarding"), "purpose-not-offered"),
        ("employer", notice("employment_certificate"), "purpose-not-offered"),
        ("hikari-power", notice("start_stop", holder={"name": "山科 はるか", "kana": "やましな"}), "invalid-body"),
        ("hikari-power", notice("start_stop", customer_number="123456789018"), "looks-like-real-my-number"),
    ],
)
def test_only_what_the_notice_needs_is_taken(town: Town, partner: str, body: dict, refused: str) -> None:
    assert kind(town.send(partner, body)) == (422, refused)
    assert town.call("GET", "/events").json()["events"] == []


def test_a_refusal_names_places_and_never_values(town: Town) -> None:
    answer = town.send("hidamari-bank", notice(details={"phone": "000-1234-5678"}))
    assert answer.json()["extra"] == ["details/phone"]
    assert "1234" not in answer.text


def test_the_same_key_keeps_one_notice(town: Town) -> None:
    first = town.send("hidamari-bank", notice(), "one")
    again = town.send("hidamari-bank", notice(), "one")
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["id"] == again.json()["id"]
    other = town.send("hidamari-bank", notice(effective_date="2027-03-29"), "one")
    assert kind(other) == (409, "key-reused")
    elsewhere = town.send("sora-mobile", notice(), "one")  # keys are the partner's own
    assert elsewhere.status_code == 202
    assert elsewhere.json()["id"] != first.json()["id"]
    missing = town.call("POST", "/v1/partners/sora-mobile/notices", json=notice())
    assert kind(missing) == (400, "key-missing")


def test_unknown_partners_notices_and_keys_are_told_apart(town: Town) -> None:
    assert kind(town.send("nobody", notice())) == (404, "not-found")
    id_ = town.take("hidamari-bank", notice())
    assert kind(town.act("GET", "sora-mobile", id_)) == (404, "not-found")
    refused = town.call("GET", f"/v1/partners/hidamari-bank/notices/{id_}", headers={"X-Sim-Key": "wrong"})
    assert kind(refused) == (403, "control-key")


def test_notices_are_found_by_their_consent(town: Town) -> None:
    id_ = town.take("hidamari-bank", notice())
    path = "/v1/partners/hidamari-bank/notices"
    assert [one["id"] for one in town.call("GET", path, params={"consent_ref": "consent-1"}).json()["notices"]] == [id_]
    assert town.call("GET", path, params={"consent_ref": "consent-2"}).json()["notices"] == []


def test_what_a_notice_says_is_not_told_again(town: Town) -> None:
    id_ = town.take("hidamari-bank", notice())
    told = town.act("GET", "hidamari-bank", id_).text + town.call("GET", "/events").text
    told += town.call("GET", f"/_sim/worlds/{town.world}/audit").text
    for value in (OLD["town"], NEW["town"], "はるか", "ハルカ"):
        assert value not in told


def test_every_partner_says_what_was_assumed(town: Town) -> None:
    shown = town.call("GET", "/v1/partners").json()["partners"]
    assert {one["kind"] for one in shown} >= {
        "electricity", "gas", "water", "bank", "insurer", "carrier", "post", "broadcaster", "credit", "employer", "school",
        "landlord",
    }  # fmt: skip
    assert all(one["assumes"] and one["phone"].startswith("000-") for one in shown)
    assert set(load(ROOT / "procedures")) == {one["id"] for one in shown}


def test_every_view_is_documented_with_its_tier(tmp_path) -> None:  # type: ignore[no-untyped-def]
    app = create_app(Config(database_url=f"sqlite:///{tmp_path / 'p.db'}", procedures=ROOT / "procedures"))
    document = openapi.document(app, "t", "d")
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert {one["x-tier"] for one in operations} == {"T3"}
    own = [one for path, ways in document["paths"].items() if path.startswith("/v1") for one in ways.values()]
    assert all("Assumption:" in one["description"] for one in own)
