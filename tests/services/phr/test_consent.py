"""Consent: by category and period, for children, partial answers with reasons, expiry and withdrawal."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.services.phr.household import Person, may_act_for, read_household
from tests.services.phr.kit import NOW, ROOT, Phr, outcome, reasons, resources


@pytest.mark.parametrize("days", [1, 30, 90])
def test_a_consent_lasts_through_its_last_day(phr: Phr, world: str, days: int) -> None:
    token = phr.token(world, "haruka", days=days)
    phr.move(world, NOW + timedelta(days=days))
    assert phr.get(token, "Immunization").status_code == 200
    phr.move(world, datetime.combine(NOW.date() + timedelta(days=days + 1), datetime.min.time()))
    refused = phr.get(token, "Immunization")
    assert (refused.status_code, refused.json()["issue"][0]["code"]) == (403, "forbidden")
    assert reasons(refused.json()) == {"consent-expired"}
    assert phr.refresh(token["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("days", ["0", "91", "", "９０", "many"])
def test_no_period_outside_of_90_days(phr: Phr, world: str, days: str) -> None:
    browser = phr.sign_in(world, "haruka")
    who = next(iter(browser.patients().values()))
    answer = browser.post("/consent", decision="agree", patient=who, category=["immunization"], days=days)
    assert answer.status_code == 422
    assert "90日まで" in browser.text


def test_a_category_without_consent_is_forbidden(phr: Phr, world: str) -> None:
    token = phr.token(world, "haruka", categories=["immunization"])
    assert phr.get(token, "Immunization").status_code == 200
    refused = phr.get(token, "MedicationDispense")
    assert (refused.status_code, refused.json()["issue"][0]["code"]) == (403, "forbidden")
    assert reasons(refused.json()) == {"consent-missing"}


def test_part_of_the_categories_is_a_partial_answer(phr: Phr, world: str) -> None:
    token = phr.token(world, "haruka", nth=1, categories=["school_checkup", "immunization"])
    bundle = phr.get(token, "Observation").json()
    assert {one["meta"]["tag"][1]["code"] for one in resources(bundle)} == {"school_checkup"}
    issues = outcome(bundle)["issue"]
    assert {issue["diagnostics"] for issue in issues} == {
        "category=infant_checkup", "category=adult_checkup", "category=maternal",
    }  # fmt: skip
    assert {issue["severity"] for issue in issues} == {"warning"}
    everything = phr.get(token, f"Patient/{token['patient']}/$everything?_count=200").json()
    kinds = {one["resourceType"] for one in resources(everything)}
    assert kinds == {"Patient", "Immunization", "Observation", "DiagnosticReport", "Composition"}
    assert "category=expenses" in {issue["diagnostics"] for issue in outcome(everything)["issue"]}


def test_a_resource_of_another_category_is_forbidden_by_its_id_too(phr: Phr, world: str) -> None:
    whole = phr.token(world, "haruka", nth=1)
    (first, *_) = resources(phr.get(whole, "Observation?_tag=infant_checkup").json())
    narrow = phr.token(world, "haruka", nth=1, categories=["school_checkup"])
    assert phr.get(whole, f"Observation/{first['id']}").status_code == 200
    assert phr.get(narrow, f"Observation/{first['id']}").status_code == 403


@pytest.mark.parametrize(
    "kind,reason",
    [("unsupported", "municipality-unsupported"), ("partial", "not-provided"), ("down", "temporarily-unavailable")],
)
def test_a_source_that_does_not_answer_is_named(phr: Phr, world: str, kind: str, reason: str) -> None:
    token = phr.token(world, "haruka", nth=1)
    phr.faults(world, {"target": "category:school_checkup", "kind": kind})
    bundle = phr.get(token, "DiagnosticReport").json()
    assert reasons(outcome(bundle)) == {reason}
    assert "school" not in {one["category"][0]["coding"][0]["code"] for one in resources(bundle)}
    phr.faults(world)
    assert "outcome" not in {e["search"]["mode"] for e in phr.get(token, "DiagnosticReport").json()["entry"]}


def test_the_endpoint_that_is_down_says_so(phr: Phr, world: str) -> None:
    token = phr.token(world, "haruka")
    phr.faults(world, {"target": "fhir", "kind": "down"})
    answer = phr.get(token, "Immunization")
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (503, "transient")
    assert "retry-after" in answer.headers


def test_withdrawal_counts_at_once(phr: Phr, world: str) -> None:
    browser = phr.sign_in(world, "haruka")
    token = phr.exchange(browser, phr.code(browser)).json()
    browser.page = browser.http.get("/consents")
    assert "からだノート（試験）" in browser.text
    (id_,) = re.findall(r'name="consent" value="([^"]+)"', browser.page.text)
    browser.post("/consents", consent=id_)
    assert "取り消しました" in browser.text
    refused = phr.get(token, "Immunization")
    assert (refused.status_code, reasons(refused.json())) == (403, {"consent-withdrawn"})
    assert phr.refresh(token["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_stranger_cannot_withdraw(phr: Phr, world: str) -> None:
    token = phr.token(world, "haruka")
    (consent,) = phr.call("GET", f"/_sim/worlds/{world}/consents").json()
    stranger = phr.sign_in(world, "ren")
    stranger.post("/consents", consent=consent["id"])
    assert phr.get(token, "Immunization").status_code == 200


def test_parents_are_offered_their_children_and_nobody_else(phr: Phr, world: str) -> None:
    labels = list(phr.sign_in(world, "haruka").patients())
    assert [label.partition("さん")[0] for label in labels] == ["山科 はるか", "山科 みお", "山科 そら"]
    assert len(phr.sign_in(world, "mio").patients()) == 1


def test_one_cannot_slip_in_another_patient(phr: Phr, world: str) -> None:
    husband = next(iter(phr.sign_in(world, "ren").patients().values()))
    browser = phr.sign_in(world, "haruka")
    answer = browser.post("/consent", decision="agree", patient=husband, category=["immunization"], days="30")
    assert answer.status_code == 422


def test_proxy_ends_with_the_eighteenth_birthday(phr: Phr) -> None:
    # Born 2008-06-06; 18 on the sixth of June 2026.
    world = phr.world("shiraki", "coming-of-age")
    phr.call("DELETE", f"/_sim/worlds/{world}")
    early = datetime(2026, 5, 1, 9)
    made = phr.call("PUT", f"/_sim/worlds/{world}", now=early, json={"persona": "shiraki"})
    assert made.status_code in (200, 204)
    browser = phr.begin()
    ticket = phr.call("POST", f"/_sim/worlds/{world}/tickets", now=early, json={"subject": "sachiko"}).json()["ticket"]
    browser.post("/sign-in", how="ticket", ticket=ticket)
    child = list(browser.patients().values())[1]
    token = phr.exchange(browser, phr.code(browser, patient=child)).json()
    assert phr.get(token, "Immunization").status_code == 200
    phr.move(world, datetime(2026, 6, 6, 0, 1))
    refused = phr.get(token, "Immunization")
    assert (refused.status_code, reasons(refused.json())) == (403, {"proxy-ended"})


def _person(id_: str, birth: str, protected: bool = False, died: str | None = None) -> Person:
    facts = {"birth_date": birth, "address_protected": protected}
    return Person(id_, facts, died=date.fromisoformat(died) if died else None)


@pytest.mark.parametrize(
    "parent,child,related,same_home,expected",
    [
        (_person("p", "1990-01-01"), _person("c", "2015-01-01"), True, True, True),
        (_person("p", "1990-01-01"), _person("c", "2015-01-01"), False, True, False),
        (_person("p", "1990-01-01"), _person("c", "2009-03-15"), True, True, False),
        (_person("p", "1990-01-01"), _person("c", "2009-03-16"), True, True, True),
        (_person("p", "1990-01-01"), _person("c", "2015-01-01", protected=True), True, False, False),
        (_person("p", "1990-01-01"), _person("c", "2015-01-01", protected=True), True, True, False),
        (_person("p", "1990-01-01", protected=True), _person("c", "2015-01-01", protected=True), True, False, False),
        (_person("p", "1990-01-01", protected=True), _person("c", "2015-01-01", protected=True), True, True, True),
        (_person("p", "2010-01-01"), _person("c", "2026-05-01"), True, True, False),
        (_person("p", "1990-01-01"), _person("c", "2015-01-01", died="2020-01-01"), True, True, False),
    ],
)
def test_who_may_act_for_a_child(parent: Person, child: Person, related: bool, same_home: bool, expected: bool) -> None:
    assert may_act_for(parent, child, related, same_home, NOW.date()) is expected


def test_family_records_come_before_guesses() -> None:
    subjects = {
        "aunt": {"kind": "person", "facts": {"birth_date": "1990-01-01", "sex": "female"}},
        "mother": {"kind": "person", "facts": {"birth_date": "1991-01-01", "sex": "female"}},
        "child": {"kind": "person", "facts": {"birth_date": "2018-01-01"}},
        "household": {"kind": "household", "facts": {"members": ["aunt", "child"]}},
    }
    data: dict[str, Any] = {"id": "x", "roles": {"applicant": "aunt"}, "subjects": subjects}
    assert [kin.parent for kin in read_household(data).parents] == ["aunt"]
    family = [{"person": "mother", "relation": "mother", "of": "child"}]
    told = read_household(data | {"records": {"family": family}})
    assert [kin.parent for kin in told.parents] == ["mother"]


def test_pages_are_japanese_and_whole(phr: Phr, world: str) -> None:
    browser = phr.sign_in(world, "haruka")
    html = browser.page.text
    assert '<html lang="ja">' in html
    ids = re.findall(r'<input type="(?:radio|checkbox)" id="([^"]+)"', html)
    assert ids
    assert all(f'<label for="{id_}">' in html for id_ in ids)
    assert "default-src 'none'" in browser.page.headers["content-security-policy"]
    assert browser.page.headers["cache-control"] == "no-store"


def test_nothing_of_a_person_stands_in_an_address(phr: Phr, world: str) -> None:
    browser = phr.begin()
    seen: list[str] = [str(browser.page.url)]
    browser.post("/sign-in", how="ticket", ticket=phr.ticket(world, "haruka"))
    seen.append(str(browser.page.url))
    assert not any(word in url for url in seen for word in (world, "haruka", "ticket"))


def test_what_the_file_says_is_missing_is_told(phr: Phr) -> None:
    text = (ROOT / "tests/services/phr/household.json").read_text(encoding="utf-8")
    world = phr.world(httpx.Response(200, text=text).json(), "told")
    token = phr.token(world, "chika")
    bundle = phr.get(token, "Immunization?_count=200").json()
    assert reasons(outcome(bundle)) == {"before-digital-records"}
    assert min(one["occurrenceDateTime"] for one in resources(bundle)) >= "2022-01-01"
