"""Somebody else's client, in its own process, against the service on a loopback socket: what works, and what is refused and why."""

from __future__ import annotations

from tests.services.mynumber.kit import Outside


def test_signs_in_asks_about_its_token_and_gets_a_signature_that_verifies(provider: Outside) -> None:
    told = provider.run("sign-in-and-sign")
    claims = told["claims"]
    assert (claims["acr"], claims["amr"]) == ("aal3 crl", ["hwk", "pin"])
    assert claims["exp"] - claims["iat"] <= 300
    assert claims["auth_time"] <= claims["iat"]
    assert told["userinfo"] == {
        "sub": claims["sub"],
        "name": "試験 あおい",
        "address": "しらかば市緑町1丁目2番3号 みどりハイツ101",
        "birthdate": "19920503",
        "gender": "2",
    }
    asked, after = told["introspection"]
    assert (asked["active"], asked["client_id"], asked["sub"]) == (True, "SP00000001", claims["sub"])
    assert not {"world", "subject"} & asked.keys(), "a client learns nothing of what is behind its own sub"
    assert after == {"active": False}, "revoked"
    signed = told["signature"]
    assert "SIMULATOR" in signed.pop("issuer")
    assert signed == {
        "tampered_verifies": False,
        "revoked": False,
        "list_is_signed": True,
        "list_has_an_end": True,
        "policies_critical": False,
    }


def test_a_tampered_client_assertion_is_refused(provider: Outside) -> None:
    told = provider.run("tampered")
    assert (told["status"], told["error"]) == (400, "invalid_client")
    assert "signature" in told["error_description"].lower()


def test_a_replayed_client_assertion_is_refused(provider: Outside) -> None:
    told = provider.run("replayed")
    assert (told["status"], told["error"]) == (400, "invalid_client")
    assert told["error_description"] == "JWT ID is used before."


def test_an_expired_client_assertion_is_refused(provider: Outside) -> None:
    told = provider.run("expired")
    assert (told["status"], told["error"]) == (400, "invalid_client")
    assert "expired" in told["error_description"].lower()


def test_an_assertion_for_another_audience_is_refused(provider: Outside) -> None:
    told = provider.run("wrong-audience")
    assert (told["status"], told["error"]) == (400, "invalid_client")
    assert "aud" in told["error_description"]


def test_a_replayed_code_is_refused(provider: Outside) -> None:
    told = provider.run("replayed-code")
    assert (told["status"], told["error"]) == (400, "invalid_grant")


def test_plain_pkce_is_refused(provider: Outside) -> None:
    told = provider.run("plain-pkce")
    assert (told["error"], told["state"]) == ("invalid_request", "s")
    assert told["error_description"] == "Unsupported 'code_challenge_method'"
