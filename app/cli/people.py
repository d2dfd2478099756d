"""`hitomado people`: make synthetic citizens, or check household files and generated people for coherence."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from app.cli.common import PROCEDURES
from app.services.people import generator
from app.services.people.coherence import check_all
from app.services.simcore.personas import read_yaml

SHOWN = 50


@click.command()
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same people.")
@click.option("--count", default=1000, show_default=True, type=click.IntRange(1), help="At least so many citizens.")
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), help="The simulated day; by default that of the demonstration."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write JSON lines, one household each."
)
@click.option("--check", is_flag=True, help="Check them as well; without --out only check.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
def people(
    seed: int, count: int, today: datetime | None, out: Path | None, check: bool, files: tuple[Path, ...]
) -> None:
    """Make synthetic citizens as JSON lines, or check FILES (household files, JSON lines, or a folder of household files).

    Example: hitomado people --seed 1 --count 100000 --out people.jsonl --check
    """
    day = today.date().isoformat() if today else generator.TODAY
    if files:
        _report(one for file in files for one in _read(file))
        return
    if out is None and not check:
        generator.write(sys.stdout, PROCEDURES, seed, count, day)
        return
    if out is not None:
        begun = perf_counter()
        with out.open("w", encoding="utf-8") as file:
            households, citizens = generator.write(file, PROCEDURES, seed, count, day)
        click.echo(f"{citizens}人（{households}世帯）を{perf_counter() - begun:.1f}秒で作りました: {out}")
    if check:
        _report(_read(out) if out else generator.households(PROCEDURES, seed, count, day))


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_dir():
        for file in sorted(path.glob("*.yaml")):
            yield from _read(file)
    elif path.suffix == ".yaml":
        yield from read_yaml(path)
    else:
        with path.open(encoding="utf-8") as lines:
            yield from generator.read(lines)


def _report(households: Iterator[dict[str, Any]]) -> None:
    """Say what cannot be, the first few in full, and end with 1 if there was anything."""
    counted = [0, 0]

    def counting() -> Iterator[dict[str, Any]]:
        for household in households:
            counted[0] += 1
            counted[1] += sum(subject["kind"] == "person" for subject in household["subjects"].values())
            yield household

    found = check_all(counting())
    wrong = 0
    for one in islice(found, SHOWN):
        click.echo(str(one), err=True)
        wrong += 1
    wrong += sum(1 for _ in found)
    if wrong:
        click.echo(f"{wrong}か所が合いません（{counted[0]}世帯）。", err=True)
        sys.exit(1)
    click.echo(f"食い違いはありません（{counted[0]}世帯、{counted[1]}人の記録）。")
