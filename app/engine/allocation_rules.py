"""Whether a table of points fits the procedure that uses it: what it speaks of exists, and is sent to the office that counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.engine.allocation import Allocation
from app.engine.definitions import Procedure
from app.engine.documents import Document, Problem
from app.engine.life_events import LifeEvent
from app.engine.spelling import nearest
from app.engine.vocabulary import Vocabulary

AT = ("lifecycle", "allocation")


def faults_of(
    doc: Document,
    procedure: Procedure,
    event: LifeEvent,
    vocabulary: Vocabulary,
    allocations: Mapping[str, Allocation],
) -> Iterator[Problem]:
    """What is wrong with the table of a procedure, told at the procedure; nothing where it has none."""
    name = procedure.lifecycle.allocation
    if name is None:
        return
    table = allocations.get(name)
    if table is None:
        near = nearest(name, allocations)
        hint = f"「{near}」のことですか" if near else "allocations に点数の表を足してください"
        yield doc.problem(AT, f"「{name}」という点数の表はありません", hint)
        return
    role = event.roles.get(table.each)
    if role is None or role.list is None:
        yield doc.problem(AT, f"点数の表の each「{table.each}」は、一覧の役ではありません", "一覧の役を書いてください")
        return
    sent = {need if isinstance(need, str) else need.item for need in procedure.needs}
    for reference in sorted(table.references()):
        who, _, item = reference.partition(".")
        bound = role if who == "each" else event.roles.get(who)
        found = vocabulary.item(bound.kind, item) if bound and item else None
        if bound is None or (item and found is None):
            yield doc.problem(AT, f"点数の表の「{reference}」がありません", "役と項目の名前を確かめてください")
        elif found is not None and found.told_by is None and not sent & _ways(reference, table, event):
            yield doc.problem(AT, f"点数の表の「{reference}」が、提出先に送られません", "needs: に書いてください")
    for wish in (*table.wishes, table.begins):
        if wish not in sent:
            yield doc.problem(AT, f"点数の表の「{wish}」が、提出先に送られません", "needs: に書いてください")


def _ways(reference: str, table: Allocation, event: LifeEvent) -> set[str]:
    """How a procedure may name an item so that it goes along for all of whom the table speaks: a list of everybody does as well."""
    who, _, item = reference.partition(".")
    role = table.each if who == "each" else who
    kind = event.roles[role].kind
    everybody = {f"members.{item}"} if kind == "person" and "members" in event.roles else set()
    return {f"{role}.{item}"} | everybody
