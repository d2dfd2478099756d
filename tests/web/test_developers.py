"""The pages for developers, with services in every state, and faults at real services."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.gateway.simulation import KnownClient, Simulation
from app.services import processes
from app.services.running import HOST, free_port
from app.services.simcore.embed import Embedded
from app.web import apidocs

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "t", "description": "Stands for all offices.\n\nAssumptions: how long it takes."},
    "paths": {
        "/applications/{number}": {
            "get": {"x-tier": "T1", "summary": "[T1] One application", "description": "As published."},
            "post": {"summary": "[T2] Change it", "description": "Rebuilt. Assumed: the name of the field. Once only."},
            "parameters": [],
        },
        "/_sim/worlds/{world}/faults": {
            "put": {
                "x-tier": "T3",
                "summary": "[T3] Switch faults",
                "description": "At `webhooks`: down. Places: events, register:<id>, category:<some one>, * for all. Kind refused: no.",
            }
        },
    },
    "components": {"schemas": {"FaultInput": {"properties": {"kind": {"enum": ["down", "slow", "odd_new_kind"]}}}}},
}
READY = {"/healthz": {"status": "ok"}, "/readyz": {"checks": {"database": "ok"}}, "/openapi.json": DOCUMENT}


class Fake:
    """A service in memory. `answers`: path to JSON, status, or what is raised; faults are kept."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers, self.faults = dict(answers), list[dict[str, Any]]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        found = self.answers.get("*", self.answers.get(request.url.path, 404))
        if isinstance(found, type):
            raise found("no")
        if request.url.path.endswith("/faults") and found == 404:
            if request.method == "PUT":
                self.faults = httpx.Response(200, content=request.content).json()
                return httpx.Response(204)
            return httpx.Response(200, json=self.faults)
        return httpx.Response(found, json={}) if isinstance(found, int) else httpx.Response(200, json=found)


def put(site: Any, name: str, answers: dict[str, Any]) -> Fake:
    """Give the site a service."""
    fake = Fake(answers)
    transport = httpx.MockTransport(fake)
    site.context.services[name] = Simulation(name, f"http://{name}.test", "secret-key", transport=transport)
    return fake


# --- what there is --------------------------------------------------------------------------------------------------------
def test_every_page_has_the_way_to_the_developers(site: Any) -> None:
    assert "/developers" in site.get("/").links()


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (READY, "動いています。"),
        (READY | {"/readyz": 404}, "要るものがそろっているかは分かりません。"),
        ({"*": httpx.ConnectError}, "つながりません。"),
        ({"*": httpx.ReadTimeout}, "つながりません。"),
        ({"*": 503}, "つながりません。"),
        ({"*": ["?"]}, "返事が読めません。"),
        (READY | {"/openapi.json": 500}, "動いています。"),
        (READY | {"/openapi.json": ["?"]}, "動いています。"),
    ],
)
@pytest.mark.parametrize("tag", ["", "/en", "/ja-simple"])
def test_a_service_in_every_state_is_a_page_and_no_error(
    site: Any, answers: dict[str, Any], words: str, tag: str
) -> None:
    put(site, "mynumber", READY)
    put(site, "authorities", answers)
    page = site.get(f"{tag}/developers")
    assert page.status == 200
    assert tag or words in page.html
    described = answers.get("/openapi.json") == DOCUMENT
    assert (f"{tag}/developers/services/authorities" in page.links()) is described
    assert f"{tag}/developers/openapi/mynumber.json" in page.links()
    assert site.get(f"{tag}/developers/services/authorities").status == 200


def test_what_is_missing_is_named(site: Any) -> None:
    fake = put(site, "authorities", READY)
    fake.answers["/readyz"] = {"checks": {"database": "ok", "mynumber": "out of reach"}}
    assert "足りないもの：mynumber。" in site.get("/developers").html


def test_tiers_assumptions_and_clients_are_told_and_no_secret(site: Any) -> None:
    put(site, "authorities", READY)
    client = KnownClient("shop", "店（模擬）", ("openid", "sign"), ("/start/return",))
    object.__setattr__(site.context, "clients", (client,))
    page = site.get("/developers").html
    for words in (
        "T1は1つ、T2は1つ、T3は1つ",
        "1つの操作にあります",
        "shop",
        "/start/return",
        "HITOMADO_AUTHORITIES_URL",
    ):
        assert words in page
    assert "secret-key" not in page
    assert "http://authorities.test" in page


def test_the_date_of_ones_practice_is_told(site: Any) -> None:
    assert "まだ始まっていません" in site.get("/developers").html
    site.enter()
    assert "（2027年）3月15日" in site.get("/developers").html.partition("練習の日付")[2]


def test_operations_are_a_table(site: Any) -> None:
    put(site, "authorities", READY)
    page = site.get("/developers/services/authorities")
    cells = [" ".join(node.text.split()) for node in page.document.all("td") if node.within(("table",))]
    rows = [cells[n : n + 3] for n in range(0, len(cells), 3)]
    heads = [" ".join(node.text.split()) for node in page.document.all("th", where=lambda th: th.get("scope") == "row")]
    assert heads == ["PUT /_sim/worlds/{world}/faults", "GET /applications/{number}", "POST /applications/{number}"]
    assert rows[1:] == [["T1", "One application", "ありません"], ["T2", "Change it", "Assumed: the name of the field."]]
    assert "Assumptions: how long it takes." in page.html


