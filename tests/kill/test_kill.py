"""`kill -9` at every marked point, then a new start: nothing is lost, nothing is filed twice, every case comes to its end.

For each point an installation of its own is brought to the point, dies there, starts again, and lives on; in the end it must not differ from
one that never died: the same cases, letters, events and changes of registers.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookiejar import Cookie
from pathlib import Path

import httpx
import pytest

from app.config import ROOT
from app.engine.lifecycle import State
from app.factory import prepare
from app.points import OFFICE_POINTS, POINTS
from tests.kill import warm
from tests.kill.kit import End, Installation, NotKilled, Visitor, copy, look

PERSONA = "minase"
TABLE = ROOT / ".cache" / "kill.md"
WORKERS = 3
DOWN = [{"target": "*", "kind": "down"}]
Act = Callable[["Run"], None]


@dataclass
class Stage:
    """A data folder that was brought somewhere, with what the browser knows and the case it is about."""

    folder: Path
    cookies: list[Cookie]
    case: int = 0


@dataclass
class Run:
    """One installation and its citizen."""

    installation: Installation
    visitor: Visitor
    case: int

    def faults(self, faults: list[dict[str, str]]) -> None:
        """Make these the only faults of the offices."""
        world = self.visitor.world
        self.installation.ask("authorities.set_faults", world.id, world.now, faults)


def file(run: Run) -> None:
    run.visitor.file()


def withdraw(run: Run) -> None:
    run.visitor.withdraw(run.case)


def nothing(run: Run) -> None:
    """Going on is enough."""


def file_in_vain(run: Run) -> None:
    """While no office answers, until cases are given up. Once: a second life goes on from there."""
    if any(event.type.value == "given_up" for case in run.visitor.world.cases() for event, _actor in case.history):
        run.faults([])
        return
    run.faults(DOWN)
    run.visitor.file()
    run.visitor.until(State.UNDELIVERED)
    run.faults([])


#: point -> the stage it begins at, and what the citizen does there before going on to the end
PLAN: dict[str, tuple[str, Act]] = {
    **dict.fromkeys(POINTS, ("answered", file)),
    **dict.fromkeys(
        (p for p in POINTS if p.startswith(("failure.", "given-up.", "again."))), ("answered", file_in_vain)
    ),
    **dict.fromkeys((p for p in POINTS if p.startswith(("clock.", "office.due", "office.effect"))), ("filed", nothing)),
    **dict.fromkeys((p for p in POINTS if p.startswith(("visit.", "office.visit"))), ("visit", nothing)),
    **dict.fromkeys((p for p in POINTS if "correction." in p), ("correction", nothing)),
    **dict.fromkeys((p for p in POINTS if "withdrawal." in p), ("filed", withdraw)),
}
APART = ("send.after-answer", "office.received.after-commit", "office.effect.after-answer")


def start(stage: Stage, name: str, kill_at: str = "", apart: bool = False) -> Run:
    """An installation of its own at a stage."""
    installation = Installation(copy(stage.folder, name), apart)
    installation.start(kill_at)
    return Run(installation, Visitor(installation, PERSONA, stage.cookies), stage.case)


def kept(run: Run, case: int = 0) -> Stage:
    """What a run has come to, when it has stopped."""
    stage = Stage(run.installation.folder, run.visitor.cookies(), case)
    run.visitor.close()
    run.installation.stop()
    return stage


def live(run: Run, act: Act) -> None:
    """What the citizen came for, then on to the end."""
    act(run)
    run.visitor.to_the_end()


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stage]:
    """Data folders from which runs begin."""
    folder = tmp_path_factory.mktemp("kill") / "first"
    folder.mkdir()
    prepare(warm.config(folder, {}))
    run = start(Stage(folder, []), "answered")
    run.visitor.show_card()
    run.visitor.tell()
    found = {"answered": kept(run)}
    run = start(found["answered"], "filed")
    run.visitor.file()
    first = next(case for case in run.visitor.world.cases() if case.may("withdrawn") and case.arrival_number)
    found["filed"] = kept(run, first.n)
    run = start(found["filed"], "visit")
    found["visit"] = kept(run, run.visitor.until(State.NEEDS_VISIT))
    run = start(found["filed"], "correction")
    case = run.visitor.until(State.IN_REVIEW)
    world = run.visitor.world
    number = next(one.arrival_number for one in world.cases() if one.n == case)
    run.installation.ask("authorities.set_outcome", world.id, world.now, number, "correction")
    run.visitor.get("/cases")
    found["correction"] = kept(run, case)
    return found


@dataclass
class Row:
    """A line of the table."""

    point: str
    way: str
    died: str = "no"
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        outcome = "; ".join(self.problems) or "once, whole, to the end"
        return f"| `{self.point}` | {self.way} | {self.died} | {outcome} |"


def undisturbed(stage: Stage, act: Act) -> End:
    """How it ends when nobody dies."""
    run = start(stage, "undisturbed")
    try:
        live(run, act)
        end, faults = look(run.visitor, run.installation)
        assert faults == []
        return end
    finally:
        run.visitor.close()
        run.installation.stop()
        shutil.rmtree(run.installation.folder, ignore_errors=True)


def die_and_go_on(point: str, stage: Stage, act: Act, expected: End, apart: bool = False) -> Row:
    """One line of the table."""
    row = Row(point, "processes of their own" if apart else "one process")
    run = start(stage, point.replace(".", "-"), point, apart)
    try:
        try:
            live(run, act)
            raise NotKilled(point)
        except (httpx.TransportError, EOFError, ConnectionError, AssertionError) as error:
            if isinstance(error, NotKilled) or not run.installation.killed():
                raise
        row.died = "SIGKILL"
        run.installation.stop()
        run.installation.start()
        run.visitor.come_back(run.installation.url)
        live(run, act)
        end, row.problems = look(run.visitor, run.installation)
        for name in ("cases", "letters", "events", "changes"):
            mine, theirs = getattr(end, name), getattr(expected, name)
            row.problems += [f"{name} too many: {dict(mine - theirs)}"] if mine - theirs else []
            row.problems += [f"{name} missing: {dict(theirs - mine)}"] if theirs - mine else []
    except Exception as error:  # one line of the table, not the end of it
        row.problems.append(f"{type(error).__name__}: {error}"[:500])
    finally:
        run.visitor.close()
        run.installation.stop()
        shutil.rmtree(run.installation.folder, ignore_errors=True)
    return row


@pytest.mark.long
def test_a_kill_at_any_point_loses_nothing_and_files_nothing_twice(
    stages: dict[str, Stage], capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = list(dict.fromkeys(PLAN.values()))
    with ThreadPoolExecutor(WORKERS) as pool:
        ends = dict(zip(kinds, pool.map(lambda kind: undisturbed(stages[kind[0]], kind[1]), kinds), strict=True))
        jobs = [(point, *PLAN[point], False) for point in POINTS] + [(point, *PLAN[point], True) for point in APART]
        rows = list(
            pool.map(lambda job: die_and_go_on(job[0], stages[job[1]], job[2], ends[job[1], job[2]], job[3]), jobs)
        )
    lines = ["| point | processes | died | outcome |", "|---|---|---|---|", *map(str, rows)]
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with capsys.disabled():
        print("", *lines, sep="\n")
    assert len(POINTS) >= 20
    assert [str(row) for row in rows if row.problems or row.died != "SIGKILL"] == []
    assert {State.COMPLETED.value} == {case[3] for case in ends["answered", file].cases}


def test_every_point_is_marked_in_the_source_exactly_under_its_name() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "app").rglob("*.py") if path.name != "points.py")
    assert [point for point in POINTS if f'reach("{point}")' not in source] == []
    assert len(POINTS) == len(set(POINTS))
    assert set(OFFICE_POINTS) < set(POINTS)
