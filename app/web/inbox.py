"""Letters of offices, in order of need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, render_template, url_for

from app.formats import full_date
from app.i18n import current_tag
from app.i18n import gettext as _
from app.web import caseviews, deadlineviews, shell
from app.world.views import LetterView
from app.world.worlds import World

blueprint = Blueprint("inbox", __name__)

SUBJECTS = {
    "correction_requested": "{title}: 訂正のお願い",
    "visit_needed": "{title}: 窓口へ来てください",
    "completed": "{title}が終わりました",
    "rejected": "{title}は認められませんでした",
    "paid": "{title}: 支払いがありました",
    "expired": "{title}は期限が過ぎて終わりました",
    "refused": "{title}は受け取られませんでした",
}


def subject(world: World, letter: LetterView) -> str:
    """What a letter is about."""
    case = world.case(letter.case)
    assert case is not None
    return _(SUBJECTS[letter.kind], title=caseviews.title(world, case))


def sender(world: World, letter: LetterView) -> str:
    """The office that wrote."""
    case = world.case(letter.case)
    assert case is not None
    return caseviews.office(world, case)


@blueprint.get("/inbox")
@shell.personal
def list_letters() -> Any:
    """All letters: those that need something first."""
    here = shell.world()
    assert here is not None
    here.deliver()
    letters = here.letters()
    ours = deadlineviews.letters(here)
    tag = current_tag()
    rows = [
        {
            "id": f"letter-{letter.n}",
            "name": ours[letter.n].subject if letter.n in ours else subject(here, letter),
            "href": url_for("inbox.read", n=letter.n),
            "action": (open_ := letter.needs_action and _open(here, letter, ours)),
            "mark": _("要対応") if open_ else None,
            "meta": [
                ours[letter.n].sender if letter.n in ours else sender(here, letter),
                full_date(letter.at.date(), tag),
                _("読みました") if letter.read else _("まだ読んでいません"),
            ],
        }
        for letter in letters
    ]
    unread = sum(1 for letter in letters if not letter.read)
    return render_template(
        "inbox/list.html",
        action=[r for r in rows if r["action"]],
        news=[r for r in rows if not r["action"]],
        unread=unread,
    )


def _open(here: World, letter: LetterView, ours: Mapping[int, deadlineviews.DeadlineLetter]) -> bool:
    """Whether what a letter asks for is still to be done."""
    if letter.n in ours:
        return ours[letter.n].open
    case = here.case(letter.case)
    return case is not None and case.turn == "citizen"


@blueprint.get("/inbox/<int:n>")
@shell.personal
def read(n: int) -> Any:
    """One letter: in our words, what to do, the office's own words."""
    here = shell.world()
    assert here is not None
    letter = next((one for one in here.letters() if one.n == n), None)
    ours = deadlineviews.letters(here)
    if n in ours:
        here.mark_read(n)
        return ours[n].page()
    case = here.case(letter.case) if letter else None
    if letter is None or case is None:
        abort(403)
    here.mark_read(n)
    return render_template(
        "inbox/letter.html",
        letter=letter,
        subject=subject(here, letter),
        sender=sender(here, letter),
        case=case,
        headline=caseviews.headline(case),
        date=full_date(letter.at.date(), current_tag()),
        open=_open(here, letter, ours),
    )
