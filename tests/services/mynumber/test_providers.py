"""Registers that another service keeps: forwarded, and never worse than a fault of that register."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask, jsonify, request

from app.services.mynumber.providers import Providers
from app.services.simcore.embed import Embedded
from tests.services.mynumber.kit import ask
from tests.services.support import CONTROL, NOW, Service

ITEM = "person.public_account"


@dataclass
class Account:
    """A provider; `answer` is what it says next."""

    answer: Any = None
    status: int = 200
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)


@pytest.fixture
def account(service: Service) -> Iterator[Account]:
    kept, app = Account(), Flask("account")

    @app.post("/registers/account/<what>")
    def provide(what: str) -> Any:
        names = ("X-Sim-World", "X-Sim-Now", "X-Sim-Key", "Idempotency-Key")
        kept.asked.append((what, {name: request.headers.get(name, "") for name in names}, request.get_json()))
        return (jsonify(kept.answer), kept.status) if kept.status < 300 else ("sorry", kept.status)

    with Embedded(app, "account") as url:
        context = service.app.extensions["mynumber"]
        service.app.extensions["mynumber"] = replace(context, providers=Providers({"account": url}, CONTROL, 0.5))
        yield kept


def test_an_inquiry_is_asked_where_the_register_is_kept(service: Service, account: Account) -> None:
    entry = {"value": "ひだまり銀行 本店", "as_of": "2027-03-01"}
    account.answer = {"as_of": "2027-03-14", "subjects": {"aoi": {"items": {ITEM: entry}}}}
    told = ask(service, service.sign_in(service.world()), "account", ITEM, requester="しらかば市").json()
    assert told["subjects"]["aoi"]["items"] == {"public_account": entry}
    assert told["subjects"]["hina"]["items"] == {"public_account": {"reason": "not_registered"}}
    assert (told["status"], told["as_of"], told["data_codes"]) == ("partial", "2027-03-14", {ITEM: "ACC"})
    ((what, headers, body),) = account.asked
    assert (what, headers["X-Sim-World"], headers["X-Sim-Key"]) == ("inquiries", "w1", CONTROL)
    assert headers["X-Sim-Now"] == NOW.isoformat()
    assert body == {
        "subjects": ["aoi", "hina", "mamoru"], "items": [ITEM], "purpose": "確認", "legal_basis": "番号法 第19条第8号",
        "client": "しらかば市",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (503, None),
        (500, None),
        (404, None),
        (200, []),
        (200, {"as_of": "x"}),
        (200, {"as_of": "x", "subjects": {"aoi": 3}}),
    ],
)
def test_a_provider_that_is_down_or_wrong_is_a_fault_of_the_register(
    service: Service, account: Account, status: int, answer: Any
) -> None:
    account.status, account.answer = status, answer
    token = service.sign_in(service.world())
    told = ask(service, token, "account", ITEM)
    assert (told.status_code, told.headers["Retry-After"]) == (503, "30")
    assert told.json()["register"] == "account"
    assert ask(service, token, "tax", "person.tax_exempt").status_code == 200, "the others answer"


def test_a_provider_that_is_gone_is_down_and_one_that_refuses_has_refused(service: Service, account: Account) -> None:
    token = service.sign_in(service.world())
    account.status = 403
    assert ask(service, token, "account", ITEM).status_code == 403
    context = service.app.extensions["mynumber"]
    gone = Providers({"account": "http://127.0.0.1:9"}, None, 0.5)
    service.app.extensions["mynumber"] = replace(context, providers=gone)
    assert ask(service, token, "account", ITEM).status_code == 503


def test_changes_go_there_too_with_their_key(service: Service, account: Account) -> None:
    world = service.world()
    account.status, account.answer = 204, None
    body = {"subject": "aoi", "item": ITEM, "value": "あおば銀行", "reason": "変更"}
    answer = service.call(
        "POST", "/registers/account/updates", world, json=body, headers={"Idempotency-Key": "SIM-1-0"}
    )
    assert answer.json() == {"changed": True}
    ((what, headers, sent),) = account.asked
    assert (what, headers["Idempotency-Key"], sent) == ("updates", "SIM-1-0", body)
    row = service.call("GET", "/history", token=service.sign_in(world)).json()["entries"][-1]
    assert (row["register_id"], row["what"]) == ("account", "change")
    for status, expected in ((503, 503), (422, 422)):
        account.status = status
        assert service.call("POST", "/registers/account/updates", world, json=body).status_code == expected
