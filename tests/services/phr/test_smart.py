"""SMART App Launch: what is asked for, who may ask, tokens and their end."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from app.services.phr import scopes
from tests.services.phr.kit import CALLBACK, CONTROL, Phr, claims_of


def test_the_configuration_leads_through_the_flow(phr: Phr) -> None:
    told = httpx.get(f"{phr.url}/fhir/.well-known/smart-configuration").json()
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-standalone", "client-public", "client-confidential-asymmetric"} <= set(told["capabilities"])
    assert told["token_endpoint"] == f"{phr.url}/token"


def test_token_tells_patient_and_scopes(phr: Phr, world: str) -> None:
    told = phr.token(world, "haruka", "launch/patient patient/Immunization.read patient/Observation.rs")
    assert told["scope"].split() == ["launch/patient", "patient/Immunization.rs", "patient/Observation.rs"]
    assert told["token_type"] == "Bearer"
    assert "refresh_token" not in told
    assert phr.get(told, f"Immunization?patient={told['patient']}").status_code == 200


@pytest.mark.parametrize(
    "asked,given",
    [
        ("patient/Immunization.rs", "patient/Immunization.rs"),
        ("patient/Immunization.read", "patient/Immunization.rs"),
        ("patient/Immunization.s", "patient/Immunization.s"),
        ("patient/Immunization.cruds", ""),
        ("patient/Immunization.write", ""),
        ("patient/Immunization.*", ""),
        ("user/Immunization.rs", ""),
        ("patient/Practitioner.rs", ""),
        ("patient/Observation.rs?category=laboratory", "patient/Observation.rs?category=laboratory"),
        ("patient/Observation.rs?status=final", ""),
        ("launch/patient system/*.rs", "launch/patient"),
    ],
)
def test_scopes_are_granted_in_the_new_form_or_not_at_all(asked: str, given: str) -> None:
    assert scopes.granted(asked, ["launch/patient", "patient/*.rs"]) == given


def test_a_client_gets_no_more_than_it_is_registered_for(phr: Phr, world: str) -> None:
    browser = phr.sign_in(world, "haruka", "launch/patient patient/*.rs patient/Immunization.rs", client_id="narrow")
    told = phr.exchange(browser, phr.code(browser)).json()
    assert told["scope"] == "launch/patient patient/Immunization.rs"
    refused = phr.get(told, "Observation")
    assert (refused.status_code, refused.json()["issue"][0]["code"]) == (403, "forbidden")
    assert "insufficient_scope" in refused.headers["www-authenticate"]


def test_a_scope_narrowed_by_category(phr: Phr, world: str) -> None:
    token = phr.token(world, "haruka", "launch/patient patient/Observation.rs?category=vital-signs", nth=1)
    every = phr.get(token, "Observation?_count=200").json()["entry"]
    kinds = {e["resource"]["category"][0]["coding"][0]["code"] for e in every if e["search"]["mode"] == "match"}
    assert kinds == {"vital-signs"}


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None},
        {"code_challenge_method": "plain"},
        {"aud": "https://elsewhere.example/fhir"},
        {"state": None},
        {"scope": "launch/patient"},
        {"scope": "patient/Immunization.write"},
        {"response_type": "token"},
        {"response_type": "印"},
    ],
)
def test_a_wrong_request_goes_back_with_an_error(phr: Phr, changes: dict[str, str | None]) -> None:
    answer = phr.begin(**changes).page
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{CALLBACK}?error=")


@pytest.mark.parametrize("changes", [{"client_id": "nobody"}, {"redirect_uri": "https://elsewhere.example/"}])
def test_a_wrong_client_or_address_is_never_redirected(phr: Phr, changes: dict[str, str | None]) -> None:
    assert phr.begin(**changes).page.status_code == 400


def test_refusing_the_consent(phr: Phr, world: str) -> None:
    answer = phr.sign_in(world, "haruka").post("/consent", decision="refuse")
    assert "error=access_denied" in answer.headers["location"]


def test_a_code_is_used_once_and_its_second_use_ends_the_token(phr: Phr, world: str) -> None:
    browser = phr.sign_in(world, "haruka")
    code = phr.code(browser)
    assert phr.exchange(browser, code, code_verifier="x" * 43).json()["error"] == "invalid_grant"
    browser = phr.sign_in(world, "haruka")
    code = phr.code(browser)
    token = phr.exchange(browser, code).json()
    assert phr.get(token, "Immunization").status_code == 200
    assert phr.exchange(browser, code).json()["error"] == "invalid_grant"
    assert phr.get(token, "Immunization").status_code == 401


def test_refresh_rotates_and_a_second_use_ends_the_family(phr: Phr, world: str) -> None:
    first = phr.token(world, "haruka")
    second = phr.refresh(first["refresh_token"]).json()
    assert second["patient"] == first["patient"]
    assert phr.get(second, "Immunization").status_code == 200
    assert phr.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert phr.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert phr.get(second, "Immunization").status_code == 401


def test_a_confidential_client_proves_itself_and_no_assertion_counts_twice(phr: Phr, world: str) -> None:
    browser = phr.sign_in(world, "haruka", client_id="clinic")
    code, proof = phr.code(browser), phr.assertion()
    assert phr.exchange(browser, code).json()["error"] == "invalid_client"
    assert phr.exchange(browser, code, **proof).status_code == 200
    browser = phr.sign_in(world, "haruka", client_id="clinic")
    code = phr.code(browser)
    assert phr.exchange(browser, code, **proof).json()["error"] == "invalid_client"
    assert (
        phr.exchange(browser, code, **phr.assertion(aud="https://elsewhere.example")).json()["error"]
        == "invalid_client"
    )


def test_access_ends_with_real_time(phr: Phr, world: str) -> None:
    token = phr.token(world, "haruka")
    phr.clock.ahead = timedelta(seconds=3601)
    try:
        assert phr.get(token, "Immunization").status_code == 401
    finally:
        phr.clock.ahead = timedelta()


def test_openid_names_the_person_even_by_proxy(phr: Phr, world: str) -> None:
    own = phr.token(world, "haruka")
    told = phr.token(world, "haruka", "openid fhirUser launch/patient patient/*.rs", nth=1)
    keys = KeySet.import_key_set(httpx.get(f"{phr.url}/jwks").json())
    claims = jwt.decode(told["id_token"], keys, algorithms=["ES256"]).claims
    assert claims == claims_of(told["id_token"])
    assert claims["fhirUser"] == f"{phr.url}/fhir/Patient/{own['patient']}"
    assert told["patient"] != own["patient"]


def test_a_pushed_request_knows_its_world(phr: Phr, world: str) -> None:
    form = phr.begin().parameters
    pushed = phr.call("POST", "/par", world, data=form)
    assert pushed.status_code == 201, pushed.text
    browser = phr.begin()
    handle = {"client_id": "app", "request_uri": pushed.json()["request_uri"]}
    browser.page = browser.http.get("/authorize", params=handle, follow_redirects=True)
    other = phr.ticket(phr.world("kurose", "elsewhere"), "keiko")
    assert browser.post("/sign-in", how="ticket", ticket=other).status_code == 422
    browser.post("/sign-in", how="ticket", ticket=phr.ticket(world, "haruka"))
    assert "渡す記録" in browser.text
    assert browser.http.get("/authorize", params=handle).status_code == 400


def test_a_ticket_counts_once(phr: Phr, world: str) -> None:
    ticket = phr.ticket(world, "haruka")
    phr.begin().post("/sign-in", how="ticket", ticket=ticket)
    assert phr.begin().post("/sign-in", how="ticket", ticket=ticket).status_code == 422


def test_forms_need_their_token(phr: Phr, world: str) -> None:
    browser = phr.sign_in(world, "haruka")
    assert browser.http.post("/consent", data={"decision": "agree"}).status_code == 400


def test_tickets_need_the_control_key(phr: Phr, world: str) -> None:
    answer = httpx.post(
        f"{phr.url}/_sim/worlds/{world}/tickets", json={"subject": "haruka"}, headers={"X-Sim-Key": "no"}
    )
    assert (answer.status_code, CONTROL in answer.text) == (403, False)
