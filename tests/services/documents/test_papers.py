"""Official papers: their words, their tags, their signatures, checked by this code and by tools that know nothing of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from app.papers import fonts
from app.services.documents import seals
from app.services.documents.paper import Paper, Section, japanese_day, render
from app.services.documents.signing import sign
from app.services.documents.verifying import verify

MONDAY = datetime(2027, 3, 15, 10, 0)
PAPER = Paper(
    "receipt", "受付票", "SIM-4821-7730", "しらかば市", MONDAY, "髙橋 はるか", "市民課 電話 000-0100-0001",
    (
        Section("受け付けた手続", (("手続", "転出届"), ("受付番号", "SIM-4821-7730"))),
        Section("これから", (), ("審査が終わると、お知らせします。", "#strong[太字] と $x$ は文字のまま。")),
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def root() -> seals.Seal:
    """The simulation's root."""
    return seals.make_root()


@pytest.fixture(scope="module")
def signed(root: seals.Seal) -> bytes:
    """The receipt, signed by the city."""
    seal = seals.issue(root, "しらかば市長（模擬）", MONDAY)
    stamper = seals.issue(root, "時刻認証局（模擬）", MONDAY, stamps_time=True)
    return sign(render(PAPER), seal, stamper, root, MONDAY, "受付票")


def tool(name: str, *arguments: str, cwd: Path) -> str:
    """What a program of the machine says; the test is skipped where it is not installed."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run([path, *arguments], cwd=cwd, capture_output=True, check=False)
    return (done.stdout + done.stderr).decode()


def test_days_in_japanese_eras() -> None:
    assert japanese_day(date(2027, 3, 15)) == "令和9年3月15日"
    assert japanese_day(date(2019, 5, 1)) == "令和元年5月1日"
    assert japanese_day(date(2019, 4, 30)) == "平成31年4月30日"
    assert japanese_day(date(1989, 1, 7)) == "昭和64年1月7日"


def test_the_packaged_font_is_used_and_the_same_paper_gives_the_same_bytes() -> None:
    assert fonts.folder() is not None
    made = render(PAPER)
    assert made == render(PAPER)
    assert b"NotoSansJP" in made


def test_the_paper_claims_pdf_ua_is_tagged_and_says_its_language() -> None:
    made = render(PAPER)
    assert re.search(rb"<pdfuaid:part>1</pdfuaid:part>", made)
    assert b"/MarkInfo" in made
    assert re.search(rb"/Lang ?\(ja", made)


def test_words_come_out_of_the_file_in_the_order_in_which_they_are_read(tmp_path: Path, signed: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(signed)
    text = tool("pdftotext", "-layout", "a.pdf", "-", cwd=tmp_path)
    wanted = ("この書類に法的な効力はありません", "令和9年3月15日", "髙橋 はるか 様", "しらかば市（模擬）", "受け付けた手続", "転出届",
              "これから", "審査が終わると、お知らせします。", "#strong[太字] と $x$ は文字のまま。")  # fmt: skip
    places = [text.find(words) for words in wanted]
    assert -1 not in places, dict(zip(wanted, places, strict=True))
    assert places == sorted(places)


def test_a_signed_paper_is_valid_and_says_who_when_and_which_case(root: seals.Seal, signed: bytes) -> None:
    found = verify(signed, root.certificate)
    assert (found.valid, found.why) == (True, None)
    assert (found.signer, found.issuer) == ("しらかば市長（模擬）", "模擬 官職認証局")
    assert (found.signed_at, found.stamped_at) == (MONDAY, MONDAY)
    assert (found.kind, found.reference) == ("receipt", "SIM-4821-7730")


def test_what_is_not_a_valid_paper_is_told_apart(root: seals.Seal, signed: bytes) -> None:
    changed = bytearray(signed)
    changed[3000] ^= 1
    assert verify(bytes(changed), root.certificate).why == "changed"
    assert verify(signed + b"\n% more", root.certificate).why == "changed"
    assert verify(signed, seals.make_root().certificate).why == "unknown-issuer"
    assert verify(render(PAPER), root.certificate).why == "not-signed"
    assert verify(b"%PDF-1.7 nothing", root.certificate).why == "not-a-pdf"
    assert verify(b"", root.certificate).why == "not-a-pdf"


def test_a_seal_that_was_not_valid_then_does_not_count(root: seals.Seal) -> None:
    early = seals.issue(root, "しらかば市長（模擬）", datetime(2020, 6, 1))
    stamper = seals.issue(root, "時刻認証局（模擬）", MONDAY, stamps_time=True)
    assert not early.valid_at(MONDAY)
    assert verify(sign(render(PAPER), early, stamper, root, MONDAY, "受付票"), root.certificate).why == "unknown-issuer"


def test_poppler_finds_the_signature_valid_over_the_whole_file(tmp_path: Path, signed: bytes) -> None:
    (tmp_path / "a.pdf").write_bytes(signed)
    told = tool("pdfsig", "a.pdf", cwd=tmp_path)
    assert "Signature is Valid." in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told


def test_openssl_verifies_the_signature_that_stands_in_the_file(
    tmp_path: Path, root: seals.Seal, signed: bytes
) -> None:
    found = re.search(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)", signed)
    assert found
    first, length, second, rest = map(int, found.groups())
    padded = bytes.fromhex(signed[first + length + 1 : second - 1].decode())
    cms = padded[: 4 + int.from_bytes(padded[2:4])]  # a DER sequence with a length of two bytes; zeros follow it
    (tmp_path / "cms.der").write_bytes(cms)
    (tmp_path / "said.bin").write_bytes(signed[first : first + length] + signed[second : second + rest])
    (tmp_path / "root.pem").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    at = str(int(seals.zoned(MONDAY).timestamp()))
    verifying = ("cms", "-verify", "-inform", "DER", "-in", "cms.der", "-content", "said.bin", "-binary", "-CAfile", "root.pem",
                 "-purpose", "any", "-attime", at, "-out", "out.bin")  # fmt: skip
    assert "CMS Verification successful" in tool("openssl", *verifying, cwd=tmp_path)
    (tmp_path / "said.bin").write_bytes(b"something else")
    assert "CMS Verification successful" not in tool("openssl", *verifying, cwd=tmp_path)
