"""The offices over real HTTP on loopback, with a stand-in for the service that keeps registers and cards."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.engine.lifecycle import Event, EventType, State, reduce
from app.gateway.authorities import Authorities, Receipt
from app.gateway.base import ServiceDown, ServiceRefused
from app.services.authorities import Config, create_app
from app.services.authorities.catalogue import load
from app.services.mynumber.certificates import Authority
from app.services.mynumber.keys import new_rsa
from app.services.simcore import openapi
from app.services.simcore.embed import Embedded

from .authorities_kit import ADDRESS, MONDAY, PROCEDURES, Card, Registers, definitions, moving_in, moving_out, power

WORLD = "world-1"


@dataclass
class Town:
    """A running service, its client, and what arrived at the registers."""

    offices: Authorities
    registers: Registers
    card: Card
    url: str
    config: Config

    def types(self, number: str, world: str = WORLD) -> list[str]:
        """The types of an application's events so far."""
        return [e.type for e in self.offices.events_after(world, MONDAY, 0) if e.arrival_number == number]

    def correct(self, number: str, facts: dict[str, Any], at: datetime) -> Receipt:
        """A correction with はるか's signature."""
        return self.offices.correct(WORLD, at, number, facts, self.card.sign_correction(number, facts, at))

    def asked(self, **changed: Any) -> str:
        """A signed application for which a correction is asked for; its number."""
        (sent,) = self.card.sign([moving_out(**changed)])
        number = self.offices.submit(WORLD, MONDAY, sent, f"asked-{changed}"[:64]).arrival_number
        self.offices.set_outcome(WORLD, at(15, 11), number, "correction")
        return number


@pytest.fixture(scope="module")
def authority() -> Authority:
    """One key pair is enough for all tests."""
    return Authority(new_rsa())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Town]:
    """Both services on loopback sockets."""
    folder = tmp_path_factory.mktemp("authorities")
    registers = Registers(authority)
    with Embedded(registers.app(), "registers") as mynumber:
        config = Config(
            database_url=f"sqlite:///{folder / 'offices.db'}",
            procedures=definitions(folder / "procedures"),
            mynumber_url=mynumber,
            control_key="open-sesame",
        )
        with Embedded(create_app(config), "authorities") as url:
            offices = Authorities(url, "open-sesame")
            yield Town(offices, registers, registers.card(), url, config)
            offices.close()


@pytest.fixture
def town(running: Town) -> Iterator[Town]:
    """The services as if nothing had happened yet."""
    running.registers.forget()
    running.card = running.registers.card()
    running.offices.create_world(WORLD, MONDAY)
    yield running
    for world in (WORLD, "world-2", "other-world"):
        running.offices.delete_world(world, MONDAY)
        running.offices.set_faults(world, MONDAY, [])


def at(day: int, hour: int = 10) -> datetime:
    """A morning of March 2027."""
    return datetime(2027, 3, day, hour)


def test_a_signed_notice_goes_from_arrival_to_its_end_in_working_days(town: Town) -> None:
    (sent,) = town.card.sign([moving_out()])
    receipt = town.offices.submit(WORLD, MONDAY, sent, "k1")
    assert receipt.state == "received"
    assert (receipt.usual_from, receipt.usual_to) == (date(2027, 3, 16), date(2027, 3, 18))
    answer = town.offices.advance_clock(WORLD, at(16, 9))
    assert answer.next is not None
    assert town.types(receipt.arrival_number) == ["received", "review_started"]
    town.offices.advance_clock(WORLD, at(18, 18))
    assert town.types(receipt.arrival_number) == ["received", "review_started", "approved", "completed"]
    last = town.offices.events_after(WORLD, MONDAY, 0)[-1]
    assert date(2027, 3, 16) <= last.at.date() <= date(2027, 3, 18)
    assert last.note == "転出の処理が終わりました。"


def test_everything_the_office_tells_is_a_history_the_site_accepts(town: Town) -> None:
    first, second = town.card.sign([moving_out(), moving_in()])
    numbers = [
        town.offices.submit(WORLD, MONDAY, one, key).arrival_number for one, key in ((first, "a"), (second, "b"))
    ]
    numbers.append(town.offices.submit(WORLD, MONDAY, power(), "c").arrival_number)
    town.offices.set_outcome(WORLD, at(15, 11), numbers[0], "correction", reason="番地が読めません")
    town.correct(numbers[0], {"move.move.new_address": ADDRESS}, at(17))
    town.offices.advance_clock(WORLD, at(29))
    town.offices.visit(WORLD, at(29), numbers[1])
    told = town.offices.events_after(WORLD, at(29), 0)
    assert [event.seq for event in told] == list(range(1, len(told) + 1))
    for number in numbers:
        events = [
            Event(EventType(e.type), e.at, e.note, number, e.item, e.opens, e.until)
            for e in told
            if e.arrival_number == number
        ]
        assert reduce([Event(EventType.RELEASED, MONDAY), *events]).state is State.COMPLETED


