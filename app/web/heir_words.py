"""Who inherits, in words of the person's language: relations, shares, reasons with their articles, and the family tree's texts.

The engine (``app.engine.heirs``) gives codes and ids. Sentences name people as the caller names them ("杉原 文枝さん").
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from app.engine.heirs import Decision, Inheritance, Reason, TaxCount, citation
from app.engine.heirs.lines import HEIGHT, WIDTH, Line
from app.engine.heirs.tree import Relation, Tree, TreePerson
from app.foreign import LETTER
from app.formats import full_date, money
from app.i18n import current_tag, rich
from app.i18n import gettext as _
from app.web.heir_texts import MARKS, RELATIONS, WHY

Names = Mapping[str, str]

SHOWN = (
    "renounced",
    "disqualified",
    "disinherited",
    "lost_right",
    "unborn",
    "dead",
)  # the one mark that a small box has room for
LINE_LENGTH = 16  # of a box, in half-width letters


def share(value: Fraction) -> str:
    """「3分の1」; 「全部」 for the whole."""
    if value == 1:
        return _("全部")
    return _("{bottom}分の{top}", bottom=value.denominator, top=value.numerator)


def relation(of: Relation, names: Names) -> str:
    """What somebody is to the deceased."""
    return _(RELATIONS[of.code], name=names[of.of]) if of.of is not None else _(RELATIONS[of.code])


def why(reasons: Iterable[Reason], names: Names) -> list[dict[str, Any]]:
    """Sentences with readings where they are on, each with the article it rests on (Japanese, or None)."""
    return [
        {
            "text": rich(WHY[reason.code], **_people(reason, names)),
            "law": None if reason.article is None else citation(reason.article),
        }
        for reason in reasons
    ]


def _people(reason: Reason, names: Names) -> dict[str, str]:
    told = [names[id_] for id_ in reason.people]
    values = {"a": told[0] if told else "", "b": told[1] if len(told) > 1 else "", "others": listed(told[1:])}
    return {key: value for key, value in values.items() if f"{{{key}}}" in WHY[reason.code]}


def listed(names: Iterable[str]) -> str:
    """Names one after the other."""
    return _("、").join(names)


def heirs_sentence(inheritance: Inheritance, names: Names, say: Callable[..., str] = rich) -> str:
    """Everybody who inherits, with their share; that nobody does; that nothing is worked out here. ``say``: with readings or without."""
    if inheritance.state == "referred":
        return say("相続する人の割合は、ここでは計算できません。専門家に相談してください。")
    heirs = [_("{name}（{share}）", name=names[one.person], share=share(one.share)) for one in inheritance.holders]
    return say("相続人は、{names}です。", names=listed(heirs)) if heirs else say("法律で決まった相続人はいません。")


def beside(inheritance: Inheritance, names: Names) -> dict[str, Any]:
    """What stands beside the tree: the heirs in a sentence, who decides until when, the numbers for inheritance tax."""
    stillborn, tax = inheritance.if_stillborn, inheritance.tax
    others = listed(names[one] for one in inheritance.next_in_line)
    return {
        "sentence": heirs_sentence(inheritance, names),
        "referred": inheritance.state == "referred",
        "stillborn": rich("生きて生まれなかったときは、次のとおりです。{told}", told=heirs_sentence(stillborn, names))
        if stillborn
        else None,
        "decisions": [_decision(one, names) for one in inheritance.decisions if _matters(one)],
        "deciding": bool(inheritance.decisions),
        "next_in_line": rich("配偶者のほかの相続人が全員放棄すると、次に相続人になるのは、{names}です。", names=others)
        if others
        else None,
        "tax": _tax(tax) if tax else None,
        "tax_if_born": rich("おなかの子が生まれると、{n}人になります。", n=tax.if_born)
        if tax and tax.if_born != tax.count
        else None,
    }


def _matters(decision: Decision) -> bool:
    """Whether there is more to say than what holds for every heir."""
    return bool(decision.until or decision.minor_until or decision.in_place_of)


def _decision(decision: Decision, names: Names) -> dict[str, Any]:
    until = None if decision.until is None else _("{day}まで", day=full_date(decision.until, current_tag()))
    return {"name": names[decision.person], "until": until, "why": why(decision.reasons, names)}


def _tax(tax: TaxCount) -> list[dict[str, str]]:
    tag = current_tag()
    return [
        {"name": _("相続税を計算するときの相続人の数"), "value": _("{n}人", n=tax.count)},
        {"name": _("基礎控除（ここまでは相続税がかからない）"), "value": money(tax.basic_deduction, tag)},
        {"name": _("死亡保険金のうち、税がかからない額"), "value": money(tax.insurance_exemption, tag)},
    ]


def family_tree(tree: Tree, inheritance: Inheritance, names: Names) -> dict[str, Any]:
    """What ``components/family_tree.html`` draws and lists."""
    return {
        "title": _("家族の図"),
        "description": _(
            "相続人は{n}人です。だれがどれだけ受けつぐかは、下の表でも分かります。", n=len(inheritance.holders)
        )
        if inheritance.holders
        else heirs_sentence(inheritance, names, _),
        "box": (WIDTH, HEIGHT),
        "width": tree.width,
        "height": tree.height,
        "nothing": _("計算していません") if inheritance.state == "referred" else _("なし"),
        "kinds": {line.kind for line in tree.lines},
        "lines": [{"kind": line.kind, "path": _path(line)} for line in tree.lines],
        "boxes": [_box(person, names) for person in tree.people],
        "rows": [_row(person, names) for person in tree.people],
        "remarks": why(inheritance.remarks, names),
    }


def _path(line: Line) -> str:
    (x, y), *rest = line.points
    return f"M{x} {y}" + "".join(f"L{to_x} {to_y}" for to_x, to_y in rest)


def _box(person: TreePerson, names: Names) -> dict[str, Any]:
    state = _state(person)
    texts = [
        ("name", names[person.id]),
        ("relation", relation(person.relation, names)),
        ("state", state[0] if state else ""),
    ]
    lines = [
        {"kind": kind, "text": line, "japanese": bool(LETTER.search(line))}
        for kind, text in texts
        for line in wrapped(text)
    ]
    kind = (
        "late" if person.late else "heir" if person.share is not None else "dead" if "dead" in person.marks else "other"
    )
    return {"x": person.place.x, "y": person.place.y, "kind": kind, "lines": lines}


def _state(person: TreePerson) -> list[str]:
    """The share where there is one, and every mark, the weightiest first."""
    if person.late:
        return []
    found = [_("相続分 {share}", share=share(person.share))] if person.share is not None else []
    return found + [_(MARKS[mark]) for mark in SHOWN if mark in person.marks]


def _row(person: TreePerson, names: Names) -> dict[str, Any]:
    return {
        "name": names[person.id],
        "relation": relation(person.relation, names),
        "late": person.late,
        "share": share(person.share) if person.share is not None else "",
        "marks": [_(MARKS[mark]) for mark in SHOWN if mark in person.marks and not person.late],
        "represented": listed(names[one] for one in person.represented_by),
        "why": [] if person.late else why(person.reasons, names),
    }


def wrapped(text: str, length: int = LINE_LENGTH) -> list[str]:
    """A text in at most two lines of a box: broken at a space where there is one, else between letters; the rest is cut with …."""
    lines: list[str] = []
    left = text.strip()
    while left and len(lines) < 2:
        if _wide(left) <= length:
            lines.append(left)
            return lines
        at = next(n for n in range(len(left), 0, -1) if _wide(left[:n]) <= length)
        space = left.rfind(" ", 1, at + 1)
        at = space if space > 0 else at
        lines.append(left[:at].rstrip())
        left = left[at:].lstrip()
    return [*lines[:1], lines[1][:-1] + "…"] if left else lines


def _wide(text: str) -> int:
    """Columns: two for a full-width letter."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
