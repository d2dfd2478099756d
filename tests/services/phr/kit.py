"""A running service `phr` on a loopback socket, apps that ask people for their records, and a browser without scripts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from app.config import real_now
from app.services.phr import ClientRegistration, Config, create_app
from app.services.simcore.embed import Embedded

ROOT = Path(__file__).parents[3]
NOW = datetime(2027, 3, 15, 9, 0)
CALLBACK = "http://127.0.0.1:9/returned"
CONTROL = "the-control-key"
RECORDS = "launch/patient offline_access patient/*.rs"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class RealClock:
    """Real time that a test may move forward."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return real_now() + self.ahead


@dataclass
class Signing:
    """A browser in the middle of a request."""

    http: httpx.Client
    page: httpx.Response
    verifier: str
    parameters: dict[str, str]

    @property
    def text(self) -> str:
        return unescape(re.sub(r"<[^>]+>", "", self.page.text))

    def hidden(self) -> dict[str, str]:
        return dict(re.findall(r'name="(csrf_token|request)" value="([^"]+)"', self.page.text))

    def post(self, path: str, **fields: Any) -> httpx.Response:
        answer = self.http.post(path, data=self.hidden() | fields)
        if answer.status_code == 303 and answer.headers["location"].startswith("/"):
            answer = self.http.get(answer.headers["location"])
        self.page = answer
        return answer

    def patients(self) -> dict[str, str]:
        """Ids of those whose records may be given, by what stands beside the button."""
        found = re.findall(r'name="patient" value="([^"]+)".*?<label[^>]*>(.*?)</label>', self.page.text, re.DOTALL)
        return {label: id_ for id_, label in found}


