"""Broken definitions and the exact words they must give.

Each file of ``broken/`` is one definition file of the sound set in ``broken/base/`` with one fault in it. Its head says
which file it stands for and every line that the linter must print: ``line:column: message``, with the hint below, and with
the file in front where the fault shows in another one.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.documents import DefinitionErrors
from app.engine.library import load

FOLDER = Path(__file__).parent / "broken"
BASE = FOLDER / "base"
CASES = sorted(FOLDER.glob("*.yaml"))


def head_of(text: str) -> tuple[str, list[str]]:
    """The file that a case stands for, and the lines it must give."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("# "):
            break
        lines.append(line.removeprefix("# "))
    return lines[0].removeprefix("file: "), lines[1:]


def problems_of(folder: Path, file: str) -> list[str]:
    """The linter's lines for a folder, as a case states them: without the name of the file that is broken."""
    lines = []
    try:
        load(folder)
    except DefinitionErrors as errors:
        for problem in errors.problems:
            where = problem.file.removeprefix(f"{folder.name}/")
            place = f"{problem.line}:{problem.column}: {problem.message}"
            lines.append(place if where == file else f"{where}:{place}")
            lines += [f"    → {problem.hint}"] if problem.hint else []
    return lines


def sound_set(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASE, tmp_path / "procedures"))


def test_the_base_is_sound(tmp_path: Path) -> None:
    assert problems_of(sound_set(tmp_path), "none") == []


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_message(case: Path, tmp_path: Path) -> None:
    text = case.read_text("utf-8")
    file, expected = head_of(text)
    folder = sound_set(tmp_path)
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(text, "utf-8")
    assert expected
    assert problems_of(folder, file) == expected


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    folder = sound_set(tmp_path)
    for file in ("moving/notice.yaml", "moving/licence.yaml"):
        path = folder / file
        path.write_text(
            path.read_text("utf-8").replace("stage: after", "stage: later").replace("[S1]", "[S9]"), "utf-8"
        )
    problems = [line for line in problems_of(folder, "none") if not line.startswith(" ")]
    assert [line.split(":")[0] for line in problems] == ["moving/licence.yaml"] * 2 + ["moving/notice.yaml"] * 2


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    folder = sound_set(tmp_path)
    (folder / "moving" / "notice.yaml").write_bytes("title: 転入届".encode("shift_jis"))
    assert "1:1: UTF-8のファイルではありません" in problems_of(folder, "moving/notice.yaml")


FILES = sorted(path.relative_to(BASE).as_posix() for path in BASE.rglob("*.yaml"))


@given(st.sampled_from(FILES), st.data())
def test_whatever_is_wrong_is_told_and_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, file: str, data: st.DataObject
) -> None:
    """Cut, doubled or changed anywhere, a file is either still sound or gives problems with a place."""
    text = (BASE / file).read_text("utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    put = data.draw(
        st.sampled_from(["", "[", "{}", ": ", "- ", "'", "null", "1", "true", "x", "\n", "[a]", "{a: 1}", "each."])
    )
    folder = sound_set(tmp_path_factory.mktemp("fuzz"))
    (folder / file).write_text(text[:start] + put + text[end:], "utf-8")
    for line in problems_of(folder, file):
        assert line.startswith("    → ") or ":" in line
