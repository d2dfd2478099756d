"""Synthetic households: one file each, in the format that ``docs/personas.md`` describes.

A household says what the registers truly hold (``subjects``) and what its people answer when asked (``answers``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from app.engine.values import ValueProblem, from_json
from app.engine.vocabulary import Item, Model, Vocabulary

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
    answers: Mapping[str, Any] = {}


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
        refused = set(refused)
        facts = []
        for subject, kind in self.kinds.items():
            for name, item in vocabulary.kinds[kind].items.items():
                if item.held_by is None or item.held_by in refused or item.derived is not None:
                    continue
                value = self.held.get((subject, name), item.absent)
                if value is not None:
                    value = tuple(value) if isinstance(value, list) else value
                    facts.append(Fact(subject, name, value, f"register:{item.held_by}", self.persona.today, item.reuse))
        if answered:
            facts += [Fact(*key, value, "citizen", self.persona.today) for key, value in self.answers.items()]
        return Facts.of(self.roles, self.kinds, facts)


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


def _check(doc: Document, event: CompiledEvent, problems: list[Problem]) -> Household | None:
    try:
        persona = Persona.model_validate(doc.value)
    except ValidationError as error:
        problems.extend(explain(doc, (), error))
        return None
    vocabulary = event.vocabulary
    kinds = {id_: subject.kind for id_, subject in persona.subjects.items()}
    roles = dict(persona.roles)
    for name, role in event.definition.roles.items():
        if role.list is None:
            roles.setdefault(name, name)
            kinds.setdefault(roles[name], role.kind)
    held: dict[Key, Any] = {}
    for id_, subject in persona.subjects.items():
        if subject.kind not in vocabulary.kinds:
            problems.append(
                doc.problem(
                    ("subjects", id_, "kind"),
                    f"「{subject.kind}」という種類はありません",
                    "vocabulary にある種類を書いてください",
                )
            )
            continue
        for name, raw in subject.facts.items():
            _put(
                doc,
                ("subjects", id_, "facts", name),
                held,
                (id_, name),
                vocabulary.item(subject.kind, name),
                raw,
                problems,
            )
    answers: dict[Key, Any] = {}
    for text, raw in persona.answers.items():
        owner, _, name = text.partition(".")
        id_ = roles.get(owner, owner)
        item = vocabulary.item(kinds.get(id_, ""), name)
        _put(doc, ("answers", text), answers, (id_, name), item, raw, problems)
    for name, id_ in persona.roles.items():
        if id_ not in persona.subjects:
            problems.append(
                doc.problem(
                    ("roles", name),
                    f"「{id_}」という対象は subjects にありません",
                    "subjects に書き足すか、つづりを直してください",
                )
            )
    return Household(persona, roles, kinds, held, answers)


def _put(
    doc: Document,
    at: tuple[str, ...],
    into: dict[Key, Any],
    key: Key,
    item: Item | None,
    raw: Any,
    problems: list[Problem],
) -> None:
    if item is None or item.derived is not None:
        problems.append(doc.problem(at, f"「{at[-1]}」という項目はありません", "vocabulary にある項目を書いてください"))
        return
    try:
        into[key] = from_json(item, raw)
    except ValueProblem as error:
        problems.append(doc.problem(at, str(error)))