def test_the_same_key_files_once_and_another_body_is_refused(town: Town) -> None:
    (sent,) = town.card.sign([moving_out()])
    first = town.offices.submit(WORLD, MONDAY, sent, "k1")
    headers = {"X-Sim-World": WORLD, "X-Sim-Now": at(16).isoformat(), "Idempotency-Key": "k1"}
    again = httpx.post(f"{town.url}/applications", json=sent, headers=headers)
    assert (again.status_code, again.json()["arrival_number"]) == (200, first.arrival_number)
    with pytest.raises(ServiceRefused) as error:
        town.offices.submit(WORLD, MONDAY, power(), "k1")
    assert (error.value.problem.status, error.value.problem.kind) == (409, "key-reused")
    assert town.types(first.arrival_number).count("received") == 1


def test_the_same_request_sent_at_once_many_times_files_once(town: Town) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: town.offices.submit(WORLD, MONDAY, power(), "same"), range(16)))
    assert len({receipt.arrival_number for receipt in found}) == 1
    assert len(town.offices.events_after(WORLD, MONDAY, 0)) == 1


def test_a_repeated_request_needs_no_signature_check(town: Town) -> None:
    (sent,) = town.card.sign([moving_out()])
    first = town.offices.submit(WORLD, MONDAY, sent, "k1")
    town.registers.revoked.append((town.registers.serial, MONDAY - timedelta(days=1)))
    assert town.offices.submit(WORLD, at(17), sent, "k1").arrival_number == first.arrival_number


def test_numbers_follow_from_the_world_alone(town: Town) -> None:
    numbers = [town.offices.submit(WORLD, MONDAY, power(), f"k{n}").arrival_number for n in range(3)]
    town.offices.delete_world(WORLD, MONDAY)
    assert town.offices.events_after(WORLD, MONDAY, 0) == []
    assert [town.offices.submit(WORLD, MONDAY, power(), f"k{n}").arrival_number for n in range(3)] == numbers
    assert town.offices.submit("world-2", MONDAY, power(), "k0").arrival_number != numbers[0]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"signature": None}, "signature-missing"),
        ({"signature": "AAAA"}, "signature-wrong-signature"),
        ({"signature": "no base64!"}, "signature-unreadable"),
        ({"facts": {"haruka.name": "別の 名前"}}, "signature-wrong-signature"),
        ({"authority": "aobano"}, "signature-wrong-signature"),
        ({"authority": "hikari-power"}, "wrong-authority"),
        ({"procedure": "no-such-thing"}, "unknown-procedure"),
        ({"channel": "mail"}, "wrong-channel"),
        ({"procedure": "voter-roll", "authority": "aobano", "channel": "automatic"}, "nothing-to-file"),
        ({"more": 1}, "invalid-body"),
    ],
)
def test_what_is_not_in_order_is_refused_and_not_stored(town: Town, change: dict[str, object], kind: str) -> None:
    (sent,) = town.card.sign([moving_out()])
    with pytest.raises(ServiceRefused) as error:
        town.offices.submit(WORLD, MONDAY, sent | change, "k1")
    assert (error.value.problem.status, error.value.problem.kind) == (422, kind)
    assert town.offices.events_after(WORLD, MONDAY, 0) == []
    assert town.offices.submit(WORLD, MONDAY, sent, "k1").state == "received"


def test_certificates_that_cannot_be_trusted(town: Town) -> None:
    foreign = town.registers.card(authority=Authority(new_rsa()))
    expired = town.registers.card(issued=date(2021, 4, 1))
    revoked = town.registers.card()
    town.registers.revoked.append((town.registers.serial, MONDAY - timedelta(hours=1)))
    for card, kind in ((foreign, "unknown-issuer"), (expired, "certificate-expired"), (revoked, "certificate-revoked")):
        (sent,) = card.sign([moving_out()])
        with pytest.raises(ServiceRefused) as error:
            town.offices.submit(WORLD, MONDAY, sent, kind)
        assert error.value.problem.kind == f"signature-{kind}"


