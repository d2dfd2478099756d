"""One service over HTTP: what is retried, what is down, what is refused, and that nothing personal is logged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

import httpx
import pytest

from app.gateway.base import Place, ServiceClient, ServiceDown, ServiceRefused

PLACE = Place("w1", datetime(2027, 3, 15, 9, 0, 0, 123))


def client(handler: Callable[[httpx.Request], httpx.Response], control_key: str | None = None) -> ServiceClient:
    return ServiceClient(
        "offices", "http://service.test/", control_key=control_key, transport=httpx.MockTransport(handler)
    )


def test_headers_go_where_they_belong() -> None:
    seen: list[httpx.Headers] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200)

    service = client(handler, control_key="key")
    service.call("GET", "/a", place=PLACE, token="t")
    service.call("PUT", "/_sim/a", control=True)
    assert (seen[0]["X-Sim-World"], seen[0]["X-Sim-Now"], seen[0]["Authorization"]) == (
        "w1",
        "2027-03-15T09:00:00",
        "Bearer t",
    )
    assert "X-Sim-Key" not in seen[0]
    assert seen[1]["X-Sim-Key"] == "key"


@pytest.mark.parametrize(
    ("method", "key", "tries"), [("GET", None, 2), ("PUT", None, 2), ("POST", None, 1), ("POST", "k", 2)]
)
def test_a_lost_connection_is_tried_once_more_where_that_is_harmless(method: str, key: str | None, tries: int) -> None:
    count = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        raise httpx.ConnectError("refused")

    with pytest.raises(ServiceDown) as error:
        client(handler).call(method, "/a", idempotency_key=key)
    assert (count, error.value.maybe_done) == (tries, False)


def test_a_time_out_may_have_done_something_and_is_not_repeated() -> None:
    count = 0

    def handler(request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        raise httpx.ReadTimeout("slow")

    with pytest.raises(ServiceDown) as error:
        client(handler).call("PUT", "/a")
    assert (count, error.value.maybe_done, error.value.retry_after) == (1, True, None)


@pytest.mark.parametrize(("status", "maybe_done"), [(503, False), (502, True), (500, True)])
def test_server_errors_are_down(status: int, maybe_done: bool) -> None:
    service = client(lambda request: httpx.Response(status, headers={"Retry-After": "30"}))
    with pytest.raises(ServiceDown) as error:
        service.call("POST", "/a")
    assert (error.value.retry_after, error.value.maybe_done) == (30, maybe_done)


@pytest.mark.parametrize(
    ("body", "kind", "members"),
    [
        (
            {"type": "urn:hitomado:problem:too-late", "title": "t", "status": 409, "detail": "d", "until": "x"},
            "too-late",
            {"until": "x"},
        ),
        ({"error": "invalid_grant", "error_description": "d"}, "invalid_grant", {}),
        ([], "about:blank", {}),
    ],
)
def test_a_refusal_carries_its_problem(body: object, kind: str, members: dict[str, str]) -> None:
    with pytest.raises(ServiceRefused) as error:
        client(lambda request: httpx.Response(409, json=body)).call("POST", "/a")
    problem = error.value.problem
    assert (problem.status, problem.kind, dict(problem.members)) == (409, kind, members)


def test_a_redirect_is_not_followed() -> None:
    with pytest.raises(ServiceRefused):
        client(lambda request: httpx.Response(302, headers={"Location": "http://elsewhere.test/"})).call("GET", "/a")


def test_nothing_that_is_sent_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ServiceDown):
        client(handler).call("PUT", "/_sim/worlds/secret-world", json={"name": "山科 はるか"}, place=PLACE)
    assert "山科" not in caplog.text
    assert "secret-world" not in caplog.text
