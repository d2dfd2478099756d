"""Private notices on their way from the offices to the companies and back, over real loopback sockets."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from app.config import real_now
from app.engine.lifecycle import Event, EventType, State, reduce
from app.gateway.authorities import Authorities
from app.gateway.base import ServiceDown, ServiceRefused
from app.services import authorities, partners
from app.services.authorities import notices
from app.services.authorities.records import Application
from app.services.simcore.embed import Embedded
from app.services.simcore.webhooks import headers as signed

ROOT = Path(__file__).parents[3]
CONTROL = "open-sesame"
MONDAY = datetime(2027, 3, 15, 10, 0)
OLD = {"postcode": "000-0123", "municipality": "980013", "town": "緑町", "block": "2丁目3番4号", "building": ""}
NEW = {"postcode": "000-0201", "municipality": "970018", "town": "若葉", "block": "1丁目1番1号", "building": ""}


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def application(procedure: str, authority: str, **facts: Any) -> dict[str, Any]:
    """はるか's private notice."""
    known = {"haruka.name": "山科 はるか", "haruka.address": OLD, "move.new_address": NEW, "move.date": "2027-03-28"}
    subjects = {"applicant": "haruka", "move": "move", "movers": ["haruka"]}
    given = {name.replace("__", "."): value for name, value in facts.items()}
    return {"procedure": procedure, "subject": None, "authority": authority, "channel": "online", "facts": known | given, "subjects": subjects}  # fmt: skip


BANK = application("bank-address", "hidamari-bank", haruka__birth_date="1992-05-03", move__bank_consent=True)
MOBILE = application("mobile-address", "sora-mobile", haruka__birth_date="1992-05-03", haruka__phone="000-1111-2222")
POST = application("mail-forwarding", "post", haruka__phone="000-1111-2222")
GAS = application(
    "gas-start-stop", "komorebi-gas", haruka__phone="000-1111-2222", move__utilities_stop="2027-03-28",
    move__utilities_start="2027-03-28", move__utility_payment="same", move__gas_appliances=["stove"], move__gas_visit="morning",
)  # fmt: skip

PATIENCE = 60.0  # real seconds for what takes a moment: on a loaded machine it comes late, and no test may notice


@dataclass
class Town:
    """Both services, their addresses and clients, and the world at hand."""

    offices: Authorities
    http: httpx.Client
    url: str
    config: partners.Config
    port: int
    server: Embedded | None
    store: str
    here: authorities.Config
    world: str = ""
    sent: int = 0
    base: Any = None

    def submit(self, body: dict[str, Any], now: datetime = MONDAY) -> str:
        """File; returns the arrival number."""
        self.sent += 1
        return self.offices.submit(self.world, now, body, f"key-{self.sent}").arrival_number

    def until(self, moment: str) -> None:
        """Let the clock come to a moment."""
        self.offices.advance_clock(self.world, datetime.fromisoformat(moment))

    def types(self, number: str) -> list[str]:
        """The types of a case's events; the site accepts them as a history."""
        found = [one for one in self.offices.events_after(self.world, MONDAY, 0) if one.arrival_number == number]
        told = [Event(EventType(e.type), e.at, e.note, number, e.item, e.opens, e.until) for e in found]
        assert reduce([Event(EventType.RELEASED, MONDAY), *told]).state in State
        return [one.type for one in found]

    def last(self, number: str) -> Any:
        """The last event of a case."""
        return [one for one in self.offices.events_after(self.world, MONDAY, 0) if one.arrival_number == number][-1]

    def at_partners(self, method: str, path: str, now: datetime = MONDAY, **more: Any) -> httpx.Response:
        """A call of the companies' back channel."""
        told = {"X-Sim-Key": CONTROL, "X-Sim-World": self.world, "X-Sim-Now": now.isoformat()}
        return self.http.request(method, f"http://127.0.0.1:{self.port}{path}", headers=told, **more)

    def notices(self, partner: str, number: str) -> list[dict[str, Any]]:
        """The notices that a company has of a case."""
        return self.at_partners("GET", f"/v1/partners/{partner}/notices", params={"consent_ref": number}).json()[
            "notices"
        ]

    def faults(self, *faults: dict[str, Any]) -> None:
        """At the companies."""
        assert self.at_partners("PUT", f"/_sim/worlds/{self.world}/faults", json=list(faults)).status_code == 204

    def force(self, partner: str, number: str, outcome: str, now: datetime = MONDAY, **more: Any) -> None:
        """The facilitator's hand at a company."""
        (one,) = self.notices(partner, number)
        answer = self.at_partners("POST", f"/_sim/notices/{one['id']}/outcome", now, json={"outcome": outcome, **more})
        assert answer.status_code == 200, answer.text

    def stop(self) -> None:
        """The companies' process is gone."""
        if self.server and self.base:
            self.server.stop()
            self.base.close()  # its webhooks too
            self.server = self.base = None

    @contextmanager
    def impatient(self, seconds: float) -> Iterator[None]:
        """Meanwhile the offices wait only so long for an answer."""
        patient = self.offices
        app = authorities.create_app(replace(self.here, timeout=seconds))
        with Embedded(app, "impatient") as url:
            self.offices = Authorities(url, CONTROL, timeout=PATIENCE)
            yield
            self.offices.close()
        app.extensions["simcore"].close()
        self.offices = patient

    def wait_for(self, event: str, number: str) -> None:
        """Until a webhook, which comes when it comes, has brought an event."""
        end = monotonic() + PATIENCE
        while event not in self.types(number):
            assert monotonic() < end, (event, self.types(number))
            sleep(0.02)

    def start(self) -> None:
        """And comes back at the same address."""
        if not self.server:
            app = partners.create_app(self.config)
            self.base = app.extensions["simcore"]
            self.server = Embedded(app, "partners", self.port)
            self.server.start()


