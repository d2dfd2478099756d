"""Papers of the site: the form of every procedure says what its office was sent and no more; receipt, plan and one's data as files."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.engine.facts import NOT_YET
from app.engine.lifecycle import Event, EventType
from app.gateway.authorities import Verified
from app.gateway.base import ServiceDown
from app.store import models
from app.web import paperforms, words
from app.world import applications, outbox
from app.world.outbox import packing
from app.world.views import CaseView
from app.world.worlds import World

from .conftest import Site

ADDRESS = "https://site.test/cases/1"
TOLD_APART = {"text", "kana", "address", "phone", "email", "date"}
"""Types whose values are somebody's own: nobody else's look the same by chance."""


def file_everything(site: Site, persona: str) -> World:
    """A world with a case for every procedure of the plan, needed or not, each packed as it would be sent."""
    journey = site.answer_all(persona)
    world = site.world
    with site.context.database.write() as session:
        for n, planned in enumerate(journey.plan.procedures, 1):
            body = packing._application(journey, planned, signed=True)
            row = models.Case(
                world=world.id, n=n, journey=1, procedure=planned.id, subject=planned.subject, authority=body["authority"],
                channel=body["channel"], state="queued", idempotency_key=f"{world.id}-{n}", waits_for=[], sent=[],
            )  # fmt: skip
            row.sealed = site.context.database.seal.close(f"cases/{world.id}/{n}", {**body, "proof": None})
            session.add(row)
    return site.world


def everything_on(content: Any) -> str:
    """All words of a form."""
    return json.dumps(content, ensure_ascii=False)


@pytest.mark.parametrize("persona", ["yamashina", "hinata"])
def test_the_form_of_every_procedure_says_what_its_office_was_sent_and_no_more(site: Site, persona: str) -> None:
    world = file_everything(site, persona)
    journey = world.journey(1)
    assert journey is not None
    cases = world.cases()
    assert {case.procedure for case in cases} == set(journey.event.by_id)

    def shown(key: tuple[str, str], value: Any) -> list[str]:
        return [paperforms.say.day(value)] if hasattr(value, "isoformat") else words.lines(journey, key, value)

    for case in cases:
        with paperforms.speaking("ja"):
            content = paperforms.content(world, case, ADDRESS)
        sent = applications.sent(world, case)
        said = everything_on(content["blocks"])
        visible = set()
        for key in sent.facts:
            value = journey.facts.by_key[key].value
            if journey.plan.item(key).type not in ("person", "subjects"):  # type: ignore[union-attr]
                lines = shown(key, value)
                assert all(json.dumps(line, ensure_ascii=False)[1:-1] in said for line in lines), (case.procedure, key)
                visible.update(lines)
        for key, fact in journey.facts.by_key.items():
            item = journey.plan.item(key)
            if key in sent.facts or item is None or item.type not in TOLD_APART or fact.value in (None, "", NOT_YET):
                continue
            for line in shown(key, fact.value):
                assert line in visible or any(line in other for other in visible) or line not in said, (
                    case.procedure,
                    key,
                )
        assert paperforms.form(world, case, ADDRESS).startswith(b"%PDF-")


def test_what_is_under_protection_stands_only_on_forms_of_offices_that_may_know_it(site: Site) -> None:
    world = file_everything(site, "hinata")
    journey = world.journey(1)
    assert journey is not None
    move = journey.facts.roles["move"]
    street = journey.facts.by_key[move, "new_address"].value["block"]
    on = {"public": 0, "private": 0}
    for case in world.cases():
        definition = journey.event.by_id[case.procedure].definition
        with paperforms.speaking("ja"):
            said = everything_on(paperforms.content(world, case, ADDRESS))
        on["public" if definition.sees_withheld else "private"] += street in said
    assert on["public"] > 0
    assert on["private"] == 0


def found(world: World, procedure: str) -> CaseView:
    """The first case of a procedure."""
    return next(case for case in world.cases() if case.procedure == procedure)


def test_a_correction_counts_once_the_office_has_taken_it(site: Site) -> None:
    world = file_everything(site, "yamashina")
    n = found(world, "moving-out-notice").n
    key = next(key for key in applications.sent(world, found(world, "moving-out-notice")).facts if key[1] == "phone")
    at, signed = world.now, {EventType.RESUBMITTED: False}

    def tell(*events: EventType) -> str:
        with site.context.database.write() as session:
            row = session.get_one(models.Case, (world.id, n))
            for one in events:
                outbox.record(session, row, Event(one, at, item=f"{key[0]}.phone", signed=signed.get(one)), "shirakaba")
        if EventType.CORRECTION_REQUESTED in events:
            assert outbox.hold(site.context, world.id, n, {f"{key[0]}.phone": "000-8000-9999"}, [])
            assert outbox.finish(site.context, world.id, n, why="certificate-revoked")
        return str(applications.sent(site.world, found(site.world, "moving-out-notice")).facts[key])

    before = tell(EventType.RELEASED, EventType.RECEIVED)
    assert tell(EventType.REVIEW_STARTED, EventType.CORRECTION_REQUESTED) == before
    assert tell(EventType.RESUBMITTED) == "000-8000-9999"
    with paperforms.speaking("ja"):
        said = everything_on(paperforms.content(site.world, found(site.world, "moving-out-notice"), ADDRESS))
    assert "000-8000-9999" in said
    assert paperforms.say.CORRECTED[False] in said


def pdf(site: Site, path: str) -> Any:
    """A file of the site."""
    answer = site.client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data.startswith(b"%PDF-")
    return answer


@pytest.mark.parametrize(("prefix", "language"), [("", "ja"), ("/ja-simple", "ja"), ("/en", "en")])
def test_plan_and_data_are_files_in_the_language_of_the_person(
    site: Site, monkeypatch: pytest.MonkeyPatch, prefix: str, language: str
) -> None:
    def silent(*_: object) -> None:
        raise ServiceDown("mynumber", "503")

    monkeypatch.setattr(type(site.services.simulation), "history", silent, raising=False)
    site.answer_all()
    for path in ("/journeys/1/plan.pdf", "/my-data/export.pdf"):
        answer = pdf(site, prefix + path)
        assert answer.headers["Content-Language"] == language
        assert f"/Lang({language}".encode() in answer.data.replace(b"/Lang (", b"/Lang(")
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
        assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]


def test_papers_belong_to_their_own_world(make_site: Callable[[], Site]) -> None:
    mine, other = make_site(), make_site()
    file_everything(mine, "yamashina")
    pdf(mine, "/cases/1/form.pdf")
    other.enter("kudo")
    for path in ("/cases/1/form.pdf", "/cases/1/papers/receipt.pdf", "/journeys/1/plan.pdf", "/journeys/1/receipt.pdf"):
        assert other.get(path).status == 404, path
    assert mine.get("/cases/1/papers/receipt.pdf").status == 404, "nothing was sent yet"
    assert "/start" in make_site().get("/cases/1/form.pdf", follow=False).location


# --- is it genuine? -------------------------------------------------------------------------------------------------------
def answering(site: Site, monkeypatch: pytest.MonkeyPatch, found: Verified) -> None:
    """The offices find this in whatever they are sent."""
    offices = site.context.authorities
    monkeypatch.setattr(type(offices), "verify_paper", lambda *_: found, raising=False)


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (None, "本物です"), ("not-signed", "署名がありません"), ("changed", "変わっています"), ("unknown-issuer", "知らないところ"),
        ("no-time-stamp", "いつ署名したか"), ("revoked", "使えなくなった証明書"),
    ],
)  # fmt: skip
def test_what_is_found_is_said_in_plain_words(
    site: Site, monkeypatch: pytest.MonkeyPatch, why: str | None, words: str
) -> None:
    site.enter()
    at = site.world.now
    answering(
        site,
        monkeypatch,
        Verified(
            why is None, why, "しらかば市（模擬）", "模擬", "ab12", at, at, at, at, None, "receipt", "SIM00000001"
        ),
    )
    site.get("/verify")
    shown = site.post("/verify", by="file", file=(io.BytesIO(b"%PDF-1.7 "), "a.pdf"))
    assert (shown.status, words in shown.h1) == (200, True)
    assert ("証明書の番号" in shown.html) == (why != "changed")


def test_what_cannot_be_checked_is_refused_with_words_at_the_field(site: Site) -> None:
    assert "だれとして試すか選ぶ" in site.get("/verify").html
    site.enter()
    assert site.get("/verify").status == 200
    for content, said in (
        (b"", "PDFのファイルを選んでください"),
        (b"GIF89a", "PDFではないファイルです"),
        (b"%PDF-" + b"0" * (5 * 1024 * 1024), "5メガバイトまで"),
    ):
        shown = site.post("/verify", by="file", file=(io.BytesIO(content), "a.pdf"))
        assert shown.status == 422
        assert said in shown.html
    shown = site.post("/verify", by="code", number="", code="")
    assert shown.status == 422
    assert "確認コードを入力してください" in shown.html
    assert site.post("/verify", by="file", file=(io.BytesIO(b"%PDF-" + b"0" * 7_000_000), "a.pdf")).status == 413