@dataclass
class Phr:
    """The service under test. `key` is that of the confidential client `clinic`; `app` is a public one."""

    url: str
    clock: RealClock
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    app: Any = None

    def call(
        self, method: str, path: str, world: str | None = None, now: datetime | None = NOW, **rest: Any
    ) -> httpx.Response:
        headers = {"X-Sim-Key": CONTROL} | ({"X-Sim-Now": now.isoformat()} if now else {})
        return httpx.request(
            method, self.url + path, headers=headers | ({"X-Sim-World": world} if world else {}), timeout=20, **rest
        )

    def world(self, persona: str | dict[str, Any] = "yamashina", id_: str = "w1") -> str:
        made = self.call("PUT", f"/_sim/worlds/{id_}", json={"persona": persona})
        assert made.status_code in (200, 204), made.text
        return id_

    def move(self, world: str, now: datetime) -> None:
        assert self.call("PUT", "/_sim/clock", world, json={"now": now.isoformat()}).status_code in (200, 204)

    def faults(self, world: str, *faults: dict[str, Any]) -> None:
        assert self.call("PUT", f"/_sim/worlds/{world}/faults", json=list(faults)).status_code == 204

    def ticket(self, world: str, subject: str) -> str:
        made = self.call("POST", f"/_sim/worlds/{world}/tickets", json={"subject": subject})
        assert made.status_code == 201, made.text
        return str(made.json()["ticket"])

    def assertion(self, **changes: Any) -> dict[str, str]:
        at = int(real_now().timestamp())
        claims = {
            "iss": "clinic",
            "sub": "clinic",
            "aud": f"{self.url}/token",
            "jti": secrets.token_hex(8),
            "iat": at,
            "exp": at + 30,
        }
        return {
            "client_assertion_type": JWT_BEARER,
            "client_assertion": jwt.encode({"alg": "ES256"}, claims | changes, self.key),
        }

    def begin(self, scope: str = RECORDS, **changes: str | None) -> Signing:
        """Open the authorization endpoint as an app does; a change to None leaves a parameter out."""
        verifier = secrets.token_urlsafe(48)
        asked: dict[str, str | None] = {
            "response_type": "code", "client_id": "app", "redirect_uri": CALLBACK, "scope": scope, "state": "the-state-1",
            "aud": f"{self.url}/fhir", "code_challenge": challenge(verifier), "code_challenge_method": "S256",
        } | changes  # fmt: skip
        parameters = {name: value for name, value in asked.items() if value is not None}
        http = httpx.Client(base_url=self.url, timeout=20)
        page = http.get("/authorize", params=parameters)
        if page.status_code == 303 and page.headers["location"].startswith("/"):
            page = http.get(page.headers["location"])
        return Signing(http, page, verifier, parameters)

    def sign_in(self, world: str, subject: str, scope: str = RECORDS, **changes: str | None) -> Signing:
        """At the consent page."""
        browser = self.begin(scope, **changes)
        browser.post("/sign-in", how="ticket", ticket=self.ticket(world, subject))
        assert "渡す記録" in browser.text, browser.text
        return browser

    def code(
        self, browser: Signing, categories: list[str] | None = None, patient: str | None = None, days: int = 90
    ) -> str:
        """Agree; the code that the app finds in its address."""
        ticked = categories or re.findall(r'name="category" value="([^"]+)"', browser.page.text)
        who = patient or next(iter(browser.patients().values()))
        answer = browser.post("/consent", decision="agree", patient=who, category=ticked, days=str(days))
        assert answer.status_code in (302, 303), browser.text
        return str(httpx.URL(answer.headers["location"]).params["code"])

    def exchange(self, browser: Signing, code: str, **changes: Any) -> httpx.Response:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": browser.verifier,
            "client_id": browser.parameters["client_id"],
        } | changes  # fmt: skip
        return httpx.post(self.url + "/token", data=form, timeout=20)

    def token(self, world: str, subject: str, scope: str = RECORDS, *, nth: int = 0, **chosen: Any) -> dict[str, Any]:
        """The token answer after the whole flow. `nth`: which of the people on the consent page."""
        browser = self.sign_in(world, subject, scope)
        patient = list(browser.patients().values())[nth]
        answer = self.exchange(browser, self.code(browser, patient=patient, **chosen))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refresh(self, token: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "app"}
        return httpx.post(self.url + "/token", data=form, timeout=20)

    def get(self, token: str | dict[str, Any], path: str, **headers: str) -> httpx.Response:
        text = token if isinstance(token, str) else token["access_token"]
        sent = {"Authorization": f"Bearer {text}"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(f"{self.url}/fhir/{path}", headers=sent, timeout=20)


def challenge(verifier: str) -> str:
    """S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    """What an ID token says, not verified."""
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


def reasons(outcome: dict[str, Any]) -> set[str]:
    """The reasons of the simulator's extension in an OperationOutcome."""
    return {
        extension["valueCode"]
        for issue in outcome["issue"]
        for extension in issue.get("extension", [])
        if extension["url"].endswith("missing-reason")
    }


def resources(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The matches of a searchset."""
    return [entry["resource"] for entry in bundle.get("entry", []) if entry["search"]["mode"] == "match"]


def outcome(bundle: dict[str, Any]) -> dict[str, Any]:
    """The OperationOutcome of a searchset."""
    (found,) = [entry["resource"] for entry in bundle["entry"] if entry["search"]["mode"] == "outcome"]
    return dict(found)


def running(folder: Path, **settings: Any) -> Iterator[Phr]:
    """A service with a public and a confidential client, until the end of the test."""
    clock, key = RealClock(), ECKey.generate_key("P-256")
    clients = (
        ClientRegistration("app", "からだノート（試験）", (CALLBACK,)),
        ClientRegistration("clinic", "みどり医院（試験）", (CALLBACK,), jwk=key.as_dict(private=False)),
        ClientRegistration(
            "narrow", "予防接種ノート（試験）", (CALLBACK,), frozenset({"launch/patient", "patient/Immunization.rs"})
        ),
    )
    config = Config(
        database_url=f"sqlite:///{folder / 'phr.sqlite3'}",
        procedures=ROOT / "procedures",
        secret_key="not a secret",
        real_now=clock,
        clients=clients,
        control_key=CONTROL,
        **settings,
    )
    app = create_app(config)
    embedded = Embedded(app, "phr")
    try:
        yield Phr(embedded.start(), clock, key, app)
    finally:
        embedded.stop()
