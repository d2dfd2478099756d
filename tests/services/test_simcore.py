"""What the services share: numbers, headers, store, audit chain, faults, documents."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, update

from app import mynumber_guard
from app.services.simcore import numbers
from app.services.simcore.audit import AuditLog
from app.services.simcore.openapi import document, paths
from app.services.simcore.personas import read_items, read_persona
from app.services.simcore.problems import Problem
from app.services.simcore.store import Store
from app.services.simcore.world import parse_now, parse_world
from tests.services.support import ROOT, Service

ELEVEN = st.text("0123456789", min_size=11, max_size=11)


@given(st.integers(0, 10**8 - 1))
def test_a_synthetic_number_is_never_legal(serial: int) -> None:
    number = numbers.synthetic(serial)
    assert numbers.is_synthetic(number)
    assert not mynumber_guard.is_legal(number)
    assert not mynumber_guard.looks_real(number)


@given(
    ELEVEN,
    st.sampled_from(["", " ", "-", "－", "　", ".", "・"]),
    st.booleans(),
    st.sampled_from(["", "番号は", "No. ", "「"]),
)
def test_a_legal_number_is_found_however_it_is_written(first: str, separator: str, wide: bool, before: str) -> None:
    number = first + str(mynumber_guard.check_digit(first))
    assert mynumber_guard.is_legal(number)
    if wide:
        number = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    written = separator.join((number[:4], number[4:8], number[8:]))
    assert mynumber_guard.looks_real(before + written + "です")


@pytest.mark.parametrize(
    "text", ["983205673214", "123456789018", "000000000000", "1 2 3 4 5 6 7 8 9 0 1 8", "03 123456789018"]
)
def test_known_legal_numbers_are_found(text: str) -> None:
    assert mynumber_guard.looks_real(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "210987654321", "123466789012", "123456789012", "2027-03-28 09:00", "2027-03-28", "000-0100-0001", "000-0123",
        "4011001098993", "f3f3a1e0-0000-4000-8000-000000000000", "1234567890181", "SIM-4821-7730", "x123456789018",
    ],
)  # fmt: skip
def test_what_is_no_legal_number_passes(text: str) -> None:
    assert not mynumber_guard.looks_real(text)


def test_headers() -> None:
    assert parse_world("a-B_9") == "a-B_9"
    assert parse_now("2027-03-15T09:00:00.5") == datetime(2027, 3, 15, 9)
    for world in (None, "", "a/b", "a" * 65, "あ"):
        with pytest.raises(Problem) as error:
            parse_world(world)
        assert error.value.status == 400
    for now in (None, "", "soon", "2027-03-15T09:00:00+09:00"):
        with pytest.raises(Problem) as error:
            parse_now(now)
        assert error.value.kind == "clock-missing"


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    metadata = MetaData()
    table = Table("counter", metadata, Column("world", String, primary_key=True), Column("n", Integer))
    store = Store(f"sqlite:///{tmp_path / 's.sqlite3'}", metadata)
    with store.write() as connection:
        connection.execute(insert(table).values(world="w", n=0))

    def count() -> None:
        for _ in range(20):
            with store.write() as connection:
                n = connection.execute(select(table.c.n)).scalar_one()
                connection.execute(update(table).values(n=n + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert connection.execute(select(table.c.n)).scalar_one() == 80

    def fail() -> None:
        with store.write() as connection:
            connection.execute(update(table).values(n=0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.read() as connection:
        assert connection.execute(select(table.c.n)).scalar_one() == 80
    store.close()


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE sim_audit SET detail = '{}' WHERE seq = 2",
        "DELETE FROM sim_audit WHERE seq = 2",
        "DELETE FROM sim_audit WHERE seq = 1",
    ],
)
def test_a_harmed_chain_is_noticed(tmp_path: Path, harm: str) -> None:
    metadata = MetaData()
    log = AuditLog(metadata)
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}", metadata)
    with store.write() as connection:
        for n in range(3):
            assert log.append(connection, "w", datetime(2027, 3, 15), "しらかば市", "act", n=n) == n + 1
        log.append(connection, "other", datetime(2027, 3, 15), "a", "act")
        assert log.intact(connection, "w")
        connection.exec_driver_sql(harm)
        assert not log.intact(connection, "w")
        assert log.intact(connection, "other")
    store.close()


def test_every_item_says_which_register_holds_it() -> None:
    items = read_items(ROOT / "procedures")
    assert items.by_id["person.address"].register == "resident"
    assert items.by_id["person.signing_certificate"].absent == "none", "a word, not the absence of a value"
    assert items.by_id["person.care_certified"].absent is False
    unknown = {i.register for i in items.by_id.values() if i.register} - set(items.registers)
    assert not unknown
    assert read_persona(ROOT / "procedures", "../vocabulary/person") is None


def test_the_document_names_every_path_and_its_tier(service: Service) -> None:
    told = service.call("GET", "/openapi.json").json()
    documented = {(method.upper(), path) for path, one in told["paths"].items() for method in one}
    assert documented == set(paths(service.app))
    assert told["openapi"] == "3.1.0"
    for one in told["paths"].values():
        for operation in one.values():
            assert operation["x-tier"] in ("T1", "T2", "T3")
            assert operation["summary"].startswith(f"[{operation['x-tier']}] ")
    text = json.dumps(told)
    wanted = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert wanted <= set(told["components"]["schemas"])
    assert len({op["operationId"] for one in told["paths"].values() for op in one.values()}) == len(documented)


def test_a_view_without_a_word_about_it_is_noticed() -> None:
    app = Flask("bare")
    app.add_url_rule("/silent", view_func=lambda: "")
    with pytest.raises(LookupError, match="/silent"):
        document(app, "t", "d")


def test_answers_to_nonsense_are_problem_documents(service: Service) -> None:
    assert service.call("GET", "/nowhere").headers["Content-Type"] == "application/problem+json"
    assert service.call("GET", "/_sim/worlds/w1").status_code == 405
    answer = service.call("PUT", "/_sim/worlds/w1", content=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:hitomado:problem:not-json")
    assert service.call("PUT", "/_sim/worlds/w1", content=b"x").status_code in (400, 415)
    assert service.call("GET", "/healthz").json() == {"status": "ok"}
