"""Every service against its own OpenAPI document: calls made up after the document are answered as the document says.

Made-up values rarely name anything that exists, so half of the calls name a world, a person and so on that do; each call carries the key
or token that its operation asks for. What is made up is the same in every run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.services import authorities, partners
from app.services.mynumber.certificates import Authority
from app.services.mynumber.keys import new_rsa
from app.services.simcore.callers import Caller
from app.services.simcore.embed import Embedded
from tests.services import support
from tests.services.account import kit as account_kit
from tests.services.authorities import kit as authorities_kit
from tests.services.authorities_kit import Registers
from tests.services.partners import kit as partners_kit
from tests.services.phr import kit as phr_kit

ROOT = Path(__file__).parents[2]
FEW, MANY = 3, 40
#: calls go to this world; the control plane, which may break or delete one, has another
WORLD, OTHER = "w1", "w2"
NOW = "2027-03-15T10:00:00"
CHECKS = [status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]
#: statuses of somebody who is not let in
SHUT = (401, 403)


@dataclass
class Target:
    """A service under test. `credentials`: headers by the security scheme that an operation names; `known`: values of path parameters
    and query parameters that name something; `renew`: makes both worlds anew."""

    app: Flask
    credentials: Mapping[str, Mapping[str, str]]
    known: Mapping[str, str]
    renew: Callable[[], None]


@dataclass
class Findings:
    """What came of all calls. `let_in`: those of an operation with security that were not turned away."""

    problems: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    secured: int = 0
    let_in: int = 0


def world_maker(app: Flask, key: str, persona: Any) -> Callable[[], None]:
    """Puts both worlds there again, without faults."""

    def renew() -> None:
        client = app.test_client()
        for world in (WORLD, OTHER):
            headers = {"X-Sim-Key": key, "X-Sim-Now": NOW, "X-Sim-World": world}
            client.delete(f"/_sim/worlds/{world}", headers=headers)
            made = client.put(f"/_sim/worlds/{world}", headers=headers, json={"persona": persona} if persona else None)
            assert made.status_code < 300, made.text

    renew()
    return renew


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def account(folder: Path) -> Iterator[Target]:
    """The account register, with tokens of a mother and of an office."""
    site = account_kit.site(folder)
    renew = world_maker(site.app, account_kit.CONTROL, account_kit.household())
    credentials = {
        "user": bearer(f"yuki@{WORLD}"), "client": bearer("office"), "control": {"X-Sim-Key": account_kit.CONTROL},
    }  # fmt: skip
    known = {"subject": "yuki", "for": "mio", "bank": "9701", "number": "0000001"}
    yield Target(site.app, credentials, known, renew)
    site.app.extensions["simcore"].close()


@contextmanager
def offices(folder: Path) -> Iterator[Target]:
    """The offices, with tokens of all scopes and a case."""

    class Anybody:
        """Knows two tokens, with every scope."""

        def caller(self, token: str, world: str | None) -> Caller | None:
            if token == "unknown":
                return None
            scopes = frozenset({"submission", "office", "openid"})
            person = token == "person"
            return Caller(world or WORLD, "app", "テスト", "haruka" if person else None, scopes)

    registers = Registers(Authority(new_rsa()))
    with Embedded(authorities_kit.with_tokens(registers), "registers") as mynumber:
        config = authorities.Config(
            database_url=f"sqlite:///{folder / 'offices.db'}", procedures=ROOT / "procedures", mynumber_url=mynumber,
            control_key=authorities_kit.KEY,
        )  # fmt: skip
        app = authorities.create_app(config)
        app.extensions["callers"] = Anybody()
        renew = world_maker(app, authorities_kit.KEY, None)
        credentials = {
            "user": bearer("person"), "client": bearer("office-shirakaba"), "control": {"X-Sim-Key": authorities_kit.KEY},
        }  # fmt: skip
        yield Target(app, credentials, {"authority": "shirakaba"}, renew)
        app.extensions["simcore"].close()


@contextmanager
def companies(folder: Path) -> Iterator[Target]:
    """The companies, with the family of the guide and a notice."""
    config = partners.Config(
        database_url=f"sqlite:///{folder / 'partners.db'}", procedures=ROOT / "procedures", control_key=partners_kit.CONTROL
    )  # fmt: skip
    app = partners.create_app(config)
    made = world_maker(app, partners_kit.CONTROL, "yamashina")
    credentials = {"control": {"X-Sim-Key": partners_kit.CONTROL}}

    def renew() -> None:
        made()
        for world in (WORLD, OTHER):
            headers = {**credentials["control"], "X-Sim-Now": NOW, "X-Sim-World": world, "Idempotency-Key": "a"}
            sent = app.test_client().post(
                "/v1/partners/hidamari-bank/notices", headers=headers, json=partners_kit.notice()
            )
            assert sent.status_code == 202, sent.text

    renew()
    known = {"partner": "hidamari-bank", "notice": "N-000001", "consent_ref": "consent-1"}
    yield Target(app, credentials, known, renew)
    app.extensions["simcore"].close()


@contextmanager
def records(folder: Path) -> Iterator[Target]:
    """Health records, with the token of a mother."""
    for phr in phr_kit.running(folder):
        renew = world_maker(phr.app, phr_kit.CONTROL, "yamashina")
        token = phr.token(WORLD, "haruka")
        credentials = {"user": bearer(token["access_token"]), "control": {"X-Sim-Key": phr_kit.CONTROL}}
        yield Target(
            phr.app, credentials, {"subject": "haruka", "id_": str(token["patient"]), "type_": "Immunization"}, renew
        )


@contextmanager
def identity(folder: Path) -> Iterator[Target]:
    """Identity and registers, with tokens of the person and of clients."""
    for service in support.running(folder):
        renew = world_maker(service.app, support.CONTROL, support.household())
        credentials = {
            "user": bearer(service.sign_in(WORLD)), "client": bearer(service.own_token(service.party, "sign")),
            "control": {"X-Sim-Key": support.CONTROL},
        }  # fmt: skip
        yield Target(service.app, credentials, {"register": "tax"}, renew)


SERVICES = {"account": account, "authorities": offices, "partners": companies, "phr": records, "mynumber": identity}


def examine(target: Target, examples: int) -> Findings:
    """Call every operation so often, with and without what it asks for, and judge each answer by the document."""
    found = Findings()
    for result in schemathesis.openapi.from_wsgi("/openapi.json", target.app).get_all_operations():
        operation = result.ok()
        _call(target, operation, examples, found)
        if operation.path.startswith("/_sim") and operation.method.upper() != "GET":
            target.renew()
    return found


def secured_by(operation: Any) -> list[str]:
    """The security schemes that an operation names."""
    return [name for one in operation.definition.raw.get("security", ()) for name in one]


def _call(target: Target, operation: Any, examples: int, found: Findings) -> None:
    at, secured = f"{operation.method.upper()} {operation.path}", secured_by(operation)

    @settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(), naming=st.booleans())
    def call(case: Any, naming: bool) -> None:
        _prepare(case, target, secured, naming)
        answer = case.call()
        found.statuses[answer.status_code] += 1
        found.secured += bool(secured)
        found.let_in += bool(secured) and answer.status_code not in SHUT
        if answer.status_code >= 500 and answer.status_code != 503:
            found.problems.setdefault(at, f"{answer.status_code}: {answer.text[:300]} {_shown(case)}")
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            told = "; ".join(f"{one.title}: {one.message}" for one in group.exceptions)
            found.problems.setdefault(at, f"{answer.status_code}: {told[:600]} {_shown(case)}")

    call()


def _prepare(case: Any, target: Target, secured: list[str], naming: bool) -> None:
    """Let a made-up call carry what lets it in, name what is there where `naming`, and reach nothing outside."""
    known = {**target.known, "world": OTHER if case.operation.path.startswith("/_sim") else WORLD}
    headers = {"X-Sim-World": known["world"], "X-Sim-Now": NOW} if naming or secured == ["control"] else {}
    for name in secured:
        headers |= target.credentials.get(name, {})
    case.headers = {**(case.headers or {}), **headers}
    if naming:
        for place in (case.path_parameters, case.query):
            place.update({name: known[name] for name in place or {} if name in known})
    elif "world" in (case.path_parameters or {}):
        case.path_parameters["world"] = OTHER  # nothing but these two is there to be broken
    if case.operation.path.endswith("/webhooks") and isinstance(case.body, list):
        case.body = [{**one, "url": "http://127.0.0.1:9/"} if isinstance(one, dict) else one for one in case.body]


def _shown(case: Any) -> str:
    return f"[{case.path_parameters} {case.query} {str(case.body)[:300]}]"


@pytest.fixture(params=SERVICES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    """Each service in this process."""
    with ExitStack() as stack:
        yield stack.enter_context(SERVICES[request.param](tmp_path))


@pytest.mark.parametrize("examples", [FEW, pytest.param(MANY, marks=pytest.mark.long)])
def test_every_answer_is_as_the_document_says(target: Target, examples: int) -> None:
    found = examine(target, examples)
    assert not found.problems, "\n".join(f"{at}: {problem}" for at, problem in found.problems.items())
    assert found.let_in >= 0.6 * found.secured, f"only {found.let_in} of {found.secured} calls got past the door"
    assert sum(n for status, n in found.statuses.items() if status < 300) >= 0.1 * found.statuses.total()


def test_nobody_is_let_in_without_what_the_document_asks_for(target: Target) -> None:
    document = schemathesis.openapi.from_wsgi("/openapi.json", target.app)
    client, tried = target.app.test_client(), 0
    for result in document.get_all_operations():
        operation = result.ok()
        secured = secured_by(operation)
        if not secured or secured == ["assertion"]:
            continue
        path = re.sub(r"{(\w+)}", lambda name: {"world": WORLD, **target.known}.get(name[1], "1"), operation.path)
        headers = {"X-Sim-World": WORLD, "X-Sim-Now": NOW, "Idempotency-Key": "k", "Authorization": "Bearer unknown"}
        answer = client.open(path, method=operation.method.upper(), headers=headers, json={})
        assert answer.status_code in SHUT, (operation.method, path, answer.status_code, answer.text[:200])
        tried += 1
    assert tried > 10
