"""The words of the definitions: kinds of subject, items, registers, topics and named conditions.

An *item* is one piece of data about one kind of subject (``person.birth_date``). A *fact* (``facts.py``) is the value of
an item for one subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

ItemType = Literal[
    "text", "kana", "date", "address", "choice", "choices", "yes_no", "number", "money", "phone", "email", "document",
    "person", "subjects",
]  # fmt: skip
Reuse = Literal["share", "confirm", "never", "withheld"]
"""share: used wherever it is needed; confirm: shown once for confirmation in each journey; never: asked anew in each
journey; withheld: goes to no office that is not cleared for it."""


def wrong(message: str, hint: str) -> PydanticCustomError:
    """What a model raises when its fields do not fit together: what is wrong, and how to mend it. Texts are Japanese."""
    return PydanticCustomError("wrong", "{message}", {"message": message, "hint": hint})


class Model(BaseModel):
    """Base of everything that is read from a definition file: no unknown fields, never changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(Model):
    """One piece of data about a kind of subject. Texts are Japanese source strings; translations live in catalogues."""

    label: str
    type: ItemType
    held_by: str | None = Field(
        default=None, alias="register"
    )  # the register that holds it; None: only the person knows
    absent: Any = None  # what the register's silence means; None: silence says nothing
    reuse: Reuse = "share"
    withheld_when: str | None = None
    topic: str = ""
    page: str | None = None
    question: str = ""
    hint: str = ""
    why: str = ""
    yes: str = ""
    no: str = ""
    choices: Mapping[str, str] = Field(default_factory=dict)
    choice_hints: Mapping[str, str] = Field(default_factory=dict)
    unknown: bool = False  # 「まだ分からない」 is a valid answer
    optional: bool = False
    nobody: bool = False  # whether a list chosen from others may be answered by 「いない」
    past: bool = False  # a date that lies in the past: earlier eras are offered
    of: str | None = None  # kind of the subjects in a list
    with_applicant: bool = False  # a list in which the applicant always is
    source_list: str | None = Field(default=None, alias="from")  # the list that people choose from
    derived: str | None = None  # an expression
    computed: str | None = None  # a rule of law that no expression can say (see ``computed.py``)
    told_by: str | None = None  # the procedure whose document tells it (`makes:`); nobody is asked

    @property
    def worked_out(self) -> bool:
        """Whether it follows from other items, so that nobody is asked and nobody tells it."""
        return self.derived is not None or self.computed is not None

    @model_validator(mode="after")
    def _complete(self) -> Item:
        missing = [name for name in ("question", "why", "topic") if not getattr(self, name)]
        if self.told_by is not None and (self.worked_out or self.held_by is not None or self.question):
            raise wrong(
                "だれがこの項目を知らせるかが、2つあります",
                "told_by: は、question:・register:・derived:・computed: と一緒に書けません",
            )
        asked = not self.worked_out and self.told_by is None
        if asked and missing:
            raise wrong(
                f"質問する項目に {'・'.join(missing)} がありません",
                "書き足してください。計算で決まる項目なら derived: に式を書きます",
            )
        if self.type in ("choice", "choices") and asked and not self.choices:
            raise wrong("選べる値がありません", "choices: {値: 見せる言葉} を書いてください")
        if self.type == "yes_no" and asked and not (self.yes and self.no):
            raise wrong("はい・いいえの文がありません", "yes: と no: に、選ぶときの文を書いてください")
        if self.type == "subjects" and self.of is None:
            raise wrong("何の一覧か分かりません", "of: に、一覧に入る対象の種類を書いてください（例 of: person）")
        if self.absent is not None and self.held_by is None:
            raise wrong("absent は、台帳が持つ項目にだけ書けます", "register: を書くか、absent: を消してください")
        if self.derived is not None and self.computed is not None:
            raise wrong("計算のしかたが2つあります", "derived: か computed: の、どちらか1つだけ書いてください")
        return self


class Kind(Model):
    """A kind of subject and its items, as one YAML document. Further documents, without a label, add items to it."""

    kind: str
    label: str = ""
    named_by: str | None = None  # the item that tells one subject of this kind from another
    items: Mapping[str, Item]


class Register(Model):
    """An official source of facts."""

    id: str
    label: str
    office: str
    holds: str
    basis: str


class Topic(Model):
    """What belongs together when people are asked, and when they check their answers."""

    id: str
    label: str


class NamedCondition(Model):
    """A condition with its reasons in words, shared by procedures."""

    condition: str = Field(alias="if")
    because: str
    otherwise: str
    kind: str | None = None  # the kind of `each` it speaks of


class Vocabulary(Model):
    """All words at once."""

    kinds: Mapping[str, Kind]
    registers: Mapping[str, Register]
    topics: Mapping[str, Topic]
    conditions: Mapping[str, NamedCondition]
    pages: Mapping[str, str] = Field(default_factory=dict)
    """Question page -> its heading, for pages of several items."""

    def item(self, kind: str, name: str) -> Item | None:
        """The item ``kind.name``, or None."""
        found = self.kinds.get(kind)
        return found.items.get(name) if found else None

    @cached_property
    def topic_order(self) -> dict[str, int]:
        """Topic id to its place in the order of asking."""
        return {topic: place for place, topic in enumerate(self.topics)}
