"""Agreement among several over HTTP, with the real services: each confirms and signs in a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.engine.lifecycle import State
from app.factory import Site
from app.gateway.openid import Identity
from app.web import mydata, paperforms
from app.world import applications, invitations
from app.world.views import CaseView
from app.world.worlds import World
from tests.citizen import Citizen, Guest

AGREEMENT, AFTER = "estate-division", "bank-inheritance"
PIN = "ABC123"
SECRETS = ("ひだまり銀行", "23300000", "23,300,000", "999900029002", "000-8029-0001", "しらかば斎場")
"""What the applicant has told and the agreement does not need."""


class Widow(Citizen):
    """Goes through the event of a household of heirs, up to her own signature."""

    def __init__(self, site: Site) -> None:
        super().__init__(site, "sugihara")
        self.show_card()
        self.id = super().world.id
        self.tell()

    @property
    def world(self) -> World:
        """Her own, whoever begins another one."""
        found = World.find(self.site.context, self.id) if "id" in self.__dict__ else None
        return found or super().world

    def case(self, procedure: str, subject: str | None = None) -> CaseView:
        """One of her cases."""
        return next(one for one in self.world.cases() if (one.procedure, one.subject) == (procedure, subject))

    def link(self, subject: str) -> str:
        """A new link for somebody."""
        return self.hand_over(self.case(AGREEMENT, subject).n)

    def guest(self, subject: str) -> Guest:
        """Somebody who has just opened a new link."""
        return Guest(self.site, self.persona, self.link(subject))


@pytest.fixture(scope="module")
def widow(site: Site) -> Iterator[Widow]:
    """Has signed her own part; nobody else has."""
    found = Widow(site)
    found.sign()
    yield found
    found.close()


def test_three_sign_and_what_comes_after_moves_on(site: Site) -> None:
    widow = Widow(site)
    assert (
        "大沢 久美子さん、杉原 卓也さんの分は、提出したあとで、それぞれ自分で署名します"
        in widow.get("/journeys/1/sign").html
    )
    assert "それぞれ自分で署名します" in widow.get("/journeys/1/plan").html
    widow.sign()
    assert "2人に、署名を頼んでください" in widow.page.html
    assert not widow.case(AGREEMENT, "fumie").unsigned
    daughter, son = widow.case(AGREEMENT, "kumiko"), widow.case(AGREEMENT, "takuya")
    assert daughter.unsigned
    assert applications.sent(widow.world, daughter).signed is None
    assert {daughter.n, son.n} <= set(widow.case(AFTER).waits_for)
    shown = widow.get(f"/cases/{son.n}")
    assert "杉原 卓也さんの署名を待っています" in shown.html
    assert "/journeys/1/signers" in shown.html

    kumiko = widow.guest("kumiko")
    assert kumiko.page.h1 == "遺産分割協議を確かめてください"
    assert kumiko.page.path == "/confirm"  # the token is gone from the address
    early = kumiko.confirm(widow.world, daughter.n)
    assert (early.path, early.h1) == ("/confirm/done", "署名しました")
    assert "先に終わる手続があります" in early.html

    link = widow.link("takuya")
    for _ in range(60):  # nothing is sent before its signature, however long it takes
        widow.do_what_waits(others=False)
        if (
            widow.case(AGREEMENT, "fumie").state.state is State.COMPLETED
            and widow.case(AGREEMENT, "kumiko").arrival_number
        ):
            break
        widow.wait()
    assert widow.case(AGREEMENT, "takuya").state.state is State.QUEUED
    assert widow.case(AFTER).state.state is State.QUEUED
    number = widow.case(AGREEMENT, "kumiko").arrival_number
    assert number
    assert number in kumiko.get("/confirm/done").html

    takuya = Guest(site, "sugihara", widow.link("takuya") if invitations_expired(widow, "takuya") else link)
    done = takuya.confirm(widow.world, son.n)
    number = widow.case(AGREEMENT, "takuya").arrival_number
    assert number
    assert number in done.html
    assert re.search(r"杉原 卓也さん）: 署名されました.*?杉原 卓也さん", widow.get("/inbox").html, re.DOTALL)
    for _ in range(60):
        widow.do_what_waits(others=False)
        if widow.case(AFTER).state.state is not State.QUEUED:
            break
        widow.wait()
    cases = [one for one in widow.world.cases() if one.procedure == AGREEMENT]
    assert {one.subject: one.state.state for one in cases} == dict.fromkeys(
        ("fumie", "kumiko", "takuya"), State.COMPLETED
    )
    assert widow.case(AFTER).state.state is not State.QUEUED
    assert "3人のうち、3人が署名しました" in widow.get("/journeys/1/signers").html
    records_say_who_signed(site, widow)
    for one in (widow, kumiko, takuya):
        one.close()


def invitations_expired(widow: Widow, subject: str) -> bool:
    """Whether the time that passed has ended a link."""
    world = widow.world
    return next(one.standing for one in invitations.asked(world, 1) if one.subject == subject) == "expired"


def records_say_who_signed(site: Site, widow: Widow) -> None:
    """The application, its page, the official form and the ledger name each signer, and nobody acts for anybody."""
    world = widow.world
    for subject, name in (("fumie", "杉原 文枝"), ("kumiko", "大沢 久美子"), ("takuya", "杉原 卓也")):
        case = widow.case(AGREEMENT, subject)
        sent = applications.sent(world, case)
        assert sent.signer == subject
        assert sent.signed is not None
        assert sent.acting_for == ()
        said = "あなたが自分で署名しました" if subject == "fumie" else f"{name}さんが自分で署名しました"
        assert said in widow.get(f"/cases/{case.n}").html
        assert said in widow.get("/my-data/access").html
        with site.app.test_request_context():
            form = paperforms.content(world, case, "https://hitomado.example.test/")
            rows = mydata.filed(world)
        assert name in str(form)
        assert any(said in row["signer"] for row in rows)
    bodies = {applications.sent(world, widow.case(AGREEMENT, one)).signed for one in ("fumie", "kumiko", "takuya")}
    assert len({one.certificate for one in bodies if one}) == 3


def test_the_guest_sees_one_application_and_nothing_else(site: Site, widow: Widow) -> None:
    guest = widow.guest("takuya")
    page = guest.page.html
    sent = applications.sent(widow.world, widow.case(AGREEMENT, "takuya"))
    for key, value in sent.facts.items():
        if isinstance(value, str) and key[1] in ("name", "division"):
            assert value in page, key
    assert "大沢 久美子" not in page
    assert not [one for one in SECRETS if one in page]
    for path in (
        "/journeys/1/plan",
        "/journeys/1/signers",
        f"/cases/{widow.case(AGREEMENT, 'takuya').n}",
        "/my-data",
        "/cases",
    ):
        assert guest.get(path).path.startswith("/start"), path
    guest.close()


def test_saying_no_is_seen_and_can_be_taken_back(site: Site, widow: Widow) -> None:
    link = widow.link("takuya")
    guest = Guest(site, "sugihara", link)
    assert "理由は聞きません" in guest.get("/confirm/no").html
    said = guest.post("/confirm/no")
    assert said.status == 410
    assert said.h1 == "同意しないと伝えました"
    assert "聞くところ：" in said.html
    shown = widow.get("/journeys/1/signers").html
    assert "同意しませんでした。理由は聞いていません。" in shown
    assert widow.case(AGREEMENT, "takuya").unsigned
    assert guest.get("/confirm").status == 410
    letter = next(one for one in widow.world.letters() if one.kind == invitations.DECLINED)
    told = widow.get(f"/inbox/{letter.n}")
    assert "同意しないという返事がありました" in told.h1
    assert 'href="/journeys/1/signers"' in told.html
    assert "要対応" in widow.get("/inbox").html
    again = widow.guest("takuya")
    assert "することを見る" not in widow.get(f"/inbox/{letter.n}").html, "asked anew: nothing is left to do"
    assert again.page.status == 200
    assert "同意しませんでした" not in widow.get("/journeys/1/signers").html
    guest.close()
    again.close()


def test_another_persons_signature_is_refused(site: Site, widow: Widow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever's card is read at the identity provider: the certificate says who signed."""
    push = Identity.push_request

    def anybody(self: Identity, *arguments: Any, whose: str | None = None, **more: Any) -> Any:
        assert whose == "takuya"
        return push(self, *arguments, **more)  # the card of the applicant is read instead

    guest = widow.guest("takuya")
    monkeypatch.setattr(Identity, "push_request", anybody)
    refused = guest.confirm(widow.world, widow.case(AGREEMENT, "takuya").n)
    assert refused.status == 422
    assert refused.h1 == "ほかの人の署名でした"
    assert widow.case(AGREEMENT, "takuya").unsigned
    assert applications.sent(widow.world, widow.case(AGREEMENT, "takuya")).signed is None
    guest.close()