def test_a_signature_made_before_the_revocation_still_counts(town: Town) -> None:
    first, second = town.card.sign([moving_out(), moving_out(subject="mio")])
    town.offices.submit(WORLD, MONDAY, first, "k1")
    town.registers.revoked.append((town.registers.serial, at(16)))
    assert town.offices.submit(WORLD, at(17), second, "k2").state == "received"
    (late,) = town.card.sign([moving_out(subject="ren")], signed_at=at(17))
    with pytest.raises(ServiceRefused) as error:
        town.offices.submit(WORLD, at(17), late, "k3")
    assert error.value.problem.kind == "signature-certificate-revoked"


def test_a_private_notice_needs_no_signature_and_no_review(town: Town) -> None:
    receipt = town.offices.submit(WORLD, MONDAY, power(), "k1")
    town.offices.advance_clock(WORLD, at(16, 18))
    assert town.types(receipt.arrival_number) == ["received", "completed"]


def test_the_counter_takes_it_from_the_first_day_on_open_days_only(town: Town) -> None:
    receipt = town.offices.submit(WORLD, MONDAY, moving_in(), "k1")
    assert (receipt.state, receipt.opens) == ("needs_visit", date(2027, 3, 29))
    asked = town.offices.events_after(WORLD, MONDAY, 0)[-1]
    assert "3月29日（月）から受け付けます" in (asked.note or "")
    assert "マイナンバーカード" in (asked.note or "")
    for day, kind, opens in ((26, "too-early", "2027-03-29"), (28, "too-early", "2027-03-29")):
        with pytest.raises(ServiceRefused) as error:
            town.offices.visit(WORLD, at(day), receipt.arrival_number)
        assert (error.value.problem.status, error.value.problem.kind) == (409, kind)
        assert error.value.problem.members["opens_on"] == opens
    with pytest.raises(ServiceRefused) as closed:
        town.offices.visit(WORLD, datetime(2027, 4, 3, 10), receipt.arrival_number)
    assert (closed.value.problem.kind, closed.value.problem.members["opens_on"]) == ("counter-closed", "2027-04-05")
    assert "4月5日（月）" in closed.value.problem.detail
    assert town.offices.visit(WORLD, datetime(2027, 4, 5, 10), receipt.arrival_number).state == "completed"


def test_effects_reach_the_registers_in_order_with_keys_and_the_day(town: Town) -> None:
    receipt = town.offices.submit(WORLD, MONDAY, moving_in(), "k1")
    town.offices.visit(WORLD, at(29), receipt.arrival_number)
    bodies = [(path, body["subject"]) for path, body, _ in town.registers.calls]
    assert bodies == [
        ("/registers/resident/updates", "haruka"),
        ("/registers/resident/updates", "mio"),
        ("/certificates/revocations", "haruka"),
        ("/certificates/revocations", "mio"),
    ]
    _, body, headers = town.registers.calls[0]
    assert (body["item"], body["value"], body["reason"]) == ("person.address", ADDRESS, "あおば野市 転入届")
    assert (headers["X-Sim-World"], headers["X-Sim-Now"]) == (WORLD, "2027-03-29T10:00:00")
    assert headers["X-Sim-Key"] == "open-sesame"
    assert len({headers["Idempotency-Key"] for _, _, headers in town.registers.calls}) == 4


def test_effects_that_cannot_be_delivered_stay_due_until_they_are(town: Town) -> None:
    receipt = town.offices.submit(WORLD, MONDAY, moving_in(), "k1")
    town.registers.broken = True
    assert town.offices.visit(WORLD, at(29), receipt.arrival_number).state == "approved"
    assert town.offices.advance_clock(WORLD, at(30)).waiting == (receipt.arrival_number,)
    town.registers.broken = False
    assert town.offices.advance_clock(WORLD, at(31)).waiting == ()
    told = [e for e in town.offices.events_after(WORLD, at(31), 0) if e.type == "completed"]
    assert [event.at for event in told] == [at(31)]
    assert len(town.registers.calls) == 4


def test_a_subject_that_a_register_does_not_hold_stops_nothing(town: Town) -> None:
    sent = moving_in(subjects={"movers": ["nobody", "haruka"], "move": "move"})
    receipt = town.offices.submit(WORLD, MONDAY, sent, "k1")
    assert town.offices.visit(WORLD, at(29), receipt.arrival_number).state == "completed"


