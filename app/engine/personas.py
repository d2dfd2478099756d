"""Synthetic households: one file each, in the format that ``docs/personas.md`` describes.

A household says what the registers truly hold (``subjects``) and what its people answer when asked (``answers``).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from app.engine import documents
from app.engine.compiling import CompiledEvent
from app.engine.documents import DefinitionErrors, Document, Problem
from app.engine.explaining import explain
from app.engine.facts import Fact, Facts, Key
from app.engine.library import Library
from app.engine.spelling import nearest
from app.engine.values import ValueProblem, from_json
from app.engine.vocabulary import Model, Vocabulary

_EVENT = re.compile(r"^event:\s*([\w-]+)\s*$", re.MULTILINE)

CardState = Literal["valid", "expired", "locked", "revoked", "cancelled", "signing_expired", "none"]


class Card(Model):
    """The applicant's card: its demo PINs and its state."""

    pin: str = "1234"
    signing_pin: str = "ABC123"
    state: CardState = "valid"


class Subject(Model):
    """One person, household or thing, and what the registers hold of it."""

    kind: str
    facts: Mapping[str, Any] = {}


class Persona(Model):
    """A household file."""

    id: str
    title: str
    summary: str
    event: str
    today: date
    card: Card = Card()
    subjects: Mapping[str, Subject]
    roles: Mapping[str, str]
    newcomers: Mapping[str, str] = {}  # id -> kind of those whom no register knows yet: a child that is born
    answers: Mapping[str, Any] = {}
    # What single services know beyond the facts (docs/personas.md). The planner does not read it.
    records: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Household:
    """A persona checked against an event: its true facts and its answers, by key, inside values."""

    persona: Persona
    roles: Mapping[str, str]
    kinds: Mapping[str, str]
    held: Mapping[Key, Any]
    answers: Mapping[Key, Any]

    def facts(self, vocabulary: Vocabulary, refused: Iterable[str] = (), answered: bool = True) -> Facts:
        """What is known once every register but the refused ones has been asked, and (``answered``) every answer given."""
        told: dict[Key, Fact] = {}
        refused = set(refused)
        for subject, kind in self.kinds.items():
            for name, item in vocabulary.kinds[kind].items.items() if subject not in self.persona.newcomers else ():
                if item.held_by is None or item.held_by in refused or item.worked_out:
                    continue
                value = self.held.get((subject, name), from_json(item, item.absent))
                if value is not None:
                    source = f"register:{item.held_by}"
                    told[(subject, name)] = Fact(subject, name, value, source, self.persona.today, item.reuse)
        answers = self.answers.items() if answered else ()
        given = [
            Fact(*key, value, "citizen", self.persona.today)
            for key, value in answers
            if key not in told or told[key].reuse == "confirm"  # what a register tells is not asked
        ]
        return Facts.of(self.roles, self.kinds, [*told.values(), *given])


def household_files(folder: Path, events: Container[str]) -> list[Path]:
    """The household files of a definitions folder that belong to one of the events, in the order of their names.

    A household may wait for an event that is not defined yet; nobody can play it before.
    """
    found = ((path, event_named(path)) for path in sorted((folder / "personas").glob("*.yaml")))
    return [path for path, event in found if event is None or event in events]


def event_named(path: Path) -> str | None:
    """The life event that a household file names, before anything else of it is read."""
    found = _EVENT.search(path.read_text("utf-8"))
    return found and found[1]


def load_household(path: Path, event: CompiledEvent) -> Household:
    """Read and check one household file. Raises DefinitionErrors with every problem, in line order."""
    problems: list[Problem] = []
    docs = list(documents.read(path.name, path.read_text("utf-8"), problems))
    if len(docs) == 1:
        household = _check(docs[0], event, problems)
        if household is not None and not problems:
            return household
    raise DefinitionErrors(
        problems
        or [Problem(path.name, 1, 1, "世帯のファイルには、文書が1つだけ入ります", "「---」で区切らないでください")]
    )


def load_households(folder: Path, library: Library) -> dict[str, Household]:
    """Every household of a definitions folder whose event is defined, by id. Raises DefinitionErrors with all problems."""
    found: dict[str, Household] = {}
    problems: list[Problem] = []
    for event in library.events.values():
        for path in household_files(folder, (event.id,)):
            try:
                found[path.stem] = load_household(path, event)
            except DefinitionErrors as errors:
                problems += errors.problems
    if problems:
        raise DefinitionErrors(problems)
    return dict(sorted(found.items()))


def household_of(data: Mapping[str, Any], event: CompiledEvent) -> Household:
    """A household from data in the form of a household file. Raises DefinitionErrors; problems have no place."""
    problems: list[Problem] = []
    household = _check(Document(str(data.get("id", "")), data), event, problems)
    if household is None or problems:
        raise DefinitionErrors(problems)
    return household


