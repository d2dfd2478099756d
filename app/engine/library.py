"""All definitions of ``procedures/`` as one frozen, compiled ``Library``; every problem of every file at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from app.engine import documents
from app.engine.allocation import Allocation
from app.engine.allocation_rules import faults_of
from app.engine.compiling import CompiledEvent, compile_event
from app.engine.definitions import Authority, Procedure, Source
from app.engine.documents import DefinitionErrors, Document, Problem
from app.engine.geography import Place
from app.engine.life_events import LifeEvent
from app.engine.reading import Reader
from app.engine.spelling import nearest
from app.engine.vocabulary import Vocabulary

UNREAD = ("personas", "schema")
"""What stands beside the definitions and is read by others: households, JSON Schemas."""


@dataclass(frozen=True)
class Library:
    """Everything that is defined."""

    vocabulary: Vocabulary
    events: Mapping[str, CompiledEvent]
    authorities: Mapping[str, Authority]
    sources: Mapping[str, Source]
    places: tuple[Place, ...] = ()
    allocations: Mapping[str, Allocation] = field(default_factory=dict)


def load(folder: Path) -> Library:
    """Read and check a definitions folder. Raises DefinitionErrors with every problem found, in file and line order."""
    problems: list[Problem] = []
    found: dict[PurePath, list[Document]] = {}
    for path in sorted(folder.rglob("*.yaml")):
        below = path.relative_to(folder)
        if below.parts[0] not in UNREAD:
            found[below] = _documents(path, path.relative_to(folder.parent).as_posix(), problems)
    files = tuple(found)
    unreadable = {PurePath(problem.file).parts[1] for problem in problems}
    reader = Reader(problems)

    def take(start: str) -> list[Document]:
        return [doc for path in files if path.parts[0] == start for doc in found.pop(path, ())]

    vocabulary = reader.vocabulary(take("vocabulary"))
    authorities: dict[str, Authority] = {}
    for doc in take("authorities"):
        reader.listed(doc, "authorities", Authority, authorities)
    allocations: dict[str, Allocation] = {}
    for doc in take("allocations"):
        table = reader.one(doc, Allocation)
        if table is not None:
            allocations[table.id] = table
    sources: dict[str, Source] = {}
    for doc in take("sources.yaml"):
        reader.named(doc, "sources", Source, sources)
    codes = {authority.code for authority in authorities.values()}
    places = tuple(place for doc in take("geography.yaml") for place in reader.places(doc, codes))
    life_events = {PurePath(doc.file).stem: (doc, reader.one(doc, LifeEvent)) for doc in take("life_events")}
    # What a procedure names is judged against a whole only: else one fault in the vocabulary would be told many times.
    whole = not reader.incomplete and not unreadable & {"vocabulary", "authorities", "sources.yaml", "life_events"}
    roles = frozenset(role for _, event in life_events.values() if event is not None for role in event.roles)
    events: dict[str, CompiledEvent] = {}
    for stem, (doc, event) in life_events.items():
        stems = {path.stem for path in files if path.parts[0] == stem}
        parsed = [(one, procedure) for one in take(stem) if (procedure := reader.one(one, Procedure)) is not None]
        if event is not None and whole:
            events[event.id] = compile_event(
                doc, event, parsed, stems, vocabulary, authorities, sources, reader.homes, problems, roles
            )
            for one, procedure in parsed:
                problems += faults_of(one, procedure, event, vocabulary, allocations)
    problems += [_stray(docs[0].file, path.parts[0], life_events) for path, docs in found.items() if docs]
    if problems:
        raise DefinitionErrors(problems)
    return Library(vocabulary, events, authorities, sources, places, allocations)


def _documents(path: Path, name: str, problems: list[Problem]) -> list[Document]:
    """The documents of a file that are mappings, which all of ours are."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        problems.append(Problem(name, 1, 1, "UTF-8のファイルではありません", "文字コードをUTF-8にして保存してください"))
        return []
    before = len(problems)
    found = list(documents.read(name, text, problems))
    if len(problems) == before and not found:
        problems.append(Problem(name, 1, 1, "ファイルが空です", "中身を書くか、ファイルを消してください"))
    for doc in found:
        if not isinstance(doc.value, Mapping):
            hint = "各行を「名前: 値」の形で書いてください"
            problems.append(doc.problem((), "「名前: 値」の形になっていません", hint))
    return [doc for doc in found if isinstance(doc.value, Mapping)]


def _stray(file: str, folder: str, events: Mapping[str, object]) -> Problem:
    near = nearest(folder, events)
    hint = (
        f"フォルダの名前は「{near}」のことですか"
        if near
        else "life_events のファイルと同じ名前のフォルダに置いてください"
    )
    return Problem(file, 1, 1, "この場所のファイルは読まれません", hint)
