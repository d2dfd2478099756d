"""All definitions of ``procedures/`` as one frozen, compiled ``Library``; every problem of every file at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.engine import documents
from app.engine.compiling import CompiledEvent, compile_event
from app.engine.conditions import nearest
from app.engine.definitions import Authority, LifeEvent, Procedure, Source
from app.engine.documents import DefinitionErrors, Document, Problem
from app.engine.explaining import explain
from app.engine.geography import Place
from app.engine.values import ValueProblem, from_json
from app.engine.vocabulary import Item, Kind, NamedCondition, Register, Topic, Vocabulary

M = TypeVar("M", bound=BaseModel)

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


def load(folder: Path) -> Library:
    """Read and check a definitions folder. Raises DefinitionErrors with every problem found, in file and line order."""
    problems: list[Problem] = []
    found: dict[PurePath, list[Document]] = {}
    for path in sorted(folder.rglob("*.yaml")):
        below = path.relative_to(folder)
        if below.parts[0] not in UNREAD:
            found[below] = _documents(path, path.relative_to(folder.parent).as_posix(), problems)
    reader = _Reader(problems)

    def take(start: str) -> list[Document]:
        return [doc for path in list(found) if path.parts[0] == start for doc in found.pop(path)]

    vocabulary = reader.vocabulary(take("vocabulary"))
    authorities: dict[str, Authority] = {}
    for doc in take("authorities"):
        reader.listed(doc, "authorities", Authority, authorities)
    sources: dict[str, Source] = {}
    for doc in take("sources.yaml"):
        reader.named(doc, "sources", Source, sources)
    codes = {authority.code for authority in authorities.values()}
    places = tuple(place for doc in take("geography.yaml") for place in reader.places(doc, codes))
    events: dict[str, CompiledEvent] = {}
    life_events = [(doc, reader.one(doc, LifeEvent)) for doc in take("life_events")]
    for doc, event in life_events:
        parsed = [
            (one, procedure)
            for one in take(PurePath(doc.file).stem)
            if (procedure := reader.one(one, Procedure)) is not None
        ]
        if event is not None:
            events[event.id] = compile_event(
                doc, event, parsed, vocabulary, authorities, sources, reader.homes, problems
            )
    for place, docs in found.items():
        near = nearest(place.parts[0], events)
        hint = (
            f"フォルダの名前は「{near}」のことですか"
            if near
            else "life_events にあるできごとの id の名前のフォルダに置いてください"
        )
        problems += [Problem(doc.file, 1, 1, "この場所のファイルは読まれません", hint) for doc in docs[:1]]
    if problems:
        raise DefinitionErrors(problems)
    return Library(vocabulary, events, authorities, sources, places)


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
            problems.append(
                doc.problem((), "「名前: 値」の形になっていません", "各行を「名前: 値」の形で書いてください")
            )
    return [doc for doc in found if isinstance(doc.value, Mapping)]


class _Reader:
    """Turns documents into models and collects what pydantic finds. ``homes``: where items and named conditions stand."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.homes: dict[str, tuple[Document, documents.Path]] = {}
        self.files: dict[str, Document] = {}

    def one(self, doc: Document, model: type[M]) -> M | None:
        """The model that a whole file holds."""
        first = self.files.setdefault(doc.file, doc)
        if first is not doc:
            self.problems.append(
                doc.problem((), "1つのファイルには1つだけ書けます", "「---」のあとを別のファイルに分けてください")
            )
            return None
        return self.part(doc, model, doc.value, ())

    def part(self, doc: Document, model: type[M], value: object, at: documents.Path) -> M | None:
        """The model of a part of a document."""
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self.problems.extend(explain(doc, at, error))
            return None

    def listed(self, doc: Document, name: str, model: type[M], into: dict[str, M]) -> None:
        """Models with an id, as a list under one name."""
        entries = doc.value.get(name)
        if not isinstance(entries, list):
            self.problems.append(
                doc.problem(
                    (name,), f"「{name}」の一覧がありません", f"「{name}:」の下に「- 」で始まる行を書いてください"
                )
            )
            return
        for place, entry in enumerate(entries):
            found = self.part(doc, model, entry, (name, place))
            if found is not None:
                self._put(doc, (name, place, "id"), str(getattr(found, "id", "")), found, into)

    def named(self, doc: Document, name: str, model: type[M], into: dict[str, M]) -> None:
        """Models that are keyed by their name, as a mapping under one name."""
        entries = doc.value.get(name)
        if not isinstance(entries, Mapping):
            self.problems.append(
                doc.problem(
                    (name,), f"「{name}」の中身がありません", f"「{name}:」の下に「名前: {{…}}」の行を書いてください"
                )
            )
            return
        for key, entry in entries.items():
            found = self.part(doc, model, entry, (name, key))
            if found is not None:
                self._put(doc, (name, key), key, found, into)

    def places(self, doc: Document, codes: Collection[str | None]) -> Iterator[Place]:
        """Towns by postcode, each in a municipality that is an authority."""
        for number, entry in enumerate(doc.value.get("places", ())):
            place = self.part(doc, Place, entry, ("places", number))
            if place is not None and place.municipality not in codes:
                at = ("places", number, "municipality")
                self.problems.append(
                    doc.problem(
                        at,
                        "この市区町村コードはありません",
                        "authorities/municipalities.yaml にある code を書いてください",
                    )
                )
            elif place is not None:
                yield place

    def _put(self, doc: Document, at: documents.Path, id_: str, found: M, into: dict[str, M]) -> None:
        if id_ in into:
            self.problems.append(
                doc.problem(at, f"id「{id_}」が2回使われています", "id は1つずつ違うものにしてください")
            )
        into[id_] = found

    def vocabulary(self, docs: list[Document]) -> Vocabulary:
        """All words, whichever file they stand in: a document says by its first key what it holds."""
        kinds: dict[str, Kind] = {}
        registers: dict[str, Register] = {}
        topics: dict[str, Topic] = {}
        pages: dict[str, str] = {}
        conditions: dict[str, NamedCondition] = {}
        at_home: list[tuple[Document, Kind]] = []
        for doc in docs:
            if "kind" in doc.value:
                kind = self.part(doc, Kind, doc.value, ())
                if kind is not None:
                    self._put(doc, ("kind",), kind.kind, kind, kinds)
                    at_home.append((doc, kind))
                    self.homes.update({f"{kind.kind}.{name}": (doc, ("items", name)) for name in kind.items})
            elif "registers" in doc.value:
                self.listed(doc, "registers", Register, registers)
            elif "topics" in doc.value:
                self.listed(doc, "topics", Topic, topics)
                headings = doc.value.get("pages", {})
                pages.update(headings if isinstance(headings, Mapping) else {})
            elif "conditions" in doc.value:
                self.named(doc, "conditions", NamedCondition, conditions)
                entries = doc.value["conditions"]
                self.homes.update(
                    {
                        f"conditions.{name}": (doc, ("conditions", name))
                        for name in (entries if isinstance(entries, Mapping) else ())
                    }
                )
            else:
                self.problems.append(
                    doc.problem(
                        (),
                        "何の語彙か分かりません",
                        "kind: か、registers: topics: conditions: のどれかで始めてください",
                    )
                )
        vocabulary = Vocabulary(kinds=kinds, registers=registers, topics=topics, conditions=conditions, pages=pages)
        for doc, kind in at_home:
            self.problems.extend(_cross_check(doc, kind, vocabulary))
        return vocabulary


