"""Official papers of cases over HTTP: issued, signed, kept, checked."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509

from app.services.documents.verifying import Finding, judge

from .kit import WORLD, Town


def names(town: Town, number: str) -> list[str]:
    """The papers that a case has."""
    return [one["name"] for one in town.ask("GET", f"/applications/{number}/documents").get_json()["documents"]]


def pdf(town: Town, number: str, name: str) -> bytes:
    """One paper."""
    answer = town.ask("GET", f"/applications/{number}/documents/{name}.pdf")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    return bytes(answer.data)


def check(town: Town, content: bytes) -> dict[str, object]:
    """What the check of a file says."""
    answer = town.ask("POST", "/documents/verify", data=content, content_type="application/pdf")
    assert answer.status_code == 200, answer.get_json()
    return dict(answer.get_json())


def words(content: bytes, folder: Path) -> str:
    """The words of a paper as a program reads them."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    (folder / "a.pdf").write_bytes(content)
    return subprocess.run(
        ["pdftotext", "-layout", "a.pdf", "-"], cwd=folder, capture_output=True, check=True
    ).stdout.decode()


def test_a_case_brings_papers_about_as_it_goes_on(town: Town, tmp_path: Path) -> None:
    number = town.file()
    assert names(town, number) == ["receipt"]
    receipt = pdf(town, number, "receipt")
    town.clock(datetime(2027, 3, 18, 18))
    assert names(town, number) == ["receipt", "decision", "certificate"]
    assert pdf(town, number, "receipt") == receipt
    told = words(pdf(town, number, "certificate"), tmp_path)
    for part in (
        "転出証明書情報",
        "山科 はるか 様",
        "あおば野市緑町2丁目3番4号",
        "令和9年3月28日",
        "山科 みお",
        "平成4年5月3日",
        "法的な効力はありません",
    ):
        assert part in told
    assert town.ask("GET", f"/applications/{number}/documents/other.pdf").status_code == 404


def test_a_check_says_who_signed_when_and_for_which_case(town: Town) -> None:
    number = town.file()
    content = pdf(town, number, "receipt")
    found = check(town, content)
    assert (found["valid"], found["signer"], found["signed_at"]) == (True, "しらかば市（模擬）", "2027-03-15T10:00:00")
    assert (found["kind"], found["arrival_number"], found["known"]) == ("receipt", number, True)
    changed = bytearray(content)
    changed[2000] ^= 1
    assert check(town, bytes(changed))["valid"] is False
    assert check(town, b"hello") == {"valid": False, "why": "not-a-pdf", "known": False}
    assert town.ask("POST", "/documents/verify", data=b"x", content_type="text/plain").status_code == 415


def test_a_paper_of_another_world_is_not_trusted(town: Town) -> None:
    content = pdf(town, town.file(), "receipt")
    other = {"X-Sim-World": "world-2"}
    assert (
        town.ask("POST", "/documents/verify", data=content, content_type="application/pdf", headers=other).status_code
        == 404
    )
    assert town.ask("PUT", "/_sim/worlds/world-2").status_code < 300
    answer = town.ask("POST", "/documents/verify", data=content, content_type="application/pdf", headers=other)
    assert answer.get_json()["why"] == "unknown-issuer"
    town.ask("DELETE", "/_sim/worlds/world-2")


def test_a_refusal_is_a_paper_with_its_reason_and_remedy(town: Town, tmp_path: Path) -> None:
    number = town.file()
    outcome = {"outcome": "rejected", "reason": "届け出の期間ではありません"}
    assert town.ask("POST", f"/_sim/applications/{number}/outcome", json=outcome).status_code == 200
    told = "".join(words(pdf(town, number, "decision"), tmp_path).split())
    assert "認めません" in told
    assert "届け出の期間ではありません" in told
    assert "審査請求ができます" in told


def test_moving_in_ends_with_a_copy_of_the_residence_record(town: Town, tmp_path: Path) -> None:
    town.clock(datetime(2027, 3, 29, 10))
    number = town.file(procedure="moving-in-notice", authority="970018", channel="visit")
    assert town.ask("POST", f"/applications/{number}/visit").status_code == 200
    told = words(pdf(town, number, "certificate"), tmp_path)
    for part in ("住民票の写し", "あおば野市（模擬）", "しらかば市本町1丁目1番1号", "山科 みお"):
        assert part in told


