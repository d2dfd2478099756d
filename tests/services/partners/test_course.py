"""How notices go their way: certificates, school papers, withdrawal, the facilitator's hand, order, and replays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.services.partners.kit import NEW, Town, notice
from tests.services.partners.test_quirks import REN

CERTIFICATES = "/v1/partners/employer/employment-certificates"


def certificate(**changed: Any) -> dict[str, Any]:
    """蓮's request."""
    return {
        "holder": REN, "birth_date": "1990-08-20", "submit_to": "970018", "consent_ref": "consent-9",
        "children": [{"name": "山科 そら"}],
    } | changed  # fmt: skip


def test_the_employer_certifies_on_the_fields_of_the_form(town: Town) -> None:
    answer = town.call("POST", CERTIFICATES, "c1", json=certificate())
    assert answer.status_code == 202
    id_ = answer.json()["id"]
    assert "result" not in town.look("employer", id_)
    town.until("2027-03-31T18:00")
    form = town.look("employer", id_)["result"]
    assert form["2 本人氏名"] == {"フリガナ": "ヤマシナ レン", "氏名": "山科 蓮", "生年月日": "1990-08-20"}
    assert len([name for name in form if name[0].isdigit()]) == 14
    assert [one["年月"] for one in form["8 就労実績"]] == ["2027-02", "2027-01", "2026-12"]
    assert form["保育所等を利用する児童"] == ["山科 そら"]


def test_the_employer_asks_back_for_a_birth_date(town: Town) -> None:
    body = certificate()
    del body["birth_date"]
    id_ = town.call("POST", CERTIFICATES, "c1", json=body).json()["id"]
    town.until("2027-03-16T09:00")
    assert town.last("employer", id_)["field"] == "birth_date"
    assert town.call("POST", f"{CERTIFICATES}/{id_}/answers", json=certificate()).status_code == 200
    town.until("2027-03-31T18:00")
    assert town.last("employer", id_)["state"] == "completed"


def test_the_employer_refuses_those_who_left(town: Town) -> None:
    facts = {"name": "田所 実", "kana": "タドコロ ミノル", "birth_date": "1980-01-01"}
    household = {
        "id": "left", "today": "2027-03-15", "subjects": {"a": {"kind": "person", "facts": facts}}, "roles": {"applicant": "a"},
        "records": {"work": {"a": {"kind": "none", "employer": "みずほ模擬製作所"}}},
    }  # fmt: skip
    town.begin(f"{town.world}-l", household)
    body = certificate(holder={"name": "田所 実"}, birth_date="1980-01-01")
    id_ = town.call("POST", CERTIFICATES, "c1", json=body).json()["id"]
    town.until("2027-03-16T09:00")
    step = town.last("employer", id_)
    assert (step["state"], step["code"]) == ("rejected", "retired")
    assert "離職票" in step["remedy"]


def test_only_employers_certify(town: Town) -> None:
    answer = town.call("POST", "/v1/partners/hikari-power/employment-certificates", "c1", json=certificate())
    assert answer.status_code == 404


def test_the_school_hands_out_two_papers(town: Town) -> None:
    id_ = town.take("school", notice("transfer", holder={"name": "山科 みお"}))
    town.until("2027-03-19T18:00")
    papers = town.look("school", id_)["result"]["documents"]
    assert [one["title"] for one in papers] == ["在学証明書", "教科用図書給与証明書"]
    assert papers[0]["生年月日"] == "2020-03-20"


@pytest.mark.parametrize("moment, status", [("2027-03-16T08:59:59", 200), ("2027-03-16T09:00", 409)])
def test_a_notice_can_be_withdrawn_until_a_person_works_on_it(town: Town, moment: str, status: int) -> None:
    id_ = town.take("hidamari-bank", notice())
    town.until(moment)
    answer = town.act("DELETE", "hidamari-bank", id_)
    assert answer.status_code == status
    town.until("2027-03-31T18:00")
    assert town.last("hidamari-bank", id_)["state"] == ("withdrawn" if status == 200 else "completed")
    if status == 409:
        assert "000-0600-0003" in answer.json()["detail"]
    else:
        assert town.act("DELETE", "hidamari-bank", id_).status_code == 200
        assert town.states("hidamari-bank", id_).count("withdrawn") == 1