def _cross_check(doc: Document, kind: Kind, vocabulary: Vocabulary) -> Iterator[Problem]:
    """What the items of a kind name must exist."""
    pages: dict[str, tuple[str, str]] = {}
    if kind.named_by is not None and kind.named_by not in kind.items:
        yield doc.problem(
            ("named_by",), f"「{kind.kind}.{kind.named_by}」という項目はありません", "items にある項目を書いてください"
        )
    for name, item in kind.items.items():
        yield from _check_item(doc, ("items", name), item, vocabulary)
        if item.page is not None:
            if item.page not in vocabulary.pages and item.page in pages:
                yield doc.problem(
                    ("items", name, "page"),
                    f"質問のページ「{item.page}」に見出しがありません",
                    "topics.yaml の pages に見出しを書いてください",
                )
            topic, first = pages.setdefault(item.page, (item.topic, name))
            if topic != item.topic:
                yield doc.problem(
                    ("items", name, "page"),
                    f"ページ「{item.page}」に2つの話題があります",
                    f"「{first}」と同じ topic（{topic}）にするか、page: を分けてください",
                )


def _check_item(doc: Document, at: documents.Path, item: Item, vocabulary: Vocabulary) -> Iterator[Problem]:
    names: Iterable[tuple[str, str | None, Mapping[str, object], str, str]] = (
        ("register", item.held_by, vocabulary.registers, "台帳", "registers.yaml"),
        ("topic", item.topic or None, vocabulary.topics, "話題", "topics.yaml"),
        ("of", item.of, vocabulary.kinds, "種類", "vocabulary"),
    )
    for field, value, known, word, file in names:
        if value is not None and value not in known:
            near = nearest(value, known)
            yield doc.problem(
                (*at, field),
                f"「{value}」という{word}はありません",
                f"「{near}」のことですか" if near else f"{file} にあるものを書いてください",
            )
    try:
        from_json(item, item.absent)
    except ValueProblem as error:
        yield doc.problem((*at, "absent"), str(error), "台帳に記録がないときの値を、この項目の形で書いてください")
