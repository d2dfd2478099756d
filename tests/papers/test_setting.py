"""Papers as files: tags, language, order of words, pages, and words that would be markup elsewhere. Read by tools that know nothing of us."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.papers.setting import set_pdf

DAY = date(2027, 3, 15)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><path d="M0 0h5v5z"/></svg>'


def tool(name: str, *arguments: str, content: bytes, folder: Path) -> str:
    """What a program of the machine says about a file; the test is skipped where it is not installed."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    (folder / "a.pdf").write_bytes(content)
    done = subprocess.run([name, *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode(errors="replace")  # alternative texts come in another encoding


def text(content: bytes, folder: Path) -> str:
    """The words in the order in which they are read, without what parts them."""
    return re.sub(r"\s+", "", tool("pdftotext", "a.pdf", "-", content=content, folder=folder))


def one(**more: Any) -> dict[str, Any]:
    """A cell of a form."""
    return {"lines": [], "kana": "", "note": "", **more}


def form(**more: Any) -> dict[str, Any]:
    """A form with a grid and a table."""
    return {
        "title": "転出届", "author": "ひとまど（模擬）", "keywords": ["simulation"], "header": "模擬: 効力はありません", "footer": "転出届",
        "law": "根拠 住民基本台帳法", "addressee": "（あて先）しらかば市長　様", "filed": [("受付番号", "SIM-0000-0001")],
        "qr": {"svg": SVG, "alt": "二次元コード", "words": ["http://example.test/cases/1"]},
        "blocks": [
            {"heading": "届出をする人", "rows": [one(label="氏名", lines=["髙橋 はるか"], kana="タカハシ ハルカ"),
                                                one(label="住所", lines=["#strong[太字] $x$ @a", "2丁目"])]},
            {"heading": "引っ越す人", "head": ["氏名", "生年月日"],
             "rows": [[one(lines=["Trần Thị Lan"], kana="チャン ティ ラン"), one(lines=["平成4年"])]]},
        ],
        **more,
    }  # fmt: skip


def sheet(**more: Any) -> dict[str, Any]:
    """A sheet with every kind of part."""
    part = {
        "heading": "Before", "level": 1, "paragraphs": ["One."], "items": ["Item"], "rows": [("Place", ["Hall", "2F"])],
        "head": ["What", "By"], "widths": [1, 2], "table": [[["転出届"], ["28 March"]]],
    }  # fmt: skip
    return {
        "title": "Plan", "author": "Hitomado", "keywords": ["simulation"], "header": "Simulation", "footer": "Plan", "lead": ["Lead."],
        "about": [("Made", "15 March")], "parts": [part], "qr": None, **more,
    }  # fmt: skip


def test_a_form_is_tagged_in_japanese_and_read_from_top_to_bottom(tmp_path: Path) -> None:
    made = set_pdf("form", form(), DAY)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made
    assert re.search(rb"/Lang ?\(ja", made)
    tags = tool("pdfinfo", "-struct-text", "a.pdf", content=made, folder=tmp_path)
    assert {"H1", "Table", "TH", "TD", "Figure"} <= set(re.findall(r"^\s*(\w+)", tags, re.MULTILINE))
    found = text(made, tmp_path)
    wanted = ["模擬SIMULATION", "SIM-0000-0001", "転出届", "根拠", "しらかば市長", "届出をする人", "タカハシハルカ", "髙橋はるか", "#strong[太字]$x$@a",
              "2丁目", "引っ越す人", "生年月日", "チャンティラン", "TrầnThịLan", "平成4年"]  # fmt: skip
    at = -1
    for words in wanted:
        at = found.find(words, at + 1)
        assert at >= 0, (words, found)


def test_the_same_words_give_the_same_bytes() -> None:
    assert set_pdf("form", form(), DAY) == set_pdf("form", form(), DAY)


def test_a_sheet_speaks_the_language_of_its_reader_and_keeps_japanese_marked(tmp_path: Path) -> None:
    made = set_pdf("sheet", sheet(), DAY, "en")
    assert re.search(rb"/Lang ?\(en", made)
    assert re.search(rb"/Lang ?\(ja", made)
    found = text(made, tmp_path)
    places = [
        found.find(words) for words in ("Plan", "Lead.", "Made", "Before", "One.", "Item", "Hall", "転出届", "28March")
    ]
    assert -1 not in places
    assert places == sorted(places)


def test_readings_stand_above_and_are_not_part_of_what_is_read_aloud(tmp_path: Path) -> None:
    made = set_pdf("sheet", sheet(lead=[[["転出届", "てんしゅつとどけ"], ["を 出します", None]]]), DAY)
    tags = tool("pdfinfo", "-struct-text", "a.pdf", content=made, folder=tmp_path)
    assert "転出届" in tags
    assert "てんしゅつ" not in tags
    assert "てんしゅつとどけ" in text(made, tmp_path)


def test_long_values_stay_on_the_page_and_pages_are_numbered(tmp_path: Path) -> None:
    long = "あおば野市大字とても長い名前の町" * 12
    rows = [one(label="とても長い項目の名前" * 3, lines=[long, "A" * 300]) for _ in range(12)]
    made = set_pdf("form", form(blocks=[{"heading": "住所", "rows": rows}]), DAY)
    assert "A" * 300 in text(made, tmp_path).replace("\u200b", "")
    boxes = tool("pdftotext", "-bbox", "a.pdf", "-", content=made, folder=tmp_path)
    pages = [float(width) for width in re.findall(r'<page width="([\d.]+)"', boxes)]
    ends = re.findall(r'<word [^>]*xMax="([\d.]+)"[^>]*>([^<]*)', boxes)
    right = max(float(edge) for edge, word in ends if word != "SIMULATION")  # the mark behind the words is wider
    assert right <= pages[0] - 56, "over the margin"
    assert len(pages) > 1
    assert f"2/{len(pages)}" in text(made, tmp_path)


def test_signs_that_nobody_sees_are_left_out(tmp_path: Path) -> None:
    made = set_pdf("form", form(addressee="しら\u202eかば\u0007市\u200b長"), DAY)
    assert "しらかば市長" in text(made, tmp_path)
