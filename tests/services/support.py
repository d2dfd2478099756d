"""A running service `mynumber` on a loopback socket, a relying party that makes its own requests, and a browser without scripts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import yaml
import yamlcore
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey

from app.config import real_now
from app.services.mynumber import ClientRegistration, Config, create_app
from app.services.simcore.embed import Embedded

ROOT = Path(__file__).parents[2]
NOW = datetime(2027, 3, 15, 9, 0)
BASE = "http://identity.test/idp"
ISSUER = BASE + "/api/realms/main"
OPENID = "/api/realms/main/protocol/openid-connect"
CALLBACK = "http://127.0.0.1:9/returned"
SCOPES = frozenset(["openid", "name", "address", "birthdate", "gender", "registers", "sign"])
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CONTROL = "the-control-key"


def household(**changes: Any) -> dict[str, Any]:
    """The fixture household; `card` may be replaced."""
    text = (ROOT / "tests/services/fixtures/household.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=yamlcore.CCoreLoader)) | changes


@dataclass
class RealClock:
    """Real time that a test may move forward."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return real_now() + self.ahead


@dataclass
class Party:
    """A client with its own key. Every call makes a new assertion unless one is given."""

    client_id: str = "RP00000001"
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    scopes: frozenset[str] = SCOPES

    def registration(self) -> ClientRegistration:
        return ClientRegistration(
            self.client_id, f"試験の{self.client_id}", self.key.as_dict(private=False), self.scopes, ("/returned",)
        )

    def assertion(self, **changes: Any) -> str:
        at = int(real_now().timestamp())
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": ISSUER, "jti": secrets.token_hex(8), "iat": at, "exp": at + 30,
        } | changes  # fmt: skip
        return jwt.encode({"alg": "ES256"}, claims, self.key)

    def authentication(self, **changes: Any) -> dict[str, str]:
        return {"client_assertion_type": JWT_BEARER, "client_assertion": self.assertion(**changes)}


@dataclass
class Service:
    """The service under test."""

    app: Flask
    url: str
    clock: RealClock
    database: Path
    party: Party
    other: Party
    office: Party

    def call(
        self, method: str, path: str, world: str | None = None, token: str | None = None, **rest: Any
    ) -> httpx.Response:
        headers = {"X-Sim-Now": rest.pop("now", NOW).isoformat(), "X-Sim-Key": CONTROL} | rest.pop("headers", {})
        if world:
            headers["X-Sim-World"] = world
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return httpx.request(method, self.url + path, headers=headers, timeout=10, **rest)

    def world(self, id_: str = "w1", **changes: Any) -> str:
        made = self.call("PUT", f"/_sim/worlds/{id_}", json={"persona": household(**changes)})
        assert made.status_code == 200, made.text
        return id_

    def faults(self, world: str, *faults: Mapping[str, Any]) -> None:
        assert self.call("PUT", f"/_sim/worlds/{world}/faults", json=list(faults)).status_code == 204

    def own_token(self, party: Party, scope: str) -> str:
        form = {"grant_type": "client_credentials", "scope": scope} | party.authentication()
        return str(httpx.post(self.url + OPENID + "/token", data=form).json()["access_token"])

    def transaction(self, world: str, digest: bytes = b"\1" * 32, procedures: int = 2) -> str:
        lines = [{"authority": "しらかば市", "procedure": f"手続{n}"} for n in range(procedures)]
        body = {"digest": base64.b64encode(digest).decode(), "title": "引っ越し", "lines": lines}
        made = self.call("POST", "/api/sign-transactions", world, self.own_token(self.party, "sign"), json=body)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def push(
        self, world: str, party: Party | None = None, auth: Mapping[str, str] | None = None, **changes: Any
    ) -> Push:
        """Push an authorization request; a change to None leaves a parameter out; `now`: another moment."""
        party, now = party or self.party, changes.pop("now", NOW)
        verifier = secrets.token_urlsafe(48)
        form: dict[str, Any] = {
            "response_type": "code", "client_id": party.client_id, "redirect_uri": CALLBACK,
            "scope": "openid name address registers", "state": "the-state", "nonce": secrets.token_hex(8),
            "code_challenge": challenge(verifier), "code_challenge_method": "S256",
        } | changes  # fmt: skip
        sent = {name: value for name, value in form.items() if value is not None}
        data = sent | dict(auth or party.authentication())
        answer = self.call("POST", OPENID + "/ext/par/request", world, data=data, now=now)
        return Push(answer, verifier, str(form["nonce"]), party)

    def push_signature(self, world: str, transaction: str, **changes: Any) -> Push:
        return self.push(world, scope="openid sign", sign_transaction_id=transaction, **changes)

    def exchange(self, push: Push, code: str, auth: Mapping[str, str] | None = None, **changes: Any) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": push.verifier,
        } | changes
        return httpx.post(self.url + OPENID + "/token", data=form | dict(auth or push.party.authentication()))

    def sign_in(self, world: str, party: Party | None = None, **changes: Any) -> str:
        """An access token of the person of a world, by way of the pages."""
        push = self.push(world, party, **changes)
        browser = Browser(self)
        browser.open(push)
        return str(self.exchange(push, browser.submit("/card", pin="1234")["code"]).json()["access_token"])


