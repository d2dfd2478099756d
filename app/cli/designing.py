"""`hitomado new`, `diff`, `blueprint`: what people who write definitions, and workshops, work with."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.cli import blueprints, common, scaffold
from app.cli.common import EXISTING, PROCEDURES, library
from app.config import ROOT
from app.engine.comparing import Change, compare
from app.engine.documents import DefinitionErrors
from app.engine.personas import load_households
from app.engine.planner import make_plan

FIELDS = {
    "procedures": "手続", "questions": "質問のページ", "typed": "入力する項目", "fetched": "台帳からの項目", "documents": "書類",
    "visits": "窓口", "minutes": "分", "days": "日数",
}  # fmt: skip


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--all", "every", is_flag=True, help="Show households that notice nothing, too.")
def diff(before: str, after: str, every: bool) -> None:
    """Show what a change of definitions does to each household: questions, documents, visits, days.

    BEFORE and AFTER are folders of definitions, or commits of this repository.

    Example: hitomado diff HEAD procedures
    """
    with _definitions(before) as old, _definitions(after) as new:
        first, second = library(old), library(new)
        try:
            changes = compare(first, second, load_households(old, first), load_households(new, second))
        except DefinitionErrors as errors:
            common.fail(errors)
    for change in changes:
        if every or not change.same:
            click.echo("\n".join(_lines(change)))
    noticed = sum(not change.same for change in changes)
    click.echo(f"{len(changes)}世帯のうち {noticed}世帯で変わります。")


def _lines(change: Change) -> Iterator[str]:
    yield change.household
    for name, (was, now) in change.differences.items():
        yield f"  {FIELDS[name]}: {was} → {now}（{now - was:+d}）"
    yield from (f"  増える手続: {id_}" for id_ in change.came)
    yield from (f"  なくなる手続: {id_}" for id_ in change.went)


@contextmanager
def _definitions(name: str) -> Iterator[Path]:
    """A folder as it is, or the `procedures` of a commit, unpacked for the time being."""
    if Path(name).is_dir():
        yield Path(name)
        return
    packed = subprocess.run(["git", "archive", name, "procedures"], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        raise click.BadParameter(f"「{name}」というフォルダも、コミットもありません")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder) / "procedures"


@click.command()
@click.argument("event")
@click.argument("id_", metavar="ID")
@click.option("--title", default="", help="The official short name.")
@click.option("--folder", type=EXISTING, default=PROCEDURES, help="The definitions it is added to.")
def new(event: str, id_: str, title: str, folder: Path) -> None:
    """Begin a procedure: a file that is sound and says what has to be filled in.

    Example: hitomado new moving library-card --title 図書館カードの住所変更
    """
    found = library(folder)
    if not scaffold.ID.fullmatch(id_):
        raise click.BadParameter("英小文字、数字、ハイフンで書いてください（例 library-card）", param_hint="ID")
    path = folder / common.event(found, event).id / f"{id_}.yaml"
    if path.exists():
        raise click.BadParameter(f"{path.name} はもうあります", param_hint="ID")
    path.write_text(scaffold.text(found.events[event], id_, title or id_), "utf-8")
    try:
        library(folder)
    except SystemExit:
        path.unlink()
        raise
    click.echo(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


@click.command()
@click.argument("event")
@click.option("--persona", type=EXISTING, required=True, help="A household file (docs/personas.md).")
def blueprint(event: str, persona: Path) -> None:
    """Draw a service blueprint as a Markdown table: citizen, page, register, office, law, time.

    Example: hitomado blueprint moving --persona procedures/personas/kudo.yaml
    """
    found = library()
    household = common.household(persona, found, event)
    plan = make_plan(found.events[event], household.facts(found.vocabulary), household.persona.today)
    unanswered = make_plan(
        found.events[event], household.facts(found.vocabulary, answered=False), household.persona.today
    )
    sys.stdout.write(blueprints.table(plan, unanswered, household))
