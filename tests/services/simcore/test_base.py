"""Clock, faults and health of the common base, over real sockets and on both kinds of stores."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, update

from app.services.simcore.store import Store
from tests import postgres
from tests.services.simcore.sample import NOW, Sample, running


# --- clock ----------------------------------------------------------------------------------------------------------------
def test_the_clock_goes_forward_and_does_what_is_due_in_order(sample: Sample) -> None:
    assert sample.call("GET", "/_sim/clock").json() == {"now": NOW.isoformat()}
    moved = sample.call("PUT", "/_sim/clock", json={"now": "2027-03-17T09:00:00"})
    assert (moved.status_code, moved.json()) == (200, {"now": "2027-03-17T09:00:00"})
    assert [at for _, at in sample.done] == ["2027-03-16T09:00:00", "2027-03-17T09:00:00"]
    back = sample.call("PUT", "/_sim/clock", json={"now": "2027-03-16T09:00:00"})
    assert (back.status_code, back.json()["type"]) == (409, "urn:hitomado:problem:clock-backward")
    assert sample.call("PUT", "/_sim/clock", json={"now": "2027-03-17T09:00:00"}).status_code == 200, (
        "again is no step back"
    )
    assert len(sample.done) == 2


def test_worlds_have_clocks_of_their_own(sample: Sample) -> None:
    sample.world("other")
    sample.call("PUT", "/_sim/clock", json={"now": "2027-04-01T09:00:00"})
    assert sample.call("GET", "/_sim/clock", "other").json() == {"now": NOW.isoformat()}
    assert {world for world, _ in sample.done} == {"w"}
    assert sample.call("PUT", "/_sim/clock", "nowhere", json={"now": "2027-04-01T09:00:00"}).status_code == 404
    assert sample.call("PUT", "/_sim/clock", json={"now": "2027-04-02T09:00:00+09:00"}).status_code == 400


def test_the_same_household_again_changes_nothing(sample: Sample) -> None:
    sample.call("PUT", "/_sim/clock", json={"now": "2027-04-01T09:00:00"})
    sample.world()
    assert sample.call("GET", "/_sim/clock").json() == {"now": "2027-04-01T09:00:00"}
    assert sample.call("PUT", "/_sim/worlds/w", json={"persona": "yamashina"}).json()["applicant"] == "haruka"
    assert sample.call("GET", "/_sim/clock").json() == {"now": NOW.isoformat()}, "another one begins anew"
    assert sample.call("DELETE", "/_sim/worlds/w").status_code == 204
    assert sample.call("GET", "/_sim/clock").status_code == 404


# --- faults ---------------------------------------------------------------------------------------------------------------
def thing(sample: Sample, world: str = "w", fault: str = "", **params: str) -> httpx.Response:
    headers = {"X-Sim-Fault": fault} if fault else {}
    if client := params.pop("client", ""):
        headers["X-Sim-Client"] = client
    return sample.call("GET", "/thing", world, params=params, headers=headers)


def test_faults_are_for_a_place_a_client_or_a_citizen(sample: Sample) -> None:
    sample.world("other")
    for fault, suffers, spared in (
        ({"target": "thing"}, {}, None),
        ({"target": "*"}, {}, None),
        ({"target": "another"}, None, {}),
        ({"target": "thing", "client": "c1"}, {"client": "c1"}, {"client": "c2"}),
        ({"target": "thing", "citizen": "haruka"}, {"citizen": "haruka"}, {"citizen": "ren"}),
    ):
        sample.faults({"kind": "down", **fault})
        if suffers is not None:
            assert thing(sample, **suffers).status_code == 503, fault
        if spared is not None:
            assert thing(sample, **spared).status_code == 200, fault
        assert thing(sample, "other").status_code == 200


def test_only_so_many_times(sample: Sample) -> None:
    sample.faults({"target": "thing", "kind": "too_many", "seconds": 7, "count": 2})
    answers = [thing(sample) for _ in range(4)]
    assert [one.status_code for one in answers] == [429, 429, 200, 200]
    assert answers[0].headers["Retry-After"] == "7"
    (shown,) = sample.call("GET", "/_sim/worlds/w/faults").json()
    assert (shown["hits"], shown["count"]) == (2, 2)


def test_chance_is_drawn_by_the_seed(sample: Sample) -> None:
    def draws(seed: int) -> list[int]:
        sample.faults({"target": "thing", "kind": "down", "probability": 0.5, "seed": seed})
        return [thing(sample).status_code for _ in range(12)]

    first = draws(1)
    assert set(first) == {200, 503}
    assert draws(1) == first
    assert draws(2) != first


def test_kinds_that_shape_the_answer(sample: Sample) -> None:
    sample.faults({"target": "thing", "kind": "partial"}, {"target": "thing", "kind": "consent_missing"})
    assert thing(sample).json()["kinds"] == ["consent_missing", "partial"]


def test_a_connection_is_really_dropped(sample: Sample) -> None:
    with pytest.raises(httpx.TransportError):
        thing(sample, fault="reset")
    assert thing(sample).status_code == 200


def test_an_answer_is_really_cut(sample: Sample) -> None:
    with pytest.raises(httpx.TransportError):
        thing(sample, fault="truncated")
    assert thing(sample).status_code == 200


def test_a_slow_answer_comes_too_late(sample: Sample) -> None:
    headers = {
        "X-Sim-Key": "open-sesame",
        "X-Sim-Now": NOW.isoformat(),
        "X-Sim-World": "w",
        "X-Sim-Fault": "slow;seconds=2",
    }
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(sample.url + "/thing", headers=headers, timeout=0.3)


def test_the_header_needs_the_key_and_the_place(sample: Sample) -> None:
    assert thing(sample, fault="down").status_code == 503
    assert thing(sample, fault="down;target=another").status_code == 200
    assert thing(sample, fault="stale, partial;target=thing").json()["kinds"] == ["partial", "stale"]
    unheard = sample.call("GET", "/thing", headers={"X-Sim-Fault": "down", "X-Sim-Key": "wrong"})
    assert unheard.status_code == 200
    for wrong in ("explode", "down;seconds=soon", "slow;who=me"):
        assert thing(sample, fault=wrong).status_code == 400


@pytest.mark.parametrize(
    "fault", [{"kind": "explode"}, {"kind": "down", "probability": 2}, {"kind": "down", "count": 0}]
)
def test_nonsense_is_refused(sample: Sample, fault: dict[str, Any]) -> None:
    assert sample.call("PUT", "/_sim/worlds/w/faults", json=[{"target": "*", **fault}]).status_code == 422


# --- health and key -----------------------------------------------------------------------------------------------------
def test_ready_when_the_store_answers(sample: Sample) -> None:
    assert sample.call("GET", "/readyz").json() == {"status": "ready", "checks": {"database": "ok"}}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/_sim/worlds/w"), ("DELETE", "/_sim/worlds/w"), ("GET", "/_sim/clock"), ("PUT", "/_sim/clock"), ("GET", "/events"),
        ("GET", "/_sim/worlds/w/faults"), ("PUT", "/_sim/worlds/w/faults"), ("GET", "/_sim/worlds/w/webhooks"),
        ("PUT", "/_sim/worlds/w/webhooks"), ("POST", "/_sim/worlds/w/webhooks/deliveries"), ("GET", "/_sim/worlds/w/audit"),
    ],
)  # fmt: skip
def test_nothing_without_the_key(sample: Sample, method: str, path: str) -> None:
    assert sample.call(method, path, headers={"X-Sim-Key": "wrong"}, json={}).status_code == 403


# --- PostgreSQL ---------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.server() as found:
        yield found


def test_the_base_runs_on_postgresql(server: postgres.Server) -> None:
    with running(server.database("sample")) as sample:
        sample.world()
        sample.faults({"target": "thing", "kind": "down", "count": 1})
        assert [thing(sample).status_code for _ in range(2)] == [503, 200]
        assert sample.happen(answer="ひとまど") == 1
        assert sample.call("GET", "/events").json()["events"][0]["data"] == {"answer": "ひとまど"}
        sample.call("PUT", "/_sim/clock", json={"now": "2027-03-18T09:00:00"})
        assert len(sample.done) == 3
        assert sample.call("DELETE", "/_sim/worlds/w").status_code == 204


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("world", [None, "w"])
def test_writers_wait_for_each_other(tmp_path: Path, server: postgres.Server, kind: str, world: str | None) -> None:
    url = server.database(f"count_{world}") if kind == "postgresql" else f"sqlite:///{tmp_path / 's.sqlite3'}"
    metadata = MetaData()
    table = Table("counter", metadata, Column("world", String, primary_key=True), Column("n", Integer))
    store = Store(url, metadata)
    with store.write() as connection:
        connection.execute(insert(table).values(world="w", n=0))

    def count() -> None:
        for _ in range(10):
            with store.write(world) as connection:
                n = connection.execute(select(table.c.n)).scalar_one()
                connection.execute(update(table).values(n=n + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert connection.execute(select(table.c.n)).scalar_one() == 40
    store.close()