def test_clock_and_log_of_ones_world_stand_with_the_service(site: Any) -> None:
    fake = put(site, "authorities", READY)
    site.enter()
    world = site.world.id
    fake.answers |= {
        "/_sim/clock": {"now": "2027-04-01T09:00:00"},
        f"/_sim/worlds/{world}/audit": {"intact": True, "entries": [{}, {}]},
    }
    page = site.get("/developers/services/authorities").html
    assert "（2027年）4月1日" in page
    assert "2行あります。書きかえられていません。" in page
    fake.answers[f"/_sim/worlds/{world}/audit"] = {"intact": False, "entries": [{}]}
    assert "書きかえられた行があります。" in site.get("/developers/services/authorities").html


def test_the_document_comes_from_the_sites_own_address(site: Any) -> None:
    put(site, "authorities", READY)
    put(site, "phr", {"*": httpx.ConnectError})
    told = site.client.get("/developers/openapi/authorities.json")
    assert told.json == {**DOCUMENT, "servers": [{"url": "http://authorities.test"}]}
    down = site.client.get("/developers/openapi/phr.json")
    assert (down.status_code, down.mimetype) == (503, "application/problem+json")


@pytest.mark.parametrize("path", ["openapi/nobody.json", "services/nobody", "faults/nobody"])
def test_absent_services_are_absent(site: Any, path: str) -> None:
    site.enter()
    assert site.get(f"/developers/{path}").status == 404


# --- reading documents ------------------------------------------------------------------------------------------------------
def test_places_and_kinds_are_what_the_service_documents() -> None:
    assert apidocs.places(DOCUMENT) == ("*", "events", "register:<id>", "category:<some one>", "webhooks")
    assert apidocs.kinds(DOCUMENT) == ("down", "slow", "odd_new_kind")
    nothing: dict[str, Any] = {"info": {}, "paths": {}}
    assert (apidocs.places(nothing), apidocs.kinds(nothing)) == (("*",), ())


# --- faults -----------------------------------------------------------------------------------------------------------------
def test_faults_need_a_world_and_the_start_leads_back(site: Any) -> None:
    put(site, "authorities", READY)
    for path in ("/developers/faults", "/developers/faults/authorities"):
        assert site.get(path, follow=False).location == "/start"
    assert site.post("/developers/faults/authorities", follow=False, place="*", kind="down").location == "/start"
    site.post("/start", persona="yamashina", follow=False)
    site.post("/start/sign-in", follow=False)
    assert site.get("/start/return?code=it&state=the-state&iss=us", follow=False).location == "/developers/faults"


def test_break_see_and_mend(site: Any) -> None:
    fake = put(site, "authorities", READY)
    site.enter()
    form = site.get("/developers/faults/authorities")
    assert "返事をしない（down）" in form.html
    site.post("/developers/faults/authorities", place="events", kind="down", percent="50", count="３")
    page = site.post(
        "/developers/faults/authorities", place="register:<id>", kind="slow", seconds="1.5", **{"which-register": "tax"}
    )
    assert page.path == "/developers/faults"
    assert [(one["target"], one["kind"]) for one in fake.faults] == [("events", "down"), ("register:tax", "slow")]
    assert [(one["probability"], one["count"], one["seconds"]) for one in fake.faults] == [
        (0.5, 3, None),
        (1, None, 1.5),
    ]
    for words in (
        "こわしました",
        "税の台帳（register:tax）：返事が遅い",
        "1.5秒です。",
        "だいたい50回で起こります。",
        "あと3回で終わります。",
    ):
        assert words in page.html
    keys = [node.get("value") for node in page.document.all("input", where=lambda one: one.get("name") == "fault")]
    page = site.post("/developers/faults/authorities/mend", fault=keys[0])
    assert [one["target"] for one in fake.faults] == ["register:tax"]
    assert "やめました" in page.html
    again = site.post("/developers/faults/authorities/mend", fault=keys[0])
    assert (again.status, len(fake.faults)) == (200, 1)
    assert "すべて直しました" in site.post("/developers/faults/mend").html
    assert fake.faults == []


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, ["place", "kind"]),
        ({"place": "nowhere", "kind": "melted"}, ["place", "kind"]),
        ({"place": "register:<id>", "kind": "down", "which-register": "nothing"}, ["which-register"]),
        ({"place": "category:<some one>", "kind": "down", "which-category": "a b"}, ["which-category"]),
        ({"place": "*", "kind": "slow", "seconds": "31"}, ["seconds"]),
        ({"place": "*", "kind": "slow", "seconds": "soon"}, ["seconds"]),
        ({"place": "*", "kind": "slow", "percent": "0", "count": "1.5"}, ["percent", "count"]),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(site: Any, sent: dict[str, str], wrong: list[str]) -> None:
    fake = put(site, "authorities", READY)
    site.enter()
    page = site.post("/developers/faults/authorities", **sent)
    assert page.status == 422
    assert [link for link in page.links() if link.startswith("#") and link[1:] in wrong] == [f"#{id_}" for id_ in wrong]
    for name in ("seconds", "percent", "count", "which-category"):
        if name in sent:
            assert f'value="{sent[name]}"' in page.html
    assert fake.faults == []


