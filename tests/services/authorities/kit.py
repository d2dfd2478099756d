"""The offices with the real definitions, in this process; a stand-in for registers and tokens on a loopback socket."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask, Response, jsonify, request
from flask.testing import FlaskClient

from app.services.authorities import forms
from app.services.authorities.catalogue import load
from app.services.authorities.envelope import pack
from tests.services.authorities_kit import ADDRESS, MONDAY, PROCEDURES, Card, Registers

WORLD = "world-1"
KEY = "open-sesame"
OLD = {"postcode": "000-0101", "municipality": "980013", "town": "本町", "block": "1丁目1番1号", "building": ""}
OUT = "moving-out-notice"
VALUES: dict[str, dict[str, Any]] = {
    "movers.name": {"haruka": "山科 はるか", "mio": "山科 みお"},
    "movers.kana": {"haruka": "ヤマシナ ハルカ", "mio": "ヤマシナ ミオ"},
    "movers.birth_date": {"haruka": "1992-05-03", "mio": "2020-04-02"},
    "applicant.address": {"haruka": OLD},
    "household.head": {"household": "haruka"},
    "move.date": {"move": "2027-03-28"},
    "move.new_address": {"move": ADDRESS},
    "applicant.phone": {"haruka": "000-1111-2222"},
    "move.visit_date": {"move": "2027-03-29"},
}
ROLES: dict[str, str | list[str]] = {
    "applicant": "haruka", "movers": ["haruka", "mio"], "move": "move", "household": "household",
}  # fmt: skip


def with_tokens(registers: Registers) -> Flask:
    """The stand-in, which also knows tokens: `person.<subject>.<scope>` and `client.<id>.<scope>`; every other is not valid."""
    app = registers.app()

    @app.post("/api/realms/main/protocol/openid-connect/token/introspect")
    def introspect() -> Response:
        kind, _, rest = request.form["token"].partition(".")
        who, _, scope = rest.partition(".")
        if kind not in ("person", "client"):
            return jsonify(active=False)
        person = kind == "person"
        return jsonify(
            active=True, client_id="app" if person else who, client_name="テスト", scope=scope, sub=who, exp=0,
            world=WORLD if person else None, subject=who if person else None,
        )  # fmt: skip

    return app


@dataclass
class Town:
    """The offices' application and what arrived at the registers."""

    http: FlaskClient
    registers: Registers
    card: Card
    now: datetime = MONDAY
    count: itertools.count[int] = field(default_factory=itertools.count)

    def ask(self, method: str, path: str, token: str | None = None, **named: Any) -> Any:
        """One call at the town's moment; the answer as Werkzeug gives it."""
        headers = {"X-Sim-World": WORLD, "X-Sim-Now": self.now.isoformat(), "X-Sim-Key": KEY}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= named.pop("headers", {})
        return self.http.open(path, method=method, headers=headers, **named)

    def key(self) -> dict[str, str]:
        """A key that was not used before."""
        return {"Idempotency-Key": f"key-{next(self.count)}"}

    def clock(self, now: datetime) -> None:
        """Let simulated time pass."""
        self.now = now
        assert self.ask("PUT", f"/_sim/worlds/{WORLD}/clock", json={"now": now.isoformat()}).status_code == 200

    def file(self, **changed: Any) -> str:
        """はるか's 転出届 over the offices' own interface; the arrival number."""
        return file(self, **changed)


def file(town: Town, **changed: Any) -> str:
    """A signed application, as the site sends it."""
    facts = {}
    for reference, values in VALUES.items():
        kind = {"movers": "person", "applicant": "person"}.get(reference.partition(".")[0], reference.partition(".")[0])
        for subject, value in values.items():
            facts[f"{subject}.{kind}.{reference.partition('.')[2]}"] = value
    sent = {
        "procedure": OUT, "subject": None, "authority": "shirakaba", "channel": "online", "facts": facts, "subjects": ROLES,
    } | changed  # fmt: skip
    (signed,) = town.card.sign([sent], town.now)
    answer = town.ask("POST", "/applications", json=signed, headers=town.key())
    assert answer.status_code == 201, answer.get_json()
    return str(answer.get_json()["arrival_number"])


def form(procedure: str = OUT) -> forms.Form:
    """The form of a procedure."""
    return forms.forms(load(PROCEDURES))[forms.proc_id(procedure)]


def folder(
    signed: Mapping[str, Any] | None = None, values: Mapping[str, Mapping[str, Any]] = VALUES, *, authority: str = "shirakaba",
    version: int | None = None, roles: Mapping[str, Any] = ROLES, name: str | None = None,
) -> dict[str, bytes]:  # fmt: skip
    """The files of one application."""
    made = form()
    place = name or made.proc_id
    said = forms.form_xml(made, values)
    if version is not None:
        said = said.replace(f'様式バージョン="{made.version}"'.encode(), f'様式バージョン="{version}"'.encode())
    about = forms.configuration_xml(made, authority, roles, signed, channel="online")
    return {f"{place}/kousei.xml": about, f"{place}/{made.file_name}": said}


def sending(files: Mapping[str, bytes], name: str = "send.zip") -> dict[str, str]:
    """`send_file` of a call."""
    return {"file_name": name, "file_data": pack(files)}
