"""What registers answer and to whom, what authorities change, what stays in the history, and what is never kept."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

import httpx
import pytest

from tests.services.support import CONTROL, NOW, Service, household

BASIS = "住民基本台帳法 第12条"
REAL = ("123456789018", "１２３４５６７８９０１８", "1234 5678 9018")


def ask(service: Service, token: str, register: str, *items: str, **changes: Any) -> httpx.Response:
    body = {
        "procedures": ["moving-out-notice"],
        "items": list(items),
        "legal_basis": BASIS,
        "purpose": "転出届",
    } | changes
    return service.call("POST", f"/registers/{register}/inquiries", token=token, json=body)


def change(service: Service, world: str, register: str, key: str | None = None, **body: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return service.call(
        "POST", f"/registers/{register}/updates", world, json={"reason": "転入届"} | body, headers=headers
    )


def test_answers_for_the_household_and_for_nobody_else(service: Service) -> None:
    token = service.sign_in(service.world())
    told = ask(service, token, "resident", "person.name", "person.kana", "household.members").json()
    assert set(told["subjects"]) == {"aoi", "hina", "mamoru", "household"}
    assert told["subjects"]["aoi"] == {
        "kind": "person",
        "items": {
            "name": {"value": "試験 あおい", "as_of": "2027-03-15"},
            "kana": {"value": "シケン アオイ", "as_of": "2027-03-15"},
        },
    }
    assert told["subjects"]["mamoru"]["items"]["kana"] == {"reason": "not_registered"}
    assert (told["register"], told["status"], told["as_of"]) == ("resident", "partial", "2027-03-15")
    dogs = ask(service, token, "dog", "dog.name", "household.dogs").json()
    assert dogs["subjects"]["pochi"]["items"]["name"]["value"] == "ポチ"


def test_silence_is_an_answer_where_the_vocabulary_says_so(service: Service) -> None:
    token = service.sign_in(service.world())
    told = ask(service, token, "care", "person.care_certified").json()
    assert told["status"] == "complete"
    assert told["subjects"]["aoi"]["items"]["care_certified"] == {"value": False, "silent": True}
    assert ask(service, token, "residence_card", "person.residence_card_until").json()["status"] == "none"


def test_the_card_register_knows_the_card_itself(service: Service) -> None:
    token = service.sign_in(service.world())
    told = ask(service, token, "card", "person.card_held", "person.signing_certificate").json()["subjects"]
    values = {subject: [entry["value"] for entry in one["items"].values()] for subject, one in told.items()}
    assert values == {"aoi": [True, "valid"], "hina": [True, "none"], "mamoru": [False, "none"]}


def test_a_protected_address_is_marked(service: Service) -> None:
    told = ask(service, service.sign_in(service.world()), "resident", "person.address").json()["subjects"]
    assert told["mamoru"]["items"]["address"]["withheld"] is True
    assert "withheld" not in told["aoi"]["items"]["address"]


@pytest.mark.parametrize(
    ("changes", "status", "kind"),
    [
        ({"legal_basis": " "}, 400, "no-legal-basis"),
        ({"procedures": []}, 400, "no-legal-basis"),
        ({"purpose": ""}, 400, "no-purpose"),
        ({"items": ["person.health_insurance"]}, 403, "outside-purpose"),
        ({"items": ["person.made_up"]}, 403, "outside-purpose"),
    ],
)
def test_refused_inquiries_are_refused_and_recorded(service: Service, changes: Any, status: int, kind: str) -> None:
    world = service.world()
    token = service.sign_in(world)
    answer = ask(service, token, "resident", "person.name", requester="ひかり電力", **changes)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, kind)
    (row,) = service.call("GET", "/history", token=token).json()["entries"]
    assert (row["who"], row["what"], row["outcome"]) == ("ひかり電力", "inquiry-refused", kind)


def test_inquiries_need_a_person_who_allowed_them(service: Service) -> None:
    world = service.world()
    assert ask(service, "made-up", "resident", "person.name").status_code == 401
    assert ask(service, service.own_token(service.party, "registers"), "resident", "person.name").status_code == 403
    assert ask(service, service.sign_in(world, scope="openid name"), "resident", "person.name").status_code == 403
    token = service.sign_in(world)
    assert ask(service, token, "nowhere", "person.name").status_code == 404
    other = service.world("w2")
    body = {"procedures": ["p"], "items": ["person.name"], "legal_basis": BASIS}
    assert service.call("POST", "/registers/resident/inquiries", other, token, json=body).status_code == 403


@pytest.mark.parametrize("kind", ["unsupported", "mismatch", "stale", "partial", "refused", "down"])
def test_faults_shape_the_answer_of_one_register_in_one_world(service: Service, kind: str) -> None:
    world = service.world()
    token, other = service.sign_in(world), service.sign_in(service.world("w2"))
    service.faults(world, {"target": "register:resident", "kind": kind})
    items = ("person.name", "person.birth_date")
    answer = ask(service, token, "resident", *items)
    told = answer.json()
    if kind == "down":
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert answer.headers["Content-Type"] == "application/problem+json"
    elif kind == "refused":
        assert answer.status_code == 403
    else:
        assert told["status"] == kind
    if kind in ("unsupported", "mismatch"):
        assert told["subjects"] == {}
    if kind == "stale":
        assert told["as_of"] < "2026-03-15"
        assert told["subjects"]["aoi"]["items"]["name"]["stale"] is True
    if kind == "partial":
        assert told["subjects"]["aoi"]["items"] == {
            "name": {"value": "試験 あおい", "as_of": "2027-03-15"},
            "birth_date": {"reason": "not_provided"},
        }
    assert ask(service, other, "resident", *items).json()["status"] == "complete"
    assert ask(service, token, "care", "person.care_certified").status_code == 200
    service.faults(world)
    assert ask(service, token, "resident", *items).json()["status"] == "complete"


def test_a_change_is_what_every_later_look_up_returns(service: Service) -> None:
    world = service.world()
    token = service.sign_in(world)
    assert change(
        service, world, "health_insurance", subject="aoi", item="person.health_insurance", value="employee"
    ).json() == {"changed": True}
    told = ask(service, token, "health_insurance", "person.health_insurance").json()
    assert told["subjects"]["aoi"]["items"]["health_insurance"]["value"] == "employee"
    row = service.call("GET", "/history", token=token).json()["entries"][0]
    assert (row["what"], row["subject"], row["items"], row["purpose"]) == (
        "change",
        "aoi",
        ["person.health_insurance"],
        "転入届",
    )


def test_a_change_with_a_key_is_made_once(service: Service) -> None:
    world = service.world()
    for value, changed in (("employee", True), ("nhi", False)):
        answer = change(
            service, world, "health_insurance", "SIM-1/0", subject="aoi", item="person.health_insurance", value=value
        )
        assert answer.json() == {"changed": changed}


@pytest.mark.parametrize(
    ("register", "body", "status"),
    [
        ("resident", {"subject": "aoi", "item": "person.health_insurance", "value": "nhi"}, 422),
        ("resident", {"subject": "pochi", "item": "person.name", "value": "x"}, 404),
        ("resident", {"subject": "aoi", "item": "person.name"}, 422),
        ("card", {"subject": "aoi", "item": "person.signing_certificate", "value": "odd"}, 422),
    ],
)
def test_changes_that_fit_no_register_are_refused(service: Service, register: str, body: Any, status: int) -> None:
    assert change(service, service.world(), register, **body).status_code == status


def test_the_history_tells_who_what_why_and_that_it_is_whole(service: Service) -> None:
    world = service.world()
    token = service.sign_in(world)
    ask(service, token, "resident", "person.name", requester="しらかば市 市民課", purpose="転出届", consent="c-1")
    told = service.call("GET", "/history", token=token).json()
    (row,) = told["entries"]
    assert told["intact"] is True
    assert {name: row[name] for name in ("who", "register_id", "items", "purpose", "legal_basis", "consent", "outcome", "at")} == {
        "who": "しらかば市 市民課", "register_id": "resident", "items": ["person.name"], "purpose": "転出届",
        "legal_basis": BASIS, "consent": "c-1", "outcome": "complete", "at": NOW.isoformat(),
    }  # fmt: skip
    assert "あおい" not in str(told), "values never stand in it"
    assert service.call("GET", f"/_sim/worlds/{world}/history").json() == told
    with sqlite3.connect(service.database) as database:
        database.execute("UPDATE sim_audit SET actor = 'somebody else'")
    assert service.call("GET", "/history", token=token).json()["intact"] is False


def test_worlds_are_made_again_only_for_another_household_and_forgotten_whole(service: Service) -> None:
    world = service.world()
    change(service, world, "resident", subject="aoi", item="person.kana", value="カワッタ")
    service.world()
    assert (
        ask(service, service.sign_in(world), "resident", "person.kana").json()["subjects"]["aoi"]["items"]["kana"][
            "value"
        ]
        == "カワッタ"
    )
    token = service.sign_in(world)
    service.world(id_=world, title="同じ")
    assert service.call("DELETE", f"/_sim/worlds/{world}").status_code == 204
    assert ask(service, token, "resident", "person.kana").status_code == 401
    with sqlite3.connect(service.database) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        for table in tables:
            assert database.execute(f"SELECT count(*) FROM {table} WHERE world = ?", (world,)).fetchone() == (0,)


def test_the_control_plane_needs_its_key(service: Service) -> None:
    for method, path in (("PUT", ""), ("DELETE", ""), ("PUT", "/faults"), ("PUT", "/card"), ("GET", "/history")):
        answer = service.call(method, f"/_sim/worlds/w1{path}", headers={"X-Sim-Key": "wrong"}, json={})
        assert answer.status_code == 403
        assert CONTROL not in answer.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"persona": "no-such-household"}, 404),
        ({"persona": "../registers"}, 404),
        ({"persona": {"id": "x"}}, 422),
        ({"persona": household(roles={"applicant": "pochi"})}, 422),
        ({}, 422),
    ],
)
def test_households_that_cannot_be_are_refused(service: Service, body: Any, status: int) -> None:
    assert service.call("PUT", "/_sim/worlds/w9", json=body).status_code == status


def test_every_household_file_can_be_played(service: Service) -> None:
    from tests.services.support import ROOT

    for path in sorted((ROOT / "procedures/personas").glob("*.yaml")):
        answer = service.call("PUT", f"/_sim/worlds/p-{path.stem}", json={"persona": path.stem})
        assert (answer.status_code, answer.json().get("detail")) == (200, None), path.stem


@pytest.mark.parametrize("number", REAL)
def test_a_real_my_number_is_refused_everywhere_and_neither_kept_nor_logged(
    service: Service, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world = service.world()
    token = service.sign_in(world)
    home = household()
    home["subjects"]["aoi"]["facts"]["name"] = f"番号{number} です"
    line = [{"authority": "a", "procedure": number}]
    answers = [
        change(service, world, "resident", subject="aoi", item="person.kana", value={"deep": [number]}),
        ask(service, token, "resident", "person.name", purpose=number),
        service.call("PUT", "/_sim/worlds/w9", json={"persona": home}),
        service.call(
            "POST", "/api/sign-transactions", world, token, json={"digest": "x", "title": number, "lines": line}
        ),
        service.push(world, state=number).answer,
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert answer.json()["type"] == "urn:hitomado:problem:looks-like-real-my-number"
        assert number not in answer.text
    assert number not in caplog.text
    kept = b"".join(path.read_bytes() for path in service.database.parent.glob("*.sqlite3*"))
    assert number.encode() not in kept


def test_a_real_my_number_as_a_number_is_refused(service: Service) -> None:
    answer = change(service, service.world(), "resident", subject="aoi", item="person.kana", value=123456789018)
    assert answer.status_code == 422
