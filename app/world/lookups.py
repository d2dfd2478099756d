"""What registers can be asked for, at what price; asking one; and what its answer enters into the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.engine.compiling import CompiledEvent
from app.engine.facts import Facts
from app.engine.planner import make_plan
from app.engine.vocabulary import Item, Register
from app.gateway.base import ServiceDown, ServiceError, ServiceRefused
from app.world.context import Context
from app.world.ledger import NewFact

SAID = ("mismatch", "unsupported")  # refusals that are answers


@dataclass(frozen=True)
class RegisterCost:
    """What a consent is about: the register, the items in question, the procedures, and the questions that it saves."""

    register: Register
    items: tuple[str, ...]
    procedures: tuple[str, ...]
    questions: int


@dataclass(frozen=True)
class Consent:
    """The choice before any look-up. Counts are of question pages, at most: asking every register, and asking none."""

    registers: tuple[RegisterCost, ...]
    with_registers: int
    without_registers: int


def choices(event: CompiledEvent, facts: Facts, today: date) -> Consent:
    """As the triage alone decides it, so that the choice does not change once registers have answered."""
    triage = {(facts.roles[path.role], path.name) for path in event.triage}
    triaged = Facts(facts.roles, facts.kinds, {key: fact for key, fact in facts.by_key.items() if key in triage})
    open_ids = make_plan(event, triaged, today).not_ruled_out
    uses = {path: ids for path, ids in event.uses.items() if any(id_ in open_ids for id_ in ids)}
    answered = {f"{facts.kinds.get(key[0])}.{key[1]}" for key, fact in facts.by_key.items() if fact.register is None}
    items = {path: _item(event, path) for path in uses}
    pages = {path: item.page or path for path, item in items.items()}  # whoever it is about
    own = {pages[path] for path, item in items.items() if item.held_by is None and path not in answered}
    costs = []
    for register in event.vocabulary.registers.values():
        held = tuple(path for path, item in items.items() if item.held_by == register.id)
        if held:
            ids = tuple(dict.fromkeys(id_ for path in held for id_ in uses[path] if id_ in open_ids))
            costs.append(RegisterCost(register, held, ids, len({pages[path] for path in held} - own)))
    return Consent(tuple(costs), len(own), len(set(pages.values())))


def _item(event: CompiledEvent, path: str) -> Item:
    kind, _, name = path.partition(".")
    found = event.vocabulary.item(kind, name)
    assert found is not None, path
    return found


def inquire(context: Context, world: str, now: datetime, token: str, cost: RegisterCost) -> dict[str, Any]:
    """The answer as a journey keeps it: status, count of values, as_of, and where it answered reasons and subjects. Never raises for a
    service that fails."""
    try:
        answer = context.mynumber.registers.inquire(
            world,
            now,
            cost.register.id,
            token,
            items=cost.items,
            procedures=cost.procedures,
            legal_basis=cost.register.basis,
            timeout=context.lookup_seconds,
        )
    except ServiceDown as error:
        return nothing("slow" if error.maybe_done else "down")
    except ServiceRefused as error:
        return nothing(error.problem.kind if error.problem.kind in SAID else "down")
    except ServiceError:
        return nothing("down")
    values = [value for told in answer.subjects.values() for value in told["items"].values()]
    return {
        "status": answer.status,
        "count": sum(1 for value in values if "value" in value),
        "as_of": answer.as_of,
        "reasons": sorted({value["reason"] for value in values if "reason" in value}),
        "subjects": answer.subjects,
    }


def inquire_all(
    context: Context, world: str, now: datetime, token: str, costs: Mapping[str, RegisterCost]
) -> dict[str, dict[str, Any]]:
    """Several registers at once, by id; see `inquire`."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        jobs = {id_: pool.submit(inquire, context, world, now, token, cost) for id_, cost in costs.items()}
        return {id_: job.result() for id_, job in jobs.items()}


def nothing(status: str) -> dict[str, Any]:
    """The answer of a register that gave none, in the same form."""
    return {"status": status, "count": 0, "as_of": None}


def told(event: CompiledEvent, cost: RegisterCost, subject: str, answer: Mapping[str, Any]) -> list[NewFact]:
    """What a register said of one subject, with the procedures that it was asked for."""
    facts = []
    for name, value in answer["items"].items():
        item = event.vocabulary.item(answer["kind"], name)
        if item is None or "value" not in value:
            continue
        # Protection goes before everything: what is both protected and old stays protected.
        reuse = "withheld" if value.get("withheld") else "confirm" if value.get("stale") else item.reuse
        uses = event.uses.get(f"{answer['kind']}.{name}", ())
        purpose = tuple(id_ for id_ in cost.procedures if id_ in uses)
        source = f"register:{cost.register.id}"
        facts.append(NewFact(subject, name, value["value"], source, reuse, cost.register.basis, purpose))
    return facts
