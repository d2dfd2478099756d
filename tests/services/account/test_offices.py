"""Look-ups with purpose and ground, consent, and what the person sees of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from app.services.account.purposes import LAW, PURPOSES
from tests.services.account.kit import Site, account

ASKED = {
    "person": "jo",
    "authority": "しらかば市",
    "purpose": "child_allowance",
    "legal_basis": f"{LAW}、児童手当法 第8条",
}
QUESTION = {
    "person": "jo", "authority": "しらかば市", "purpose": "emergency_benefit", "benefit": "物価高の給付金", "until": "2027-04-15",
}  # fmt: skip


def ask(site: Site, **changes: Any) -> dict[str, Any]:
    answer = site.office("/inquiries", **ASKED | changes)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def test_registered_is_not_automatic_payment(site: Site) -> None:
    told = ask(site)
    assert (told["payment"], told["account"], told["transfer_record"]) == ("ask_first", None, None)


def test_chosen_in_an_application(site: Site) -> None:
    told = ask(site, application="SIM-4821-7730", amount=15_000)
    assert told["payment"] == "chosen"
    assert told["account"] == {
        "金融機関コード": "9701", "金融機関名（カナ）": "ﾋﾀﾞﾏﾘ", "店番": "110", "支店名（カナ）": "ﾁﾕｳｵｳ", "預貯金種目コード": "1",
        "口座番号": "0000010", "名義人氏名（カナ）": "ｼﾐｽﾞ ｼﾞﾖｳ",
    }  # fmt: skip
    assert len(told["transfer_record"].encode("shift_jis")) == 120
    assert told["transfer_record"][80:90] == "0000015000"


def test_nothing_registered_and_nothing_of_use(site: Site) -> None:
    assert ask(site, person="yuki", application="SIM-1")["payment"] == "not_registered"
    site.state("0000010", "frozen")
    told = ask(site, application="SIM-1")
    assert (told["payment"], told["reason"], told["account"]) == ("not_usable", "frozen", None)


@pytest.mark.parametrize(
    ("changes", "status", "kind"),
    [
        ({"purpose": "curiosity"}, 422, "purpose-unknown"),
        ({"legal_basis": "なんとなく"}, 403, "outside-purpose"),
        ({"legal_basis": "雇用保険法 第10条"}, 403, "outside-purpose"),
        ({"legal_basis": ""}, 422, "invalid-body"),
        ({"person": "nobody"}, 404, "not-found"),
        ({"consent": 9}, 404, "not-found"),
        ({"amount": 0}, 422, "invalid-body"),
    ],
)
def test_inquiries_that_are_refused(site: Site, changes: dict[str, Any], status: int, kind: str) -> None:
    answer = site.office("/inquiries", **ASKED | changes)
    assert (answer.status_code, answer.json["type"].rsplit(":")[-1]) == (status, kind)
    assert site.own("jo", path="/history").json["inquiries"] == []


def test_every_purpose_has_its_law(site: Site) -> None:
    for one in PURPOSES.values():
        assert ask(site, purpose=one.code, legal_basis=one.basis)["payment"] == "ask_first"
    assert [one["code"] for one in site.call("GET", "/purposes", world=None, key=False).json] == list(PURPOSES)


def test_the_person_sees_who_asked(site: Site) -> None:
    ask(site)
    ask(site, application="SIM-4821-7730", benefit="児童手当")
    first, second = site.own("jo", path="/history").json["inquiries"]
    assert (first["who"], first["purpose_name"], first["outcome"]) == ("しらかば市", "児童手当", "ask_first")
    assert (second["application"], second["benefit"], second["outcome"]) == ("SIM-4821-7730", "児童手当", "chosen")
    assert second["legal_basis"] == ASKED["legal_basis"]
    assert site.own("yuki", path="/history").json["inquiries"] == []
    audit = site.call("GET", "/_sim/worlds/w1/audit", world=None).json
    assert audit["intact"]
    assert "0000010" not in str(audit["entries"]), "no number in the log"


def test_an_office_asks_and_the_person_agrees(site: Site) -> None:
    made = site.office("/consents", **QUESTION)
    assert (made.status_code, made.json["state"]) == (201, "asked")
    number = made.json["id"]
    inquiry = {"purpose": "emergency_benefit", "consent": number}
    assert ask(site, **inquiry)["payment"] == "ask_first"
    assert [one["id"] for one in site.own("jo", path="/consents").json] == [number]
    assert "物価高の給付金" in site.own("jo", path="/notices").json[0]["text"]

    def say(word: str, who: str = "jo") -> int:
        return site.own(who, "PUT", f"/consents/{number}", json={"answer": word}).status_code

    assert say("agree", "yuki") == 404
    assert (say("agree"), say("agree")) == (200, 200)
    told = ask(site, **inquiry)
    assert (told["payment"], told["account"]["口座番号"]) == ("agreed", "0000010")
    assert say("refuse") == 200
    assert ask(site, **inquiry)["payment"] == "refused"
    assert say("maybe") == 422
    assert site.types() == ["account.consent_asked", "account.consent_answered", "account.consent_answered"]


def test_consent_is_for_one_office_and_purpose(site: Site) -> None:
    number = site.office("/consents", **QUESTION).json["id"]
    site.own("jo", "PUT", f"/consents/{number}", json={"answer": "agree"})
    for changes in ({"authority": "あおば野市"}, {"purpose": "child_allowance"}, {"person": "fumi"}):
        sent = ASKED | {"purpose": "emergency_benefit", "consent": number} | changes
        if changes.get("person"):
            assert site.office("/inquiries", **sent).json["payment"] == "not_registered"
        else:
            assert site.office("/inquiries", **sent).status_code == 403


def test_an_answer_may_come_on_the_last_day(site: Site) -> None:
    number = site.office("/consents", **QUESTION).json["id"]
    site.move(datetime(2027, 4, 15, 23, 59, 59))
    assert site.own("jo", "PUT", f"/consents/{number}", json={"answer": "agree"}).status_code == 200
    assert ask(site, purpose="emergency_benefit", consent=number)["payment"] == "agreed"
    site.move(datetime(2027, 4, 16))
    late = site.own("jo", "PUT", f"/consents/{number}", json={"answer": "refuse"})
    assert (late.status_code, late.json["detail"][:7]) == (409, "返事の期限を過")
    assert ask(site, purpose="emergency_benefit", consent=number)["payment"] == "ask_first"
    assert site.own("jo", path="/consents").json[0]["state"] == "expired"


def test_questions_that_make_no_sense(site: Site) -> None:
    assert site.office("/consents", **QUESTION | {"person": "yuki"}).status_code == 409
    assert site.office("/consents", **QUESTION | {"until": "2027-03-14"}).status_code == 422
    assert site.office("/consents", **QUESTION | {"until": "2027-03-15"}).status_code == 201


def test_protection_is_told_to_the_office_alone(site: Site) -> None:
    assert ask(site)["protected"] is False
    site.sim("PUT", "people/jo", {"protected": True})
    assert ask(site)["protected"] is True


def test_who_may_ask(site: Site) -> None:
    bare = site.call("POST", "/inquiries", key=False, json=ASKED)
    assert bare.status_code == 401
    for token, status in (("GV1", 200), ("GV1!", 403), ("jo@w1", 403), ("unknown", 401)):
        told = site.call("POST", "/inquiries", key=False, json=ASKED, headers={"Authorization": f"Bearer {token}"})
        assert told.status_code == status, token
    assert site.call("POST", "/inquiries", json=ASKED, world=None).status_code == 400


def test_an_office_may_be_refused(site: Site) -> None:
    site.call("PUT", "/_sim/worlds/w1/faults", json=[{"target": "inquiries", "kind": "refused"}])
    assert site.office("/inquiries", **ASKED).status_code == 403


@pytest.mark.parametrize(
    ("number", "name", "former", "result"),
    [
        ("0000001", "シミズ　ユキ", [], "match"),
        ("0000002", "シミズ ユキ", ["オカ ユキ"], "old_name"),
        ("0000002", "シミズ ユキ", [], "kana_mismatch"),
        ("0000003", "シミズ ユキ", [], "closed"),
        ("0000004", "シミズ ユキ", [], "frozen"),
        ("0000098", "シミズ ユキ", [], "not_found"),
        ("0000001", "清水 有希", [], "kana_mismatch"),
    ],
)
def test_the_bank_checks_a_name(site: Site, number: str, name: str, former: list[str], result: str) -> None:
    told = site.office("/name-check", **account(number, holder_kana=name, former_kana=former)).json
    assert told["result"] == result
    assert "シミズ" not in str(told)


def test_banks_and_branches(site: Site) -> None:
    assert [one["code"] for one in site.call("GET", "/banks", world=None, key=False).json] == [
        "9701",
        "9702",
        "9703",
        "9799",
    ]
    told = site.call("GET", "/banks/9701/branches", key=False).json
    assert {"bank": "9701", "code": "110", "name": "中央支店", "kana": "チユウオウ"} in told
    assert site.call("GET", "/banks/0001/branches", key=False).status_code == 404