@dataclass
class Push:
    """A pushed request and what the relying party keeps of it."""

    answer: httpx.Response
    verifier: str
    nonce: str
    party: Party

    @property
    def request_uri(self) -> str:
        assert self.answer.status_code == 201, self.answer.text
        return str(self.answer.json()["request_uri"])


class Browser:
    """Follows redirects within the service, keeps cookies, and fills in the forms of the page it has before it."""

    def __init__(self, service: Service) -> None:
        self.client = httpx.Client(base_url=service.url, timeout=10)
        self.page: httpx.Response | None = None

    @property
    def text(self) -> str:
        assert self.page is not None
        return unescape(re.sub(r"<[^>]+>", "", self.page.text))

    @property
    def h1(self) -> str:
        assert self.page is not None
        (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", self.page.text, re.DOTALL)
        return unescape(re.sub(r"<[^>]+>", "", found)).strip()

    def open(self, push: Push) -> httpx.Response:
        params = {"client_id": push.party.client_id, "request_uri": push.request_uri}
        return self.get(OPENID + "/auth", params=params)

    def get(self, path: str, **rest: Any) -> httpx.Response:
        self.page = self.client.get(path, follow_redirects=True, **rest)
        return self.page

    def hidden(self) -> dict[str, str]:
        assert self.page is not None
        return dict(re.findall(r'name="(csrf_token|interaction)" value="([^"]+)"', self.page.text))

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form; follow where it leads within the service."""
        answer = self.client.post(path, data=self.hidden() | fields)
        if answer.status_code == 303 and answer.headers["location"].startswith("/"):
            return self.get(answer.headers["location"])
        self.page = answer
        return answer

    def submit(self, path: str, **fields: str) -> dict[str, str]:
        """Send a form that leads back to the client; what the client finds in its address."""
        answer = self.post(path, **fields)
        assert answer.status_code == 303, self.text
        location = httpx.URL(answer.headers["location"])
        assert str(location).startswith(CALLBACK)
        return dict(location.params)


def challenge(verifier: str) -> str:
    """S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    """What an ID token says, not verified."""
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def running(folder: Path) -> Iterator[Service]:
    """A service with two relying parties and an office, until the end of the test."""
    party, other = Party(), Party("RP00000002")
    office = Party("GV00000001", scopes=frozenset({"registers.write"}))
    clock, database = RealClock(), folder / "mynumber.sqlite3"
    config = Config(
        database_url=f"sqlite:///{database}",
        procedures=ROOT / "procedures",
        base_url=BASE,
        secret_key="not a secret",
        real_now=clock,
        clients=tuple(one.registration() for one in (party, other, office)),
        control_key=CONTROL,
    )
    app = create_app(config)
    embedded = Embedded(app, "mynumber")
    try:
        yield Service(app, embedded.start(), clock, database, party, other, office)
    finally:
        embedded.stop()
