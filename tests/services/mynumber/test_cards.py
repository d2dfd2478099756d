"""Cards and certificates in the course of simulated time, the list of cards, and new PINs after a lock."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from app.services.mynumber.cards import card_until, settable, shaped
from app.services.mynumber.certificates import last_day
from tests.services.support import NOW, Browser, Service

LOCKED = "署名用の暗証番号が使えなくなりました"


def opened(service: Service, now: datetime = NOW, *, signing: bool = False) -> Browser:
    browser = Browser(service)
    if signing:
        transaction = service.transaction("w1")
        form = {"scope": "openid sign", "sign_transaction_id": transaction}
    else:
        form = {}
    browser.open(service.push("w1", now=now, **form))
    return browser


def test_last_days() -> None:
    assert card_until("1992-05-03", date(2026, 2, 8), None) == date(2035, 5, 3), "the tenth birthday"
    assert card_until("2015-04-02", date(2026, 2, 8), None) == date(2030, 4, 2), "under 18 the fifth"
    assert card_until("1992-05-03", date(2026, 2, 8), "2027-10-31") == date(2027, 10, 31), "not beyond the stay"
    assert last_day("1992-05-03", date(2026, 2, 8), date(2035, 5, 3)) == date(2030, 5, 3)
    assert last_day("1992-05-03", date(2026, 2, 8), date(2027, 10, 31)) == date(2027, 10, 31), "with the card"


def test_certificates_and_card_end_with_their_birthdays(service: Service) -> None:
    service.world()
    for moment, signing, h1 in (
        (datetime(2030, 5, 3, 23, 59), False, "カードで本人だと示す"),
        (datetime(2030, 5, 4), False, "利用者証明用の電子証明書の有効期限が切れています"),
        (datetime(2030, 5, 4), True, "署名用の電子証明書の有効期限が切れています"),
        (datetime(2035, 5, 4), False, "カードの有効期限が切れています"),
    ):
        assert opened(service, moment, signing=signing).h1 == h1
    token = service.sign_in("w1")
    body = {"procedures": ["p"], "items": ["person.signing_certificate"], "legal_basis": "法", "purpose": "確認"}
    told = service.call("POST", "/registers/card/inquiries", token=token, json=body, now=datetime(2030, 5, 4)).json()
    assert told["subjects"]["aoi"]["items"]["signing_certificate"] == {"value": "expired"}


def test_a_card_that_ended_is_put_right_as_of_the_day(service: Service) -> None:
    service.world()
    browser = opened(service, datetime(2036, 1, 1))
    browser.post("/restore")
    assert browser.h1 == "カードで本人だと示す"


@pytest.mark.parametrize(
    ("outcome", "h1"),
    [
        ("signing_expired", "署名用の電子証明書の有効期限が切れています"),
        ("signing_revoked", "署名用の電子証明書が使えません"),
        ("no_signing", "署名用の電子証明書がありません"),
        ("expired", "カードの有効期限が切れています"),
        ("cancelled", "このカードは利用が止められています"),
        ("no_card", "カードがありません"),
        ("reading_failure", "カードを読み取れませんでした"),
        ("signing_locked", LOCKED),
    ],
)
def test_every_failure_of_signing_can_be_chosen_and_left_again(service: Service, outcome: str, h1: str) -> None:
    service.world()
    browser = opened(service, signing=True)
    browser.post("/signature", outcome=outcome)
    assert browser.h1 == h1
    browser.post("/restore")
    assert "code" in browser.submit("/signature", pin="ABC123")


def test_no_card_can_be_chosen_when_signing_in(service: Service) -> None:
    service.world()
    browser = opened(service)
    browser.post("/card", outcome="no_card")
    assert browser.h1 == "カードがありません"
    assert "もう一度ためす" in browser.text
    browser.get("/card")
    assert "code" in browser.submit("/card", pin="1234")


def test_a_locked_signing_pin_is_set_anew_at_a_store_with_the_other_pin(service: Service) -> None:
    service.world()
    browser = opened(service, signing=True)
    browser.post("/signature", outcome="signing_locked")
    assert "暗証番号を設定し直す" in browser.text
    browser.get("/reset")
    for fields, words in (
        ({"new_pin": "NEW12345"}, "どこで設定し直すかを選んでください。"),
        ({"route": "store", "new_pin": "LETTERS", "pin": "1234"}, "6から16文字の英数字"),
        ({"route": "store", "new_pin": "NEW12345", "pin": "9999"}, "暗証番号が違います。あと2回です。"),
    ):
        assert browser.post("/reset", **fields).status_code == 422
        assert words in browser.text
        assert "NEW12345" not in (browser.page.text if browser.page else "")
    browser.post("/reset", route="store", new_pin="new12345", pin="1234")
    assert browser.h1 == "2つの手続に署名します"
    assert "code" in browser.submit("/signature", pin="NEW12345")


def test_with_both_pins_locked_only_the_counter_helps(service: Service) -> None:
    service.world(card={"state": "locked"})
    signer = opened(service, signing=True)
    assert signer.h1 == LOCKED
    signer.get("/reset")
    assert signer.post("/reset", route="store", new_pin="NEW12345", pin="1234").status_code == 422
    assert "市の窓口で設定し直します" in signer.text
    signer.post("/reset", route="counter", new_pin="NEW12345")
    assert "code" in signer.submit("/signature", pin="NEW12345")
    browser = opened(service)
    browser.get("/reset")
    assert browser.post("/reset", route="store", new_pin="2468").status_code == 422, "the 4-digit PIN: counter alone"
    browser.post("/reset", route="counter", new_pin="2468")
    assert "code" in browser.submit("/card", pin="2468")


def test_a_new_pin_helps_no_card_that_ended(service: Service) -> None:
    service.world(card={"state": "expired"})
    browser = opened(service)
    browser.get("/reset")
    assert browser.h1 == "カードの有効期限が切れています"


def test_only_a_client_that_asks_for_it_gets_the_list_of_cards(service: Service) -> None:
    service.world()
    assert opened(service).get("/choose").status_code == 400
    browser = Browser(service)
    push = service.push("w1", prompt="select_account")
    browser.open(push)
    assert ("試験 あおい" in browser.text, "試験 ひな" in browser.text, "試験 まもる" in browser.text) == (
        True,
        True,
        False,
    )
    assert browser.post("/choose", subject="mamoru").status_code == 400
    browser.get("/choose")
    browser.post("/choose", subject="hina")
    token = service.exchange(push, browser.submit("/card", pin="1234")["code"]).json()["access_token"]
    told = service.call("GET", "/api/realms/main/protocol/openid-connect/userinfo", token=token).json()
    assert told["name"] == "試験 ひな"


def test_shapes_of_pins() -> None:
    assert [shaped(pin, "pin") for pin in ("1234", "12345", "12a4")] == [True, False, False]
    assert [settable(pin, "signing_pin") for pin in ("ABC123", "ABCDEF", "123456", "A1", "A" * 16 + "1")] == [
        True, False, False, False, False,
    ]  # fmt: skip
