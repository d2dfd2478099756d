"""The submission gateway as a foreign client meets it: procedures, filing, following, correcting, papers."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from typing import Any

import pytest

from app.services.authorities import envelope, forms, signature
from app.services.authorities.gateway import arrival_number, arrive_id
from app.services.mynumber.certificates import sign_digest
from app.services.simcore.problems import Problem
from tests.services.authorities_kit import ADDRESS

from .kit import ROLES, VALUES, Town, folder, form, sending

BASE = "/shinsei/v2"
HARUKA = "person.haruka.submission"
AGENT = "client.agent.submission"


def digest_of(town: Town, files: dict[str, bytes], token: str = HARUKA) -> str:
    """What the gateway says a signature has to cover."""
    answer = town.ask(
        "POST", f"{BASE}/apply/check", token, json={"proc_id": form().proc_id, "send_file": sending(files)}
    )
    assert answer.status_code == 200, answer.get_json()
    result = answer.get_json()["results"]
    assert result["error_count"] == 0, result
    return str(result["application_digest"])


def signed(town: Town, token: str = HARUKA, **named: Any) -> dict[str, bytes]:
    """An application's files with a signature that the card made over what the gateway told."""
    return folder(proof(town, digest_of(town, folder(**named), token)), **named)


def proof(town: Town, told: str) -> dict[str, Any]:
    """The card's signature over a digest that the gateway told."""
    digest = signature.manifest_digest([told])
    return {
        "signature": base64.b64encode(sign_digest(town.card.key, digest)).decode(), "certificate": town.card.certificate,
        "signed_digest": base64.b64encode(digest).decode(), "signed_at": town.now.isoformat(), "manifest": [told],
    }  # fmt: skip


def apply(town: Town, files: dict[str, bytes], token: str = HARUKA, **named: Any) -> Any:
    """申請データ送信."""
    return town.ask(
        "POST", f"{BASE}/apply", token, json={"proc_id": form().proc_id, "send_file": sending(files)}, **named
    )


def filed(town: Town, token: str = HARUKA) -> str:
    """到達番号 of はるか's 転出届."""
    answer = apply(town, signed(town, token), token)
    assert answer.status_code == 200, answer.get_json()
    return str(answer.get_json()["results"]["arrive_id"])


def results(answer: Any) -> Any:
    """`results` of an answer that is fine."""
    assert answer.status_code in (200, 202), answer.get_json()
    return answer.get_json()["results"]


def test_numbers_fit_the_public_lengths_and_come_back() -> None:
    assert arrive_id("SIM-4821-7730") == "SIM0000048217730"
    assert arrival_number("SIM0000048217730") == "SIM-4821-7730"
    for bad in ("SIM", "SIM0000148217730x", "XXX0000048217730", "SIM9999948217730"):
        with pytest.raises(Problem):
            arrival_number(bad)
    made = form()
    assert (len(made.proc_id), len(made.form_id)) == (16, 18)
    assert 1 <= made.version <= forms.MAX_VERSION


def test_the_catalogue_and_the_skeleton_come_from_the_definitions(town: Town) -> None:
    listed = results(town.ask("GET", f"{BASE}/procedure", HARUKA))["procedure_list"]
    assert len({one["proc_id"] for one in listed}) == len(listed) > 30
    ours = next(one for one in listed if one["procedure"] == "moving-out-notice")
    assert {"id": "shirakaba", "name": "しらかば市"} in ours["submission_destinations"]
    answer = town.ask("GET", f"{BASE}/procedure/{ours['proc_id']}", HARUKA).get_json()
    assert set(answer["metadata"]) == {"title", "detail", "type", "instance"}
    (info,) = answer["results"]["file_info"]
    assert (info["form_id"], info["form_version"]) == (ours["form_id"], ours["form_version"])
    files = envelope.folders(envelope.unpack(answer["results"]["file_data"]))[ours["proc_id"]]
    assert {"kousei.xml", info["apply_file_name"]} == set(files)
    assert (
        "引っ越す日" in files[info["apply_file_name"]].decode()
        or "move.date" in files[info["apply_file_name"]].decode()
    )


