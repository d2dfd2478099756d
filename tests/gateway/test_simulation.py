"""The control plane of one service: states, faults, clock and log, and answers that are not what is documented."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx
import pytest

from app.gateway.base import ServiceDown, ServiceRefused
from app.gateway.simulation import Audit, BadAnswer, Fault, Health, Simulation, ask_all

NOW = datetime(2027, 3, 15, 9, 0)
Answer = httpx.Response | type[httpx.TransportError]


def service(answers: dict[str, Answer] | Callable[[httpx.Request], httpx.Response]) -> Simulation:
    """A service that answers by path; 404 elsewhere."""

    def handler(request: httpx.Request) -> httpx.Response:
        assert isinstance(answers, dict)
        found = answers.get(request.url.path, httpx.Response(404))
        if isinstance(found, type):
            raise found("no")
        return found

    transport = httpx.MockTransport(handler if isinstance(answers, dict) else answers)
    return Simulation("offices", "http://service.test/", "key", transport=transport)


UP = httpx.Response(200, json={"status": "ok"})


@pytest.mark.parametrize(
    ("alive", "ready", "health"),
    [
        (UP, httpx.Response(200, json={"status": "ready", "checks": {"database": "ok"}}), Health("ready", {"database": "ok"})),
        (UP, httpx.Response(503, json={"title": "t", "checks": {"mynumber": "gone"}}), Health("unready", {"mynumber": "gone"})),
        (UP, httpx.Response(404), Health("up")),
        (UP, httpx.Response(200, text="<html>"), Health("up")),
        (UP, httpx.ReadTimeout, Health("up")),
        (httpx.ConnectError, UP, Health("down")),
        (httpx.ReadTimeout, UP, Health("down")),
        (httpx.Response(503), UP, Health("down")),
        (httpx.Response(200, text="<html>"), UP, Health("strange")),
        (httpx.Response(200, json=["ok"]), UP, Health("strange")),
        (httpx.Response(200, json={"status": "ill"}), UP, Health("strange")),
        (httpx.Response(302, headers={"Location": "/"}), UP, Health("strange")),
    ],
)  # fmt: skip
def test_how_a_service_is(alive: Answer, ready: Answer, health: Health) -> None:
    assert service({"/healthz": alive, "/readyz": ready}).health() == health


@pytest.mark.parametrize("body", ["<html>", "[]", '{"paths": []}', '{"paths": {}}'])
def test_what_is_no_document_is_not_taken_for_one(body: str) -> None:
    with pytest.raises(BadAnswer):
        service({"/openapi.json": httpx.Response(200, text=body)}).document()


def test_faults_are_read_and_sent_with_the_key_and_the_world() -> None:
    sent: list[httpx.Request] = []
    row = {"target": "token", "kind": "slow", "seconds": 2.0, "count": 5, "calls": 9, "hits": 2, "new": "later"}

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=[row]) if request.method == "GET" else httpx.Response(204)

    offices = service(handler)
    found = offices.faults("w1", NOW)
    assert found == (Fault("token", "slow", 2.0, count=5, calls=9, hits=2),)
    offices.set_faults("w1", NOW, found)
    assert {request.url.path for request in sent} == {"/_sim/worlds/w1/faults"}
    assert {request.headers["X-Sim-Key"] for request in sent} == {"key"}
    assert {request.headers["X-Sim-World"] for request in sent} == {"w1"}
    (told,) = json.loads(sent[1].content)
    assert told["count"] == 3, "what was met already does not count again"
    assert not told.keys() & {"calls", "hits"}


def test_a_fault_that_was_used_up_is_not_sent_again() -> None:
    assert Fault("token", "down", count=2, calls=2, hits=2).as_input() is None
    sent = Fault("token", "down", probability=0.5, calls=2, hits=1).as_input()
    assert sent is not None
    assert (sent["count"], sent["probability"]) == (None, 0.5)


@pytest.mark.parametrize("body", ["{}", '["token"]', '[{"target": "token"}]'])
def test_what_is_no_list_of_faults_is_not_taken_for_one(body: str) -> None:
    with pytest.raises(BadAnswer):
        service({"/_sim/worlds/w1/faults": httpx.Response(200, text=body)}).faults("w1", NOW)


def test_clock_of_a_world_that_the_service_does_not_know() -> None:
    assert service({"/_sim/clock": httpx.Response(200, json={"now": "2027-03-15T09:00:00"})}).clock("w1", NOW) == NOW
    assert service({}).clock("w1", NOW) is None
    with pytest.raises(ServiceRefused):
        service({"/_sim/clock": httpx.Response(403)}).clock("w1", NOW)
    with pytest.raises(BadAnswer):
        service({"/_sim/clock": httpx.Response(200, json={"now": 3})}).clock("w1", NOW)


def test_the_clock_is_set_without_fractions() -> None:
    sent: list[Any] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append((request.method, json.loads(request.content)))
        return httpx.Response(200, json={})

    service(handler).set_clock("w1", NOW.replace(microsecond=5))
    assert sent == [("PUT", {"now": "2027-03-15T09:00:00"})]


def test_the_log_of_a_world() -> None:
    body = {"intact": False, "entries": [{"seq": 1, "action": "x"}]}
    path = "/_sim/worlds/w1/audit"
    assert service({path: httpx.Response(200, json=body)}).audit("w1", NOW) == Audit(
        False, ({"seq": 1, "action": "x"},)
    )
    with pytest.raises(BadAnswer):
        service({path: httpx.Response(200, json={"intact": True})}).audit("w1", NOW)


def test_all_are_asked_and_none_holds_the_others() -> None:
    """One answers, one is down, one does not come to an end."""
    ended = threading.Event()

    def ask(one: Simulation) -> str:
        if one is stuck:
            ended.wait()
        if one is down:
            raise ServiceDown("offices", "503")
        return "here"

    here, down, stuck = (service({}) for _ in range(3))
    found = ask_all({"here": here, "down": down, "stuck": stuck}, ask, 0.5)
    ended.set()
    assert found == {"here": "here", "down": None, "stuck": None}
    assert ask_all({}, ask, 0.5) == {}


def test_a_mistake_of_ours_is_not_taken_for_a_silent_service() -> None:
    def ask(one: Simulation) -> str:
        raise KeyError("ours")

    with pytest.raises(KeyError):
        ask_all({"here": service({})}, ask, 5)
