"""職権修正・抹消: mergers, closures, freezes, names and deaths, and who is told."""

from __future__ import annotations

import pytest

from tests.services.account.kit import Site, account


def merge(
    site: Site, *branches: str, bank: str = "9701", into: tuple[str, str] = ("9701", "120"), reported: bool = True
) -> dict:
    sent = {
        "bank": bank,
        "branches": list(branches),
        "into_bank": into[0],
        "into_branch": into[1],
        "reported": reported,
    }
    return dict(site.sim("POST", "bank/mergers", sent).json)


@pytest.mark.parametrize(
    ("into", "text", "code"),
    [
        (("9701", "120"), "ひだまり銀行 駅前支店 普通 0000010", "18"),
        (("9702", "110"), "こだま信用金庫 中央支店 普通 0000010", "17"),
    ],
)
def test_a_merger_is_followed(site: Site, into: tuple[str, str], text: str, code: str) -> None:
    before = site.own("jo").headers["ETag"]
    told = merge(site, "110", into=into)
    assert told["registrations"] == 1
    now = site.own("jo")
    assert (now.json["account"]["text"], now.json["state"], now.json["route"]) == (text, "valid", "portal")
    assert now.headers["ETag"] != before
    assert (site.types(), site.codes("jo")) == (["account.auto_corrected"], [code])
    assert site.put("jo", account("0000011", into[1], into[0]), match=before).status_code == 412
    checked = site.office("/name-check", **account("0000010", holder_kana="シミズ ジョウ"))
    assert checked.json["result"] == "not_found", "the old branch is gone"


def test_a_number_that_is_taken_becomes_another(site: Site) -> None:
    site.sim("POST", "bank/accounts", account("0000010", "120", holder="fumi", holder_kana="オカ フミ"))
    merge(site, "110")
    told = site.own("jo").json
    assert (told["account"]["number"], told["state"]) == ("9000000", "valid")
    assert site.codes("jo") == ["19"]


def test_a_whole_bank_goes_into_another(site: Site) -> None:
    told = merge(site, into=("9703", "110"))
    assert told == {"accounts": 11, "registrations": 1}
    assert site.own("jo").json["account"]["bank_name"] == "みずほの里農協"
    assert site.call("GET", "/banks/9701/branches").json == []


def test_two_registrations_that_change_places(site: Site) -> None:
    assert site.put("yuki", account("0000001")).status_code == 201
    assert merge(site, "110", into=("9701", "100"))["registrations"] == 2
    assert site.own("yuki").json["account"]["number"] == "9000000", "本店 had 0000001 already"
    assert site.own("jo").json["account"]["text"] == "ひだまり銀行 本店 普通 0000010"


def test_a_merger_that_nobody_reported(site: Site) -> None:
    merge(site, "110", reported=False)
    told = site.own("jo").json
    assert (told["state"], told["reason"]) == ("invalid", "merged")
    assert told["account"]["text"] == "ひだまり銀行 中央支店 普通 0000010"
    assert (site.types(), site.codes("jo")) == (["account.invalidated"], ["20"])
    changed = site.put("jo", account("0000010", "120"), match=site.own("jo").headers["ETag"])
    assert changed.json["state"] == "valid"


def test_a_postal_branch_may_go_too(site: Site) -> None:
    assert site.put("yuki", {"symbol": "10530", "postal_number": "12345671"}).status_code == 201
    merge(site, "058", bank="9799", into=("9799", "110"))
    told = site.own("yuki").json["account"]
    assert (told["text"], told["symbol"]) == ("模擬ゆうちょ 中央支店 普通 1234567", None)
    assert (
        site.reason(site.put("jo", {"symbol": "10530", "postal_number": "12345671"}, match='"v1"')) == "no-such-branch"
    )


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"branches": ["999"], "into_branch": "120"}, 404),
        ({"branches": ["110"], "into_branch": "999"}, 404),
        ({"branches": ["110"], "into_branch": "110"}, 409),
        ({"bank": "0001", "into_branch": "120"}, 404),
    ],
)
def test_mergers_that_cannot_be(site: Site, sent: dict[str, object], status: int) -> None:
    body = {"bank": "9701", "into_bank": "9701"} | sent
    assert site.call("POST", "/_sim/worlds/w1/bank/mergers", json=body).status_code == status
    assert site.own("jo").headers["ETag"] == '"v1"'


