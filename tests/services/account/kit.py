"""The service `account` behind a test client, with an identity provider that reads tokens as they are written here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.services.account import Config, create_app
from app.services.simcore.callers import Caller

ROOT = Path(__file__).parents[3]
NOW = datetime(2027, 3, 15, 9, 0)
CONTROL = "the-control-key"
SCOPES = frozenset({"openid", "account"})


def account(number: str, branch: str = "110", bank: str = "9701", type_: str = "1", **more: Any) -> dict[str, Any]:
    """An account as it is sent."""
    return {"bank": bank, "branch": branch, "type": type_, "number": number} | more


def household(**records: Any) -> dict[str, Any]:
    """A mother, a father, a child, and a grandmother who lives elsewhere; three of them have accounts, and the father one registered."""
    address = {"postcode": "000-0123", "municipality": "980013", "town": "緑町", "block": "1丁目2番3号", "building": ""}

    def person(kana: str, born: str, **facts: Any) -> dict[str, Any]:
        base = {"name": kana, "kana": kana, "birth_date": born, "address": address}
        return {"kind": "person", "facts": base | facts}

    def held(number: str, kana: str, **more: Any) -> dict[str, Any]:
        base = {"bank": "ひだまり銀行", "branch": "中央支店", "type": "普通", "number": number}
        return base | {"holder_kana": kana, "state": "open"} | more

    return {
        "id": "shimizu",
        "roles": {"applicant": "yuki"},
        "subjects": {
            "yuki": person("シミズ ユキ", "1990-05-03"),
            "jo": person("シミズ ジョウ", "1988-01-10", public_account="ひだまり銀行 中央支店 普通 0000010"),
            "mio": person("シミズ ミオ", "2018-04-01"),
            "fumi": person("オカ フミ", "1950-02-02", pension_recipient=True),
            "household": {"kind": "household", "facts": {"members": ["yuki", "jo", "mio"], "head": "jo"}},
        },
        "records": {
            "family": [{"person": "yuki", "relation": "mother", "of": "mio"}, {"person": "jo", "relation": "father", "of": "mio"}],
            "names": {"yuki": {"former": "岡 有希", "former_kana": "オカ ユキ"}},
            "accounts": {
                "yuki": [
                    held("0000001", "シミズ ユキ"), held("0000002", "オカ ユキ"), held("0000003", "シミズ ユキ", state="closed"),
                    held("0000004", "シミズ ユキ", state="frozen"), held("0000005", "シミズ ユキ", type="貯蓄"),
                    held("1234567", "シミズ ユキ", bank="模擬ゆうちょ", branch="〇五八店"), held("0000001", "シミズ ユキ", branch="本店"),
                ],
                "jo": [held("0000010", "シミズ ジョウ"), held("0000011", "シミズ ジョウ")],
                "mio": [held("0000020", "シミズ ミオ")],
                "fumi": [held("0000030", "オカ フミ"), held("0000031", "オカ フミコ")],
            },
        }
        | records,
    }  # fmt: skip


class Introspector:
    """Tokens are `subject@world`, or the name of a client; one that ends in `!` lacks the scope."""

    def caller(self, token: str, world: str | None) -> Caller | None:
        if token == "unknown":
            return None
        scopes = SCOPES if not token.endswith("!") else frozenset({"openid"})
        subject, at, own = token.rstrip("!").partition("@")
        if at:
            return Caller(own, "RP1", "ひとまど", subject, scopes)
        return Caller(world or "", token, "しらかば市", None, scopes)


@dataclass
class Site:
    """The service under test; one world `w1` unless another is named."""

    app: Flask
    folder: Path
    keys: int = 0

    def call(self, method: str, path: str, *, world: str | None = "w1", key: bool = True, **rest: Any) -> TestResponse:
        headers = ({"X-Sim-World": world} if world else {}) | ({"X-Sim-Key": CONTROL} if key else {})
        return self.app.test_client().open(
            path, method=method, headers=headers | {n: v for n, v in rest.pop("headers", {}).items() if v}, **rest
        )

    def world(self, file: Any = None, id_: str = "w1", now: datetime = NOW) -> str:
        made = self.call("PUT", f"/_sim/worlds/{id_}", json={"persona": file or household()},
                         headers={"X-Sim-Now": now.isoformat()})  # fmt: skip
        assert made.status_code == 200, made.text
        return id_

    def move(self, now: datetime, world: str = "w1") -> None:
        moved = self.call("PUT", "/_sim/clock", world=world, json={"now": now.isoformat()})
        assert moved.status_code == 200, moved.text

    def later(self, **time: float) -> None:
        """Bring the clock to so long after the beginning."""
        self.move(NOW + timedelta(**time))

    # --- a person ---
    def own(self, who: str, method: str = "GET", path: str = "/account", **rest: Any) -> TestResponse:
        token = who if "@" in who else f"{who}@w1"
        headers = {"Authorization": f"Bearer {token}"} | rest.pop("headers", {})
        return self.call(method, path, world=None, key=False, headers=headers, **rest)

    def put(
        self, who: str, sent: Any, *, match: str | None = None, key: str | None = None, for_: str = ""
    ) -> TestResponse:
        """Register, or change where `match` names a version."""
        self.keys += 1
        said = {"If-Match": match} if match else {"If-None-Match": "*"}
        headers = {"Idempotency-Key": key or f"k{self.keys}"} | said
        return self.own(who, "PUT", "/account" + (f"?for={for_}" if for_ else ""), json=sent, headers=headers)

    def erase(self, who: str, match: str, key: str | None = None) -> TestResponse:
        self.keys += 1
        return self.own(who, "DELETE", headers={"If-Match": match, "Idempotency-Key": key or f"k{self.keys}"})

    def reason(self, answer: TestResponse) -> str:
        """Why an account was refused."""
        assert answer.status_code == 422, answer.text
        assert answer.json["type"].endswith("account-refused")
        assert any("ぁ" <= letter <= "ん" for letter in answer.json["detail"]), "told in Japanese"
        return str(answer.json["reason"])

    # --- offices and the bank ---
    def office(self, path: str, **sent: Any) -> TestResponse:
        return self.call("POST", path, json=sent)

    def sim(self, method: str, path: str, sent: Any = None) -> TestResponse:
        answer = self.call(method, f"/_sim/worlds/w1/{path}", world=None, json=sent)
        assert answer.status_code in (200, 204), answer.text
        return answer

    def state(self, number: str, state: str) -> None:
        self.sim("PUT", "bank/accounts/state", account(number, state=state))

    def events(self, world: str = "w1") -> list[tuple[str, str, dict[str, Any]]]:
        told = self.call("GET", "/events", world=world).json["events"]
        return [(one["type"], one["subject"], one["data"]) for one in told]

    def types(self) -> list[str]:
        return [type_ for type_, _, _ in self.events()]

    def codes(self, who: str) -> list[str]:
        return [one["code"] for one in self.own(who, path="/notices").json]


def site(folder: Path) -> Site:
    """A service with an empty store."""
    config = Config(
        database_url=f"sqlite:///{folder / 'account.sqlite3'}", procedures=ROOT / "procedures", control_key=CONTROL
    )
    app = create_app(config)
    app.extensions["callers"] = Introspector()
    return Site(app, folder)