def test_a_service_that_goes_away_meanwhile_changes_nothing_and_keeps_what_was_typed(site: Any) -> None:
    fake = put(site, "authorities", READY)
    site.enter()
    fake.answers[f"/_sim/worlds/{site.world.id}/faults"] = httpx.ConnectError
    page = site.post("/developers/faults/authorities", place="events", kind="slow", seconds="7")
    assert page.status == 503
    assert "何も変わっていません。" in page.html
    assert 'value="7"' in page.html
    fake.answers[f"/_sim/worlds/{site.world.id}/faults"] = 422
    page = site.post("/developers/faults/authorities", place="events", kind="slow", seconds="7")
    assert "受け付けませんでした" in page.html


def test_the_list_says_which_service_is_silent_and_mends_the_others(site: Any) -> None:
    fake = put(site, "authorities", READY)
    put(site, "phr", {"*": httpx.ConnectError})
    site.enter()
    site.post("/developers/faults/authorities", place="*", kind="down")
    page = site.get("/developers/faults")
    assert "健康の記録（phr）からは、いま返事がありません。" in page.html
    assert site.get("/developers/faults/phr").status == 503
    page = site.post("/developers/faults/mend")
    assert (page.status, fake.faults) == (503, [])
    assert "健康の記録（phr）につながりません" in page.html
    assert site.post("/developers/faults/phr/mend", fault="x").status == 503


def test_a_real_number_is_refused(site: Any) -> None:
    fake = put(site, "authorities", READY)
    site.enter()
    page = site.post(
        "/developers/faults/authorities", place="category:<some one>", kind="down", **{"which-category": "123456789018"}
    )
    assert (page.status, fake.faults) == (422, [])
    assert "123456789018" not in page.html


@pytest.mark.parametrize("tag", ["/en", "/ja-simple"])
def test_every_fault_page_is_translated(site: Any, tag: str) -> None:
    put(site, "authorities", READY)
    site.enter()
    assert site.get(f"{tag}/developers/faults").status == 200
    assert site.get(f"{tag}/developers/faults/authorities").status == 200
    assert site.post(f"{tag}/developers/faults/authorities").status == 422
    page = site.post(
        f"{tag}/developers/faults/authorities", place="*", kind="slow", seconds="1", percent="5", count="1"
    )
    assert (page.status, page.path) == (200, f"{tag}/developers/faults")


# --- real services ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def real(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Two real services on sockets of their own."""
    ports = {name: free_port() for name in ("mynumber", "authorities")}
    urls = {name: f"http://{HOST}:{port}" for name, port in ports.items()}
    settings = processes.Settings(
        data=tmp_path, procedures=Path("procedures"), secret_key="for tests", control_key="key", urls=urls
    )
    apps = {name: processes.make(name, settings) for name in ports}
    servers = [Embedded(app, name, ports[name]) for name, app in apps.items()]
    for server in servers:
        server.start()
    yield urls
    for server, app in zip(servers, apps.values(), strict=True):
        server.stop()
        app.extensions["simcore"].close()


def test_real_services_break_and_are_mended(site: Any, real: dict[str, str]) -> None:
    for name, url in real.items():
        site.context.services[name] = Simulation(name, url, "key")
    site.enter()

    def events() -> int:
        headers = {"X-Sim-World": site.world.id, "X-Sim-Now": "2027-03-15T09:00:00", "X-Sim-Key": "key"}
        return httpx.get(real["authorities"] + "/events", headers=headers).status_code

    assert "動いています。" in site.get("/developers").html
    for name in real:
        assert "返事をしない（down）" in site.get(f"/developers/faults/{name}").html
        assert site.get(f"/en/developers/services/{name}").status == 200
    assert events() == 200
    page = site.post("/developers/faults/authorities", place="events", kind="down", count="1")
    assert "あと1回で終わります。" in page.html
    assert (events(), events()) == (503, 200)
    assert "決めた回数が終わりました。" in site.get("/developers/faults").html
    site.post("/developers/faults/mynumber", place="register:<id>", kind="partial", **{"which-register": "resident"})
    assert "住民票の台帳（register:resident）：一部だけ返す" in site.get("/developers/faults").html
    assert "いまこわれているもの（0）" in site.post("/developers/faults/mend").html


def test_a_service_that_was_stopped_is_shown_as_such(site: Any) -> None:
    site.context.services["mynumber"] = Simulation("mynumber", f"http://{HOST}:{free_port()}", "key")
    page = site.get("/developers")
    assert (page.status, "つながりません。" in page.html) == (200, True)