def named_by_hand(widow: Widow, subject: str) -> None:
    """As where the applicant, and no register, has told of somebody."""
    with widow.site.context.database.write() as session:
        row = widow.journey._row(session)
        row.subjects = {**row.subjects, subject: {"kind": "person", "source": "citizen"}}
        row.version += 1


def test_whoever_was_named_by_hand_takes_their_own_card_and_no_other(site: Site, widow: Widow) -> None:
    named_by_hand(widow, "kumiko")
    guest = widow.guest("kumiko")
    guest.post("/confirm")
    assert guest.page.h1 == "使うカードを選ぶ"
    guest.post(guest.page.path, subject="takuya")
    refused = guest._pin("signature", PIN)
    assert (refused.status, refused.h1) == (422, "ほかの人の署名でした")
    assert widow.case(AGREEMENT, "kumiko").unsigned
    again = widow.guest("kumiko")
    assert again.confirm(widow.world, widow.case(AGREEMENT, "kumiko").n).h1 == "署名しました"


def test_a_minor_goes_to_the_counter_and_is_not_asked(site: Site) -> None:
    parent = Citizen(site, "nagase")
    parent.file_everything()
    case = next(one for one in parent.world.cases() if one.procedure == AGREEMENT and one.subject == "rin")
    assert (case.channel, case.unsigned) == ("visit", False)
    sent = applications.sent(parent.world, case)
    assert (sent.signer, sent.signed) == ("rin", None)
    shown = parent.get("/journeys/1/signers").html
    assert "未成年の相続人は、特別代理人や親が代わりに確かめるため" in shown
    assert "000-0800-0007" in shown
    assert f"/signers/{case.n}/link" not in shown
    parent.close()


