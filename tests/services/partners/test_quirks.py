"""Each partner's ways, in simulated time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.partners.kit import HARUKA, NEW, OLD, Town, notice

REN = {"name": "山科 蓮", "kana": "ヤマシナ レン"}
WINDOWS = ["morning", "early_afternoon", "late_afternoon"]
KITA = NEW | {"municipality": "970042"}


def gas(**details: Any) -> dict[str, Any]:
    """Gas for the new home."""
    return notice("start_stop", details={"visit_slot": "morning", "start_date": "2027-03-28"} | details)


def test_electricity_takes_notices_of_the_family_and_settles_by_itself(town: Town) -> None:
    id_ = town.take("hikari-power", notice("start_stop", holder=HARUKA))  # the contract is 蓮's
    town.until("2027-03-16T18:00")
    assert town.states("hikari-power", id_) == ["accepted", "completed"]


def test_a_contract_is_found_by_number_or_by_name_and_address(town: Town) -> None:
    by_number = town.take("sora-mobile", notice(customer_number="SIM-00001603"))
    assert town.states("sora-mobile", by_number) == ["accepted", "completed"]
    wrong = town.take("sora-mobile", notice(customer_number="SIM-99999999", effective_date="2027-03-29"))
    assert town.states("sora-mobile", wrong) == ["accepted", "completed"]
    stranger = town.take("sora-mobile", notice(holder={"name": "川辺 太郎"}, customer_number="SIM-99999999"))
    assert town.last("sora-mobile", stranger)["code"] == "unknown"


def test_a_number_of_somebody_else_is_asked_about_and_then_refused(town: Town) -> None:
    body = notice(customer_number="SIM-00001603", holder={"name": "川辺 太郎"})
    id_ = town.take("sora-mobile", body)
    assert (town.last("sora-mobile", id_)["state"], town.last("sora-mobile", id_)["field"]) == ("question", "holder")
    assert town.act("POST", "sora-mobile", id_, "/answers", json=body).status_code == 200
    assert town.last("sora-mobile", id_)["code"] == "holder"
    assert town.last("sora-mobile", id_)["remedy"]


def test_gas_needs_somebody_at_home_on_the_day(town: Town) -> None:
    id_ = town.take("komorebi-gas", gas())
    town.until("2027-03-17T18:00")
    step = town.last("komorebi-gas", id_)
    assert step["state"] == "scheduled"
    assert step["appointment"] == {"day": "2027-03-28", "window": "morning", "from": "09:00", "to": "12:00"}
    town.until("2027-03-28T11:59")
    assert town.last("komorebi-gas", id_)["state"] == "scheduled"
    town.until("2027-03-28T12:00")
    assert town.last("komorebi-gas", id_)["state"] == "completed"


def test_nobody_at_home_means_another_appointment(town: Town) -> None:
    id_ = town.take("komorebi-gas", gas())
    town.until("2027-03-17T18:00")
    assert town.force(id_, "missed").status_code == 200
    assert town.last("komorebi-gas", id_)["code"] == "missed"
    again = gas(start_date="2027-03-30")
    assert town.act("POST", "komorebi-gas", id_, "/answers", json=again).status_code == 200
    town.until("2027-03-30T12:00")
    assert town.states("komorebi-gas", id_)[-2:] == ["scheduled", "completed"]


def test_a_full_window_is_told_with_the_free_ones_and_the_answer_is_taken(town: Town) -> None:
    first = town.take("komorebi-gas", gas())
    second = town.take("komorebi-gas", gas() | {"new_address": NEW | {"block": "2丁目2番2号"}})
    town.until("2027-03-17T18:00")
    assert town.last("komorebi-gas", first)["state"] == "scheduled"
    step = town.last("komorebi-gas", second)
    assert (step["state"], step["code"], step["field"]) == ("question", "full", "visit_slot")
    assert "2027-03-28/morning" not in step["choices"]
    day, window = step["choices"][0].split("/")
    assert "3月28日（日）の午後1時から3時" in step["note"]
    mended = gas(start_date=day, visit_slot=window) | {"new_address": NEW | {"block": "2丁目2番2号"}}
    town.act("POST", "komorebi-gas", second, "/answers", json=mended)
    town.until("2027-03-20T18:00")
    assert town.last("komorebi-gas", second)["appointment"]["day"] == day


def test_a_day_without_a_free_window_is_told_with_the_next_free_days(town: Town) -> None:
    homes = [
        gas(visit_slot=window) | {"new_address": NEW | {"block": f"{n}番"}} for n, window in enumerate(WINDOWS * 2)
    ]
    ids = [town.take("komorebi-gas", one) for one in homes]
    step = town.last("komorebi-gas", ids[-1])
    assert (step["state"], step["code"], step["field"]) == ("question", "full", "start_date")
    assert "2027-03-28" not in step["choices"]
    for _ in range(2):  # the day, and where its window is full as well, the window
        choice = town.last("komorebi-gas", ids[-1]).get("choices", [step["choices"][0]])[0]
        day, _, window = choice.partition("/")
        details = {"start_date": day, "visit_slot": window or "morning"}
        town.act("POST", "komorebi-gas", ids[-1], "/answers", json=homes[-1] | {"details": details})
    assert town.states("komorebi-gas", ids[-1])[-1] == "accepted"


@pytest.mark.parametrize("day, state", [("2027-03-15", "question"), ("2027-03-16", "scheduled")])
def test_gas_comes_no_earlier_than_the_day_after(town: Town, day: str, state: str) -> None:
    id_ = town.take("komorebi-gas", gas(start_date=day))
    if state == "question":
        assert town.last("komorebi-gas", id_)["choices"] == ["2027-03-16"]
    town.until("2027-03-16T08:00")
    assert town.last("komorebi-gas", id_)["state"] in (state, "accepted")
    assert (town.last("komorebi-gas", id_).get("code") == "too_soon") is (state == "question")


@pytest.mark.parametrize(
    "partner, body, fields",
    [
        ("hikari-power", notice("start_stop", new_address=None), ["new_address"]),
        ("post", notice("forwarding", old_address=None, new_address=None), ["old_address", "new_address"]),
        ("sora-mobile", notice(new_address=None), ["new_address"]),
        ("sora-mobile", notice(holder={"name": "川辺 太郎"}, old_address=None), ["old_address", "customer_number"]),
    ],
)
def test_what_a_notice_lacks_is_asked_for_one_by_one(
    town: Town, partner: str, body: dict[str, Any], fields: list[str]
) -> None:
    told = {"old_address": OLD, "new_address": NEW, "customer_number": "SIM-00001603"}
    id_ = town.take(partner, body)
    for field in fields:
        step = town.last(partner, id_)
        assert (step["state"], step["field"], "rejected" in town.states(partner, id_)) == ("question", field, False)
        body = body | {field: told[field]}
        assert town.act("POST", partner, id_, "/answers", json=body).status_code == 200
    assert town.last(partner, id_).get("field") not in fields


def test_what_is_still_lacking_is_asked_for_again(town: Town) -> None:
    body = notice(new_address=None)
    id_ = town.take("sora-mobile", body)
    town.act("POST", "sora-mobile", id_, "/answers", json=body | {"effective_date": "2027-03-29"})
    assert town.states("sora-mobile", id_) == ["accepted", "question", "accepted", "question"]


def test_an_old_home_is_stopped_where_the_contract_is_found_without_its_address(town: Town) -> None:
    id_ = town.take("hikari-power", notice("start_stop", old_address=None))
    town.until("2027-03-16T18:00")
    assert town.states("hikari-power", id_) == ["accepted", "completed"]


def test_out_of_the_area_only_the_old_home_is_stopped(town: Town) -> None:
    id_ = town.take("komorebi-gas", gas() | {"new_address": KITA})
    town.until("2027-03-17T18:00")
    step = town.last("komorebi-gas", id_)
    assert step["state"] == "completed"
    assert "新しい住所の区域の会社" in step["note"]
    assert "使い始める日が" not in step["note"]


def test_out_of_the_area_is_refused_with_a_way_on(town: Town) -> None:
    body = notice("start", old_address=None, new_address=KITA, details={"visit_slot": "morning"})
    id_ = town.take("komorebi-gas", body)
    step = town.last("komorebi-gas", id_)
    assert (step["state"], step["code"]) == ("rejected", "out_of_area")
    assert "新しい住所の区域の会社" in step["remedy"]
    stop = town.take("komorebi-gas", notice("stop", new_address=None))
    town.until("2027-03-16T18:00")
    assert town.last("komorebi-gas", stop)["state"] == "completed"


def test_water_calls_back_where_it_finds_no_contract(town: Town) -> None:
    body = notice("start_stop", holder={"name": "川辺 太郎"})
    id_ = town.take("minato-water", body)
    step = town.last("minato-water", id_)
    assert (step["state"], step["code"]) == ("call_back", "unknown")
    assert "000-0600-0013" in step["note"]
    town.act("POST", "minato-water", id_, "/answers", json=body)  # the call
    town.until("2027-03-19T18:00")
    assert town.last("minato-water", id_)["state"] == "completed"


def test_water_keeps_office_days(town: Town) -> None:
    town.until("2027-03-20T10:00")  # a Saturday; Monday the 22nd is a holiday
    id_ = town.take("minato-water", notice("start_stop"))
    town.until("2027-03-22T18:00")
    assert town.states("minato-water", id_) == ["accepted"]
    town.until("2027-03-26T18:00")
    assert town.last("minato-water", id_)["state"] == "completed"


def test_the_bank_has_a_person_look_and_asks_back_about_the_reading(town: Town) -> None:
    id_ = town.take("hidamari-bank", notice(holder=HARUKA | {"kana": "ヤマシナ ハルコ"}))
    town.until("2027-03-16T09:00")
    step = town.last("hidamari-bank", id_)
    assert (step["state"], step["code"], step["field"]) == ("question", "kana", "kana")
    town.act("POST", "hidamari-bank", id_, "/answers", json=notice())
    town.until("2027-03-30T18:00")
    assert town.states("hidamari-bank", id_)[-3:] == ["accepted", "in_review", "completed"]


def test_a_bank_contract_in_the_old_name_needs_the_counter(town: Town) -> None:
    persona = _with_former("saya")
    town.begin(f"{town.world}-b", persona)
    holder = persona["subjects"]["saya"]["facts"]
    body = notice(holder={"name": holder["name"]}, old_address=None)
    id_ = town.take("hidamari-bank", body)
    town.until("2027-03-16T09:00")
    step = town.last("hidamari-bank", id_)
    assert (step["state"], step["code"]) == ("visit_required", "old_name")
    assert "本人確認書類" in step["note"]
    assert town.act("POST", "hidamari-bank", id_, "/visit").status_code == 200
    town.until("2027-03-30T18:00")
    assert town.last("hidamari-bank", id_)["state"] == "completed"
    assert town.act("POST", "hidamari-bank", id_, "/visit").status_code == 409


def _with_former(person: str) -> dict[str, Any]:
    from app.services.simcore.personas import read_yaml
    from tests.services.partners.kit import ROOT

    for path in sorted((ROOT / "procedures" / "personas").glob("*.yaml")):
        (data,) = read_yaml(path)
        if person in data["subjects"]:
            return dict(data)
    raise AssertionError(person)


def test_the_insurer_is_slow_and_asks_how_the_house_is_built(town: Town) -> None:
    id_ = town.take("anshin-insurance", notice(details={"insurance_kinds": ["fire"], "building_structure": None}))
    town.until("2027-03-16T09:00")
    assert town.last("anshin-insurance", id_)["field"] == "building_structure"
    town.act(
        "POST",
        "anshin-insurance",
        id_,
        "/answers",
        json=notice(details={"insurance_kinds": ["fire"], "building_structure": "wood"}),
    )
    town.until("2027-03-18T23:00")
    assert town.last("anshin-insurance", id_)["state"] == "in_review"
    town.until("2027-03-31T18:00")
    last = town.last("anshin-insurance", id_)
    assert last["state"] == "completed"
    assert last["at"] >= "2027-03-19"


@pytest.mark.parametrize(
    "moment, again",
    [
        ("2027-03-15T22:59:59", None),
        ("2027-03-15T23:00:00", "2027-03-16T06:00:00"),
        ("2027-03-16T00:00:00", "2027-03-16T06:00:00"),
        ("2027-03-16T05:59:59", "2027-03-16T06:00:00"),
        ("2027-03-16T06:00:00", None),
    ],
)
def test_the_carrier_is_immediate_but_for_its_nights(town: Town, moment: str, again: str | None) -> None:
    town.until(moment)
    answer = town.send("sora-mobile", notice())
    if again is None:
        assert (answer.status_code, answer.json()["state"]) == (202, "completed")
    else:
        assert (answer.status_code, answer.json()["again_at"]) == (503, again)
        assert answer.headers["Retry-After"]


def test_the_post_confirms_the_old_home_and_forwards_for_a_year_from_the_notice(town: Town) -> None:
    id_ = town.take("post", notice("forwarding"))
    assert town.last("post", id_)["state"] == "confirming"
    town.until("2027-03-24T18:00")
    step = town.last("post", id_)
    assert step["state"] == "completed"
    assert "2028年3月14日" in step["note"]
    town.until("2028-03-14T09:59")
    assert town.last("post", id_)["state"] == "completed"
    town.until("2028-03-14T10:00")
    assert town.last("post", id_)["state"] == "ended"


def test_the_post_wants_to_see_whom_it_does_not_know_at_the_old_home(town: Town) -> None:
    id_ = town.take("post", notice("forwarding", old_address=OLD | {"block": "9丁目9番9号"}))
    assert town.last("post", id_)["state"] == "visit_required"
    town.act("POST", "post", id_, "/visit")
    town.until("2027-03-31T18:00")
    assert town.last("post", id_)["state"] == "completed"


def test_the_same_notice_twice_is_told_to_be_a_duplicate(town: Town) -> None:
    town.take("post", notice("forwarding"))
    second = town.take("post", notice("forwarding", consent_ref="consent-2"))
    step = town.last("post", second)
    assert (step["state"], step["code"]) == ("rejected", "duplicate")
    assert "何もしなくてよいです" in step["remedy"]
    other = town.take("post", notice("forwarding", holder=REN))
    assert town.last("post", other)["state"] == "confirming"


def test_a_withdrawn_notice_makes_no_duplicate(town: Town) -> None:
    first = town.take("post", notice("forwarding"))
    assert town.act("DELETE", "post", first).status_code == 200
    assert town.last("post", town.take("post", notice("forwarding")))["state"] == "confirming"


def test_the_broadcaster_has_a_person_merge_two_contracts(town: Town) -> None:
    id_ = town.take("broadcaster", notice(holder=REN, details={"broadcast_merge": True}))
    assert town.last("broadcaster", id_)["state"] == "in_review"


def test_the_card_company_reviews_everything(town: Town) -> None:
    id_ = town.take("kurashi-card", notice())
    town.until("2027-03-16T09:00")
    assert "in_review" in town.states("kurashi-card", id_)
    town.until("2027-03-18T18:00")
    assert town.last("kurashi-card", id_)["state"] == "completed"


def test_the_line_asks_for_the_landlords_permission(town: Town) -> None:
    asked = notice("move_line", details={"internet_choice": "keep", "line_permission": "asking"})
    id_ = town.take("nami-net", asked)
    assert town.last("nami-net", id_)["field"] == "line_permission"
    fine = notice("move_line", details={"internet_choice": "keep", "line_permission": "allowed"})
    town.act("POST", "nami-net", id_, "/answers", json=fine)
    town.until("2027-04-15T18:00")
    assert town.last("nami-net", id_)["state"] == "completed"


def test_the_employer_asks_for_the_way_to_work(town: Town) -> None:
    id_ = town.take("employer", notice(holder=REN, details={"commute_route": None}))
    town.until("2027-03-16T09:00")
    assert town.last("employer", id_)["field"] == "commute_route"


def test_the_employer_knows_nobody_of_that_name(town: Town) -> None:
    id_ = town.take("employer", notice(holder={"name": "川辺 太郎"}))
    town.until("2027-03-16T09:00")
    assert town.last("employer", id_)["code"] == "not_employed"


def test_the_landlord_is_paid_for_thirty_days(town: Town) -> None:
    body = notice("termination", new_address=None, details={"deposit_account": "ひだまり銀行 中央支店 普通"})
    id_ = town.take("landlord", body)
    town.until("2027-03-31T18:00")
    step = town.last("landlord", id_)
    assert step["state"] == "completed"
    assert "4月14日（水）の分まで" in step["note"]


def test_a_question_without_an_answer_ends(town: Town) -> None:
    id_ = town.take("minato-water", notice("start_stop", holder={"name": "川辺 太郎"}))
    until = town.last("minato-water", id_)["until"]
    assert until == "2027-03-29"
    town.until("2027-03-29T23:58")
    assert town.last("minato-water", id_)["state"] == "call_back"
    town.until("2027-03-30T00:00")
    assert town.last("minato-water", id_)["code"] == "expired"


def test_a_world_without_a_household_believes_who_tells(town: Town) -> None:
    town.begin(f"{town.world}-e", None)
    ids = [town.take("sora-mobile", notice(holder={"name": name})) for name in ("甲 乙", "丙 丁")]
    assert [town.last("sora-mobile", id_)["state"] for id_ in ids] == ["completed", "completed"]
