"""Who sees whose records: parents, delegates, and from whom protected people are kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.mynumber.kit import ask, family, sign_in_as
from tests.services.support import NOW, OPENID, Service

CODES = {"affairs_code": "JM00000000000001", "procedure_code": "JT00000000000001"}


@pytest.fixture
def world(service: Service) -> str:
    made = service.call("PUT", "/_sim/worlds/w1", json={"persona": family()})
    assert made.status_code == 200, made.text
    return "w1"


def seen(answer: Any) -> set[str]:
    return set(answer.json()["subjects"])


def office_asks(service: Service, world: str, *scopes: str, **changes: Any) -> Any:
    object.__setattr__(service.office, "scopes", frozenset(scopes))
    registration = service.app.extensions["mynumber"].provider.clients[service.office.client_id]
    object.__setattr__(registration.registration, "scopes", frozenset(scopes))
    token = service.own_token(service.office, " ".join(scopes))
    body = CODES | {
        "information_code": "TM00000000000001", "subjects": ["haha"], "items": ["person.name", "person.address"],
        "legal_basis": "番号法 第19条第8号", "purpose": "税の賦課", "office": "よその市 税務課",
    } | changes  # fmt: skip
    return service.call("POST", "/inquiries", world, token, json=body)


def test_a_parent_sees_a_child_under_eighteen_and_no_longer(service: Service, world: str) -> None:
    token = service.sign_in(world)
    assert seen(ask(service, token, "health_insurance", "person.health_insurance")) == {"haha", "ko"}
    row = service.call("GET", "/history", token=token).json()["entries"][-1]
    assert row["grounds"] == {"haha": "self", "ko": "guardian"}
    later = NOW.replace(year=2033, month=4, day=3)
    told = service.call("GET", "/mandates", token=token, now=later).json()
    assert told["grounds"]["ko"] == "mandate", "grown up: what was given when the world began, and nothing by law"


def test_the_other_parent_finds_no_trace_of_a_protected_child(service: Service, world: str) -> None:
    mother, father = service.sign_in(world), sign_in_as(service, world, "chichi")
    ask(service, mother, "resident", "person.address", requester="しらかば市 市民課")
    for register, item in (("resident", "person.address"), ("school", "person.school")):
        assert seen(ask(service, father, register, item)) == {"chichi"}
    refused = ask(service, father, "resident", "person.name", subjects=["ko"])
    nobody = ask(service, father, "resident", "person.name", subjects=["nobody"])
    assert (refused.status_code, refused.json()) == (nobody.status_code, nobody.json()), "the same words as for nobody"
    told = service.call("GET", "/history", token=father).json()
    assert {row["who"] for row in told["entries"]} == {"試験のRP00000001"}
    assert "ko" not in service.call("GET", "/mandates", token=father).json()["grounds"]
    unprotected = family()
    unprotected["id"] = "open"
    for one in ("haha", "ko"):
        unprotected["subjects"][one]["facts"].pop("address_protected")
    service.call("PUT", "/_sim/worlds/w2", json={"persona": unprotected})
    assert seen(ask(service, sign_in_as(service, "w2", "chichi"), "resident", "person.name")) == {"chichi", "ko"}


def test_a_mandate_opens_what_it_names_and_is_withdrawn(service: Service, world: str) -> None:
    mother, friend = service.sign_in(world), sign_in_as(service, world, "tomo")
    assert seen(ask(service, friend, "tax", "person.tax_exempt")) == {"tomo"}
    body = {"delegate": "tomo", "registers": ["tax", "resident"], "ends_on": "2027-04-30"}
    given = service.call("POST", "/mandates", token=mother, json=body)
    assert given.status_code == 201, given.text
    assert seen(ask(service, friend, "tax", "person.tax_exempt")) == {"tomo", "haha"}
    assert seen(ask(service, friend, "health_insurance", "person.health_insurance")) == {"tomo"}
    told = ask(service, friend, "resident", "person.name", "person.address").json()["subjects"]["haha"]["items"]
    assert told["name"]["value"] == "試験 はは"
    assert told["address"] == {"reason": "not_provided"}, "a delegate who does not live there learns no address"
    late = NOW.replace(month=5)
    body = {"procedures": ["p"], "items": ["person.tax_exempt"], "legal_basis": "法", "purpose": "確認"}
    after = service.call("POST", "/registers/tax/inquiries", token=friend, json=body, now=late)
    assert seen(after) == {"tomo"}, "it ended"
    assert service.call("DELETE", f"/mandates/{given.json()['id']}", token=friend).status_code == 404
    assert service.call("DELETE", f"/mandates/{given.json()['id']}", token=mother).status_code == 204
    assert seen(ask(service, friend, "tax", "person.tax_exempt")) == {"tomo"}
    rows = service.call("GET", "/history", token=mother).json()["entries"]
    assert [row["outcome"] for row in rows if row["what"] == "mandate"] == ["given", "withdrawn"]
    assert any(row["grounds"].get("haha") == "mandate" for row in rows), "who looked is told to whose record it is"
    theirs = service.call("GET", "/history", token=friend).json()["entries"]
    assert all("haha" not in row["grounds"] for row in theirs)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"delegate": "haha"}, 422),
        ({"delegate": "nobody"}, 404),
        ({"delegate": "tomo", "registers": ["nowhere"]}, 422),
        ({"delegate": "tomo", "ends_on": "2020-01-01"}, 422),
    ],
)
def test_mandates_that_cannot_be(service: Service, world: str, body: Any, status: int) -> None:
    assert service.call("POST", "/mandates", token=service.sign_in(world), json=body).status_code == status


def test_another_office_gets_no_address_of_a_protected_person(service: Service, world: str) -> None:
    told = office_asks(service, world, "registers.read").json()
    assert told["subjects"]["haha"]["items"]["address"] == {"reason": "withheld"}
    assert (told["information_code"], told["data_codes"]) == (
        "TM00000000000001",
        {"person.name": "4I", "person.address": "4I"},
    )
    cleared = office_asks(service, world, "registers.read", "registers.protected").json()
    assert cleared["subjects"]["haha"]["items"]["address"]["value"]["town"] == "緑町"
    rows = service.call("GET", "/history", token=service.sign_in(world)).json()["entries"]
    assert [(row["who"], row["purpose"], row["grounds"]) for row in rows] == [
        ("よその市 税務課", "税の賦課", {"haha": "office"})
    ] * 2
    assert "緑町" not in str(rows)


@pytest.mark.parametrize(
    ("changes", "status", "kind"),
    [
        ({"purpose": ""}, 400, "no-purpose"),
        ({"legal_basis": ""}, 400, "no-legal-basis"),
        ({"information_code": "TM00000000000099"}, 404, "not-found"),
        ({"affairs_code": "XX"}, 422, "invalid-body"),
        ({"subjects": ["nobody"]}, 403, "not-permitted"),
        ({"items": ["person.tax_exempt"]}, 403, "outside-purpose"),
    ],
)
def test_offices_need_a_ground_too(service: Service, world: str, changes: Any, status: int, kind: str) -> None:
    answer = office_asks(service, world, "registers.read", **changes)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, kind)


def test_the_basic_data_leave_a_protected_address_out(service: Service, world: str) -> None:
    told = service.call("GET", OPENID + "/userinfo", token=service.sign_in(world)).json()
    assert told["name"] == "試験 はは"
    assert "address" not in told


def test_an_office_cannot_find_out_an_address_by_writing_it(service: Service, world: str) -> None:
    same = family()["subjects"]["haha"]["facts"]["address"]
    for value in (same, same | {"town": "西町"}):
        body = {"subject": "haha", "item": "person.address", "value": value, "reason": "転入届"}
        answer = service.call("POST", "/registers/resident/updates", world, json=body)
        assert answer.json() == {"changed": True}


def test_guardians_of_adults_see_their_ward(service: Service) -> None:
    persona = family()
    persona["records"]["guardianship"] = [
        {"person": "tomo", "kind": "adult", "guardian": "chichi", "since": "2026-01-01"},
        {"person": "haha", "kind": "curator", "guardian": "chichi", "since": "2026-01-01"},
    ]
    service.call("PUT", "/_sim/worlds/w1", json={"persona": persona})
    assert seen(ask(service, sign_in_as(service, "w1", "chichi"), "tax", "person.tax_exempt")) == {"chichi", "tomo"}


def test_a_child_that_is_born_comes_into_the_household_and_someone_who_dies_leaves_it(
    service: Service, world: str
) -> None:
    def change(subject: str, item: str, value: Any, how: str) -> Any:
        body = {"subject": subject, "item": item, "how": how, "value": value, "reason": "出生届"}
        return service.call("POST", "/registers/resident/updates", world, json=body)

    home = next(
        id_
        for id_, one in family()["subjects"].items()
        if one["kind"] == "household" and "haha" in one["facts"]["members"]
    )
    before = family()["subjects"][home]["facts"]["members"]
    assert change("akari", "person.name", "試験 あかり", "set").status_code == 404, "nobody of that name yet"
    assert change(home, "household.members", "akari", "add").json() == {"changed": True}
    assert change(home, "household.members", "akari", "add").json() == {"changed": False}
    assert change("akari", "person.name", "試験 あかり", "set").json() == {"changed": True}
    token = service.sign_in(world)
    told = ask(service, token, "resident", "household.members", "person.name").json()["subjects"]
    assert told[home]["items"]["members"]["value"] == [*before, "akari"]
    assert told["akari"]["items"]["name"]["value"] == "試験 あかり"
    assert change(home, "household.members", "akari", "remove").json() == {"changed": True}
    told = ask(service, token, "resident", "household.members").json()["subjects"]
    assert told[home]["items"]["members"]["value"] == before
    assert change(home, "household.head", "haha", "add").status_code == 422, "no list"
    assert change(home, "household.members", "../x", "add").status_code == 422
    assert change(home, "household.members", home, "add").status_code == 422, "no person"