def test_withdrawals_and_answers_at_once_have_one_end(town: Town) -> None:
    body = notice("start_stop", holder={"name": "川辺 太郎"})
    for n in range(5):
        id_ = town.take("minato-water", body | {"new_address": NEW | {"block": f"{n}番"}})

        def withdraw(id_: str = id_) -> int:
            return town.act("DELETE", "minato-water", id_).status_code

        def answer(id_: str = id_, n: int = n) -> int:
            mended = body | {"new_address": NEW | {"block": f"{n}番"}}
            return town.act("POST", "minato-water", id_, "/answers", json=mended).status_code

        with ThreadPoolExecutor(2) as pool:
            taken, answered = pool.submit(withdraw), pool.submit(answer)
            assert (taken.result(), answered.result()) in {(200, 200), (200, 409)}
        steps = town.look("minato-water", id_)["steps"]
        assert steps[-1]["state"] == "withdrawn"
        assert [step["version"] for step in steps] == list(range(1, len(steps) + 1))


def test_the_same_notice_at_once_is_kept_once(town: Town) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: town.send("hidamari-bank", notice(), "same"), range(6)))
    assert sorted(one.status_code for one in answers) == [200] * 5 + [202]
    assert len({one.json()["id"] for one in answers}) == 1


@pytest.mark.parametrize(
    "outcome, state", [("completed", "completed"), ("rejected", "rejected"), ("question", "question"), ("call_back", "call_back"),
                       ("visit_required", "visit_required"), ("in_review", "in_review")],
)  # fmt: skip
def test_a_facilitator_can_force_an_outcome(town: Town, outcome: str, state: str) -> None:
    id_ = town.take("hidamari-bank", notice())
    assert town.force(id_, outcome, reason="書類が読めません").status_code == 200
    step = town.last("hidamari-bank", id_)
    assert step["state"] == state
    if outcome not in ("completed", "in_review"):
        assert "書類が読めません" in step["note"]
    assert town.force("N-999999", outcome).status_code == 404


def test_nothing_is_forced_once_it_is_over(town: Town) -> None:
    id_ = town.take("sora-mobile", notice())
    assert town.force(id_, "rejected").status_code == 409
    other = town.take("hidamari-bank", notice())
    assert town.force(other, "missed").status_code == 409


def test_events_tell_every_step_in_order_and_can_be_read_on(town: Town) -> None:
    town.take("hidamari-bank", notice())
    town.take("sora-mobile", notice())
    town.until("2027-03-31T18:00")
    events = town.call("GET", "/events").json()["events"]
    assert [one["sequence"] for one in events] == sorted(one["sequence"] for one in events)
    assert [one["time"] for one in events] == sorted(one["time"] for one in events)
    assert {one["type"] for one in events} <= {
        f"jp.hitomado.partner.notice.{one['data']['step']['state']}" for one in events
    }
    rest = town.call("GET", "/events", params={"after": "3"}).json()["events"]
    assert rest == events[3:]


def test_one_jump_of_the_clock_tells_the_same_as_many_steps(town: Town) -> None:
    def run(world: str, moments: list[str]) -> list[tuple[str, str]]:
        town.begin(f"{town.world[:40]}-{world}", "yamashina")
        ids = [(partner, town.take(partner, notice(purpose, **more))) for partner, purpose, more in SENT]
        for moment in moments:
            town.until(moment)
        return [(step["state"], step["at"]) for partner, id_ in ids for step in town.look(partner, id_)["steps"]]

    days = [f"2027-03-{day}T{hour}" for day in range(16, 32) for hour in ("08:00", "12:00", "20:00")]
    assert run("a", ["2027-04-30T00:00"]) == run("b", [*days, "2027-04-30T00:00"])


SENT: list[tuple[str, str, dict[str, Any]]] = [
    ("hidamari-bank", "address_change", {}),
    ("komorebi-gas", "start_stop", {"details": {"visit_slot": "morning"}}),
    ("post", "forwarding", {}),
    ("anshin-insurance", "address_change", {}),
    ("nami-net", "move_line", {"details": {"internet_choice": "keep", "line_permission": "allowed"}}),
]


def test_the_clock_never_goes_back_and_the_next_moment_is_told(town: Town) -> None:
    town.take("hidamari-bank", notice())
    path = f"/_sim/worlds/{town.world}/next"
    assert town.call("GET", path).json() == {"next": "2027-03-16T09:00:00"}
    assert town.call("PUT", "/_sim/clock", json={"now": "2027-03-15T09:59:59"}).status_code == 409


def test_faults_of_one_partner_leave_the_others_alone(town: Town) -> None:
    path = f"/_sim/worlds/{town.world}/faults"
    assert town.call("PUT", path, json=[{"target": "partner:hidamari-bank", "kind": "down"}]).status_code == 204
    assert town.send("hidamari-bank", notice()).status_code == 503
    assert town.send("sora-mobile", notice()).status_code == 202


def test_worlds_do_not_see_each_other(town: Town) -> None:
    id_ = town.take("hidamari-bank", notice())
    town.begin(f"{town.world[:50]}-o", "yamashina")
    assert town.act("GET", "hidamari-bank", id_).status_code == 404
    assert town.call("GET", "/events").json()["events"] == []
