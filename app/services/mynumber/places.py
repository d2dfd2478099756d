"""An address as one line, as registers print it and certificates carry it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.services.simcore.personas import read_yaml


def read_municipalities(procedures: Path) -> dict[str, str]:
    """Municipality code -> name, from `procedures/authorities/*.yaml`."""
    found: dict[str, str] = {}
    for path in sorted((procedures / "authorities").glob("*.yaml")):
        for part in read_yaml(path):
            for authority in part.get("authorities", []):
                if authority.get("code"):
                    found[str(authority["code"])] = str(authority["name"])
    return found


def address_line(value: Any, municipalities: Mapping[str, str]) -> str:
    """City, town, block and building without the postcode; empty where there is no address."""
    if not isinstance(value, dict):
        return ""
    city = municipalities.get(str(value.get("municipality")), "")
    street = f"{city}{value.get('town') or ''}{value.get('block') or ''}"
    return f"{street} {value['building']}" if value.get("building") else street