def test_a_closure(site: Site) -> None:
    site.state("0000010", "closed")
    told = site.own("jo").json
    assert (told["state"], told["reason"]) == ("invalid", "closed")
    assert (site.types(), site.codes("jo")) == (["account.invalidated"], ["20"])
    assert (
        site.call("PUT", "/_sim/worlds/w1/bank/accounts/state", json=account("0000010", state="open")).status_code
        == 409
    )
    site.state("0000010", "closed")
    assert len(site.events()) == 1, "nobody is told twice"


def test_a_freeze_passes(site: Site) -> None:
    site.state("0000010", "frozen")
    assert site.own("jo").json["reason"] == "frozen"
    site.state("0000010", "open")
    told = site.own("jo").json
    assert (told["state"], told["reason"]) == ("valid", None)
    assert (site.types(), site.codes("jo")) == (["account.invalidated", "account.restored"], ["20", "21"])
    site.state("0000011", "frozen")
    assert len(site.events()) == 2, "the other account is not registered"


def test_a_death_is_not_told_to_anybody(site: Site) -> None:
    for _ in range(2):
        site.sim("PUT", "people/jo/death")
    assert site.own("jo").status_code == 404
    ((type_, _, data),) = site.events()
    assert (type_, data["reason"], data["notice"]) == ("account.erased", "death", None)
    assert site.codes("jo") == []
    (last,) = site.own("jo", path="/history").json["registrations"][1:]
    assert (last["what"], last["route"], last["reason"]) == ("erased", "office", "death")
    checked = site.office("/name-check", **account("0000011", holder_kana="シミズ ジョウ"))
    assert checked.json["result"] == "frozen"
    assert site.reason(site.put("jo", account("0000010"))) == "dead"


def test_a_new_name_and_then_at_the_bank_too(site: Site) -> None:
    site.sim("PUT", "people/jo", {"kana": "ミナミ ジョウ"})
    told = site.own("jo").json
    assert (told["holder_kana"], told["state"], told["reason"]) == ("ミナミ ジョウ", "invalid", "old_name")
    site.sim("PUT", "bank/accounts/name", account("0000010", holder_kana="ミナミ ジョウ"))
    assert site.own("jo").json["state"] == "valid"
    assert site.types() == ["account.auto_corrected", "account.invalidated", "account.restored"]
    assert site.reason(site.put("jo", account("0000011"), match=site.own("jo").headers["ETag"])) == "old_name"


def test_a_new_name_that_the_bank_knew_already(site: Site) -> None:
    site.sim("PUT", "bank/accounts/name", account("0000010", holder_kana="ミナミ ジョウ"))
    assert site.own("jo").json["reason"] == "kana_mismatch"
    site.sim("PUT", "people/jo", {"kana": "ミナミ ジョウ"})
    told = site.own("jo").json
    assert (told["state"], told["reason"]) == ("valid", None)
    site.sim("PUT", "people/jo", {"kana": "ミナミ ジョウ"})
    assert site.types() == ["account.invalidated", "account.auto_corrected", "account.restored"]


def test_the_control_plane_needs_its_key(site: Site) -> None:
    for method, path in (("POST", "bank/mergers"), ("PUT", "people/jo/death"), ("GET", "bank/accounts")):
        assert site.call(method, f"/_sim/worlds/w1/{path}", key=False, json={}).status_code == 403
    told = site.sim("GET", "bank/accounts").json
    assert {one["state"] for one in told} == {"open", "closed", "frozen"}
    assert {one["holder"] for one in told} == {"yuki", "jo", "mio", "fumi"}
    assert site.call("PUT", "/_sim/worlds/w1/people/nobody/death").status_code == 404
    taken = account("0000001", holder="yuki", holder_kana="シミズ ユキ")
    assert site.call("POST", "/_sim/worlds/w1/bank/accounts", json=taken).status_code == 409
