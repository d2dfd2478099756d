"""A correction from the office's letter to its event: exactly one item, signed anew, nothing lost on the way, over HTTP without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.engine.lifecycle import EventType, State
from app.factory import Site
from app.gateway.base import Place
from app.world import applications, outbox
from app.world.checking import faults_of
from app.world.views import CaseView
from tests.citizen import Citizen

NEW = "000-8000-7777"
SIGNING = re.compile(r'action="([^"]*/signature)"')
CANCEL = re.compile(r'action="([^"]*/cancel)"')


@pytest.fixture(scope="module")
def filed(site: Site) -> Iterator[Citizen]:
    """A citizen who has signed."""
    citizen = Citizen(site, "kudo")
    citizen.file_everything()
    yield citizen
    citizen.close()


@pytest.fixture
def asked(filed: Citizen) -> Iterator[tuple[Citizen, int]]:
    """The citizen, and a case in which the office asks for the phone number. The card works again afterwards."""
    n = ask(filed)
    yield filed, n
    world = filed.world
    simulation = filed.site.context.mynumber.simulation
    simulation.restore_card(world.id, world.now, "valid")
    assert faults_of(filed.site.context, world.id) == []


def ask(citizen: Citizen, procedure: str = "moving-out-notice") -> int:
    """Let the office ask; the number of the case."""
    world = citizen.world
    case = next(one for one in world.cases() if one.procedure == procedure)
    if case.state.state is not State.CORRECTION_REQUESTED:
        offices = citizen.site.context.authorities
        offices.set_outcome(world.id, world.now, case.arrival_number or "", "correction", phone_of(citizen))
        citizen.world.deliver()
    return case.n


def phone_of(citizen: Citizen) -> str:
    """`subject.item` that is asked for."""
    return f"{citizen.household.roles['applicant']}.phone"


def here(citizen: Citizen, n: int) -> CaseView:
    """The case as it stands."""
    case = citizen.world.case(n)
    assert case is not None
    return case


def enter(citizen: Citizen, n: int, phone: str = NEW) -> None:
    """Answer on the correction's form; the page before the signature comes."""
    citizen.get(f"/cases/{n}/correction")
    citizen.post(f"/cases/{n}/correction", phone=phone)
    assert citizen.page.path == f"/cases/{n}/correction/sign", citizen.page.path


def to_the_pin(citizen: Citizen, n: int) -> str:
    """On to the identity provider; where the PIN is sent to."""
    citizen.get(f"/cases/{n}/correction/sign")
    citizen.post(f"/cases/{n}/correction/sign")
    found = SIGNING.search(citizen.page.html)
    assert found, citizen.page.h1
    return found[1]


def resubmitted(citizen: Citizen, n: int) -> list[bool | None]:
    """Whether each correction of the case was signed."""
    return [event.signed for event, _ in here(citizen, n).history if event.type is EventType.RESUBMITTED]


def sent_phone(citizen: Citizen, n: int) -> Any:
    """What the office has."""
    world = citizen.world
    return applications.sent(world, here(citizen, n)).facts[applications.key_of(phone_of(citizen))]


def test_one_field_is_asked_signed_and_nothing_else_changes(asked: tuple[Citizen, int]) -> None:
    citizen, n = asked
    before, done = applications.sent(citizen.world, here(citizen, n)), resubmitted(citizen, n)
    form = citizen.get(f"/cases/{n}/correction").html
    main = form[form.index("<main") : form.index("</main>")]
    assert re.findall(r'<(?:input|select|textarea)[^>]*name="(\w+)"', main) == ["csrf_token", "phone"]
    enter(citizen, n)
    assert NEW in citizen.page.html
    assert sent_phone(citizen, n) != NEW, "nothing is sent before the signature"
    action = to_the_pin(citizen, n)
    assert "の訂正：電話番号" in citizen.page.html
    citizen.post(action, pin=citizen.household.persona.card.signing_pin)
    assert citizen.page.path == f"/cases/{n}"
    assert "署名をして、訂正を出しました" in citizen.page.html
    assert resubmitted(citizen, n) == [*done, True]
    after = applications.sent(citizen.world, here(citizen, n))
    key = applications.key_of(phone_of(citizen))
    assert dict(after.facts) == {**before.facts, key: NEW}
    back = citizen.get(f"/cases/{n}/correction")
    assert back.path == f"/cases/{n}", "going back in the browser asks nothing twice"
    assert citizen.get("/sign/return?state=x&code=y").path == "/", "a reload sends nothing again"
    assert resubmitted(citizen, n) == [*done, True]


def test_a_wrong_pin_and_a_change_of_mind_lose_nothing(asked: tuple[Citizen, int]) -> None:
    citizen, n = asked
    done = resubmitted(citizen, n)
    enter(citizen, n, "000-8000-1234")
    action = to_the_pin(citizen, n)
    assert citizen.post(action, pin="WRONG1").status == 422
    cancel = CANCEL.search(citizen.page.html)
    assert cancel
    citizen.post(cancel[1])
    assert citizen.page.path == f"/cases/{n}/correction"
    assert "署名をやめました。訂正は送っていません。入れた答えは残っています" in citizen.page.html
    assert 'value="000-8000-1234"' in citizen.page.html
    assert resubmitted(citizen, n) == done
    assert "まだ送っていません" in citizen.get(f"/cases/{n}").html
    to_the_pin(citizen, n)
    citizen._pin("signature", citizen.household.persona.card.signing_pin)
    assert resubmitted(citizen, n) == [*done, True]
    assert sent_phone(citizen, n) == "000-8000-1234"