def test_a_notice_is_checked_signed_filed_and_followed_to_its_end(town: Town) -> None:
    arrive = filed(town)
    case = results(town.ask("GET", f"{BASE}/apply/{arrive}", HARUKA))
    assert (case["status"], case["withdraw_flag"], case["applicant_name"]) == ("到達", True, "山科 はるか")
    town.clock(datetime(2027, 3, 18, 18))
    case = results(town.ask("GET", f"{BASE}/apply/{arrive}", HARUKA))
    assert (case["status"], case["withdraw_flag"]) == ("手続終了", False)
    assert [one["doc_title"] for one in case["official_list"]] == ["受付票", "決定通知書", "転出証明書情報"]
    seen = town.ask("GET", f"/applications/{arrival_number(arrive)}").get_json()
    assert seen["state"] == "completed"


def test_every_call_files_anew_but_the_same_key_files_once(town: Town) -> None:
    files, key = signed(town), town.key()
    first = results(apply(town, files, headers=key))["arrive_id"]
    assert results(apply(town, files, headers=key))["arrive_id"] == first
    assert results(apply(town, files))["arrive_id"] != first


def test_errors_in_the_files_are_reported_by_file_and_item(town: Town) -> None:
    without = {name: value for name, value in VALUES.items() if name != "move.date"}
    cases = (
        (folder(values=without), "入力されていません"),
        (folder(version=9999 if form().version != 9999 else 1), "いまの様式ではありません"),
        ({"a/kousei.xml": b"<x"}, "XMLとして読めません"),
        ({"a/kousei.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, "文書型の宣言は使えません"),
    )
    for files, words in cases:
        answer = apply(town, files)
        assert answer.status_code == 400
        problem = answer.get_json()
        assert answer.content_type.startswith("application/problem+json")
        assert problem["instance"] == f"{BASE}/apply"
        assert words in problem["report_list"][0]["content"]
    checked = town.ask(
        "POST", f"{BASE}/apply/check", HARUKA, json={"proc_id": form().proc_id, "send_file": sending(cases[0][0])}
    )
    assert results(checked)["error_count"] == 1


def test_an_unknown_item_and_an_unsafe_or_broken_zip_are_refused(town: Town) -> None:
    made = folder()
    name = next(path for path in made if path.endswith("_01.xml"))
    made[name] = made[name].replace('名="move.date"'.encode(), '名="move.secret"'.encode())
    assert "この様式にない項目です" in apply(town, made).get_json()["report_list"][0]["content"]
    assert apply(town, {"../kousei.xml": b"x"}).get_json()["type"].endswith("file-name")
    body = {"proc_id": form().proc_id, "send_file": {"file_name": "a.zip", "file_data": "bm90IGEgemlw"}}
    assert town.ask("POST", f"{BASE}/apply", HARUKA, json=body).get_json()["type"].endswith("not-a-zip")


def test_a_real_my_number_inside_of_the_zip_is_refused(town: Town) -> None:
    real = "12345678901" + "8"
    answer = apply(town, folder(values=VALUES | {"applicant.phone": {"haruka": real}}))
    assert answer.status_code == 422
    assert answer.get_json()["type"].endswith("looks-like-real-my-number")
    assert real not in answer.text


def test_an_application_without_a_signature_or_with_another_content_is_refused(town: Town) -> None:
    assert apply(town, folder()).get_json()["type"].endswith("signature-missing")
    files = signed(town)
    name = next(path for path in files if path.endswith("_01.xml"))
    files[name] = files[name].replace(b"2027-03-28", b"2027-03-30")
    assert apply(town, files).get_json()["type"].endswith("signature-wrong-signature")


def test_who_may_call_and_who_sees_what(town: Town) -> None:
    arrive = filed(town, AGENT)
    path = f"{BASE}/apply/{arrive}"
    assert town.ask("GET", path).status_code == 401
    assert town.ask("GET", path, "expired").status_code == 401
    assert town.ask("GET", path, "person.haruka.openid").status_code == 403
    assert town.ask("GET", path, "client.other.submission").status_code == 404
    assert town.ask("GET", path, "person.ren.submission").status_code == 404
    assert results(town.ask("GET", path, AGENT))["applied_account"] == "client:agent"
    assert results(town.ask("GET", path, HARUKA))["arrive_id"] == arrive  # her own, whoever filed it
    assert apply(town, folder(), "person.ren.submission").get_json()["type"].endswith("not-own")


def test_many_at_once_have_one_number_and_each_its_own_report(town: Town) -> None:
    made = form()
    good = signed(town, AGENT)
    files = {path.replace(made.proc_id, "01", 1): content for path, content in good.items()}
    files |= {path.replace(made.proc_id, "02", 1): content for path, content in folder().items()}
    files |= {"03/kousei.xml": b"<no"}
    key = town.key()
    sent = town.ask("POST", f"{BASE}/bulk-apply", AGENT, json={"send_file": sending(files, "many.zip")}, headers=key)
    assert sent.status_code == 202
    number = results(sent)["send_number"]
    assert len(number) == 18
    again = town.ask("POST", f"{BASE}/bulk-apply", AGENT, json={"send_file": sending(files, "many.zip")}, headers=key)
    assert results(again)["send_number"] == number
    (report,) = results(town.ask("GET", sent.get_json()["_links"]["report"], AGENT))["error_report_info"]
    assert (report["apply_count"], report["arrive_count"], report["error_count"]) == (3, 1, 2)
    assert [line["arrive_id"] == "-" for line in report["result"]] == [False, True, True]
    (case,) = results(town.ask("GET", sent.get_json()["_links"]["list"], AGENT))["apply_list"]
    assert case["send_number"] == number


def test_a_correction_is_noticed_answered_and_ends(town: Town) -> None:
    arrive = filed(town)
    number = arrival_number(arrive)
    outcome = {"outcome": "correction", "item": "move.new_address", "reason": "番地が読めません"}
    assert town.ask("POST", f"/_sim/applications/{number}/outcome", json=outcome).status_code == 200
    case = results(town.ask("GET", f"{BASE}/apply/{arrive}", HARUKA))
    assert case["status"] == "補正待ち"
    asked = next(one for one in case["notice_list"] if one["notice_data_type"] == "補正")
    full = results(town.ask("GET", f"{BASE}/notice/{arrive}/{asked['notice_sub_id']}", HARUKA))["notice"]
    assert (full["correct_type"], full["correct_item"]) == ("部分補正", "move.new_address")
    assert full["correct_expired_date"] == asked["correct_expired_date"] == "2027-03-29"
    better = {"move.new_address": {"move": ADDRESS | {"block": "2丁目3番5号"}}}
    part = {path: content for path, content in folder(values=better).items() if path.endswith("_01.xml")}
    bare = town.ask("POST", f"{BASE}/apply/amend", HARUKA, json={"arrive_id": arrive, "send_file": sending(part)})
    assert (bare.status_code, bare.get_json()["type"].rpartition(":")[2]) == (422, "signature-missing")
    question = {"proc_id": form().proc_id, "arrive_id": arrive, "send_file": sending(part)}
    told = results(town.ask("POST", f"{BASE}/apply/check", HARUKA, json=question))["application_digest"]
    about = next(content for path, content in folder(proof(town, told)).items() if path.endswith("kousei.xml"))
    part |= {f"{form().proc_id}/kousei.xml": about}
    sent = {"arrive_id": arrive, "send_file": sending(part)}
    assert results(town.ask("POST", f"{BASE}/apply/amend", HARUKA, json=sent))["arrive_id"] == arrive
    assert town.ask("POST", f"{BASE}/apply/amend", HARUKA, json=sent).status_code == 409
    case = results(town.ask("GET", f"{BASE}/apply/{arrive}", HARUKA))
    assert case["status"] == "審査中"
    assert next(one for one in case["notice_list"] if one["notice_data_type"] == "補正")["correct_completed_date"]


def test_taking_back_until_it_is_decided(town: Town) -> None:
    arrive = filed(town)
    body = {"arrive_id": arrive}
    for _ in range(2):
        assert results(town.ask("POST", f"{BASE}/apply/withdraw", HARUKA, json=body))["proc_name"] == "転出届"
    assert results(town.ask("GET", f"{BASE}/apply/{arrive}", HARUKA))["status"] == "取下済"
    other = filed(town)
    town.clock(datetime(2027, 3, 18, 18))
    assert town.ask("POST", f"{BASE}/apply/withdraw", HARUKA, json={"arrive_id": other}).status_code == 409


def test_an_office_that_is_down_is_down_for_the_gateway_and_nothing_is_lost(town: Town) -> None:
    arrive, files = filed(town), signed(town)
    faults = [{"target": "authority:shirakaba", "kind": "down"}]
    assert town.ask("PUT", "/_sim/worlds/world-1/faults", json=faults).status_code < 300
    assert apply(town, files).status_code == 503
    assert town.ask("POST", f"{BASE}/apply/withdraw", HARUKA, json={"arrive_id": arrive}).status_code == 503
    assert town.ask("PUT", "/_sim/worlds/world-1/faults", json=[]).status_code < 300
    assert results(town.ask("GET", f"{BASE}/apply/lists", HARUKA))["apply_list"][0]["status"] == "到達"
    assert apply(town, files).status_code == 200


def test_lists_have_pages_days_and_links(town: Town) -> None:
    for _ in range(3):
        filed(town)
    answer = town.ask(
        "GET", f"{BASE}/apply/lists?date_from=2027-03-15&date_to=2027-03-15&limit=2&offset=1", HARUKA
    ).get_json()
    assert answer["resultset"] == {"all_count": 3, "limit": 2, "offset": 1, "count": 2}
    rest = town.ask("GET", answer["_links"]["next"], HARUKA).get_json()
    assert (rest["resultset"]["count"], "next" in rest["_links"]) == (1, False)
    assert town.ask("GET", f"{BASE}/apply/lists?date_to=2027-03-14", HARUKA).get_json()["resultset"]["all_count"] == 0
    assert town.ask("GET", f"{BASE}/apply/lists?limit=51", HARUKA).status_code == 400
    assert town.ask("GET", f"{BASE}/apply/lists?date_from=yesterday", HARUKA).status_code == 400
    assert len(results(town.ask("GET", f"{BASE}/notice/lists", HARUKA))["notice_list"]) == 3
    messages = results(town.ask("GET", f"{BASE}/message/lists", HARUKA))["information_list"]
    one = results(town.ask("GET", f"{BASE}/message/{messages[0]['information_id']}", HARUKA))
    assert one["information"]["information_data"]


def test_papers_are_fetched_verified_and_marked_as_taken(town: Town) -> None:
    arrive = filed(town)
    fetched = town.ask("GET", f"{BASE}/official_document/{arrive}/1", HARUKA)
    data = results(fetched)["file_data"]
    assert envelope.unpack(data)["receipt.pdf"].startswith(b"%PDF-")
    assert results(town.ask("GET", f"{BASE}/official_document/{arrive}/1", HARUKA))["file_data"] == data
    body = {"file_name": "a.zip", "file_data": data, "sig_verification_xml_file_name": "receipt.pdf"}
    (checked,) = results(town.ask("POST", f"{BASE}/official_document/verify", HARUKA, json=body))["verify_result"]
    assert (checked["official"]["validation_result"], checked["official"]["owner"]) == ("正当", "しらかば市（模擬）")
    done = {"arrive_id": arrive, "notice_sub_id": 1}
    first = results(town.ask("POST", f"{BASE}/official_document", HARUKA, json=done))["download_date"]
    town.clock(datetime(2027, 3, 16, 12))
    assert results(town.ask("POST", f"{BASE}/official_document", HARUKA, json=done))["download_date"] == first
    assert results(town.ask("GET", f"{BASE}/apply/{arrive}", HARUKA))["official_list"][0]["doc_download_date"] == first
    assert town.ask("GET", f"{BASE}/official_document/{arrive}/99", HARUKA).status_code == 404


def test_the_document_says_tiers_and_assumptions_and_has_valid_names(town: Town) -> None:
    document = town.ask("GET", "/openapi.json").get_json()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in document["components"]["schemas"])
    told = {
        path: one
        for path, calls in document["paths"].items()
        for one in calls.values()
        if path.startswith(("/shinsei", "/pull"))
    }
    assert len(told) > 25
    assert {one["x-tier"] for path, one in told.items() if path.startswith("/pull")} == {"T3"}
    assert all("ssumption" in one["description"] or "T3" in one["description"] for one in told.values())


def test_values_of_every_kind_come_back_from_the_form() -> None:
    made = form()
    values = {"move.new_address": {"move": ADDRESS}, "household.head": {"household": "haruka"}}
    files = {made.file_name: forms.form_xml(made, values)}
    assert forms.read_facts(made, files, made.file_name, partial=True) == {
        "move.move.new_address": ADDRESS,
        "household.household.head": "haruka",
    }
    told, body, version, name = forms.read_configuration(
        {"kousei.xml": forms.configuration_xml(made, "shirakaba", ROLES)}
    )
    assert (told, body["subjects"], name) == (made.proc_id, ROLES, made.file_name)
    assert version == f"{made.form_id}/{made.version}"