def test_a_private_notice_has_a_receipt_and_no_decision(town: Town) -> None:
    sent = {
        "procedure": "electricity-start-stop",
        "authority": "hikari-power",
        "facts": {"haruka.person.name": "山科 はるか"},
    }
    answer = town.ask("POST", "/applications", json=sent, headers=town.key())
    number = answer.get_json()["arrival_number"]
    town.clock(datetime(2027, 4, 20, 18))
    assert "decision" not in names(town, number)
    assert check(town, pdf(town, number, "receipt"))["signer"] == "ひかり電力（模擬）"


def test_nothing_of_a_world_stays(town: Town) -> None:
    number = town.file()
    pdf(town, number, "receipt")
    before = town.ask("GET", "/documents/authority.pem").data
    town.ask("DELETE", f"/_sim/worlds/{WORLD}")
    assert town.ask("GET", f"/applications/{number}/documents").status_code == 404
    assert town.ask("GET", "/documents/authority.pem").status_code == 404
    assert town.ask("PUT", f"/_sim/worlds/{WORLD}").status_code < 300
    assert town.ask("GET", "/documents/authority.pem").data != before


def code_on(content: bytes, folder: Path) -> str:
    """The code that is printed on a paper."""
    found = re.search(r"確認コード\s*([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})", words(content, folder))
    assert found
    return found[1]


def ask_code(town: Town, number: str, code: str) -> tuple[int, dict[str, object]]:
    """What the check of a code says."""
    answer = town.ask("POST", "/documents/check", json={"arrival_number": number, "code": code})
    return answer.status_code, dict(answer.get_json())


def test_a_code_tells_which_paper_was_issued_however_it_is_typed(town: Town, tmp_path: Path) -> None:
    number, other = town.file(), town.file()
    code = code_on(pdf(town, number, "receipt"), tmp_path)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    for one in (code, typed):
        status, told = ask_code(town, number, one)
        assert (status, told["kind"], told["issuer"], told["arrival_number"]) == (200, "receipt", "しらかば市", number)
    assert code_on(pdf(town, other, "receipt"), tmp_path) != code
    assert ask_code(town, other, code)[0] == 404
    assert ask_code(town, number, "AAAA-AAAA-AAAA")[0] == 404
    assert ask_code(town, number, "-")[0] == 404
    assert ask_code(town, "SIM-0000-0000", code)[0] == 404


def test_a_revoked_seal_counts_for_what_it_stamped_before_and_for_nothing_later(town: Town) -> None:
    assert town.ask("POST", "/_sim/authorities/shirakaba/seal/revocation").status_code == 404
    number = town.file()
    before = pdf(town, number, "receipt")
    serial = str(check(town, before)["serial"])
    town.clock(datetime(2027, 3, 16, 12))
    town.now = datetime(2027, 3, 16, 12)
    told = town.ask("POST", "/_sim/authorities/shirakaba/seal/revocation")
    assert (told.status_code, told.get_json()) == (200, {"serial": serial})
    found = check(town, before)
    assert (found["valid"], found["revoked_at"]) == (True, "2027-03-16T12:00:00")
    town.clock(datetime(2027, 3, 18, 18))
    later = check(town, pdf(town, number, "decision"))
    assert later["valid"] is True
    assert later["serial"] != serial
    listed = x509.load_der_x509_crl(town.ask("GET", "/documents/revoked.crl").data)
    assert [f"{one.serial_number:x}" for one in listed] == [serial]
    root = x509.load_pem_x509_certificate(town.ask("GET", "/documents/authority.pem").data)
    assert listed.is_signature_valid(root.public_key())  # type: ignore[arg-type]


def test_what_was_stamped_after_the_revocation_does_not_count() -> None:
    at = datetime(2027, 3, 16, 12)
    fine = Finding(True, serial="ab", stamped_at=at, kind="receipt", reference="SIM-0000-0001")
    assert judge(fine, None) == fine
    assert judge(fine, at.replace(hour=13)).valid
    late = judge(fine, at)
    assert (late.valid, late.why, late.reference, late.revoked_at) == (False, "revoked", None, at)
