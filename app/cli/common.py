"""What several commands share: the definitions, and how mistakes in them are told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from app.config import ROOT
from app.engine.compiling import CompiledEvent
from app.engine.documents import DefinitionErrors
from app.engine.library import Library, load
from app.engine.personas import Household, event_named, load_household

PROCEDURES = ROOT / "procedures"
EXISTING = click.Path(exists=True, path_type=Path)


def library(folder: Path = PROCEDURES) -> Library:
    """The definitions of a folder; ends the program with every problem where they are not sound."""
    try:
        return load(folder)
    except DefinitionErrors as errors:
        fail(errors)


def event(library: Library, name: str) -> CompiledEvent:
    """A life event by its id. Raises BadParameter."""
    if name not in library.events:
        raise click.BadParameter(f"できごと「{name}」はありません。使える値: {'・'.join(library.events)}")
    return library.events[name]


def household(path: Path, library: Library, name: str) -> Household:
    """A household file of a life event; ends the program with every problem where it is not sound."""
    try:
        return load_household(path, event(library, name))
    except DefinitionErrors as errors:
        fail(errors)


def event_of(path: Path) -> str:
    """The life event that a household file is about; ``moving`` where it names none, which is then told as a mistake in it."""
    return event_named(path) or "moving"


def fail(errors: DefinitionErrors) -> NoReturn:
    """Tell every problem and end with 1."""
    for problem in errors.problems:
        click.echo(str(problem), err=True)
    click.echo(f"{len(errors.problems)}か所を直してください。", err=True)
    sys.exit(1)
