"""The register for others, worlds out of household files, and the document."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.services.simcore.personas import read_persona
from tests.services.account.kit import NOW, ROOT, Site, household
from tests.services.account.kit import site as restarted

ITEM = "person.public_account"
PERSONAS = sorted(path.stem for path in (ROOT / "procedures/personas").glob("*.yaml"))
TOLD = {"X-Sim-Now": NOW.isoformat()}


def ask(site: Site, *subjects: str, register: str = "account", world: str = "w1", **changes: Any) -> TestResponse:
    body = {
        "subjects": list(subjects),
        "items": [ITEM],
        "purpose": "確認",
        "legal_basis": "法",
        "client": "しらかば市",
    } | changes
    return site.call("POST", f"/registers/{register}/inquiries", world=world, json=body, headers=TOLD)


def update(site: Site, subject: str, value: Any, **changes: Any) -> TestResponse:
    body = {"subject": subject, "item": ITEM, "value": value, "reason": "児童手当の認定請求"} | changes
    return site.call("POST", "/registers/account/updates", json=body, headers=TOLD)


def item(site: Site, subject: str, world: str = "w1") -> dict[str, Any]:
    return dict(ask(site, subject, world=world).json["subjects"][subject]["items"][ITEM])


def test_an_inquiry(site: Site) -> None:
    told = ask(site, "jo", "yuki", "nobody").json
    assert told["as_of"] == "2027-03-15"
    assert told["subjects"] == {
        "jo": {"items": {ITEM: {"value": "ひだまり銀行 中央支店 普通 0000010"}}},
        "yuki": {"items": {ITEM: {"reason": "not_registered"}}},
    }
    site.state("0000010", "closed")
    assert item(site, "jo") == {"reason": "not_provided"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"register": "maternal"}, 404),
        ({"items": ["person.name"]}, 403),
        ({"items": []}, 422),
        ({"world": "nowhere"}, 404),
    ],
)
def test_inquiries_that_are_refused(site: Site, changes: dict[str, Any], status: int) -> None:
    assert ask(site, "jo", **changes).status_code == status


def test_faults_of_the_register(site: Site) -> None:
    for kind, status in (("down", 503), ("refused", 403), ("partial", 200)):
        site.call("PUT", "/_sim/worlds/w1/faults", json=[{"target": "register:account", "kind": kind}])
        assert ask(site, "jo").status_code == status
    assert item(site, "jo") == {"reason": "not_provided"}


def test_an_update_by_a_completed_procedure(site: Site) -> None:
    text = "ひだまり銀行 中央支店 普通 0000011"
    assert [update(site, "jo", text).status_code for _ in range(2)] == [204, 204]
    assert item(site, "jo") == {"value": text}
    ((type_, _, data),) = site.events()
    assert (type_, data["route"]) == ("account.changed", "procedure")
    assert update(site, "jo", None).status_code == 204
    assert item(site, "jo") == {"reason": "not_registered"}
    assert update(site, "jo", None).status_code == 204
    assert len(site.events()) == 2


@pytest.mark.parametrize(
    ("subject", "value", "status"),
    [
        ("jo", "本物銀行 中央支店 普通 0000011", 422),
        ("jo", "ひだまり銀行 どこか支店 普通 0000011", 422),
        ("jo", "ひだまり銀行 中央支店 普通 0000001", 422),
        ("mio", "ひだまり銀行 中央支店 普通 0000010", 422),
        ("jo", 7, 422),
        ("nobody", "ひだまり銀行 中央支店 普通 0000011", 404),
    ],
)
def test_updates_that_are_refused(site: Site, subject: str, value: Any, status: int) -> None:
    assert update(site, subject, value).status_code == status
    assert site.events() == []


def test_the_register_needs_the_control_key(site: Site) -> None:
    assert site.call("POST", "/registers/account/inquiries", key=False, json={}).status_code == 403


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_household_file_makes_a_world(site: Site, persona: str) -> None:
    site.world(persona, "w2")
    file = read_persona(ROOT / "procedures", persona)
    assert file is not None
    dead = {one["person"] for one in (file.get("records") or {}).get("deaths", ()) if one["notified"]}
    for id_, subject in file["subjects"].items():
        text = subject.get("facts", {}).get("public_account")
        if subject["kind"] == "person" and id_ not in dead:
            assert item(site, id_, "w2") == ({"value": text} if text else {"reason": "not_registered"})
    assert site.events("w2") == []


def _bare(persona: str) -> dict[str, Any]:
    file = dict(read_persona(ROOT / "procedures", persona) or {})
    return {name: part for name, part in file.items() if name != "records"}


def test_without_records_accounts_are_derived_and_the_same_in_every_world(site: Site) -> None:
    for world in ("w2", "w3"):
        site.world(_bare("yamashina"), world)
    assert item(site, "haruka", "w2") == {"value": "ひだまり銀行 中央支店 普通 0000021"}
    lists = [site.call("GET", f"/_sim/worlds/{world}/bank/accounts", world=None).json for world in ("w2", "w3")]
    assert lists[0] == lists[1]
    assert {one["holder"] for one in lists[0]} >= {"haruka", "ren", "mio"}
    assert {one["state"] for one in lists[0]} == {"open"}


@pytest.mark.parametrize("state", ["closed", "frozen"])
def test_a_registered_account_that_is_of_no_use_from_the_beginning(site: Site, state: str) -> None:
    file = household()
    file["id"] = "other"
    file["records"]["accounts"]["jo"][0]["state"] = state
    site.world(file)
    told = site.own("jo").json
    assert (told["state"], told["reason"]) == ("invalid", state)


@pytest.mark.parametrize(
    "held",
    [
        {"bank": "本物銀行"},
        {"number": "12"},
        {"type": "定期"},
        {"state": "lost"},
        {"colour": "red"},
    ],
)
def test_records_without_the_form_are_refused(site: Site, held: dict[str, Any]) -> None:
    file = household()
    file["id"] = "wrong"
    file["records"]["accounts"]["yuki"][0] |= held
    answer = site.call("PUT", "/_sim/worlds/w4", json={"persona": file}, headers=TOLD)
    assert (answer.status_code, answer.json["type"].rsplit(":")[-1]) == (422, "invalid-household")
    assert site.call("GET", "/_sim/worlds/w4/bank/accounts", world=None).status_code == 404, "nothing is left behind"


def test_worlds_do_not_meet_and_are_forgotten(site: Site) -> None:
    site.world(household(), "w2")
    site.state("0000010", "closed")
    assert item(site, "jo", "w2")["value"]
    assert site.call("DELETE", "/_sim/worlds/w1", world=None).status_code == 204
    assert site.own("jo").status_code == 404
    assert site.own("jo@w2").status_code == 200
    site.world()
    assert site.own("jo").json["state"] == "valid"


def test_everything_states_its_tier(site: Site) -> None:
    document = site.call("GET", "/openapi.json", world=None, key=False).json
    operations = [op for path in document["paths"].values() for op in path.values()]
    assert {op["x-tier"] for op in operations} == {"T2", "T3"}
    assert "Assumptions" in document["info"]["description"]
    assert {"/account", "/inquiries", "/name-check", "/letters", "/registers/{register}/updates"} <= set(
        document["paths"]
    )


def test_nothing_is_lost_when_the_service_starts_again(site: Site) -> None:
    site.state("0000010", "frozen")
    again = restarted(site.folder)
    again.later(hours=1)
    assert again.own("jo").json["reason"] == "frozen"
    again.app.extensions["simcore"].close()
