"""The register `maternal` as other services ask and change it, and the document of the interface."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.services.phr.kit import NOW, Phr, resources

ASKED = {
    "items": ["person.pregnant", "person.pregnancy_benefit_pending"],
    "purpose": "試験",
    "legal_basis": "番号法 第19条第8号",
}


def _ask(phr: Phr, world: str, *subjects: str, **changes: Any) -> httpx.Response:
    body = ASKED | {"subjects": list(subjects), "client": "試験"} | changes
    return phr.call("POST", "/registers/maternal/inquiries", world, json=body)


def test_values_and_silence(phr: Phr, world: str) -> None:
    silent = _ask(phr, world, "haruka", "nobody").json()
    assert silent["as_of"] == "2027-03-15"
    assert silent["subjects"] == {"haruka": {"items": {key: {"reason": "not_registered"} for key in ASKED["items"]}}}
    change = {"subject": "haruka", "item": "person.pregnant", "value": True, "reason": "妊娠の届出"}
    assert phr.call("POST", "/registers/maternal/updates", world, json=change).status_code == 204
    told = _ask(phr, world, "haruka").json()["subjects"]["haruka"]["items"]
    assert told["person.pregnant"] == {"value": True}


def test_a_notified_pregnancy_appears_in_the_records(phr: Phr, world: str) -> None:
    token = phr.token(world, "haruka")
    before = phr.get(token, "Composition?type=handbook").json()["total"]
    change = {"subject": "haruka", "item": "person.pregnant", "value": True, "reason": "妊娠の届出"}
    phr.call("POST", "/registers/maternal/updates", world, json=change)
    phr.move(world, NOW + timedelta(days=10))  # the municipality writes it down within days
    after = phr.get(token, "Composition?type=handbook").json()
    assert after["total"] == before + 1
    assert "preliminary" in {one["status"] for one in resources(after)}


@pytest.mark.parametrize(
    "path,changes,status",
    [
        ("maternal", {"items": ["person.name"]}, 403),
        ("maternal", {"items": []}, 422),
        ("tax", {}, 404),
    ],
)
def test_refusals(phr: Phr, world: str, path: str, changes: dict[str, Any], status: int) -> None:
    body = ASKED | {"subjects": ["haruka"], "client": "試験"} | changes
    answer = phr.call("POST", f"/registers/{path}/inquiries", world, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_a_register_that_is_down(phr: Phr, world: str) -> None:
    phr.faults(world, {"target": "register:maternal", "kind": "down"})
    assert _ask(phr, world, "haruka").status_code == 503


def test_the_register_needs_the_control_key(phr: Phr, world: str) -> None:
    answer = httpx.post(f"{phr.url}/registers/maternal/inquiries", json=ASKED, headers={"X-Sim-World": world})
    assert answer.status_code == 403


def test_every_endpoint_states_its_tier(phr: Phr) -> None:
    document = httpx.get(f"{phr.url}/openapi.json").json()
    tiers = {op["x-tier"] for path in document["paths"].values() for op in path.values()}
    assert tiers <= {"T1", "T2", "T3"}
    assert "Assumptions" in document["info"]["description"]
    assert "/fhir/Patient/{id_}/$everything" in document["paths"]


def test_a_real_number_is_refused_and_not_said_again(phr: Phr, world: str) -> None:
    number = "123456789018"
    answer = _ask(phr, world, number)
    assert (answer.status_code, number in answer.text) == (422, False)
    token = phr.token(world, "haruka")
    answer = phr.get(token, f"Immunization?_id={number}")
    assert (answer.status_code, answer.json()["resourceType"]) == (422, "OperationOutcome")
