"""Self-information the asynchronous way: accepted, notified, fetched; and what each register's fault does to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.services.support import NOW, Service

RESIDENT, TAX, PENSION = "TM00000000000001", "TM00000000000002", "TM00000000000064"
LATER = NOW + timedelta(minutes=5)


def request(service: Service, token: str, *codes: str, **changes: Any) -> Any:
    body = {
        "information": [{"information_code": code} for code in codes],
        "procedures": ["moving-out-notice"],
        "legal_basis": "番号法 第19条第8号",
        "purpose": "転出届",
    } | changes
    return service.call("POST", "/self-information/request", token=token, json=body)


def result(service: Service, token: str, process: str, now: Any = LATER) -> Any:
    return service.call("POST", "/self-information/result", token=token, json={"process_id": process}, now=now)


def ready(service: Service, now: Any) -> list[str]:
    own = service.own_token(service.party, "registers")
    answer = service.call("GET", "/self-information/notifications", "w1", own, now=now)
    assert answer.headers["Content-Type"] == "application/cloudevents-batch+json"
    return [event["data"]["process_id"] for event in answer.json()]


def test_accepted_then_ready_then_fetched(service: Service) -> None:
    token = service.sign_in(service.world())
    accepted = request(service, token, RESIDENT, TAX)
    told = accepted.json()
    assert (accepted.status_code, told["state"], told["ready_at"]) == (202, "processing", LATER.isoformat())
    early = result(service, token, told["process_id"], NOW)
    assert (early.status_code, early.json()["ready_at"]) == (409, LATER.isoformat())
    assert ready(service, NOW) == []
    assert ready(service, LATER) == [told["process_id"]]
    assert ready(service, LATER) == [], "told once"
    resident, tax = result(service, token, told["process_id"]).json()["selfPersonalData"]
    assert (resident["information_name"], resident["data_codes"]["person.name"]) == ("住民票", "4I")
    block = resident["特定個人情報等"]["住民票"]
    assert block["aoi"]["name"] == "試験 あおい"
    assert block["mamoru"]["kana"] == {"reason": "not_registered"}
    assert (tax["information_code"], tax["status"], tax["fault"]) == (TAX, "complete", None)
    rows = service.call("GET", "/history", token=token).json()["entries"]
    assert [row["register_id"] for row in rows] == ["resident", "tax"]
    assert {row["at"] for row in rows} == {LATER.isoformat()}


def test_what_answers_at_once_is_ready_at_once(service: Service) -> None:
    token = service.sign_in(service.world())
    process = request(service, token, RESIDENT, subjects=["aoi"]).json()
    assert process["state"] == "ready"
    (told,) = result(service, token, process["process_id"], NOW).json()["selfPersonalData"]
    assert set(told["特定個人情報等"]["住民票"]) == {"aoi"}


@pytest.mark.parametrize("kind", ["down", "unsupported", "mismatch", "stale", "refused"])
def test_a_register_that_fails_does_not_take_the_others_with_it(service: Service, kind: str) -> None:
    token = service.sign_in(service.world())
    process = request(service, token, TAX, PENSION).json()["process_id"]
    service.faults("w1", {"target": "register:tax", "kind": kind})
    tax, pension = result(service, token, process, NOW + timedelta(minutes=10)).json()["selfPersonalData"]
    assert (pension["status"] != "none", pension["fault"]) == (True, None)
    expected = {"down": ("none", "service-down"), "refused": ("none", "refused")}.get(kind, (kind, None))
    assert (tax["status"], tax["fault"]) == expected


@pytest.mark.parametrize(
    ("changes", "status", "kind"),
    [
        ({"purpose": " "}, 400, "no-purpose"),
        ({"legal_basis": ""}, 400, "no-legal-basis"),
        ({"information": [{"information_code": "TM00000000000000"}]}, 422, "no-such-information"),
        ({"information": [{"information_code": RESIDENT, "items": ["person.tax_exempt"]}]}, 403, "outside-purpose"),
        ({"information": []}, 422, "invalid-body"),
    ],
)
def test_refused_at_once(service: Service, changes: Any, status: int, kind: str) -> None:
    answer = request(service, service.sign_in(service.world()), RESIDENT, **changes)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, kind)


def test_a_process_belongs_to_one_person_and_one_client(service: Service) -> None:
    token = service.sign_in(service.world())
    process = request(service, token, RESIDENT).json()["process_id"]
    for stranger in (service.sign_in("w1", service.other), service.sign_in(service.world("w2"))):
        assert result(service, stranger, process).status_code == 404
    assert service.call("GET", "/self-information/notifications", "w1", token).status_code == 403


def test_the_catalogue_names_every_register_with_its_code(service: Service) -> None:
    told = service.call("GET", "/self-information/catalogue").json()["information"]
    codes = {one["register"]: one["information_code"] for one in told}
    assert (codes["resident"], codes["tax"], codes["pension"], codes["account"]) == (
        RESIDENT,
        TAX,
        PENSION,
        "TM00000000000089",
    )
    assert len(set(codes.values())) == len(codes)
    assert all(len(code) == 16 for code in codes.values())
    assert codes["care"].startswith("TMSIM"), "not one of the public codes"
