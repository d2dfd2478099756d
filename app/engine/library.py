"""All definitions of ``procedures/`` as one frozen, compiled ``Library``; every problem of every file at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from app.engine import documents
from app.engine.compiling import CompiledEvent, compile_event
from app.engine.definitions import Authority, LifeEvent, Procedure, Source
from app.engine.documents import DefinitionErrors, Document, Problem
from app.engine.vocabulary import Kind, NamedCondition, Register, Topic, Vocabulary

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Library:
    """Everything that is defined."""

    vocabulary: Vocabulary
    events: Mapping[str, CompiledEvent]
    authorities: Mapping[str, Authority]
    sources: Mapping[str, Source]


def load(folder: Path) -> Library:
    """Read and check a definitions folder. Raises DefinitionErrors with every problem found, in file and line order."""
    problems: list[Problem] = []
    found = {
        path.relative_to(folder): list(documents.read(path.relative_to(folder.parent).as_posix(), path.read_text("utf-8"), problems))
        for path in sorted(folder.rglob("*.yaml"))
        if path.relative_to(folder).parts[0] != "personas"
    }
    reader = _Reader(problems)

    def below(*start: str) -> list[Document]:
        return [doc for path, docs in found.items() if path.parts[: len(start)] == start for doc in docs]

    vocabulary = reader.vocabulary(below("vocabulary"))
    authorities = {a.id: a for doc in below("authorities") for a in reader.many(doc, "authorities", Authority)}
    sources = reader.sources(below("sources.yaml"))
    events: dict[str, CompiledEvent] = {}
    for doc in below("life_events"):
        event = reader.one(doc, LifeEvent)
        if event is not None:
            procedures = {doc.file: (doc, reader.one(doc, Procedure)) for doc in below(event.id)}
            parsed = [(doc, procedure) for doc, procedure in procedures.values() if procedure is not None]
            events[event.id] = compile_event(doc, event, parsed, vocabulary, authorities, sources, problems)
    if problems:
        raise DefinitionErrors(problems)
    return Library(vocabulary, events, authorities, sources)


class _Reader:
    """Turns documents into models and collects what pydantic finds."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems

    def one(self, doc: Document, model: type[M], value: Any = None, path: tuple[str | int, ...] = ()) -> M | None:
        try:
            return model.model_validate(doc.value if value is None else value)
        except ValidationError as error:
            self.problems.extend(explain(doc, path, error))
            return None

    def many(self, doc: Document, name: str, model: type[M]) -> list[M]:
        entries = doc.value.get(name, []) if isinstance(doc.value, Mapping) else []
        models = [self.one(doc, model, entry, (name, place)) for place, entry in enumerate(entries)]
        self._unique(doc, name, entries)
        return [model for model in models if model is not None]

    def _unique(self, doc: Document, name: str, entries: Iterable[Any]) -> None:
        seen: set[str] = set()
        for place, entry in enumerate(entries):
            id_ = entry.get("id") if isinstance(entry, Mapping) else None
            if id_ in seen:
                self.problems.append(doc.problem((name, place, "id"), f"id「{id_}」が2回使われています", "id は1つずつ違うものにしてください"))
            seen.add(str(id_))

    def vocabulary(self, docs: list[Document]) -> Vocabulary:
        kinds: dict[str, Kind] = {}
        registers: dict[str, Register] = {}
        topics: dict[str, Topic] = {}
        conditions: dict[str, NamedCondition] = {}
        for doc in docs:
            keys = set(doc.value) if isinstance(doc.value, Mapping) else set()
            if "kind" in keys:
                kind = self.one(doc, Kind)
                if kind is not None:
                    kinds[kind.kind] = kind
            elif "registers" in keys:
                registers.update({r.id: r for r in self.many(doc, "registers", Register)})
            elif "topics" in keys:
                topics.update({t.id: t for t in self.many(doc, "topics", Topic)})
            elif "conditions" in keys:
                for name, value in doc.value["conditions"].items():
                    condition = self.one(doc, NamedCondition, value, ("conditions", name))
                    if condition is not None:
                        conditions[name] = condition
        vocabulary = Vocabulary(kinds=kinds, registers=registers, topics=topics, conditions=conditions)
        self._cross_check(docs, vocabulary)
        return vocabulary

    def _cross_check(self, docs: list[Document], vocabulary: Vocabulary) -> None:
        for doc in docs:
            kind = vocabulary.kinds.get(doc.value.get("kind", "")) if isinstance(doc.value, Mapping) else None
            for name, item in kind.items.items() if kind else ():
                at = ("items", name)
                if item.held_by is not None and item.held_by not in vocabulary.registers:
                    self.problems.append(doc.problem((*at, "register"), f"「{item.held_by}」という台帳はありません", "registers.yaml にある id を書いてください"))
                if item.topic and item.topic not in vocabulary.topics:
                    self.problems.append(doc.problem((*at, "topic"), f"「{item.topic}」という話題はありません", "topics.yaml にある id を書いてください"))
                if item.of is not None and item.of not in vocabulary.kinds:
                    self.problems.append(doc.problem((*at, "of"), f"「{item.of}」という種類はありません", "vocabulary にある種類を書いてください"))

    def sources(self, docs: list[Document]) -> dict[str, Source]:
        adapter = TypeAdapter(dict[str, Source])
        found: dict[str, Source] = {}
        for doc in docs:
            try:
                found.update(adapter.validate_python(doc.value.get("sources", doc.value)))
            except ValidationError as error:
                self.problems.extend(explain(doc, ("sources",) if "sources" in doc.value else (), error))
        return found


_WORDS = {
    "missing": ("「{name}」がありません", "「{name}:」を書き足してください"),
    "extra_forbidden": ("「{name}」という項目はここには書けません", "つづりを確かめるか、消してください"),
    "literal_error": ("「{input}」は使えません", "使える値: {expected}"),
    "int_type": ("「{name}」は数で書きます", "引用符をはずしてください"),
    "int_parsing": ("「{name}」は数で書きます", "数字だけを書いてください"),
    "bool_type": ("「{name}」は true か false で書きます", "yes・no・on・off は使えません"),
    "bool_parsing": ("「{name}」は true か false で書きます", "yes・no・on・off は使えません"),
    "string_type": ("「{name}」は文字で書きます", "引用符で囲んでください"),
    "tuple_type": ("「{name}」は一覧で書きます", "[a, b] か、行ごとに「- 」で書いてください"),
    "too_short": ("「{name}」の数が足りません", "必要な数だけ書いてください"),
    "date_from_datetime_parsing": ("「{input}」は日付ではありません", "2027-03-28 の形で書いてください"),
}


def explain(doc: Document, path: tuple[str | int, ...], error: ValidationError) -> Iterable[Problem]:
    """pydantic's findings in our words, at their place in the file."""
    for found in error.errors():
        where = (*path, *found["loc"])
        name = next((str(part) for part in reversed(where) if not isinstance(part, int)), "")
        context = found.get("ctx", {})
        if found["type"] == "value_error":
            yield doc.problem(where, str(context["error"]), "")
            continue
        message, hint = _WORDS.get(found["type"], ("「{name}」の書き方が違います", found["msg"]))
        words = {"name": name, "input": found["input"], "expected": str(context.get("expected", "")).replace("'", "").replace(" or ", "・").replace(", ", "・")}
        yield doc.problem(where, message.format_map(words), hint.format_map(words))
