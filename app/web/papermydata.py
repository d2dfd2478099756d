"""Everything that the site knows of a person, as a paper they can read: in their language, with sources, uses and who was told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.formats import full_date, short_date
from app.i18n import current_tag, gettext, pieces
from app.i18n import gettext as _
from app.web import caseviews, deadlineviews, inbox, mydata
from app.web.papersheets import part, sheet
from app.world.worlds import World


def my_data(here: World) -> bytes:
    """Known facts, consents, who received or looked at what, cases, letters."""
    groups, untouched = mydata.known(here)
    parts = [part(_("1. 知っていること"), paragraphs=[] if groups else [pieces("まだ、何も受け取っていません。")])]
    numbers: dict[str, int] = {}
    parts += [_facts(group, numbers) for group in groups]
    if untouched:
        parts.append(part(_("見ていない台帳（{n}）", n=len(untouched)), 2, items=untouched))
    parts += [_consents(here), _told(here), _cases(here), _letters(here)]
    if numbers:
        rows = [[[str(number)], [name]] for name, number in numbers.items()]
        parts.append(part(_("6. 手続の番号"), head=[_("番号"), _("手続")], widths=[1, 9], table=rows))
    return sheet(
        _("わたしの情報"), here.today, "my-data",
        lead=[
            pieces("ひとまどが、いま知っていることのすべてです。"),
            pieces("同じ内容を、コンピューターで読める形（JSON）でも保存できます。"),
        ],
        about=[
            (_("だれの情報か"), here.household.held.get((here.household.roles["applicant"], "name"), "")),
            (_("書き出した日"), full_date(here.today, current_tag())),
        ],
        parts=parts,
    )  # fmt: skip


def _facts(group: Mapping[str, Any], numbers: dict[str, int]) -> dict[str, Any]:
    """A group as a table. Procedures are told by number, as one fact may serve dozens; `numbers` grows by those that are new."""
    rows = []
    for row in group["rows"]:
        uses = sorted(numbers.setdefault(name, len(numbers) + 1) for name in row["uses"])
        rows.append([[row["name"]], row["lines"], _whence(row), [", ".join(map(str, uses)) or "—"]])
    head = [_("項目"), _("内容"), _("どこから、いつ"), _("使う手続の番号")]
    return part(group["heading"], 2, head=head, widths=[3, 4, 3, 3], table=rows)


def _whence(row: Mapping[str, Any]) -> list[str]:
    kind, text = row["source"]
    words = {"answer": _("あなたの答え"), "noted": _("書き添え")}
    return [text] if text else [words[kind], row["at"]]


def _consents(here: World) -> dict[str, Any]:
    rows = []
    for journey in here.journeys():
        for register, consent in journey.consents.items():
            label = gettext(journey.event.vocabulary.registers[register].label)
            decided = _("同意しました") if consent["decision"] == "granted" else _("同意していません")
            day = full_date(datetime.fromisoformat(consent["at"]).date(), current_tag())
            rows.append([[label], [decided], [day], [gettext(journey.event.definition.title)]])
    nothing = [] if rows else [pieces("まだ、どの台帳にも問い合わせていません。")]
    head = [_("台帳"), _("同意"), _("いつ"), _("できごと")]
    return part(_("2. 台帳への同意"), paragraphs=nothing, head=head, widths=[3, 2, 3, 2], table=rows)


def _told(here: World) -> dict[str, Any]:
    found, silent = mydata.looked_up(here)
    found += mydata.filed(here)
    rows = [
        [
            [full_date(row["at"].date(), current_tag())],
            [row["office"], _("渡していません")] if row["refused"] else [row["office"]],
            [row["register"], *([row["items"]] if row["items"] else [])],
            [row["why"], row["basis"]],
        ]
        for row in sorted(found, key=lambda row: row["at"], reverse=True)
    ]
    said = [pieces("いまは、台帳の記録を読めません。あとでもう一度見てください。")] if silent else []
    if not rows and not silent:
        said.append(pieces("まだ、だれも見ていません。"))
    head = [_("いつ"), _("だれが"), _("何を"), _("なぜ、何を根拠に")]
    return part(_("3. だれが、あなたの情報を見たか"), paragraphs=said, head=head, widths=[2, 2, 4, 4], table=rows)


def _cases(here: World) -> dict[str, Any]:
    rows = [
        [
            [caseviews.title(here, case)],
            [caseviews.office(here, case)],
            [case.arrival_number or "—"],
            [caseviews.state_words(case)],
        ]
        for case in here.cases()
    ]
    head = [_("手続"), _("提出先"), _("受付番号"), _("いまの状況")]
    nothing = [] if rows else [pieces("まだ、何も出していません。")]
    return part(_("4. 出した手続"), paragraphs=nothing, head=head, widths=[4, 3, 2, 2], table=rows)


def _letters(here: World) -> dict[str, Any]:
    ours = deadlineviews.letters(here)
    rows = [
        [
            [short_date(letter.at.date(), current_tag())],
            [ours[letter.n].sender if letter.n in ours else inbox.sender(here, letter)],
            [ours[letter.n].subject if letter.n in ours else inbox.subject(here, letter), letter.body],
        ]
        for letter in here.letters()
    ]
    head = [_("いつ"), _("だれから"), _("何を")]
    nothing = [] if rows else [pieces("まだ、お知らせはありません。")]
    return part(_("5. お知らせ"), paragraphs=nothing, head=head, widths=[2, 3, 7], table=rows)