def _check(doc: Document, event: CompiledEvent, problems: list[Problem]) -> Household | None:
    try:
        persona = Persona.model_validate(doc.value)
    except ValidationError as error:
        problems.extend(explain(doc, (), error))
        return None
    return _Checker(doc, event, persona, problems).household()


class _Checker:
    """A household against the vocabulary and the roles of its event."""

    def __init__(self, doc: Document, event: CompiledEvent, persona: Persona, problems: list[Problem]) -> None:
        self.doc, self.event, self.persona, self.problems = doc, event, persona, problems
        self.kinds = {**persona.newcomers, **{id_: subject.kind for id_, subject in persona.subjects.items()}}
        self.roles = dict(persona.roles)
        for name, role in event.definition.roles.items():
            if role.given:
                self.roles.setdefault(name, name)
                self.kinds.setdefault(self.roles[name], role.kind)

    def household(self) -> Household:
        """The checked household. Problems are reported as they are found."""
        held: dict[Key, Any] = {}
        answers: dict[Key, Any] = {}
        self._check_roles()
        for id_, subject in self.persona.subjects.items():
            if subject.kind not in self.event.vocabulary.kinds:
                known = "・".join(self.event.vocabulary.kinds)
                self._report(
                    ("subjects", id_, "kind"), f"「{subject.kind}」という種類はありません", f"使える種類: {known}"
                )
                continue
            for name, raw in subject.facts.items():
                self._put(("subjects", id_, "facts", name), held, (id_, name), raw)
        for id_, kind in self.persona.newcomers.items():
            if kind not in self.event.vocabulary.kinds or id_ in self.persona.subjects:
                hint = f"使える種類: {'・'.join(self.event.vocabulary.kinds)}。subjects とは違う名前にしてください"
                self._report(("newcomers", id_), f"「{id_}: {kind}」は使えません", hint)
        for text, raw in self.persona.answers.items():
            owner, _, name = text.partition(".")
            id_ = self.roles.get(owner, owner)
            if id_ not in self.kinds:
                hint = f"使える名前: {'・'.join(dict.fromkeys([*self.persona.subjects, *self.roles]))}"
                self._report(("answers", text), f"「{owner}」という対象はありません", hint)
            else:
                self._put(("answers", text), answers, (id_, name), raw)
        return Household(self.persona, self.roles, self.kinds, held, answers)

    def _check_roles(self) -> None:
        if self.persona.event != self.event.id:
            self._report(
                ("event",),
                f"「{self.persona.event}」というできごとはありません",
                f"「{self.event.id}」と書いてください",
            )
        singular = {name: role.kind for name, role in self.event.definition.roles.items() if role.given}
        for name, id_ in self.persona.roles.items():
            if name not in singular:
                self._report(("roles", name), f"「{name}」という役はありません", f"使える役: {'・'.join(singular)}")
            elif id_ not in self.persona.subjects:
                self._report(
                    ("roles", name),
                    f"「{id_}」という対象は subjects にありません",
                    "subjects に書き足すか、つづりを直してください",
                )
            elif self.kinds[id_] != singular[name]:
                self._report(
                    ("roles", name),
                    f"「{id_}」は「{self.kinds[id_]}」です",
                    f"「{singular[name]}」の対象を書いてください",
                )
        for name, kind in singular.items():
            if kind == "person" and self.roles[name] not in self.persona.subjects:
                self._report(("roles",), f"「{name}」がだれか分かりません", f"roles: に {name}: を書いてください")

    def _put(self, at: tuple[str, ...], into: dict[Key, Any], key: Key, raw: Any) -> None:
        """One value. Raises nothing: what does not fit is reported."""
        kind, name = self.kinds[key[0]], key[1]
        if kind not in self.event.vocabulary.kinds:
            return  # told where the kind stands
        item = self.event.vocabulary.item(kind, name)
        if item is None or item.worked_out:
            items = [name for name, one in self.event.vocabulary.kinds[kind].items.items() if not one.worked_out]
            near = nearest(name, items)
            hint = f"「{near}」のことですか" if near else "vocabulary にある項目を書いてください"
            self._report(at, f"「{kind}.{name}」という項目はありません", hint)
            return
        if at[0] == "subjects" and item.held_by is None:
            self._report(
                at, f"「{item.label}」を持つ台帳はありません", f"answers: に {key[0]}.{name}: と書いてください"
            )
            return
        try:
            into[key] = from_json(item, raw)
        except ValueProblem as error:
            self._report(at, str(error), "")
            return
        wanted = {"subjects": item.of, "person": "person"}.get(item.type)
        for id_ in (into[key],) if item.type == "person" else into[key] if item.type == "subjects" else ():
            if self.kinds.get(id_) != wanted:
                self._report(
                    at,
                    f"「{id_}」という {wanted} は subjects にありません",
                    "subjects に書き足すか、つづりを直してください",
                )

    def _report(self, at: tuple[str, ...], message: str, hint: str) -> None:
        self.problems.append(self.doc.problem(at, message, hint))
