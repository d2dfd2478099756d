"""The FHIR endpoint: read, search, paging, everything, documents, errors; a foreign client reads it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fhir.resources.R4B import get_fhir_model_class
from fhirpy import AsyncFHIRClient

from tests.services.phr.kit import Phr, outcome, resources


def test_a_foreign_client_reads_searches_pages_and_takes_everything(phr: Phr, world: str) -> None:
    token = phr.token(world, "haruka", nth=2)  # the younger child, by proxy
    client = AsyncFHIRClient(f"{phr.url}/fhir", authorization=f"Bearer {token['access_token']}")
    id_ = token["patient"]

    async def read() -> tuple[Any, list[Any], list[Any], Any]:
        patient = await client.get("Patient", id_)
        shots = client.resources("Immunization").search(patient=f"Patient/{id_}", date__ge="2023-01-01")
        paged = await shots.limit(5).fetch_all()
        whole = await shots.fetch()
        everything = await client.execute(f"Patient/{id_}/$everything", method="GET", params={"_count": "200"})
        return patient, paged, whole, everything

    patient, paged, whole, everything = asyncio.run(read())
    assert patient["birthDate"] == "2023-07-09"
    assert len(paged) == len(whole) >= 20
    assert {one["id"] for one in paged} == {one["id"] for one in whole}
    kinds = {entry["resource"]["resourceType"] for entry in everything["entry"]}
    assert {"Patient", "Coverage", "Immunization", "Observation", "DiagnosticReport", "Composition"} <= kinds


def test_every_resource_is_accepted_by_its_model(phr: Phr, world: str) -> None:
    for nth in range(3):
        token = phr.token(world, "haruka", nth=nth)
        found: list[dict[str, Any]] = []
        url: str | None = f"Patient/{token['patient']}/$everything?_count=200"
        while url:
            bundle = phr.get(token, url).json()
            get_fhir_model_class("Bundle").model_validate(bundle)
            found += resources(bundle)
            following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            url = following[0].partition("/fhir/")[2] if following else None
        assert len(found) == bundle["total"] == len({(one["resourceType"], one["id"]) for one in found})
        for one in found:
            get_fhir_model_class(one["resourceType"]).model_validate(one)
            assert any(tag["code"] == "simulated" for tag in one["meta"]["tag"])
            assert one["meta"]["source"].startswith("urn:hitomado:source:")
            assert one["meta"]["lastUpdated"] <= "2027-03-15T09:00:00+09:00"
        references = {f"{one['resourceType']}/{one['id']}" for one in found}
        for report in (one for one in found if one["resourceType"] == "DiagnosticReport"):
            assert {entry["reference"] for entry in report["result"]} <= references


@pytest.fixture(scope="module")
def child(phr: Phr) -> dict[str, Any]:
    """The elder child's token."""
    return phr.token(phr.world("yamashina", "searches"), "haruka", nth=1)


def _days(bundle: dict[str, Any]) -> list[str]:
    return [one["occurrenceDateTime"] for one in resources(bundle)]


