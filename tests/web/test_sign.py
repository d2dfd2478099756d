"""Signature, filing and receipt: once, completely, also without a signature, and never said to be finished."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.engine.lifecycle import State
from app.gateway.authorities import Receipt
from app.gateway.base import ServiceDown
from app.gateway.mynumber import Signature
from app.store import models
from app.world import outbox
from app.world.outbox import trying
from tests.web.walking import walk


@dataclass
class Signing:
    """Signs whatever is announced."""

    started: list[tuple[str, str, Any]] = field(default_factory=list)

    def start(self, world: str, now: datetime, digest: str, title: str, lines: Any) -> str:
        self.started.append((digest, title, list(lines)))
        return f"transaction-{len(self.started)}"

    def result(self, world: str, now: datetime, transaction: str, token: str) -> Signature:
        return Signature("c2lnbmVk", "Y2VydA==", "RS256", now.isoformat())


class Office:
    """Takes what is filed. ``down``: offices without an answer; ``filed``: body by idempotency key."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.filed: dict[str, dict[str, Any]] = {}

    def submit(self, world: str, now: datetime, body: dict[str, Any], key: str) -> Receipt:
        if body["authority"] in self.down:
            raise ServiceDown("authorities", "503", maybe_done=True)
        self.filed.setdefault(key, body)
        return Receipt(f"SIM-0000-{len(self.filed):04d}", "received")

    def events_after(self, world: str, now: datetime, seq: int) -> list[Any]:
        return []


@pytest.fixture
def office(site: Any) -> Office:
    """A journey ready to sign, and the offices that take it."""
    found = Office()
    site.services.signing = Signing()
    site.context.authorities.submit = found.submit
    site.look_up()
    walk(site, site.context.households["yamashina"].answers)
    return found


def sign(site: Any) -> Any:
    site.post("/journeys/1/sign", follow=False)
    return site.get("/sign/return?code=it&state=the-state&iss=us")


def test_one_signature_files_everything_once(site: Any, office: Office) -> None:
    page = site.get("/journeys/1/sign")
    count = outbox.count(outbox.pack(site.journey))
    assert page.h1 == f"{count}の手続に署名します"
    receipt = sign(site)
    assert receipt.path == "/journeys/1/receipt"
    assert receipt.h1 == f"{count}の手続を提出しました"
    assert "まだ終わっていません" in receipt.html
    assert "あなたがすること" in receipt.html
    assert "SIM-0000-0001" in receipt.html
    cases = len(site.world.cases())
    filed = len(office.filed)
    assert site.get("/sign/return?code=it&state=the-state").path == "/"
    assert len(site.world.cases()) == cases
    assert len(office.filed) == filed


def test_only_public_procedures_carry_the_signature_of_all(site: Any, office: Office) -> None:
    sign(site)
    known = site.journey.event.by_id
    public, private = [], []
    for body in office.filed.values():
        (private if known[body["procedure"]].definition.private else public).append(body)
    assert public
    assert private
    assert {body["signature"] for body in public} == {"c2lnbmVk"}
    assert all(body["signed_digest"] == site.services.signing.started[0][0] for body in public)
    # The certificate says where the person lives.
    assert not any({"signature", "certificate", "signed_digest", "manifest"} & set(body) for body in private)


def test_a_double_click_files_once(site: Any, office: Office) -> None:
    site.post("/journeys/1/sign", follow=False)
    site.post("/journeys/1/sign", follow=False)
    site.get("/sign/return?code=it&state=the-state&iss=us")
    pairs = [(case.procedure, case.subject) for case in site.world.cases()]
    assert len(pairs) == len(set(pairs))
    assert site.get("/journeys/1/sign").h1 == "この提出は済んでいます"
    assert site.get("/journeys/1/review").h1 == "この提出は済んでいます"
    assert site.get("/journeys/1/submission").path == "/journeys/1/receipt"


def test_an_answer_changed_meanwhile_files_nothing(site: Any, office: Office) -> None:
    site.post("/journeys/1/sign", follow=False)
    site.journey.answer({("haruka", "phone"): "000-8000-0999"})
    page = site.get("/sign/return?code=it&state=the-state&iss=us")
    assert page.status == 409
    assert site.world.cases() == []


