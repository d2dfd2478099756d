"""The facts of one application, and what they mean for the registers when the procedure is finished.

A fact's key on the wire is `<subject>.<item>`; the item may be written short (`haruka.address`) or with its kind
(`haruka.person.address`). Both name the same fact.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Facts = Mapping[tuple[str, str], Any]
Subjects = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class RegisterUpdate:
    """One item of one subject changes in a register. `item` carries its kind: `person.address`.

    `how`: `set` gives it a new value, `add` and `remove` change a list by one subject.
    """

    register: str
    subject: str
    item: str
    value: Any
    how: str = "set"


@dataclass(frozen=True, slots=True)
class Revocation:
    """A person's signing certificate stops being valid."""

    subject: str


Change = RegisterUpdate | Revocation
_ORDER = {"add": 0, "set": 1, "remove": 2}


def key(text: str) -> tuple[str, str]:
    """`haruka.person.address` or `haruka.address` -> (`haruka`, `address`). Raises `ValueError` without a dot."""
    subject, dot, item = text.partition(".")
    if not (subject and dot and item):
        raise ValueError(f"{text!r} is not <subject>.<item>")
    return subject, item.rpartition(".")[2]


def named(role: str, subjects: Subjects, facts: Facts) -> tuple[str, ...]:
    """The subjects that a role stands for in this application; a role without an entry may itself be a subject."""
    bound = subjects.get(role)
    if bound is None:
        return (role,) if any(subject == role for subject, _ in facts) else ()
    return (bound,) if isinstance(bound, str) else tuple(bound)


def value_of(reference: str, subjects: Subjects, facts: Facts) -> Any:
    """The value of `role.item` where the role stands for one subject; None when the application does not say it."""
    role, _, item = reference.partition(".")
    known = [facts[subject, item] for subject in named(role, subjects, facts) if (subject, item) in facts]
    return known[0] if len(known) == 1 else None


def date_of(reference: str | None, subjects: Subjects, facts: Facts) -> date | None:
    """As `value_of`, read as an ISO date; None when it is absent or not a date."""
    value = value_of(reference, subjects, facts) if reference else None
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def asked(reference: str, subjects: Subjects, facts: Facts) -> str:
    """`role.item` of a definition as the key of one fact, `subject.item`: of the first of the role's subjects that has it."""
    role, item = key(reference)
    found = named(role, subjects, facts)
    subject = next((one for one in found if (one, item) in facts), found[0] if found else role)
    return f"{subject}.{item}"


def changes(
    effects: Sequence[Mapping[str, Any]], roles: Collection[str], subjects: Subjects, facts: Facts
) -> list[Change]:
    """What a definition's `effects` come to for this application, in their order.

    `set` takes values from `role.item` of the application (`roles`: the words that may stand there), or literals. Inside
    an effect on a list of subjects, the list's own role stands for the one at hand. An item whose fact the application
    does not carry is left as it is: the definition asked for it only in some cases.
    """
    found: list[Change] = []
    for effect in effects:
        role = effect["subject"]
        for subject in named(role, subjects, facts):
            if effect.get("certificate"):
                found.append(Revocation(subject))
                continue
            here = {**subjects, role: subject}
            for how in ("add", "remove"):
                for item, one in effect.get(how, {}).items():
                    found += [
                        RegisterUpdate(effect["register"], subject, item, id_, how) for id_ in named(one, here, facts)
                    ]
            for item, value in effect.get("set", {}).items():
                refers = isinstance(value, str) and value.partition(".")[0] in roles and "." in value
                new = value_of(value, here, facts) if refers else value
                if new is not None:
                    found.append(RegisterUpdate(effect["register"], subject, item, new))
    # Whom a list takes in comes into being by it, so that comes first; who leaves it, leaves last.
    return sorted(found, key=lambda change: _ORDER.get(getattr(change, "how", ""), 1))
