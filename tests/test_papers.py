"""Papers from one end to the other: what an office issued, taken from the case's page and checked again; a form after a correction."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from app.factory import Site
from app.services.documents import seals
from app.services.documents.signing import sign
from tests.citizen import HIDDEN, Citizen

MONDAY = datetime(2027, 3, 15, 9)


@pytest.fixture(scope="module")
def citizen(site: Site) -> Iterator[Citizen]:
    """Somebody who has filed everything."""
    found = Citizen(site, "kudo")
    found.file_everything()
    yield found
    found.close()


def taken(citizen: Citizen, path: str) -> bytes:
    """A file as the browser saves it."""
    answer = citizen.http.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf"), path
    return answer.content


def checked(citizen: Citizen, content: bytes) -> tuple[int, str]:
    """Status and heading of the answer to an upload."""
    fields = dict(HIDDEN.findall(citizen.get("/verify").html))
    answer = citizen.http.post("/verify", data={**fields, "by": "file"}, files={"file": ("a.pdf", io.BytesIO(content))})
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text)
    assert heading
    return answer.status_code, heading[1]


def words(content: bytes, folder: Path) -> str:
    """The words of a file, without what parts them."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    (folder / "a.pdf").write_bytes(content)
    done = subprocess.run(["pdftotext", "a.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return re.sub(r"\s+", "", done.stdout.decode())


def first(citizen: Citizen) -> int:
    """The number of the first case that an office has."""
    return next(case.n for case in citizen.world.cases() if case.arrival_number and case.channel == "online")


def test_what_an_office_issued_is_offered_and_found_genuine(citizen: Citizen, tmp_path: Path) -> None:
    n = first(citizen)
    page = citizen.get(f"/cases/{n}").html
    assert f'href="/cases/{n}/form.pdf"' in page
    assert f'href="/cases/{n}/papers/receipt.pdf"' in page
    paper = taken(citizen, f"/cases/{n}/papers/receipt.pdf")
    assert checked(citizen, paper) == (200, "本物です。署名のあとで変わっていません")
    code = re.search(r"確認コード([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})", words(paper, tmp_path))
    assert code
    number = str(citizen.world.case(n).arrival_number)  # type: ignore[union-attr]
    citizen.get("/verify")
    shown = citizen.post("/verify", by="code", number=number.replace("-", "").lower(), code=code[1].lower())
    assert (shown.status, shown.h1) == (200, "この番号とコードの書類は、出されています")
    citizen.get("/verify")
    assert citizen.post("/verify", by="code", number=number, code="AAAA-AAAA-AAAA").status == 422
    if shutil.which("pdfsig"):
        told = subprocess.run(["pdfsig", "a.pdf"], cwd=tmp_path, capture_output=True, check=False).stdout.decode()
        assert "Signature is Valid." in told
        assert "Total document signed" in told


def test_what_is_not_genuine_is_told_apart(citizen: Citizen) -> None:
    n = first(citizen)
    paper = taken(citizen, f"/cases/{n}/papers/receipt.pdf")
    changed = bytearray(paper)
    changed[3000] ^= 1
    form = taken(citizen, f"/cases/{n}/form.pdf")
    root = seals.make_root()
    seal = seals.issue(root, "よその市（模擬）", MONDAY)
    foreign = sign(form, seal, seals.issue(root, "時刻", MONDAY, stamps_time=True), root, MONDAY, "foreign")
    assert checked(citizen, bytes(changed)) == (200, "この書類は、署名のあとで変わっています")
    assert checked(citizen, form) == (200, "この書類には署名がありません")
    assert checked(citizen, foreign) == (200, "知らないところが署名した書類です")
    assert checked(citizen, b"%PDF-1.7 nothing")[0] == 422


def test_the_receipt_holds_every_number_and_the_form_who_signed(citizen: Citizen, tmp_path: Path) -> None:
    told = words(taken(citizen, "/journeys/1/receipt.pdf"), tmp_path)
    numbers = [case.arrival_number for case in citizen.world.cases() if case.arrival_number]
    assert numbers
    assert [number for number in numbers if number not in told] == []
    form = words(taken(citizen, f"/cases/{first(citizen)}/form.pdf"), tmp_path)
    assert "電子署名" in form
    assert re.search(r"証明書の番号[0-9A-F]{30,}", form)


def test_the_form_says_what_was_corrected(citizen: Citizen, tmp_path: Path) -> None:
    world, n = citizen.world, first(citizen)
    case = world.case(n)
    assert case is not None
    phone = f"{citizen.household.roles['applicant']}.phone"
    offices = citizen.site.context.authorities
    offices.set_outcome(
        world.id, world.now, case.arrival_number or "", "correction", phone, "電話番号を確かめてください"
    )
    citizen.get("/cases")
    assert "訂正した内容" not in words(taken(citizen, f"/cases/{n}/form.pdf"), tmp_path)
    citizen.get(f"/cases/{n}/correction")
    citizen.post(f"/cases/{n}/correction", phone="000-8000-7777")
    citizen.sign_correction(n)
    told = words(taken(citizen, f"/cases/{n}/form.pdf"), tmp_path)
    assert "000-8000-7777" in told
    assert "訂正した内容（署名あり）" in told


def test_an_office_that_is_silent_leaves_the_page_whole(citizen: Citizen, monkeypatch: pytest.MonkeyPatch) -> None:
    n = first(citizen)
    world = citizen.world
    citizen.site.context.authorities.set_faults(world.id, world.now, [{"target": "documents", "kind": "down"}])
    try:
        page = citizen.get(f"/cases/{n}")
        assert page.status == 200
        assert "いま見られません" in page.html
        assert f'href="/cases/{n}/form.pdf"' in page.html
        assert citizen.http.get(f"/cases/{n}/papers/receipt.pdf").status_code == 503
        assert checked(citizen, b"%PDF-1.7")[0] == 503
    finally:
        citizen.site.context.authorities.set_faults(world.id, world.now, [])


def test_nobody_elses_papers_can_be_taken(citizen: Citizen) -> None:
    with httpx.Client(base_url=citizen.site.url) as stranger:
        for path in ("/cases/1/form.pdf", "/journeys/1/receipt.pdf", "/my-data/export.pdf"):
            assert stranger.get(path).status_code == 303
