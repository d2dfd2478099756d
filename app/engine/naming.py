"""Whether what a procedure names exists: its file, event, stage, office, sources, registers and the items it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.engine.compiled import ALSO, SIDES
from app.engine.deadlines import Rule
from app.engine.definitions import Authority, Effect, Procedure, Source
from app.engine.documents import Document, Path, Problem
from app.engine.life_events import LifeEvent
from app.engine.spelling import nearest
from app.engine.values import ValueProblem, from_json
from app.engine.vocabulary import Item, Vocabulary

Report = Callable[[Path, str, str], None]


def check_names(
    doc: Document,
    procedure: Procedure,
    event: LifeEvent,
    vocabulary: Vocabulary,
    authorities: Mapping[str, Authority],
    sources: Mapping[str, Source],
    problems: list[Problem],
) -> None:
    """Append a problem for every name that does not exist."""

    def report(at: Path, message: str, hint: str) -> None:
        problems.append(doc.problem(at, message, hint))

    stem = doc.file.rsplit("/", 1)[-1].removesuffix(".yaml")
    if procedure.id != stem:
        report(
            ("id",),
            f"id「{procedure.id}」がファイル名と違います",
            f"「{stem}」にそろえるか、ファイルの名前を変えてください",
        )
    if procedure.event != event.id:
        report(
            ("event",), f"「{procedure.event}」というできごとはここではありません", f"「{event.id}」と書いてください"
        )
    stages = [stage.id for stage in event.stages]
    if procedure.stage not in stages:
        report(("stage",), f"「{procedure.stage}」という段階はありません", f"使える値: {'・'.join(stages)}")
    if procedure.authority not in authorities and not _placed(procedure.authority, authorities):
        near = nearest(procedure.authority, [*authorities, "old_municipality", "new_municipality"])
        hint = f"「{near}」のことですか" if near else "procedures/authorities に提出先を足してください"
        report(("authority",), f"「{procedure.authority}」という提出先はありません", hint)
    for place, source in enumerate(procedure.sources.checked):
        if source not in sources:
            report(
                ("sources", "checked", place),
                f"出典「{source}」が sources.yaml にありません",
                "sources.yaml に足すか、つづりを直してください",
            )
    if procedure.also_for is not None and procedure.also_for not in event.roles:
        near = nearest(procedure.also_for, event.roles)
        hint = f"「{near}」のことですか" if near else f"使える役: {'・'.join(event.roles)}"
        report(("also_for",), f"「{procedure.also_for}」という役はありません", hint)
    for place, evidence in enumerate(procedure.evidence):
        _check_register(("evidence", place), evidence.held_by, vocabulary, report)
    for place, effect in enumerate(procedure.effects):
        _check_register(("effects", place), effect.held_by, vocabulary, report)
        _check_effect(("effects", place), effect, procedure, event, vocabulary, report)


def _placed(name: str, authorities: Mapping[str, Authority]) -> bool:
    side, _, kind = name.partition("_")
    kinds = ALSO.get(kind, (kind,))
    return side in SIDES and any(authority.kind in kinds for authority in authorities.values())


def _check_register(at: Path, register: str | None, vocabulary: Vocabulary, report: Report) -> None:
    if register is not None and register not in vocabulary.registers:
        near = nearest(register, vocabulary.registers)
        hint = f"「{near}」のことですか" if near else f"使える台帳: {'・'.join(vocabulary.registers)}"
        report((*at, "register"), f"「{register}」という台帳はありません", hint)


def _check_effect(
    at: Path, effect: Effect, procedure: Procedure, event: LifeEvent, vocabulary: Vocabulary, report: Report
) -> None:
    kind = _kind_of(effect.subject, procedure, event)
    if kind is None:
        report(
            (*at, "subject"), f"「{effect.subject}」という役はありません", f"使える役: each・{'・'.join(event.roles)}"
        )
        return
    for how, target, value in _targets(effect):
        where = (*at, how, target)
        owner, _, name = target.partition(".")
        item = vocabulary.item(owner, name)
        if item is None:
            report(
                where,
                f"「{target}」という項目はありません",
                "「種類.項目」の形で、vocabulary にある項目を書いてください",
            )
        elif item.held_by != effect.held_by:
            hint = (
                f"register を「{item.held_by}」にするか、項目を直してください"
                if item.held_by
                else "台帳にない項目は、手続で変わりません"
            )
            report(where, f"「{effect.held_by}」は「{target}」を持っていません", hint)
        elif owner != kind:
            report(
                where,
                f"「{effect.subject}」に「{target}」はありません",
                f"subject を「{owner}」の役にするか、項目を直してください",
            )
        elif how == "set":
            _check_value(where, item, value, procedure, event, vocabulary, report)
        elif item.type != "subjects":
            report(where, f"「{item.label}」は一覧ではありません", "一覧でない項目は、set: で変えてください")
        elif _kind_of(value, procedure, event) != item.of:
            report(where, f"「{value}」という「{item.of}」の役はありません", "一覧に入る対象の役を書いてください")


def _targets(effect: Effect) -> Iterator[tuple[str, str, Any]]:
    """Each change: set, add or remove; the item; the value, or the role that is added or removed."""
    for how in ("set", "add", "remove"):
        for target, value in getattr(effect, how).items():
            yield how, target, value


def _check_value(
    where: Path,
    item: Item,
    value: object,
    procedure: Procedure,
    event: LifeEvent,
    vocabulary: Vocabulary,
    report: Report,
) -> None:
    """A new value is an item of a role, or a value that fits."""
    role, _, name = value.partition(".") if isinstance(value, str) else ("", "", "")
    kind = _kind_of(role, procedure, event)
    if name and kind is not None:
        source = vocabulary.item(kind, name)
        if source is None:
            report(
                where, f"「{kind}.{name}」という項目はありません", "vocabulary にある項目か、決まった値を書いてください"
            )
        elif source.type != item.type:
            report(where, f"「{item.label}」に「{source.label}」は入りません", "同じ種類の項目を書いてください")
        return
    try:
        from_json(item, value)
    except ValueProblem as error:
        report(where, str(error), "「役.項目」か、決まった値を書いてください")


def _kind_of(role: str, procedure: Procedure, event: LifeEvent) -> str | None:
    found = event.roles.get((procedure.for_each or "") if role == "each" else role)
    return found.kind if found else None


def rule_of(doc: Document, procedure: Procedure, problems: list[Problem]) -> Rule | None:
    """The deadline rule of a definition, or None where the law names no number."""
    due = procedure.due
    lengths = [n for n in (due.days, due.months, due.years) if n is not None]
    if procedure.online_window is not None and due.start is None:
        problems.append(
            doc.problem(
                ("online_window",),
                "オンラインの期間を数える始まりがありません",
                "due: に from: を書いてください（例 from: move.date）",
            )
        )
    if not lengths:
        return None
    if lengths == [0] and due.first_day == "included":
        problems.append(
            doc.problem(
                ("due", "first_day"),
                "0日の期限では、初日を数えられません",
                "first_day: を消すか、days: を1以上にしてください",
            )
        )
        return None
    if due.days is not None and due.opens is not None and due.opens > due.days:
        problems.append(
            doc.problem(
                ("due", "opens"), "出せるようになる日が、期限より後です", f"opens: を {due.days} 以下にしてください"
            )
        )
        return None
    closed = due.closed_day or ("none" if procedure.private else "next_open_day")
    return Rule(
        due.kind,
        days=due.days,
        months=due.months,
        years=due.years,
        first_day=due.first_day,
        opens_days=due.opens,
        closed_day=closed,
    )