def test_an_answer_that_changed_in_another_tab_is_not_sent_with_the_first_signature(asked: tuple[Citizen, int]) -> None:
    citizen, n = asked
    done = resubmitted(citizen, n)
    enter(citizen, n, "000-8000-1111")
    action = to_the_pin(citizen, n)
    signing = citizen.page
    enter(citizen, n, "000-8000-2222")
    citizen.page = signing
    citizen.post(action, pin=citizen.household.persona.card.signing_pin)
    assert citizen.page.path == f"/cases/{n}/correction"
    assert "ほかの画面で答えが変わったため" in citizen.page.html
    assert 'value="000-8000-2222"' in citizen.page.html
    assert resubmitted(citizen, n) == done


def test_a_certificate_that_a_move_has_ended_is_said_and_the_correction_goes_on(asked: tuple[Citizen, int]) -> None:
    citizen, n = asked
    done, world = resubmitted(citizen, n), citizen.world
    mynumber = citizen.site.context.mynumber
    mynumber.simulation.restore_card(world.id, world.now, "signing_revoked")
    enter(citizen, n)
    citizen.post(f"/cases/{n}/correction/sign")
    assert citizen.page.h1 == "署名用の電子証明書が使えません"
    cancel = CANCEL.search(citizen.page.html)
    assert cancel
    citizen.post(cancel[1], why="signing_revoked")  # as the form of that page has it
    assert (citizen.page.path, citizen.page.h1) == (f"/cases/{n}/correction/sign", "署名なしで訂正を送ります")
    assert "住所や氏名が変わる届けが処理されると" in citizen.page.html
    assert NEW in citizen.page.html
    assert citizen.get("/sign/return").path == "/"
    citizen.get(f"/cases/{n}/correction/sign")
    first = citizen.page
    citizen.post(f"/cases/{n}/correction/unsigned")
    assert "署名をしないで、訂正を出しました" in citizen.page.html
    citizen.page = first
    citizen.post(f"/cases/{n}/correction/unsigned")
    assert citizen.page.path == f"/cases/{n}", "a double click"
    assert resubmitted(citizen, n) == [*done, False]


def test_an_answer_waits_for_a_silent_office_and_is_signed_once(asked: tuple[Citizen, int]) -> None:
    citizen, n = asked
    done, world = resubmitted(citizen, n), citizen.world
    offices = citizen.site.context.authorities
    offices.set_faults(world.id, world.now, [{"target": f"authority:{here(citizen, n).authority}", "kind": "down"}])
    try:
        enter(citizen, n, "000-8000-3333")
        to_the_pin(citizen, n)
        citizen._pin("signature", citizen.household.persona.card.signing_pin)
        assert citizen.page.path == f"/cases/{n}"
        assert citizen.page.h1 == "訂正を送っています。あなたがすることはありません"
        assert citizen.get(f"/cases/{n}/correction").path == f"/cases/{n}"
    finally:
        offices.set_faults(world.id, world.now, [])
    citizen.wait()
    assert resubmitted(citizen, n) == [*done, True]
    assert sent_phone(citizen, n) == "000-8000-3333"


def test_without_a_certificate_the_unsigned_way_needs_the_card_that_was_shown(asked: tuple[Citizen, int]) -> None:
    citizen, n = asked
    enter(citizen, n)
    world = citizen.world
    assert citizen.post(f"/cases/{n}/correction/unsigned").path == f"/cases/{n}/correction/sign", "it can be signed"
    outbox.stop(citizen.site.context, world.id, n, "signing_expired")
    other = httpx.Client(base_url=citizen.site.url)
    assert other.get(f"/cases/{n}/correction/sign").status_code == 303, "nobody else gets there"
    other.close()
    assert "有効期限が切れています" in citizen.get(f"/cases/{n}/correction/sign").html


def test_a_company_gets_no_signature(filed: Citizen) -> None:
    world = filed.world
    asked = [one for one in world.cases() if filed.journey.event.by_id[one.procedure].definition.private]
    case = next(one for one in asked if one.state.state is State.CORRECTION_REQUESTED)
    filed.answer(case.n)
    assert resubmitted(filed, case.n) == [None]
    page = filed.get(f"/cases/{case.n}").html
    assert "訂正を送りました" in page
    assert "署名をして" not in page


def test_the_revocation_list_is_enough_to_know_and_a_new_certificate_signs(asked: tuple[Citizen, int]) -> None:
    """As after the move itself: the register has the new address, the certificate is on the list."""
    citizen, n = asked
    done, world = resubmitted(citizen, n), citizen.world
    me = citizen.household.roles["applicant"]
    provider = citizen.site.context.mynumber.signing._provider
    provider.client.call(
        "POST", "/certificates/revocations", place=Place(world.id, world.now), control=True, idempotency_key="revoke",
        json={"subject": me, "reason": "転入届"},
    )  # fmt: skip
    enter(citizen, n, "000-8000-5555")
    assert citizen.page.h1 == "署名なしで訂正を送ります"
    assert "住所や氏名が変わる届けが処理されると" in citizen.page.html
    citizen.site.context.mynumber.simulation.restore_card(
        world.id, world.now, "valid"
    )  # a counter has issued a new one
    to_the_pin(citizen, n)
    citizen._pin("signature", citizen.household.persona.card.signing_pin)
    assert resubmitted(citizen, n) == [*done, True]
    ask(citizen)
    enter(citizen, n, "000-8000-6666")
    assert citizen.page.h1 == "訂正に署名します", "what signed last counts"
