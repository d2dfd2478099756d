"""YAML files with line numbers: plain values, the place of each, and the traps of YAML as problems.

The YAML 1.2 core schema is used (``no``, ``on`` and dates stay text). Reads text, not files: the caller does the I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from yamlcore import CCoreLoader

Path = tuple[str | int, ...]

_LEADING_ZERO = re.compile(r"[+-]?0\d+")


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in a definition file: where (1-based), what, and how to mend it. Texts are Japanese."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f"\n    → {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{hint}"


class DefinitionErrors(Exception):
    """All problems of a set of definition files, in file and line order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass
class Document:
    """One YAML document: its plain value and the place of every key and element."""

    file: str
    value: Any
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: Sequence[str | int]) -> tuple[int, int]:
        """Line and column of the deepest known part of a path. Parts that are not in the file are skipped."""
        known: Path = ()
        for part in path:
            if (*known, part) in self.places:
                known = (*known, part)
        return self.places.get(known, (1, 1))

    def problem(self, path: Sequence[str | int], message: str, hint: str = "", offset: int = 0) -> Problem:
        """A problem at a path; ``offset`` moves the column into a one-line text."""
        line, column = self.place(path)
        return Problem(self.file, line, column + offset, message, hint)


def read(file: str, text: str, problems: list[Problem]) -> Iterator[Document]:
    """The documents of one file. What cannot be read is reported in ``problems`` and left out."""
    unprintable = next((place for place, letter in enumerate(text) if letter < " " and letter not in "\t\n\r"), None)
    if unprintable is not None:
        line, start = text.count("\n", 0, unprintable) + 1, text.rfind("\n", 0, unprintable)
        problems.append(
            Problem(file, line, unprintable - start, "目に見えない制御文字があります", "その文字を消してください")
        )
        return
    loader = CCoreLoader(text)
    try:
        while loader.check_node():
            document = Document(file, None)
            document.value = _value(loader, loader.get_node(), (), document, problems)
            yield document
    except yaml.MarkedYAMLError as error:
        # What is not closed is shown where it was opened; the reader only noticed it later.
        opened = error.context_mark if "end of stream" in str(error.problem) or "or '" in str(error.problem) else None
        mark = opened or error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problems.append(Problem(file, line, column, *_unreadable(text, line, str(error.problem))))
    finally:
        loader.dispose()


_FAULTS = (
    ("mapping values are not allowed", "「: 」の使い方か字下げが正しくありません", "値の中に「: 」があるなら引用符で囲みます。字下げも見てください"),
    ("did not find expected ',' or ']'", "「[」が閉じていません", "「]」を書き足してください"),
    ("did not find expected ',' or '}'", "「{」が閉じていません", "「}」を書き足してください。値の中に「,」や「{」があるときは引用符で囲みます"),
    ("did not find expected key", "字下げが上の行とそろっていません", "同じ段の行は、同じ数の空白で始めてください"),
    ("did not find expected '-'", "一覧の途中に「- 」のない行があります", "一覧の行は、どれも同じ字下げの「- 」で始めてください"),
    ("could not find expected ':'", "「: 」がありません", "「名前: 値」の形で書いてください"),
    ("unexpected end of stream", "引用符か、かっこが閉じていません", "ここで開いたものを、同じ種類の引用符かかっこで閉じてください"),
    ("undefined alias", "「*」で始まる値は読めません", "値を引用符で囲んでください"),
    ("determine a constructor", "「!」で始まる値は読めません", "値を引用符で囲んでください"),
)  # fmt: skip


def _unreadable(text: str, line: int, fault: str) -> tuple[str, str]:
    """Message and hint for what the YAML reader says in English."""
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    if "\t" in here[: len(here) - len(here.lstrip())]:
        return "字下げにタブは使えません", "タブを空白2つに変えてください"
    if "cannot start any token" in fault or "expected alphabetic" in fault:
        return "引用符のない値を、この文字で始めることはできません", "値を引用符で囲んでください"
    for words, message, hint in _FAULTS:
        if words in fault:
            return message, hint
    return "YAMLとして読めません", f"字下げ、引用符、「: 」の前後を見てください（{fault}）"


def _value(loader: Any, node: yaml.Node, path: Path, document: Document, problems: list[Problem]) -> Any:
    document.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, path, document, problems)
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, child, (*path, place), document, problems) for place, child in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and not node.style:
        if _LEADING_ZERO.fullmatch(node.value):
            problems.append(
                document.problem(
                    path,
                    f"「{node.value}」は数として読まれ、先頭の0が消えます",
                    f"'{node.value}' のように引用符で囲んでください",
                )
            )
            return node.value
        if node.value.lower() in ("yes", "no", "on", "off"):
            problems.append(
                document.problem(
                    path,
                    f"「{node.value}」は文字として読まれます",
                    "はい・いいえは true か false と書きます。文字なら引用符で囲んでください",
                )
            )
    return loader.construct_object(node, deep=True)


def _mapping(
    loader: Any, node: yaml.MappingNode, path: Path, document: Document, problems: list[Problem]
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(
                Problem(document.file, *place, "名前のところに一覧は書けません", "「名前: 値」の形で書いてください")
            )
            continue
        key = key_node.value
        inner = (*path, key)
        if key in result:
            first = document.places[inner][0]
            problems.append(
                Problem(document.file, *place, f"「{key}」が2回書かれています", f"{first}行目と1つにまとめてください")
            )
        # A problem with a value is shown at the value, one with the whole entry at its key.
        scalar = isinstance(value_node, yaml.ScalarNode)
        mark = value_node.start_mark
        document.places.setdefault(
            inner, (mark.line + 1, mark.column + 1 + (value_node.style in ("'", '"'))) if scalar else place
        )
        result[key] = _value(loader, value_node, inner, document, problems)
    return result