def test_a_restart_loses_nothing(town: Town) -> None:
    (sent,) = town.card.sign([moving_out()])
    receipt = town.offices.submit(WORLD, MONDAY, sent, "k1")
    with Embedded(create_app(town.config), "authorities again") as url:
        again = Authorities(url, "open-sesame")
        again.advance_clock(WORLD, at(19))
        assert again.submit(WORLD, at(19), sent, "k1").state == "completed"
        assert town.types(receipt.arrival_number)[-1] == "completed"
        again.close()


def test_a_correction_asks_for_one_item_and_the_review_goes_on(town: Town) -> None:
    (sent,) = town.card.sign([moving_out()])
    number = town.offices.submit(WORLD, MONDAY, sent, "k1").arrival_number
    asked = town.offices.set_outcome(WORLD, at(15, 11), number, "correction", reason="番地が読めません")
    assert (asked.state, asked.item, asked.until) == ("correction_requested", "move.new_address", date(2027, 3, 29))
    letter = town.offices.events_after(WORLD, MONDAY, 0)[-1].note
    assert letter == "番地が読めません。「新しい住所」を直してください。3月29日（月）までに送ってください。"
    town.offices.advance_clock(WORLD, at(25))
    assert town.types(number)[-1] == "correction_requested"
    assert town.correct(number, {"move.new_address": ADDRESS}, at(25)).state == "in_review"
    town.offices.advance_clock(WORLD, at(31))
    assert town.types(number)[-4:] == ["correction_requested", "resubmitted", "approved", "completed"]


def test_a_correction_that_does_not_come_ends_the_application_after_its_last_day(town: Town) -> None:
    (sent,) = town.card.sign([moving_out()])
    number = town.offices.submit(WORLD, MONDAY, sent, "k1").arrival_number
    town.offices.set_outcome(WORLD, at(15, 11), number, "correction", reason="番地が読めません")
    town.offices.advance_clock(WORLD, at(29, 23))
    assert town.types(number)[-1] == "correction_requested", "the last day is not over"
    town.offices.advance_clock(WORLD, at(30))
    last = town.offices.events_after(WORLD, MONDAY, 0)[-1]
    assert (last.type, last.at) == ("expired", datetime(2027, 3, 30))
    assert (
        last.note
        == "3月29日（月）までに訂正が届かなかったため、「転出届」を終わりにしました。要るときは、もう一度出してください。"
    )
    with pytest.raises(ServiceRefused) as refused:
        town.correct(number, {"move.new_address": ADDRESS}, at(30))
    assert refused.value.problem.status == 409


def test_an_answered_correction_never_ends_by_time(town: Town) -> None:
    (sent,) = town.card.sign([moving_out()])
    number = town.offices.submit(WORLD, MONDAY, sent, "k1").arrival_number
    town.offices.set_outcome(WORLD, at(15, 11), number, "correction")
    town.correct(number, {"move.new_address": ADDRESS}, at(29))
    town.offices.set_outcome(WORLD, at(29, 20), number, "correction")
    town.offices.advance_clock(WORLD, at(31))
    assert town.types(number)[-1] == "correction_requested", "the second request has its own fourteen days"
    assert "expired" not in town.types(number)


BETTER = {"move.new_address": ADDRESS | {"block": "9番9号"}}


def refused_kind(town: Town, number: str, facts: dict[str, Any], proof: dict[str, Any] | None, **how: Any) -> str:
    """The kind of problem with which a correction is refused; nothing was changed by it."""
    before = town.offices.events_after(WORLD, MONDAY, 0)
    with pytest.raises(ServiceRefused) as error:
        town.offices.correct(WORLD, how.pop("when", at(17)), number, facts, proof, **how)
    assert error.value.problem.status == 422
    assert town.offices.events_after(WORLD, MONDAY, 0) == before
    return error.value.problem.kind


