"""A service blueprint: what the citizen does, on which page, what registers and offices do behind it, by which law and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.engine.personas import Household
from app.engine.plan import Plan
from app.engine.planned import PlannedProcedure

HEAD = ("順", "市民がすること", "画面", "台帳", "提出先", "根拠", "時間")
Row = tuple[str, ...]


def table(plan: Plan, unanswered: Plan, household: Household) -> str:
    """The blueprint of a household as Markdown. ``unanswered``: the same plan before anybody has answered."""
    rows = [*_before(plan, unanswered), *(_row(planned) for planned in _groups(plan))]
    lines = [f"# {plan.event.definition.start_title}: {household.persona.title}", ""]
    lines += [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    lines += [f"| {' | '.join((str(n), *row))} |" for n, row in enumerate(rows, 1)]
    return "\n".join(lines) + "\n"


def _before(plan: Plan, unanswered: Plan) -> Iterator[Row]:
    """The way to the signature: the same for every procedure, gone once."""
    event = plan.event.definition.id
    registers = dict.fromkeys(
        fact.register for fact in plan.facts.by_key.values() if fact.register and fact.key in plan.on_path
    )
    labels = [plan.event.vocabulary.registers[id_].label for id_ in registers]
    triage = "、".join(path.item.label for path in plan.event.triage)
    yield f"できごとを選び、{triage}を答える", f"/events/{event} → /journeys/1/triage", "", "", "", ""
    yield (
        "カードをかざし、どの台帳に聞いてよいかを決める",
        "/journeys/1/consent",
        f"答える台帳: {'、'.join(labels)}",
        "",
        "番号法 第19条第8号",
        "",
    )
    yield f"残った質問に答える（{len(unanswered.pages)}ページ）", "/journeys/1/questions", "", "", "", ""
    yield (
        "計画と内容を確かめ、1回署名する",
        "/journeys/1/plan → review → sign",
        "",
        "署名を検証する",
        "公的個人認証法",
        "",
    )


def _groups(plan: Plan) -> Iterable[list[PlannedProcedure]]:
    """Required procedures, the instances of one together, by deadline; nothing before what it waits for."""
    groups: dict[str, list[PlannedProcedure]] = {}
    for planned in plan.by_verdict["required"]:
        groups.setdefault(planned.id, []).append(planned)
    return groups.values()


def _row(instances: list[PlannedProcedure]) -> Row:
    planned = instances[0]
    definition = planned.compiled.definition
    mode, reason = planned.channel
    citizen = {
        "online": "出す（自動で送られる）",
        "visit": f"窓口へ行く（{reason}）",
        "mail": f"郵便で送る（{reason}）",
        "automatic": "することはない",
    }[mode]
    count = f"×{len(instances)}" if len(instances) > 1 else ""
    changes = "、".join(dict.fromkeys(effect.held_by for effect in definition.effects if effect.held_by))
    authority = planned.authority
    low, high = definition.lifecycle.days
    due = planned.due
    last = f"{due.last}まで。" if due and due.last else ""
    after = f"{'、'.join(planned.after)} のあと。" if planned.after else ""
    return (
        f"**{definition.title}**{count}: {citizen}", f"/cases（{definition.id}）", f"書きかわる: {changes}" if changes else "",
        f"{authority.name if authority else definition.authority}: {definition.lifecycle.done}", definition.law,
        f"{after}{last}処理 {low}〜{high}{'営業日' if definition.lifecycle.working_days else '日'}",
    )  # fmt: skip
