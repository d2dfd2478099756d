"""Households and the vocabulary of items as plain data, read from the YAML files of `procedures/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
import yamlcore


@dataclass(frozen=True, slots=True)
class ItemInfo:
    """One item of the vocabulary as far as a service needs it. `absent`: what the register's silence means, None: nothing."""

    id: str
    kind: str
    name: str
    label: str
    type: str
    register: str | None
    absent: Any
    of: str | None = None  # the kind of the subjects in a list


@dataclass(frozen=True, slots=True)
class Items:
    """All items, by id (`person.address`), and the registers' ids in the order of their file."""

    by_id: Mapping[str, ItemInfo]
    registers: Mapping[str, str]  # id -> label

    def held_by(self, register: str) -> frozenset[str]:
        """Ids of the items that a register holds."""
        return frozenset(item.id for item in self.by_id.values() if item.register == register)


def read_yaml(path: Path) -> list[Any]:
    """All documents of a file, by the YAML 1.2 core schema: dates stay text, `no` stays a word."""
    with path.open(encoding="utf-8") as file:
        return [part for part in yaml.load_all(file, Loader=yamlcore.CCoreLoader) if part is not None]


@cache
def read_items(procedures: Path) -> Items:
    """Read `procedures/vocabulary/*.yaml`: documents with `kind` and `items`, and the one with `registers`. Once for all services of a
    process."""
    items: dict[str, ItemInfo] = {}
    registers: dict[str, str] = {}
    for path in sorted((procedures / "vocabulary").glob("*.yaml")):
        for part in read_yaml(path):
            for register in part.get("registers", []):
                registers[register["id"]] = register["label"]
            if "kind" not in part or "items" not in part:
                continue
            for name, item in part["items"].items():
                id_ = f"{part['kind']}.{name}"
                items[id_] = ItemInfo(
                    id_,
                    part["kind"],
                    name,
                    item["label"],
                    item.get("type", ""),
                    item.get("register"),
                    item.get("absent"),
                    item.get("of"),
                )
    return Items(MappingProxyType(items), MappingProxyType(registers))


def read_persona(procedures: Path, persona: str) -> dict[str, Any] | None:
    """The household file with this id, or None. The id is looked up among the files, never joined to a path."""
    for path in (procedures / "personas").glob("*.yaml"):
        if path.stem == persona:
            (data,) = read_yaml(path)
            return dict(data)
    return None
