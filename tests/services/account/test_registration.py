"""Registering, changing and erasing one's own account: rules, versions, repeated and simultaneous calls."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.services.account.kit import Site, account, household

GOOD = account("0000001")


def test_first_registration(site: Site) -> None:
    assert site.own("yuki").status_code == 404
    made = site.put("yuki", GOOD)
    assert made.status_code == 201, made.text
    assert made.json["account"]["text"] == "ひだまり銀行 中央支店 普通 0000001"
    assert (made.json["state"], made.json["route"], made.json["holder_kana"]) == ("valid", "portal", "シミズ ユキ")
    read = site.own("yuki")
    assert (read.json, read.headers["ETag"]) == (made.json, made.headers["ETag"])
    assert read.headers["Cache-Control"] == "no-store"
    assert site.own("yuki", headers={"If-None-Match": read.headers["ETag"]}).status_code == 304
    ((type_, subject, data),) = site.events()
    assert (type_, subject) == ("account.registered", "yuki")
    assert data == {"person": "yuki", "route": "portal", "reason": None, "notice": "01"}
    assert site.codes("yuki") == ["01"]


def test_what_the_household_file_says_is_registered(site: Site) -> None:
    told = site.own("jo").json
    assert (told["state"], told["account"]["text"]) == ("valid", "ひだまり銀行 中央支店 普通 0000010")
    assert site.events() == [], "that was before the world began"
    assert told["at"] < "2027-03-15"


def test_change_and_erase(site: Site) -> None:
    first = site.own("jo").headers["ETag"]
    changed = site.put("jo", account("0000011"), match=first)
    assert (changed.status_code, changed.json["account"]["number"]) == (200, "0000011")
    second = changed.headers["ETag"]
    assert second != first
    assert site.erase("jo", first).status_code == 412
    assert site.erase("jo", second).status_code == 204
    assert site.own("jo").status_code == 404
    assert site.erase("jo", second).status_code == 404
    again = site.put("jo", account("0000010"))
    assert (again.status_code, again.headers["ETag"] in (first, second)) == (201, False), (
        "a version is never used twice"
    )
    assert site.types() == ["account.changed", "account.erased", "account.registered"]
    told = site.own("jo", path="/history").json["registrations"]
    assert [one["what"] for one in told] == ["registered", "changed", "erased", "registered"]
    assert told[1]["route_name"] == "マイナポータル"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (account("0000002"), "old_name"),
        (account("0000003"), "closed"),
        (account("0000004"), "frozen"),
        (account("0000005", type_="4"), "savings"),
        (account("0000099"), "not_found"),
        (account("0000001", type_="2"), "not_found"),
        (account("0000001", branch="999"), "no-such-branch"),
        (account("0000001", bank="0001"), "no-such-branch"),
        (account("0000010"), "someone-else"),
        (account("0000030"), "kana_mismatch"),
        (account("0000001", holder_kana="シミズ ジョウ"), "someone-else"),
        (account("0000001", holder_kana="オカ　ゆき"), "old_name"),
        (account("0000001", holder_kana="ヤマダ タロウ"), "not-own-name"),
        ({"symbol": "10530", "postal_number": "12345672"}, "number"),
        ({"symbol": "20530", "postal_number": "12345671"}, "symbol"),
    ],
)
def test_accounts_that_are_refused(site: Site, sent: dict[str, Any], reason: str) -> None:
    assert site.reason(site.put("yuki", sent)) == reason
    assert site.own("yuki").status_code == 404
    assert site.events() == []


@pytest.mark.parametrize("holder", ["シミズ　ユキ", "しみず ゆき", "ｼﾐｽﾞﾕｷ"])
def test_a_name_may_be_written_in_many_ways(site: Site, holder: str) -> None:
    assert site.put("yuki", account("0000001", holder_kana=holder)).status_code == 201


def test_a_postal_account_by_its_symbol(site: Site) -> None:
    made = site.put("yuki", {"symbol": "10530", "postal_number": "12345671"})
    told = made.json["account"]
    assert (told["text"], told["bank"]) == ("模擬ゆうちょ 〇五八店 普通 1234567", "9799")
    assert (told["symbol"], told["postal_number"]) == ("10530", "12345671")


def test_a_child_has_an_account_of_its_own(site: Site) -> None:
    assert site.reason(site.put("yuki", account("0000001"), for_="mio")) == "parents-account"
    assert site.reason(site.put("yuki", account("0000020", holder_kana="シミズ ユキ"), for_="mio")) == "parents-account"
    made = site.put("yuki", account("0000020"), for_="mio")
    assert (made.status_code, made.json["holder_kana"]) == (201, "シミズ ミオ")
    assert site.own("jo", path="/account?for=mio").status_code == 200
    assert site.own("mio").status_code == 200


@pytest.mark.parametrize(("who", "for_"), [("fumi", "mio"), ("yuki", "jo"), ("mio", "yuki"), ("yuki", "nobody")])
def test_nobody_acts_for_others(site: Site, who: str, for_: str) -> None:
    assert site.own(who, path=f"/account?for={for_}").status_code == 403


@pytest.mark.parametrize(("born", "status"), [("2009-03-16", 404), ("2009-03-15", 403)])
def test_a_parent_acts_until_the_eighteenth_birthday(site: Site, born: str, status: int) -> None:
    file = household()
    file["id"] = "older"
    file["subjects"]["mio"]["facts"]["birth_date"] = born
    site.world(file, "w2")
    assert site.own("yuki@w2", path="/account?for=mio").status_code == status


def test_protection_keeps_the_other_parent_out(site: Site) -> None:
    site.sim("PUT", "people/mio", {"protected": True})
    assert site.own("jo", path="/history?for=mio").status_code == 403
    site.sim("PUT", "people/yuki", {"protected": True})
    assert site.own("yuki", path="/history?for=mio").status_code == 200
    assert site.own("jo", path="/history?for=mio").status_code == 403


def test_one_account_has_one_person(site: Site) -> None:
    site.sim("POST", "bank/accounts", account("0000077", holder="fumi", holder_kana="シミズ ユキ"))
    assert site.put("yuki", account("0000077")).status_code == 201
    file = household()
    # Two people of one name: the bank cannot tell them apart, the register can.
    file["id"], file["subjects"]["fumi"]["facts"]["kana"] = "same-name", "シミズ ユキ"
    site.world(file, "w2")
    assert site.put("yuki@w2", GOOD).status_code == 201
    assert site.reason(site.put("fumi@w2", GOOD)) == "shared"


def test_versions_must_be_named(site: Site) -> None:
    def bare(**headers: str) -> int:
        return site.own("jo", "PUT", json=account("0000011"), headers={"Idempotency-Key": "k", **headers}).status_code

    assert bare() == 428
    assert bare(**{"If-None-Match": "*"}) == 412
    assert bare(**{"If-None-Match": '"v1"'}) == 400
    assert bare(**{"If-Match": '"v9"'}) == 412
    assert site.put("yuki", GOOD, match="*").status_code == 412
    assert site.own("jo", "DELETE", headers={"Idempotency-Key": "k"}).status_code == 428
    assert bare(**{"If-Match": '"v1"'}) == 200


def test_a_lost_change_is_noticed(site: Site) -> None:
    seen = site.own("jo").headers["ETag"]
    assert site.put("jo", account("0000011"), match=seen).status_code == 200
    late = site.put("jo", account("0000010"), match=seen)
    assert (late.status_code, late.json["detail"]) == (
        412,
        "ほかの画面で登録が変わっています。今の登録を確かめてください。",
    )
    assert site.own("jo").json["account"]["number"] == "0000011"


def test_the_same_call_again(site: Site) -> None:
    first = site.put("yuki", GOOD, key="once")
    again = site.put("yuki", GOOD, key="once")
    assert (again.status_code, again.json, again.headers["ETag"]) == (201, first.json, first.headers["ETag"])
    assert site.types() == ["account.registered"]
    other = site.put("yuki", account("0000001", branch="100"), key="once")
    assert (other.status_code, other.json["type"].rsplit(":")[-1]) == (422, "key-reused")
    assert site.put("jo", account("0000011"), match='"v1"', key="once").status_code == 200, "keys are each caller's own"
    gone = [site.erase("yuki", first.headers["ETag"], "gone").status_code for _ in range(2)]
    assert gone == [204, 204]


@pytest.mark.parametrize("key", ["", "x" * 65])
def test_a_key_is_needed(site: Site, key: str) -> None:
    headers = {"Idempotency-Key": key, "If-None-Match": "*"}
    assert site.own("yuki", "PUT", json=GOOD, headers=headers).status_code == 400


def test_a_refusal_is_not_kept(site: Site) -> None:
    assert site.reason(site.put("yuki", account("0000004"), key="once")) == "frozen"
    site.state("0000004", "open")
    assert site.put("yuki", account("0000004"), key="once").status_code == 201


def test_two_at_once(site: Site) -> None:
    calls = [("0000001", "110"), ("0000001", "100")] * 4
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda call: site.put("yuki", account(*call), key=f"{call}"), calls))
    by_key = {
        call: {one.status_code for one, other in zip(done, calls, strict=True) if other == call} for call in calls
    }
    assert sorted(by_key.values(), key=sorted) == [{201}, {412}], (
        "one is told the same four times, the other came too late"
    )
    assert site.types() == ["account.registered"]


def test_changes_at_once(site: Site) -> None:
    with ThreadPoolExecutor(6) as pool:
        numbers = ["0000010", "0000011"] * 3
        done = list(pool.map(lambda n: site.put("jo", account(numbers[n]), match='"v1"', key=f"c{n}"), range(6)))
    assert sorted(one.status_code for one in done) == [200, *[412] * 5]
    assert site.types() == ["account.changed"]


def test_tokens(site: Site) -> None:
    assert site.call("GET", "/account").status_code == 401
    assert site.own("x", headers={"Authorization": "Bearer unknown"}).status_code == 401
    short = site.own("x", headers={"Authorization": "Bearer yuki@w1!"})
    assert (short.status_code, "insufficient_scope" in short.headers["WWW-Authenticate"]) == (403, True)
    assert site.own("x", headers={"Authorization": "Bearer GV1"}).status_code == 403
    assert site.own("yuki", headers={"X-Sim-World": "w2"}).status_code == 403
    assert site.own("yuki@nowhere").status_code == 404
    assert site.own("nobody").status_code == 404


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        ({"bank": "9701"}, 422),
        (GOOD | {"symbol": "10530", "postal_number": "11"}, 422),
        (GOOD | {"number": "１２３４５６７"}, 422),
        (GOOD | {"holder_kana": "123456789018"}, 422),
        ([], 422),
    ],
)
def test_what_does_not_have_the_form(site: Site, sent: Any, status: int) -> None:
    answer = site.put("yuki", sent)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert "123456789018" not in answer.text


def test_faults(site: Site) -> None:
    def on(*faults: dict[str, Any]) -> None:
        site.call("PUT", "/_sim/worlds/w1/faults", json=list(faults))

    on({"target": "registration", "kind": "down"})
    assert site.own("jo").status_code == 503
    assert site.put("yuki", GOOD).status_code == 503
    on({"target": "bank", "kind": "mismatch", "citizen": "yuki"})
    assert site.reason(site.put("yuki", GOOD)) == "kana_mismatch"
    assert site.put("jo", account("0000011"), match='"v1"').status_code == 200
    on()
    assert site.put("yuki", GOOD).status_code == 201