def test_dates_with_prefixes(phr: Phr, child: dict[str, Any]) -> None:
    every = _days(phr.get(child, "Immunization?_count=200").json())
    middle = every[len(every) // 2]
    expected = {
        f"ge{middle}": [day for day in every if day >= middle],
        f"gt{middle}": [day for day in every if day > middle],
        f"lt{middle}": [day for day in every if day < middle],
        f"le{middle}": [day for day in every if day <= middle],
        middle: [day for day in every if day == middle],
        f"ne{middle}": [day for day in every if day != middle],
        middle[:4]: [day for day in every if day[:4] == middle[:4]],
        middle[:7]: [day for day in every if day[:7] == middle[:7]],
    }
    for value, days in expected.items():
        assert _days(phr.get(child, f"Immunization?date={value}&_count=200").json()) == days, value
    both = phr.get(child, "Immunization?date=ge2021-01-01&date=lt2022-01-01").json()
    assert _days(both) == [day for day in every if day.startswith("2021")]


def test_codes_and_categories(phr: Phr, child: dict[str, Any]) -> None:
    mr = phr.get(child, "Immunization?vaccine-code=http://hl7.org/fhir/sid/cvx|04").json()
    assert mr["total"] == 2
    assert phr.get(child, "Immunization?vaccine-code=other|04").json()["total"] == 0
    heights = resources(phr.get(child, "Observation?code=8302-2&_sort=date").json())
    values = [one["valueQuantity"]["value"] for one in heights]
    assert len(values) >= 4
    assert values == sorted(values)
    school = phr.get(child, "DiagnosticReport?category=school").json()
    assert [one["effectiveDateTime"][:4] for one in resources(school)] == ["2026"]
    others = phr.get(child, "DiagnosticReport?category:not=school").json()
    assert school["total"] + others["total"] == phr.get(child, "DiagnosticReport").json()["total"]
    assert phr.get(child, "Observation?_lastUpdated=gt2027-01-01").json()["total"] < len(values)


def test_pages_join_to_the_whole(phr: Phr, child: dict[str, Any]) -> None:
    whole = [one["id"] for one in resources(phr.get(child, "Observation?_count=200").json())]
    joined: list[str] = []
    url: str | None = "Observation?_count=7"
    while url:
        bundle = phr.get(child, url).json()
        joined += [one["id"] for one in resources(bundle)]
        url = next((link["url"].partition("/fhir/")[2] for link in bundle["link"] if link["relation"] == "next"), None)
    assert joined == whole
    counted = phr.get(child, "Observation?_summary=count").json()
    assert counted["total"] == len(whole)
    assert "entry" not in counted


def test_unknown_parameters_are_left_aside_unless_handling_is_strict(phr: Phr, child: dict[str, Any]) -> None:
    lenient = phr.get(child, "Immunization?colour=blue&_count=5").json()
    assert outcome(lenient)["issue"][0]["code"] == "not-supported"
    assert "colour" not in lenient["link"][0]["url"]
    strict = phr.get(child, "Immunization?colour=blue", Prefer="handling=strict")
    assert (strict.status_code, strict.json()["resourceType"]) == (400, "OperationOutcome")


@pytest.mark.parametrize(
    "path,status,code",
    [
        ("Immunization?date=yesterday", 400, "invalid"),
        ("Immunization?date=2027-02-30", 400, "invalid"),
        ("Immunization?_count=many", 400, "invalid"),
        ("Immunization?vaccine-code:above=1", 400, "invalid"),
        ("Immunization?_format=xml", 400, "invalid"),
        ("Immunization?patient=someone-else", 403, "forbidden"),
        ("Immunization/nothing", 404, "not-found"),
        ("Patient/someone-else", 404, "not-found"),
        ("Patient/someone-else/$everything", 404, "not-found"),
        ("Practitioner", 404, "not-supported"),
        ("Immunization/1/_history/1", 404, "not-supported"),
    ],
)
def test_every_error_is_an_operation_outcome(
    phr: Phr, child: dict[str, Any], path: str, status: int, code: str
) -> None:
    answer = phr.get(child, path)
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/fhir+json"
    get_fhir_model_class("OperationOutcome").model_validate(answer.json())


def test_without_a_token_nothing_but_what_the_server_can_do(phr: Phr) -> None:
    answer = phr.get("nonsense", "Immunization")
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (401, "login")
    assert "invalid_token" in answer.headers["www-authenticate"]
    metadata = httpx.get(f"{phr.url}/fhir/metadata").json()
    get_fhir_model_class("CapabilityStatement").model_validate(metadata)
    assert {one["type"] for one in metadata["rest"][0]["resource"]} >= {"Patient", "Immunization", "Observation"}


def test_etag(phr: Phr, child: dict[str, Any]) -> None:
    path = f"Patient/{child['patient']}"
    tag = phr.get(child, path).headers["etag"]
    again = phr.get(child, path, If_None_Match=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert phr.get(child, path, If_None_Match='W/"99"').status_code == 200


def test_a_search_by_form_is_the_same(phr: Phr, child: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {child['access_token']}"}
    form = httpx.post(f"{phr.url}/fhir/Immunization/_search", headers=headers, data={"patient": child["patient"]})
    assert form.json()["total"] == phr.get(child, "Immunization").json()["total"]


def test_a_checkup_as_a_document(phr: Phr) -> None:
    token = phr.token(phr.world("kurose", "documents"), "keiko")
    (head, *_) = resources(phr.get(token, "Composition?category=specific").json())
    assert head["section"][0]["code"]["coding"][0]["code"] == "01011"
    document = phr.get(token, f"Composition/{head['id']}/$document").json()
    get_fhir_model_class("Bundle").model_validate(document)
    kinds = [entry["resource"]["resourceType"] for entry in document["entry"]]
    assert kinds[:2] == ["Composition", "Patient"]
    assert kinds.count("Observation") == len(head["section"][0]["entry"]) - 1 > 10


def test_a_protected_address_is_not_handed_over(phr: Phr) -> None:
    token = phr.token(phr.world("hinata", "protected"), "aoi")
    patient = phr.get(token, f"Patient/{token['patient']}").text
    assert "東町" not in patient
    assert "masked" in patient


def test_what_fits_no_route_is_answered_in_fhir_beneath_its_address_alone(phr: Phr) -> None:
    beneath, beside = (phr.call("DELETE", path) for path in ("/fhir/a%0Ab", "/jwks"))
    assert (beneath.status_code, beneath.json()["resourceType"]) == (405, "OperationOutcome")
    assert (beside.status_code, beside.headers["content-type"]) == (405, "application/problem+json")
