"""Question pages: every household gets through, nothing is asked twice, lists, changes, stale pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer

from app.engine.facts import NOT_YET
from app.mynumber_guard import check_digit
from tests.web.conftest import TOKEN, Site
from tests.web.walking import walk

ADDRESS = {"postcode": "000-0256", "municipality": "970018", "town": "南", "block": "1番", "building": ""}


@pytest.mark.parametrize("persona", ["yamashina", "ooba", "morino", "sakuma"])
def test_every_question_is_asked_once_and_leads_to_the_review(site: Any, persona: str) -> None:
    site.look_up(persona)
    seen = walk(site, site.context.households[persona].answers)
    assert len(seen) > 5
    assert site.journey.plan.pages == []


def test_no_register_answer_is_asked(site: Any) -> None:
    site.look_up()
    told = {fact.key for fact in site.journey.facts.by_key.values() if fact.register}
    assert not [ask.key for ask in site.journey.plan.asks if ask.key in told and not ask.confirm]


def test_a_question_says_why_and_for_which_procedures(site: Any) -> None:
    site.look_up()
    page = site.get("/journeys/1/questions/move.new_address")
    assert page.h1 == "新しい住所を入力してください"
    assert "なぜ聞くのですか" in page.html
    assert "転入届" in page.html
    assert "あと" in page.html
    assert "今日はここまでにする" in page.html


def test_a_wrong_answer_is_kept_with_its_error(site: Any) -> None:
    site.look_up()
    page = site.post("/journeys/1/questions/contact", based_on="0", phone="12", email="だめ", needs_protection="no")
    assert page.status == 422
    assert "エラー：" in page.html
    assert 'value="12"' in page.html
    assert 'href="#phone"' in page.html
    assert site.journey.facts.get(("haruka", "phone")) is None


def test_the_postcode_search_comes_back_to_the_same_page(site: Any) -> None:
    site.look_up()
    fields = {"new_address-postcode": "000-0256", "new_address-block": "1番"}
    page = site.post("/journeys/1/questions/move.new_address", **fields, **{"new_address-search": "1"})
    assert page.status == 200
    assert "1件見つかりました" in page.html
    assert 'value="南"' in page.html
    assert 'value="1番"' in page.html


def test_not_known_yet_is_one_click_and_is_not_asked_again(site: Any) -> None:
    site.look_up()
    site.post("/journeys/1/questions/move.new_address", unknown="1", follow=False)
    assert site.journey.facts.by_key["move", "new_address"].value == NOT_YET
    assert ("move", "new_address") not in {ask.key for ask in site.journey.plan.asks}


def test_a_legal_my_number_is_refused_and_not_stored(site: Any) -> None:
    site.look_up()
    first = "12345678901"
    number = f"{first}{check_digit(first)}"
    page = site.post(
        "/journeys/1/questions/move.new_address",
        **{f"new_address-{k}": v for k, v in ADDRESS.items()} | {"new_address-building": number},
    )
    assert page.status == 422
    assert page.h1 == "この番号は入力できません"
    assert number not in page.html
    assert site.journey.facts.get(("move", "new_address")) is None


def test_a_stale_tab_is_told_what_changed(site: Any) -> None:
    site.answer_all()
    old = site.journey.mark
    site.journey.answer({("haruka", "phone"): "000-8000-0999"})
    page = site.post("/journeys/1/questions/person.phone", based_on=str(old), phone="000-8000-0111")
    assert page.status == 409
    assert "000-8000-0999" in page.html
    assert site.journey.facts.by_key["haruka", "phone"].value == "000-8000-0999"


def test_a_change_comes_back_to_its_row(site: Any) -> None:
    site.answer_all()
    page = site.get("/journeys/1/questions/person.phone")
    assert 'value="000-8000-0201"' in page.html
    answer = site.post(
        "/journeys/1/questions/person.phone", based_on=str(site.journey.mark), phone="000-8000-0333", follow=False
    )
    assert answer.location.endswith("/review#row-person-1-phone")
    assert 'data-focus="row-person-1-phone"' in site.get("/journeys/1/review").html


def test_what_a_change_opens_is_asked_before_coming_back(site: Any) -> None:
    site.answer_all()
    mark = str(site.journey.mark)
    answer = site.post("/journeys/1/questions/move.join_household", based_on=mark, join_household="yes", follow=False)
    assert "/questions/" in answer.location
    while "/questions/" in answer.location:
        page = site.journey.plan.pages[0]
        fields = {"joined_head": "山科 太郎"} if page.id == "move.joined_head" else {page.asks[0].key[1]: "child"}
        answer = site.post(answer.location, based_on=str(site.journey.mark), follow=False, **fields)
        assert answer.status == 303
    assert answer.location.endswith("#row-move-1-join_household")


def test_a_page_does_not_exist_for_unknown_items_and_subjects(site: Any) -> None:
    site.look_up()
    for path in ("person.nothing", "nonsense", "person.phone/99", "person.age"):
        assert site.get(f"/journeys/1/questions/{path}").status == 404
    assert site.get("/journeys/2/questions/person.phone").status == 403


def test_no_name_stands_in_address_or_title(site: Any) -> None:
    site.look_up()
    journey = site.journey
    names = [
        str(journey.facts.by_key[subject, "name"].value)
        for subject, kind in journey.facts.kinds.items()
        if kind == "person"
    ]
    for path in ("school_transfer/3", "childcare_leaving/4"):
        page = site.get(f"/journeys/1/questions/{path}")
        title = page.document.title
        assert page.status == 200
        assert not [name for name in names if name in title]


# --- lists ----------------------------------------------------------------------------------------------------------------
def start_without_registers(site: Any) -> None:
    site.start("yamashina")
    site.post("/journeys/1/consent", consent="none", follow=False)


def test_people_are_added_named_and_taken_off_again(site: Any) -> None:
    start_without_registers(site)
    path = "/journeys/1/questions/household.dogs"
    page = site.get(path)
    assert page.h1 == "犬を飼っていますか"
    added = site.post(path, more="yes", follow=False)
    assert added.location.endswith("/journeys/1/questions/dog.name")
    back = site.post(added.location, based_on=str(site.journey.mark), name="ポチ", follow=False)
    assert back.location.endswith(path)
    hub = site.get(path)
    assert hub.h1 == "犬：1件"
    assert "ポチを一覧から外す" in hub.html
    confirm = site.get(f"{path}/remove/1")
    assert "ポチを一覧から外しますか" in confirm.h1
    assert "ポチ" not in confirm.document.title
    site.post(f"{path}/remove/1", follow=False)
    assert site.journey.facts.by_key["household", "dogs"].value == ()


def test_an_empty_list_is_an_answer(site: Any) -> None:
    start_without_registers(site)
    assert site.post("/journeys/1/questions/household.mopeds").status == 422
    site.post("/journeys/1/questions/household.mopeds", more="no", based_on=str(site.journey.mark), follow=False)
    assert site.journey.facts.by_key["household", "mopeds"].value == ()


def test_the_applicant_is_always_one_of_the_household(site: Any) -> None:
    start_without_registers(site)
    path = "/journeys/1/questions/household.members"
    assert "remove" not in "".join(site.get(path).links())
    site.post(path, more="no", based_on=str(site.journey.mark), follow=False)
    assert site.journey.facts.by_key["household", "members"].value == ("haruka",)


def test_a_page_that_is_kept_says_what_holds_now(site: Any) -> None:
    """Pages are kept with the journey: not across answers or languages, and never after an error."""
    site.look_up()
    path = "/journeys/1/questions/contact"
    first = site.get(path).html
    assert site.get(path).html.count('name="phone"') == first.count('name="phone"') == 1
    site.post(path, based_on="0", phone="12", email="だめ", needs_protection="no")
    assert 'value="12"' not in site.get(path).html
    assert "Why" in site.get(f"/en{path}").html
    site.post(
        path, based_on=str(site.journey.mark), phone="000-8000-0201", email="a@example.test", needs_protection="no"
    )
    assert 'value="000-8000-0201"' in site.get(path).html


def test_what_is_kept_of_a_page_holds_no_token_of_anybody(make_site: Callable[[], Site]) -> None:
    """Two visitors at the same address on the same day, each twice: surroundings and question are kept, tokens are their own."""
    path, tokens, nonces = "/ja-simple/journeys/1/questions/contact", [], []
    first, second = make_site(), make_site()
    for visitor in (first, second):
        visitor.look_up()
    for visitor in (first, second, first, second):
        answer = visitor.client.get(path)
        found = TOKEN.findall(
            answer.text
        )  # the switch for readings, the question, and two ways on in the dialog of the session
        assert len(found) == 4
        assert len(set(found)) == 1
        tokens.append(found[0])
        (nonce,) = set(re.findall('nonce="([^"]+)"', answer.text))
        assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]
        nonces.append(nonce)
    assert len(set(nonces)) == 4
    with first.client.session_transaction() as session:
        key = session["csrf_token"]
    inside = [URLSafeTimedSerializer("for tests", salt="wtf-csrf-token").loads(token) for token in tokens]
    assert [one == key for one in inside] == [True, False, True, False]


def test_a_kept_form_can_be_sent_and_says_what_it_was_based_on(site: Any) -> None:
    site.look_up()
    path = "/journeys/1/questions/contact"
    site.get(path)
    site.get(path)  # from what is kept
    values = {"phone": "000-8000-0201", "email": "a@example.test", "needs_protection": "no"}
    before = site.journey.mark
    assert f'name="based_on" value="{before}"' in site.get(path).html
    assert site.post(path, based_on=str(before), follow=False, **values).status == 303
    assert site.journey.mark > before
    assert f'name="based_on" value="{site.journey.mark}"' in site.get(path).html
    # What comes back with an error keeps what it was based on, whatever happened since.
    wrong = site.post(path, based_on=str(before), **values | {"phone": "12"})
    assert f'name="based_on" value="{before}"' in wrong.html