def test_the_signature_of_a_correction_covers_its_facts_and_its_application(town: Town) -> None:
    number, other = town.asked(), town.asked(subject="mio")
    good = town.card.sign_correction(number, BETTER, at(17))
    (application,) = town.card.sign([moving_out()], at(17))
    proof = {name: application[name] for name in good}
    wrong = "signature-wrong-signature"
    assert refused_kind(town, number, {"move.new_address": ADDRESS}, good) == wrong, "another value"
    assert refused_kind(town, number, BETTER | {"haruka.phone": "000-1111-2222"}, good) == wrong, "one fact more"
    assert refused_kind(town, other, BETTER, good) == wrong, "another application"
    assert refused_kind(town, number, BETTER, proof) == wrong, "the signature of the application itself"
    assert refused_kind(town, number, BETTER, good | {"manifest": None}) == wrong, "nothing says what is signed"
    assert refused_kind(town, number, BETTER, good | {"signature": "AAAA"}) == wrong
    assert refused_kind(town, number, BETTER, good | {"arrival_number": other}) == "wrong-application"
    assert refused_kind(town, number, BETTER, None) == "signature-missing"
    assert town.offices.correct(WORLD, at(17), number, BETTER, good).state == "in_review"
    told = town.offices.events_after(WORLD, MONDAY, 0)[-1]
    assert (told.type, told.signed) == ("resubmitted", True)
    assert "署名を確かめました" in (told.note or "")


def test_a_correction_whose_certificate_has_ended_is_refused_signed_and_taken_unsigned(town: Town) -> None:
    number = town.asked()
    town.registers.revoked.append((town.registers.serial, at(16)))
    proof = town.card.sign_correction(number, BETTER, at(17))
    assert refused_kind(town, number, BETTER, proof) == "signature-certificate-revoked"
    assert refused_kind(town, number, BETTER, proof, unsigned="certificate-revoked") == "signature-certificate-revoked"
    with pytest.raises(ServiceRefused) as error:
        town.offices.correct(WORLD, at(17), number, BETTER, unsigned="no-time")
    assert error.value.problem.kind == "invalid-body"
    assert town.offices.correct(WORLD, at(17), number, BETTER, unsigned="certificate-revoked").state == "in_review"
    told = town.offices.events_after(WORLD, MONDAY, 0)[-1]
    assert (told.type, told.signed) == ("resubmitted", False)
    assert "署名はありません" in (told.note or "")


def test_the_same_key_corrects_once(town: Town) -> None:
    number = town.asked()
    proof = town.card.sign_correction(number, BETTER, at(17))
    for _ in range(2):
        assert town.offices.correct(WORLD, at(17), number, BETTER, proof, key="c1").state == "in_review"
    assert town.types(number).count("resubmitted") == 1
    town.offices.set_outcome(WORLD, at(17, 11), number, "correction")
    late = town.offices.correct(WORLD, at(17, 12), number, BETTER, proof, key="c1")
    assert late.state == "correction_requested", "an old answer that comes once more answers no new question"
    with pytest.raises(ServiceRefused) as error:
        town.offices.correct(WORLD, at(17, 12), number, {"move.new_address": ADDRESS}, key="c1")
    assert (error.value.problem.status, error.value.problem.kind) == (409, "key-reused")


def test_a_refusal_says_why_and_what_can_be_done(town: Town) -> None:
    (sent,) = town.card.sign([moving_out()])
    number = town.offices.submit(WORLD, MONDAY, sent, "k1").arrival_number
    assert (
        town.offices.set_outcome(WORLD, MONDAY, number, "rejected", reason="引っ越す日が過ぎています").state
        == "rejected"
    )
    town.offices.advance_clock(WORLD, at(31))
    last = town.offices.events_after(WORLD, MONDAY, 0)[-1]
    assert last.type == "rejected"
    assert "引っ越す日が過ぎています" in (last.note or "")
    assert "審査請求" in (last.note or "")


def test_withdrawal_ends_it_once_and_not_after_the_decision(town: Town) -> None:
    first, second = town.card.sign([moving_out(), moving_out(subject="mio")])
    number = town.offices.submit(WORLD, MONDAY, first, "k1").arrival_number
    assert [town.offices.withdraw(WORLD, MONDAY, number).state for _ in range(2)] == ["withdrawn", "withdrawn"]
    other = town.offices.submit(WORLD, MONDAY, second, "k2").arrival_number
    town.offices.advance_clock(WORLD, at(31))
    assert town.types(number) == ["received", "withdrawn"]
    with pytest.raises(ServiceRefused) as error:
        town.offices.withdraw(WORLD, at(31), other)
    assert (error.value.problem.kind, error.value.problem.members["state"]) == ("not-possible", "completed")
    with pytest.raises(ServiceRefused):
        town.offices.visit(WORLD, at(31), other)


def test_the_clock_never_goes_back(town: Town) -> None:
    town.offices.advance_clock(WORLD, at(20))
    assert town.offices.advance_clock(WORLD, at(16)).now == at(20)


