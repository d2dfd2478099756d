"""Whether what a household file or a generated household says can be true at all: every contradiction, each with its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from app.services.people import implied, rules_people, rules_records, rules_registers
from app.services.people.rules import RULES
from app.services.people.shape import Records
from app.services.people.view import Incoherence, Raw, View

__all__ = ["RULES", "check", "check_all"]
_REGISTERED = (implied, rules_people, rules_records, rules_registers)  # importing them fills RULES


def check(household: Raw) -> list[Incoherence]:
    """Everything that cannot be, in the order of the rules. Records of the wrong shape are told alone."""
    name = str(household.get("id", "?"))
    try:
        Records.model_validate(household.get("records") or {})
    except ValidationError as error:
        return [
            Incoherence("shape", name, "records." + ".".join(map(str, one["loc"])), one["msg"])
            for one in error.errors()
        ]
    view = View(household)
    found = [
        Incoherence("birth", name, id_, "生年月日がありません")
        for id_, f in view.people.items()
        if not f.get("birth_date")
    ]
    if found:
        return found  # nothing else can be judged
    return [Incoherence(rule, name, subject, text) for rule, look in RULES.items() for subject, text in look(view)]


def check_all(households: Iterable[Raw]) -> Iterator[Incoherence]:
    """As `check`, for a stream; also that no two people share a number. Keeps the numbers only."""
    seen: set[str] = set()
    for household in households:
        yield from check(household)
        for id_, held in (household.get("records") or {}).get("numbers", {}).items():
            number = held.get("my_number")
            if number in seen:
                yield Incoherence("numbers", household["id"], id_, "マイナンバーが、ほかの世帯の人と同じです")
            elif number:
                seen.add(number)