@pytest.mark.parametrize(
    ("query", "h1"),
    [
        ("error=access_denied&error_description=cancelled_by_user&state=the-state", "署名をやめました"),
        (
            "error=access_denied&error_description=signing_locked&state=the-state",
            "署名用の暗証番号が使えなくなりました",
        ),
        ("error=access_denied&error_description=revoked&state=the-state", "署名用電子証明書が使えなくなっています"),
        ("code=it&state=another", "この画面は古くなりました"),
    ],
)
def test_without_a_signature_nothing_is_filed_and_ways_on_are_shown(
    site: Any, office: Office, query: str, h1: str
) -> None:
    site.post("/journeys/1/sign", follow=False)
    page = site.get(f"/sign/return?{query}")
    assert page.h1 == h1
    assert "何も提出していません" in page.html
    assert "署名せずに、窓口で出す書類として準備する" in page.html
    assert site.world.cases() == []


def test_an_office_that_is_down_waits_and_is_filed_once_later(site: Any, office: Office) -> None:
    office.down = {"hikari-power"}
    receipt = sign(site)
    assert "送信待ち" in receipt.html
    office.down = set()
    site.world.deliver()
    site.world.deliver()
    sent = [body for body in office.filed.values() if body["authority"] == "hikari-power"]
    assert len(sent) == 1


def test_when_nothing_arrived_the_receipt_says_so(site: Any, office: Office) -> None:
    office.down = set(site.context.library.authorities)
    assert sign(site).h1 == "署名しました。送信を待っています"


def test_without_a_card_public_procedures_go_to_the_counter(site: Any, office: Office) -> None:
    with site.client.session_transaction() as session:
        session.pop("token")
    page = site.get("/journeys/1/sign")
    assert "署名できません" in page.html
    assert site.post("/journeys/1/sign").path == "/journeys/1/sign"
    receipt = site.post("/journeys/1/sign/without")
    assert receipt.path == "/journeys/1/receipt"
    private = {id_: planned.definition.private for id_, planned in site.journey.event.by_id.items()}
    for case in site.world.cases():
        assert case.channel != "online" or private[case.procedure]
    assert any(case.channel == "online" for case in site.world.cases())
    assert all("signature" not in body for body in office.filed.values())
    assert "署名していないため" in receipt.html
    count = len(site.world.cases())
    site.post("/journeys/1/sign/without")
    assert len(site.world.cases()) == count


def test_a_procedure_that_was_held_can_be_filed_later(site: Any, office: Office) -> None:
    site.post("/journeys/1/questions/move.visit_date", unknown="1", based_on=str(site.journey.mark), follow=False)
    held = {planned.id for planned in outbox.incomplete(site.journey)}
    sign(site)
    first = {case.procedure for case in site.world.cases()}
    if held:
        assert not held & first
        site.journey.answer(
            {("move", "visit_date"): site.context.households["yamashina"].answers["move", "visit_date"]}
        )
        sign(site)
        assert held <= {case.procedure for case in site.world.cases()}
    pairs = [(case.procedure, case.subject) for case in site.world.cases()]
    assert len(pairs) == len(set(pairs))


def test_the_return_keeps_the_language(site: Any, office: Office) -> None:
    site.post("/ja-simple/journeys/1/sign", follow=False)
    assert (
        site.get("/sign/return?code=it&state=the-state&iss=us", follow=False).location
        == "/ja-simple/journeys/1/receipt"
    )


def test_what_could_not_be_sent_is_shown_and_can_be_sent_again_or_taken_back(site: Any, office: Office) -> None:
    office.down = set(site.context.library.authorities)
    sign(site)
    with site.context.database.write() as session:
        for row in session.scalars(select(models.Case)):
            row.tries, row.not_before = trying.MOST_TRIES, None
    site.world.deliver()
    given_up = [case for case in site.world.cases() if case.state.state is State.UNDELIVERED]
    assert given_up
    assert "送れなかった手続" in site.get("/journeys/1/receipt").html
    assert "送れませんでした" in site.get("/cases").html
    page = site.get(f"/cases/{given_up[0].n}")
    assert page.h1 == "送れませんでした。あなたの番です"
    assert f"/cases/{given_up[0].n}/withdraw" in page.links()
    assert "まだ返事がありません" in site.post(f"/cases/{given_up[0].n}/send-again").html
    office.down = set()
    with site.context.database.write() as session:
        session.get_one(models.Case, (site.world.id, given_up[0].n)).not_before = None
    site.world.deliver()
    assert site.world.case(given_up[0].n).arrival_number
    assert "送るのを止めました" in site.get(f"/cases/{given_up[0].n}").html
    if given_up[1:]:
        site.get(f"/cases/{given_up[1].n}/withdraw")
        site.post(f"/cases/{given_up[1].n}/withdraw")
        assert site.world.case(given_up[1].n).state.state is State.WITHDRAWN