@pytest.fixture(scope="module", params=["asked", "webhooks"])
def services(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Once where the companies cannot reach the offices and are asked, once where they send webhooks."""
    folder, port, own = tmp_path_factory.mktemp("connectors"), free_port(), free_port()
    there = partners.Config(
        database_url=f"sqlite:///{folder / 'partners.db'}", procedures=ROOT / "procedures", control_key=CONTROL,
        base_url=f"http://127.0.0.1:{port}",
    )  # fmt: skip
    store = f"sqlite:///{folder / 'offices.db'}"
    here = authorities.Config(
        database_url=store, procedures=ROOT / "procedures", control_key=CONTROL, mynumber_url="http://127.0.0.1:9",
        partners_url=f"http://127.0.0.1:{port}", base_url=f"http://127.0.0.1:{own}" if request.param == "webhooks" else "",
        timeout=PATIENCE,
    )  # fmt: skip
    app = authorities.create_app(here)
    with Embedded(app, "authorities", own) as url, httpx.Client(timeout=PATIENCE) as http:
        offices = Authorities(url, CONTROL, timeout=PATIENCE)
        town = Town(offices, http, url, there, port, None, store, here)
        town.start()
        yield town
        town.stop()
        offices.close()
    app.extensions["simcore"].close()


@pytest.fixture
def town(services: Town, request: pytest.FixtureRequest) -> Iterator[Town]:
    """A world of the family of the guide, named for the test."""
    services.world = "".join(c if c.isalnum() and c.isascii() else "-" for c in request.node.name)[:60]
    services.offices.create_world(services.world, MONDAY)
    services.start()
    services.at_partners("PUT", f"/_sim/worlds/{services.world}", json={"persona": "yamashina"})
    yield services
    services.start()
    services.at_partners("DELETE", f"/_sim/worlds/{services.world}")
    services.offices.delete_world(services.world, MONDAY)


def test_a_notice_goes_to_the_company_and_its_end_comes_back(town: Town) -> None:
    number = town.submit(BANK)
    assert [one["state"] for one in town.notices("hidamari-bank", number)] == ["accepted"]
    assert town.types(number) == ["received"]
    town.until("2027-03-16T09:00")
    assert town.types(number) == ["received", "review_started"]
    assert "担当の人が確かめています" in town.last(number).note
    town.until("2027-03-31T18:00")
    assert town.types(number) == ["received", "review_started", "approved", "completed"]


def test_what_a_company_does_at_once_is_in_the_answer(town: Town) -> None:
    number = town.submit(MOBILE)
    assert town.types(number) == ["received", "completed"]


def test_only_the_fields_of_the_notice_leave_the_office(town: Town) -> None:
    others = {
        "haruka.health_insurance": "nhi",
        "haruka.phone": "000-9999-9999",
        "ren.name": "山科 蓮",
        "ren.birth_date": "1990-08-20",
    }
    body = BANK | {"facts": BANK["facts"] | others}
    case = Application(
        "w", "SIM-0000-0001", body["procedure"], body["authority"], "online", "received", body, MONDAY.isoformat()
    )
    sent = notices.build(case)
    assert sent == {
        "holder": {"name": "山科 はるか"}, "old_address": OLD, "new_address": NEW, "effective_date": "2027-03-28",
        "consent_ref": "SIM-0000-0001", "purpose": "address_change", "details": {"birth_date": "1992-05-03"},
    }  # fmt: skip
    assert town.types(town.submit(body))[0] == "received"
    with create_engine(town.config.database_url).connect() as db:
        kept = "".join(str(row) for row in db.execute(text("select body from notice")))
    assert "999-9999" not in kept
    assert "nhi" not in kept


@pytest.mark.parametrize(
    "facts, purpose",
    [
        ({"move.utilities_start": "2027-03-28", "move.utilities_stop": "2027-03-28"}, "start_stop"),
        ({"move.utilities_start": "2027-03-28"}, "start"),
        ({"move.utilities_stop": "2027-03-28"}, "stop"),
    ],
)
def test_dates_say_what_is_started_and_stopped(facts: dict[str, str], purpose: str) -> None:
    body = application("electricity-start-stop", "hikari-power", **{k.replace(".", "__"): v for k, v in facts.items()})
    sent = notices.build(
        Application("w", "SIM-1", body["procedure"], body["authority"], "online", "received", body, MONDAY.isoformat())
    )
    assert sent["purpose"] == purpose
    assert ("old_address" in sent, "new_address" in sent) == (purpose != "start", purpose != "stop")


def test_a_company_that_is_down_loses_nothing(town: Town) -> None:
    town.stop()
    number = town.submit(BANK)
    assert town.types(number) == ["received", "review_started"]
    assert "窓口が預かっています" in town.last(number).note
    town.until("2027-03-15T12:00")  # still down
    assert town.types(number) == ["received", "review_started"]
    town.start()
    town.until("2027-03-15T13:00")
    assert len(town.notices("hidamari-bank", number)) == 1
    town.until("2027-03-31T18:00")
    assert town.types(number) == ["received", "review_started", "approved", "completed"]


@pytest.mark.parametrize("kind", ["slow", "truncated", "reset", "too_many"])
def test_an_answer_that_does_not_come_makes_no_second_notice(town: Town, kind: str) -> None:
    town.faults({"target": "partner:hidamari-bank", "kind": kind, "seconds": 2.0})
    with town.impatient(0.5) if kind == "slow" else nullcontext():
        number = town.submit(BANK)
    assert "review_started" in town.types(number)
    town.faults()
    town.until("2027-03-15T11:00")
    assert len(town.notices("hidamari-bank", number)) == 1
    town.until("2027-03-31T18:00")
    assert town.types(number)[-1] == "completed"


def test_in_the_night_the_office_waits_until_the_carrier_works_again(town: Town) -> None:
    night = datetime(2027, 3, 15, 23, 30)
    town.offices.advance_clock(town.world, night)
    number = town.submit(MOBILE, night)
    assert "3月16日（火） 06:00からもう一度送ります" in town.last(number).note
    town.until("2027-03-16T05:59")
    assert town.notices("sora-mobile", number) == []
    town.until("2027-03-16T06:00")
    assert town.types(number) == ["received", "review_started", "approved", "completed"]


def test_a_question_becomes_a_correction_and_its_answer_goes_back(town: Town) -> None:
    number = town.submit(GAS | {"facts": GAS["facts"] | {"move.utilities_start": "2027-03-15"}})
    assert town.types(number) == ["received", "review_started", "correction_requested"]
    last = town.last(number)
    assert (last.item, last.until is not None) == ("move.utilities_start", True)
    town.offices.correct(town.world, MONDAY, number, {"move.utilities_start": "2027-03-28"})
    town.until("2027-03-17T18:00")
    assert town.types(number)[-1] == "resubmitted"
    town.until("2027-03-28T12:00")
    assert town.types(number)[-3:] == ["resubmitted", "approved", "completed"]


@pytest.mark.parametrize("lacking, item", [("move.new_address", "move.new_address"), ("haruka.birth_date", None)])
def test_what_a_case_lacks_is_asked_for_and_then_told(town: Town, lacking: str, item: str | None) -> None:
    facts = {name: value for name, value in MOBILE["facts"].items() if name != lacking}
    number = town.submit(MOBILE | {"facts": facts})
    if item is None:  # the company can do without
        assert town.types(number) == ["received", "completed"]
        return
    assert town.types(number) == ["received", "review_started", "correction_requested"]
    assert town.last(number).item == item
    town.offices.correct(town.world, MONDAY, number, {item: MOBILE["facts"][item]})
    assert town.types(number)[-3:] == ["resubmitted", "approved", "completed"]


def test_a_contract_that_is_not_found_by_name_is_found_by_its_number(town: Town) -> None:
    facts = MOBILE["facts"] | {"haruka.name": "川辺 太郎"}
    number = town.submit(MOBILE | {"facts": facts})
    assert town.last(number).item == "move.mobile_number"
    town.offices.correct(town.world, MONDAY, number, {"move.mobile_number": "ｓｉｍ-00001603"})
    assert town.last(number).item == "move.contract_holder", "the number is somebody else's"
    town.offices.correct(town.world, MONDAY, number, {"move.contract_holder": "山科 はるか"})
    assert town.types(number)[-3:] == ["resubmitted", "approved", "completed"]


def test_what_a_company_cannot_read_is_mended_before_and_after_it_has_the_notice(town: Town) -> None:
    number = town.submit(MOBILE | {"facts": MOBILE["facts"] | {"haruka.phone": "0" * 30}})
    assert (town.last(number).type, town.last(number).item) == ("correction_requested", "haruka.phone")
    assert "読み取れない" in town.last(number).note
    assert town.notices("sora-mobile", number) == []
    nowhere = {name: value for name, value in NEW.items() if name != "municipality"}
    town.offices.correct(town.world, MONDAY, number, {"haruka.phone": "000-1111-2222", "move.new_address": None})
    assert town.last(number).item == "move.new_address"
    town.offices.correct(town.world, MONDAY, number, {"move.new_address": nowhere})
    assert town.last(number).item == "move.new_address", "an answer that cannot be read leaves the question open"
    town.offices.correct(town.world, MONDAY, number, {"move.new_address": NEW})
    assert town.types(number)[-2:] == ["approved", "completed"]


def test_the_waterworks_are_told_like_a_company(town: Town) -> None:
    water = application(
        "water-start-stop", "minato-water", haruka__phone="000-1111-2222", move__utilities_stop="2027-03-28",
        move__utilities_start="2027-03-28", move__utility_payment="same",
    )  # fmt: skip
    case = Application(
        "w", "SIM-1", "water-start-stop", "minato-water", "online", "received", water, MONDAY.isoformat()
    )
    assert notices.goes(case)
    assert notices.build(case)["purpose"] == "start_stop"
    case.authority = "shirakaba-water"
    assert not notices.goes(case), "a city's own waterworks are no company"


def test_gas_tells_the_day_of_the_visit(town: Town) -> None:
    number = town.submit(GAS)
    town.until("2027-03-17T18:00")
    assert "3月28日（日）の09:00から12:00に、係の人が新しい家へ行きます" in town.last(number).note
    town.until("2027-03-28T12:00")
    assert town.types(number) == ["received", "review_started", "approved", "completed"]


def test_a_visit_is_asked_for_and_told_on(town: Town) -> None:
    number = town.submit(POST | {"facts": POST["facts"] | {"haruka.address": OLD | {"block": "9丁目"}}})
    assert town.types(number) == ["received", "visit_needed"]
    assert town.last(number).opens is not None
    town.offices.visit(town.world, MONDAY, number)
    town.until("2027-03-31T18:00")
    assert town.types(number) == ["received", "visit_needed", "visited", "approved", "completed"]
    assert "2028年3月14日" in next(
        e.note for e in town.offices.events_after(town.world, MONDAY, 0) if e.type == "approved"
    )


def test_a_refusal_has_a_reason_and_a_remedy(town: Town) -> None:
    facts = {
        name: value for name, value in GAS["facts"].items() if name not in ("haruka.address", "move.utilities_stop")
    }
    number = town.submit(GAS | {"facts": facts | {"move.new_address": NEW | {"municipality": "970042"}}})
    assert town.types(number) == ["received", "review_started", "rejected"]
    assert "区域の外" in town.last(number).note
    assert "新しい住所の区域の会社" in town.last(number).note


def test_a_forced_outcome_at_the_company_shows_in_the_case(town: Town) -> None:
    number = town.submit(BANK)
    town.force("hidamari-bank", number, "rejected", reason="口座が閉じられています")
    town.until("2027-03-15T11:00")
    assert "口座が閉じられています" in town.last(number).note
    assert town.types(number)[-1] == "rejected"


def test_a_withdrawal_reaches_the_company(town: Town) -> None:
    number = town.submit(BANK)
    assert town.offices.withdraw(town.world, MONDAY, number).state == "withdrawn"
    assert [one["state"] for one in town.notices("hidamari-bank", number)] == ["withdrawn"]
    town.until("2027-03-31T18:00")
    assert town.types(number) == ["received", "withdrawn"]


def test_a_withdrawal_that_is_too_late_changes_nothing(town: Town) -> None:
    number = town.submit(BANK)
    (one,) = town.notices("hidamari-bank", number)
    later = datetime(2027, 3, 16, 9, 30)
    assert town.at_partners("PUT", "/_sim/clock", later, json={"now": later.isoformat()}).status_code == 200
    with pytest.raises(ServiceRefused) as refused:
        town.offices.withdraw(town.world, later, number)
    assert "取り下げられません" in str(refused.value.problem.detail)
    assert town.types(number) == ["received", "review_started"]
    town.until("2027-03-31T18:00")
    assert town.types(number)[-1] == "completed"
    assert one["id"]


def test_a_withdrawal_waits_for_a_company_that_does_not_answer(town: Town) -> None:
    number = town.submit(BANK)
    town.stop()
    with pytest.raises(ServiceDown):
        town.offices.withdraw(town.world, MONDAY, number)
    town.start()
    assert town.offices.withdraw(town.world, MONDAY, number).state == "withdrawn"


def test_a_case_withdrawn_before_the_company_had_it_is_never_sent(town: Town) -> None:
    town.stop()
    number = town.submit(BANK)
    assert town.offices.withdraw(town.world, MONDAY, number).state == "withdrawn"
    town.start()
    town.until("2027-03-31T18:00")
    assert town.notices("hidamari-bank", number) == []
    assert town.types(number)[-1] == "withdrawn"


def test_a_case_withdrawn_while_its_answer_was_lost_is_taken_back_there(town: Town) -> None:
    town.faults({"target": "partner:hidamari-bank", "kind": "truncated"})
    number = town.submit(BANK)
    town.faults()
    assert [one["state"] for one in town.notices("hidamari-bank", number)] == ["accepted"]
    assert town.offices.withdraw(town.world, MONDAY, number).state == "withdrawn"
    town.until("2027-03-15T12:00")
    assert [one["state"] for one in town.notices("hidamari-bank", number)] == ["withdrawn"]


def test_withdrawal_and_sending_at_once_leave_both_sides_of_one_mind(town: Town) -> None:
    for _ in range(4):
        town.faults({"target": "partner:hidamari-bank", "kind": "slow", "seconds": 0.1})
        with ThreadPoolExecutor(2) as pool:
            filed = pool.submit(town.submit, BANK)
            number = ""
            while not number:
                told = town.offices.events_after(town.world, MONDAY, 0)
                fresh = [e.arrival_number for e in told if e.type == "received"]
                number = fresh[-1] if fresh and town.types(fresh[-1])[-1] != "withdrawn" else ""
            taken = pool.submit(town.offices.withdraw, town.world, MONDAY, number)
            filed.result()
            taken.result()
        town.faults()
        town.offices.advance_clock(town.world, MONDAY)
        assert town.types(number)[-1] == "withdrawn"
        assert {one["state"] for one in town.notices("hidamari-bank", number)} <= {"withdrawn"}


def test_what_no_company_takes_stays_with_the_office(town: Town) -> None:
    association = application("neighbourhood-association", "neighbourhood-association", move__neighbourhood_wish="join")
    number = town.submit(association | {"channel": "visit"})
    assert town.types(number) == ["received", "visit_needed"]


def test_the_clock_knows_when_a_company_will_have_something_to_tell(town: Town) -> None:
    town.submit(BANK)
    answer = town.offices.advance_clock(town.world, MONDAY)
    assert answer.next == datetime(2027, 3, 16, 9, 0)


# --- webhooks -------------------------------------------------------------------------------------------------------------


def told(town: Town, number: str, step: dict[str, Any], secret: str, **changed: Any) -> httpx.Response:
    """A delivery of our own making."""
    (one,) = town.notices("hidamari-bank", number)
    id_ = f"{town.world}-{changed.pop('seq', 900)}"
    event = {"specversion": "1.0", "id": id_, "source": "x", "type": "jp.hitomado.partner.notice.x", "simworld": town.world,
             "data": {"partner": "hidamari-bank", "notice": one["id"], "step": step}} | changed  # fmt: skip
    body = json.dumps(event).encode()
    stamp = int(real_now().timestamp())
    return town.http.post(f"{town.url}/partners/events", content=body, headers=signed(secret, id_, stamp, body))


def secret_of(town: Town) -> str:
    """What both sides agreed on in this world."""
    with create_engine(town.store).connect() as db:
        return str(db.execute(text("select secret from relay_link where world = :w"), {"w": town.world}).scalar_one())


def step(version: int, state: str) -> dict[str, Any]:
    """One step of a company."""
    return {"version": version, "state": state, "at": "2027-03-15T10:00:00", "note": "確かめています。"}


def test_webhooks_are_used_once_and_in_the_order_of_versions(town: Town) -> None:
    number = town.submit(BANK)
    secret = secret_of(town)
    assert told(town, number, step(3, "completed"), secret, seq=903).status_code == 204
    assert town.types(number) == ["received"]  # version 2 is still to come
    assert told(town, number, step(2, "in_review"), secret, seq=902).status_code == 204
    expected = ["received", "review_started", "approved", "completed"]
    assert town.types(number) == expected
    for seq in (902, 903, 904):
        assert told(town, number, step(min(seq - 900, 3), "in_review"), secret, seq=seq).status_code == 204
    assert town.types(number) == expected


def test_webhooks_that_are_not_signed_change_nothing(town: Town) -> None:
    number = town.submit(BANK)
    assert told(town, number, step(2, "completed"), "another-secret-of-16").status_code == 401
    assert told(town, number, step(2, "completed"), secret_of(town), simworld="other").status_code == 422
    assert told(town, number, {"version": "x"}, secret_of(town)).status_code == 422
    assert town.http.post(f"{town.url}/partners/events", content=b"{}").status_code == 401
    assert town.types(number) == ["received"]


@pytest.mark.parametrize("origin, status", [("partners", 200), ("evil.example", 403)])
def test_only_the_companies_may_deliver(town: Town, origin: str, status: int) -> None:
    asked = f"127.0.0.1:{town.port}" if origin == "partners" else origin
    answer = town.http.options(f"{town.url}/partners/events", headers={"WebHook-Request-Origin": asked})
    assert answer.status_code == status


def test_duplicate_and_disordered_deliveries_make_no_difference(town: Town) -> None:
    town.faults({"target": "webhooks", "kind": "duplicate"}, {"target": "webhooks", "kind": "out_of_order"})
    number = town.submit(BANK)
    hooks = town.at_partners("GET", f"/_sim/worlds/{town.world}/webhooks").json()
    later = datetime(2027, 3, 31, 18)
    town.at_partners("PUT", "/_sim/clock", later, json={"now": later.isoformat()})
    town.at_partners("POST", f"/_sim/worlds/{town.world}/webhooks/deliveries", later)
    if hooks:  # they come while the office goes on: what they start is due only once they are there
        town.wait_for("approved", number)
    town.until("2027-03-31T18:00")
    assert town.types(number) == ["received", "review_started", "approved", "completed"]


def test_webhooks_bring_what_is_otherwise_asked_for(town: Town) -> None:
    number = town.submit(BANK)
    hooks = town.at_partners("GET", f"/_sim/worlds/{town.world}/webhooks").json()
    later = datetime(2027, 3, 31, 18)
    town.at_partners("PUT", "/_sim/clock", later, json={"now": later.isoformat()})
    town.at_partners("POST", f"/_sim/worlds/{town.world}/webhooks/deliveries", later)
    if hooks:
        town.wait_for("approved", number)
    else:
        assert town.types(number) == ["received"]
    town.offices.advance_clock(town.world, later)
    assert town.types(number) == ["received", "review_started", "approved", "completed"]


# --- certificates of employment ---------------------------------------------------------------------------------------------
ASK = {
    "procedure": "employment-certificate", "subject": "ren", "authority": "employer", "channel": "online",
    "facts": {
        "ren.name": "山科 蓮", "ren.kana": "ヤマシナ レン", "ren.birth_date": "1990-08-20",
        "ren.certificate_way": "employer", "mio.name": "山科 みお", "mio.birth_date": "2020-03-20",
    },
    "subjects": {"applicant": "haruka", "children": ["mio"], "each": "ren"},
}  # fmt: skip


def test_an_employer_makes_a_certificate_that_goes_along_with_other_applications(town: Town) -> None:
    number = town.submit(ASK)
    town.until("2027-03-15T11:00:00")
    town.faults({"target": "partner:employer", "kind": "down"})
    town.until("2027-04-20T09:00:00")
    assert town.types(number)[-1] == "approved", "what it made cannot be fetched yet: that stays due"
    town.faults()
    town.until("2027-04-21T09:00:00")
    assert town.types(number)[-2:] == ["approved", "completed"]
    paper = town.last(number).paper
    assert paper["document"] == "就労証明書"
    assert paper["fields"]["2 本人氏名"]["氏名"] == "山科 蓮"
    assert paper["fields"]["保育所等を利用する児童"] == ["山科 みお"]
    assert "提出先" not in paper["fields"] or paper["fields"]["提出先"] is None
    forged = {**paper, "fields": {**paper["fields"], "5 雇用の形態": "役員"}}
    with pytest.raises(ServiceRefused) as refused:  # nobody writes one for themselves
        town.submit(with_enclosure(forged, number), datetime(2027, 4, 21, 10))
    assert refused.value.problem.kind == "wrong-enclosure"
    with pytest.raises(ServiceRefused):
        town.submit(with_enclosure(paper, "SIM-0000-0000"), datetime(2027, 4, 21, 10))
    assert town.submit(with_enclosure(paper, number), datetime(2027, 4, 21, 10))


def with_enclosure(paper: dict[str, Any], number: str) -> dict[str, Any]:
    """An application at a counter, to which a certificate goes along."""
    enclosed = {**paper, "procedure": "employment-certificate", "subject": "ren", "arrival_number": number}
    return {
        "procedure": "after-school-club", "subject": "mio", "authority": "shirakaba", "channel": "visit",
        "facts": {"mio.name": "山科 みお"}, "subjects": {"applicant": "haruka", "each": "mio"}, "enclosed": [enclosed],
    }  # fmt: skip


def test_what_an_employer_does_not_make_is_brought_on_paper(town: Town) -> None:
    number = town.submit(ASK)
    town.force("employer", number, "rejected")
    town.until("2027-03-16T09:00:00")
    assert town.types(number)[-1] == "rejected"
    application_ = {key: value for key, value in with_enclosure({}, "").items() if key != "enclosed"}
    wanted = {"procedure": "employment-certificate", "subject": "ren", "document": "就労証明書"}
    later = town.submit({**application_, "on_paper": [wanted]}, datetime(2027, 3, 16, 10))
    assert town.types(later) == ["received", "visit_needed"]
    assert "就労証明書" in town.last(later).note
