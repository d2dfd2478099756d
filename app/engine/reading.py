"""Definition files turned into models: each checked for its own shape, the vocabulary also for what its words name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app.engine import documents
from app.engine.documents import Document, Problem
from app.engine.explaining import explain
from app.engine.geography import Place
from app.engine.spelling import nearest
from app.engine.values import ValueProblem, from_json
from app.engine.vocabulary import Item, Kind, NamedCondition, Register, Topic, Vocabulary

M = TypeVar("M", bound=BaseModel)


class Reader:
    """Turns documents into models and collects what is wrong with them.

    ``homes``: where items and named conditions stand. ``incomplete``: some part could not be read, so that what refers to
    it cannot be judged.
    """

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.homes: dict[str, tuple[Document, documents.Path]] = {}
        self.files: dict[str, Document] = {}
        self.incomplete = False

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
            self.incomplete = True
            return None

    def listed(self, doc: Document, name: str, model: type[M], into: dict[str, M]) -> None:
        """Models with an id, as a list under one name."""
        for place, entry in enumerate(self._entries(doc, name)):
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
            self.incomplete = True
            return
        for key, entry in entries.items():
            found = self.part(doc, model, entry, (name, key))
            if found is not None:
                self._put(doc, (name, key), key, found, into)

    def places(self, doc: Document, codes: Collection[str | None]) -> Iterator[Place]:
        """Towns by postcode, each in a municipality that is an authority."""
        for number, entry in enumerate(self._entries(doc, "places")):
            place = self.part(doc, Place, entry, ("places", number))
            if place is not None and place.municipality not in codes:
                at, hint = (
                    ("places", number, "municipality"),
                    "authorities/municipalities.yaml にある code を書いてください",
                )
                self.problems.append(doc.problem(at, "この市区町村コードはありません", hint))
            elif place is not None:
                yield place

    def headings(self, doc: Document, into: dict[str, str]) -> None:
        """Headings of question pages."""
        found = doc.value.get("pages", {})
        for page, heading in found.items() if isinstance(found, Mapping) else ():
            if isinstance(heading, str):
                into[page] = heading
            else:
                self.problems.append(doc.problem(("pages", page), "見出しは文字で書きます", "引用符で囲んでください"))

    def _entries(self, doc: Document, name: str) -> list[object]:
        entries = doc.value.get(name)
        if isinstance(entries, list):
            return entries
        hint = f"「{name}:」の下に「- 」で始まる行を書いてください"
        self.problems.append(doc.problem((name,), f"「{name}」の一覧がありません", hint))
        self.incomplete = True
        return []

    def _put(self, doc: Document, at: documents.Path, id_: str, found: M, into: dict[str, M]) -> None:
        if id_ in into:
            self.problems.append(
                doc.problem(at, f"id「{id_}」が2回使われています", "id は1つずつ違うものにしてください")
            )
        into.setdefault(id_, found)

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
                    at_home.append((doc, kind))
            elif "registers" in doc.value:
                self.listed(doc, "registers", Register, registers)
            elif "topics" in doc.value:
                self.listed(doc, "topics", Topic, topics)
                self.headings(doc, pages)
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
        self._join_kinds(at_home, kinds)
        vocabulary = Vocabulary(kinds=kinds, registers=registers, topics=topics, conditions=conditions, pages=pages)
        for doc, kind in () if self.incomplete else at_home:
            self.problems.extend(_cross_check(doc, kind, vocabulary))
        return vocabulary

    def _join_kinds(self, parts: Iterable[tuple[Document, Kind]], kinds: dict[str, Kind]) -> None:
        """Each kind whole: the document with its label first, then those that add items to it."""
        for doc, kind in sorted(parts, key=lambda part: not part[1].label):
            first = kinds.get(kind.kind)
            if kind.label or first is None:
                self._put(doc, ("kind",), kind.kind, kind, kinds)
            if not kind.label and first is None:
                hint = "その種類を初めて書く場所に、label: を書いてください"
                self.problems.append(doc.problem(("kind",), f"「{kind.kind}」という種類に名前がありません", hint))
            elif not kind.label and first is not None:
                for name in kind.items.keys() & first.items.keys():
                    self.problems.append(
                        doc.problem(
                            ("items", name),
                            f"項目「{kind.kind}.{name}」が2回書かれています",
                            "どちらか1つにまとめてください",
                        )
                    )
                kinds[kind.kind] = first.model_copy(update={"items": {**first.items, **kind.items}})
            self.homes.update({f"{kind.kind}.{name}": (doc, ("items", name)) for name in kind.items})


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