def test_faults_down_refused_slow_and_only_where_they_are_set(town: Town) -> None:
    town.offices.set_faults(WORLD, MONDAY, [{"target": "authority:hikari-power", "kind": "down"}])
    with pytest.raises(ServiceDown) as down:
        town.offices.submit(WORLD, MONDAY, power(), "k1")
    assert down.value.retry_after == 30
    assert town.offices.submit("other-world", MONDAY, power(), "k1").state == "received"
    town.offices.set_faults(WORLD, MONDAY, [{"target": "procedure:electricity-start-stop", "kind": "refused"}])
    with pytest.raises(ServiceRefused) as refused:
        town.offices.submit(WORLD, MONDAY, power(), "k1")
    assert refused.value.problem.kind == "refused-by-office"
    town.offices.set_faults(WORLD, MONDAY, [{"target": "*", "kind": "slow", "seconds": 0.01}])
    assert town.offices.submit(WORLD, MONDAY, power(), "k1").state == "received"


def test_the_card_authority_down_means_come_again(town: Town) -> None:
    (sent,) = town.card.sign([moving_out()])
    config = Config(
        database_url="sqlite://", procedures=town.config.procedures, mynumber_url="http://127.0.0.1:9", control_key=None
    )
    headers = {"X-Sim-World": WORLD, "X-Sim-Now": MONDAY.isoformat(), "Idempotency-Key": "k"}
    answer = create_app(config).test_client().post("/applications", json=sent, headers=headers)
    assert (answer.status_code, answer.json and answer.json["type"]) == (503, "urn:hitomado:problem:trust-unreachable")


@pytest.mark.parametrize("text", ["123456789018", "１２３４５６７８９０１８", "番号は 1234-5678-9018 です"])
def test_a_legally_valid_number_is_refused_and_not_stored(town: Town, text: str) -> None:
    with pytest.raises(ServiceRefused) as error:
        town.offices.submit(WORLD, MONDAY, power(facts={"haruka.note": text}), "k1")
    assert error.value.problem.kind == "looks-like-real-my-number"
    assert text not in repr(error.value.problem)
    folder = town.config.procedures.parent
    assert all(text.encode() not in file.read_bytes() for file in folder.glob("offices.db*"))


def test_the_control_plane_needs_its_key_and_worlds_are_apart(town: Town) -> None:
    for method, path in (("PUT", f"/_sim/worlds/{WORLD}/clock"), ("DELETE", f"/_sim/worlds/{WORLD}")):
        assert httpx.request(method, town.url + path, json={"now": "2027-03-20T00:00:00"}).status_code == 403
    number = town.offices.submit(WORLD, MONDAY, power(), "k1").arrival_number
    with pytest.raises(ServiceRefused) as error:
        town.offices.withdraw("world-2", MONDAY, number)
    assert error.value.problem.status == 404


def test_an_application_can_be_looked_up_without_its_facts(town: Town) -> None:
    number = town.offices.submit(WORLD, MONDAY, moving_in(), "k1").arrival_number
    found = httpx.get(f"{town.url}/applications/{number}", headers={"X-Sim-World": WORLD})
    assert found.json()["state"] == "needs_visit"
    assert [event["type"] for event in found.json()["events"]] == ["received", "visit_needed"]
    assert "緑町" not in found.text


def test_the_document_describes_every_route_and_nothing_else(town: Town) -> None:
    app = create_app(
        Config(database_url="sqlite://", procedures=town.config.procedures, mynumber_url="http://127.0.0.1:9")
    )
    served = httpx.get(f"{town.url}/openapi.json").json()
    documented = {(method.upper(), path) for path, methods in served["paths"].items() for method in methods}
    assert documented == set(openapi.paths(app))
    assert {op["x-tier"] for methods in served["paths"].values() for op in methods.values()} == {
        "T1",
        "T3",
    }  # T1: the submission gateway
    assert httpx.get(f"{town.url}/healthz").status_code == 200


def test_it_starts_with_the_real_definitions(tmp_path: Path) -> None:
    config = Config(
        database_url=f"sqlite:///{tmp_path / 'a.db'}", procedures=PROCEDURES, mynumber_url="http://127.0.0.1:9"
    )
    assert create_app(config).test_client().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "procedure, offset",
    [("moving-in-notice", 0), ("moving-out-notice", -30), ("designated-disease-certificate-move", None)],
)
def test_what_must_be_filed_by_a_day_is_taken_before_it(procedure: str, offset: int | None) -> None:
    """Only what follows the move waits for it: a certificate's last day opens nothing."""
    assert load(PROCEDURES).procedures[procedure].earliest_offset == offset