def test_a_new_link_ends_the_one_before(site: Site, widow: Widow) -> None:
    first = widow.link("takuya")
    assert first not in widow.get("/journeys/1/signers").html  # shown once
    old = Guest(site, "sugihara", first)
    old.post("/confirm")  # is at the identity provider already
    new = widow.guest("takuya")
    assert new.page.status == 200
    assert old._pin("signature", PIN).status == 410
    assert Guest(site, "sugihara", first).page.h1 == "リンクが見つかりません"
    assert widow.case(AGREEMENT, "takuya").unsigned


def test_a_link_ends_with_its_last_day(site: Site, widow: Widow) -> None:
    link = widow.link("takuya")
    last = widow.world.today + invitations.LIFE
    guest = Guest(site, "sugihara", link)
    guest.post("/confirm")
    widow.world.advance((last - widow.world.today).days)
    assert Guest(site, "sugihara", link).page.status == 200
    widow.world.advance(1)
    assert widow.world.today == last + timedelta(days=1)
    late = guest._pin("signature", PIN)  # began in time, and was too late
    assert late.status == 410
    assert late.h1 == "このリンクは、期限が過ぎました"
    assert "聞くところ：" in late.html
    assert "リンクの期限が過ぎました" in widow.get("/journeys/1/signers").html
    assert widow.case(AGREEMENT, "takuya").unsigned


def test_whoever_has_no_card_goes_to_the_counter(site: Site, widow: Widow) -> None:
    link, n = widow.link("takuya"), widow.case(AGREEMENT, "takuya").n
    guest = Guest(site, "sugihara", link)
    widow.get("/journeys/1/signers")
    shown = widow.post(f"/journeys/1/signers/{n}/counter")
    assert "窓口で本人だと示します" in shown.html
    assert guest.get("/confirm").status == 410
    case = widow.case(AGREEMENT, "takuya")
    assert (case.channel, case.unsigned) == ("visit", False)


def test_a_used_link_signs_nothing_again(site: Site) -> None:
    widow = Widow(site)
    widow.sign()
    link = widow.link("takuya")
    guest, other = Guest(site, "sugihara", link), Guest(site, "sugihara", link)
    other.post("/confirm")
    assert guest.confirm(widow.world, widow.case(AGREEMENT, "takuya").n).h1 == "署名しました"
    assert guest.get("/confirm").path == "/confirm/done"
    before = applications.sent(widow.world, widow.case(AGREEMENT, "takuya")).signed
    assert other._pin("signature", PIN).h1 == "もう署名が済んでいます"
    assert other.get("/confirm/done").h1 == "もう署名が済んでいます"  # another browser gets no receipt
    assert Guest(site, "sugihara", link).page.status == 410
    assert applications.sent(widow.world, widow.case(AGREEMENT, "takuya")).signed == before
    n = widow.case(AGREEMENT, "takuya").n
    widow.get("/journeys/1/signers")
    assert "signer-address" not in widow.post(f"/journeys/1/signers/{n}/link").html


@pytest.mark.parametrize("path", ["/confirm", "/confirm/no", "/confirm/done", "/confirm/return", "/confirm/nonsense"])
def test_without_a_link_there_is_nothing(site: Site, path: str) -> None:
    guest = Guest(site, "sugihara")
    assert guest.get(path).h1 == "リンクが見つかりません"
    assert "noindex" in guest.http.get("/confirm").headers["X-Robots-Tag"]
    guest.close()


def test_links_of_another_world_cannot_be_made(site: Site, widow: Widow) -> None:
    """Numbers of cases that ask nobody change nothing."""
    widow.get("/journeys/1/signers")
    for n in (1, 999, widow.case(AGREEMENT, "fumie").n):
        assert widow.post(f"/journeys/1/signers/{n}/link").path == "/journeys/1/signers"
        assert widow.post(f"/journeys/1/signers/{n}/counter").path == "/journeys/1/signers"
    assert widow.case(AGREEMENT, "fumie").channel == "online"
