"""The beginning of a procedure's file: sound as it stands, with what is to be filled in marked 「★」."""

from __future__ import annotations

import re

from app.engine.compiling import CompiledEvent

ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

TEXT = """\
# ★ のところを書きかえます。書き方は docs/definitions.md、たしかめるのは hitomado lint と hitomado coverage {event}。
id: {id}
title: {title}
summary: ★何のための手続かを1文で書きます
event: {event}
stage: {stage}
authority: new_municipality
who: ★だれが出せるか
law: ★法律の名前と条
applies:
{clause}
due: {{kind: advice, note: ★いつまでに出すかを文で書きます}}
channel: {{mode: online}}
needs: [applicant.name, applicant.address]
evidence: []
after: []
effects: []
lifecycle: {{days: [0, 3], done: ★終わると何がどうなるか}}
paper: {{fields: 5, documents: 0, visits: 1, minutes: 45}}
sources: {{unverified: [★手続の全体]}}
"""


def text(event: CompiledEvent, id_: str, title: str) -> str:
    """A file for one more procedure of an event. It applies for the first choice of the event's first question."""
    return TEXT.format(event=event.id, id=id_, title=title, stage=event.definition.stages[0].id, clause=_clause(event))


def _clause(event: CompiledEvent) -> str:
    path = next(path for path in event.triage if path.item.type in ("choice", "yes_no", "date"))
    if path.item.choices:
        choice, label = next(iter(path.item.choices.items()))
        condition, words = f"{path} == '{choice}'", f"「{path.item.label}」が「{label}」"
    elif path.item.type == "yes_no":
        condition, words = str(path), f"「{path.item.label}」が「はい」"
    else:
        condition, words = f"days_between(today, {path}) < 365", f"「{path.item.label}」が1年より近い"
    return f'  - {{if: "{condition}", because: {words}のため, otherwise: {words}ではないため}}'
